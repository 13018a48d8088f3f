//! Systems without the sockets that are files, and whose files say who may connect.

use std::io;
use std::path::Path;

use anyhow::{Result, bail};
use masker::Masker;

use crate::args::AddArgs;
use crate::exit::Exit;
use crate::message;
use crate::pipe::Input;

const NOT_HERE: &str = "--control needs Unix sockets, which are not used on this system; name all \
                        secrets before the job starts";

/// Says that there is nothing to send a secret to.
pub fn add(_: &AddArgs) -> Exit {
    message::error(NOT_HERE);
    Exit::Usage
}

/// There is none.
pub enum Control {}

impl Control {
    pub fn listen(_: &Path, _: &Place) -> Result<Control> {
        bail!(NOT_HERE)
    }

    pub fn serve_until_readable(&mut self, _: &Input, _: &mut Masker) -> io::Result<()> {
        match *self {}
    }
}

/// A socket that never is.
#[derive(Clone, Default)]
pub struct Place;

impl Place {
    pub fn remove(&self) {}
}
