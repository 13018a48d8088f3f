//! Whether the place of the bytes can be used, and why it fails.

use std::error::Error as _;
use std::io;

use object_store::path::Path;
use object_store::{Error, ObjectStoreExt as _};

use super::Artifacts;
use crate::token::id::Random as _;
use crate::token::system::OsRandom;

/// What is written to see whether it can be read.
const BYTES: &[u8] = b"written to see whether artifacts can be kept here";

impl Artifacts {
    /// Writes a few bytes, reads them and deletes them. What can never work is told at the start by
    /// this, and not by the first job.
    ///
    /// The bytes are in a file of their own, so any number of services may do this at once.
    ///
    /// # Errors
    ///
    /// The place does not take them, does not give them back, or does not let them be deleted. What a
    /// server says in full is not shown: it may repeat what it was sent.
    pub async fn check(&self) -> io::Result<()> {
        let mut name = [0; 16];
        OsRandom.fill(&mut name).map_err(io::Error::other)?;
        let name = format!("jobs/check-{:032x}", u128::from_be_bytes(name));
        let location = Path::from(name);
        let checked = async {
            self.store.put(&location, BYTES.into()).await?;
            let read = self.store.get(&location).await?.bytes().await;
            self.store.delete(&location).await?;
            read
        };
        match checked.await {
            Ok(read) if read == BYTES => Ok(()),
            Ok(_) => Err(io::Error::other("it gives back other bytes than it took")),
            Err(error) => Err(io::Error::other(reason(&error))),
        }
    }
}

/// Why the place fails: all up to the document in which a server says so, and its code. The rest of that
/// document may hold what we have signed, and so the token of a session.
pub(super) fn reason(error: &Error) -> String {
    let text = error.to_string();
    let mut reason = before_document(&text).to_owned();
    let code = text.split_once("<Code>");
    let code = code.and_then(|(_, rest)| rest.split_once("</Code>"));
    let code = code.filter(|(code, _)| code.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    // What failed first is what helps, and not every error tells of the one behind it.
    let mut cause = error.source();
    while let Some(next) = cause.and_then(|it| it.source()) {
        cause = Some(next);
    }
    let cause = cause.map(ToString::to_string).unwrap_or_default();
    for more in [code.map_or("", |(code, _)| code), before_document(&cause)] {
        if !reason.contains(more) {
            reason.push_str(": ");
            reason.push_str(more);
        }
    }
    reason
}

/// What stands before anything in XML, HTML or JSON.
fn before_document(text: &str) -> &str {
    let before = text.split(['<', '{']).next().unwrap_or_default();
    before.trim_end_matches([' ', ':'])
}
