//! Systems whose processes have neither signals nor terminals as Unix has them.

use super::RunArgs;
use crate::exit::Exit;
use crate::message;

/// Says that there is another way.
pub fn run(_: &RunArgs) -> Exit {
    message::error("masker run needs a Unix system; elsewhere use `job | masker`");
    Exit::Usage
}
