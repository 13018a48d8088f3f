//! Vectorscan, with a stream for a job's output and a call for each write.

use hyperscan::prelude::*;
use hyperscan::{Literal, Literals};

use crate::Outcome;

pub struct Vectorscan {
    database: StreamingDatabase,
    scratch: Scratch,
}

impl Vectorscan {
    /// Of literals, for which Vectorscan has a compiler of their own. Where a match begins is not
    /// asked for, which spares it work: the length of a literal is known.
    pub fn new(secrets: &[String]) -> Outcome<Vectorscan> {
        let literals: Result<Vec<_>, _> = secrets.iter().map(Literal::new).collect();
        let literals: Literals = literals?.into_iter().collect();
        let database: StreamingDatabase = literals.build()?;
        let scratch = database.alloc_scratch()?;
        Ok(Vectorscan { database, scratch })
    }

    /// The number of matches.
    pub fn count(&self, text: &[u8], chunk: usize) -> Outcome<usize> {
        let mut count = 0;
        let stream = self.database.open_stream()?;
        for chunk in text.chunks(chunk) {
            stream.scan(chunk, &self.scratch, |_, _, _, _| {
                count += 1;
                Matching::Continue
            })?;
        }
        stream.close(&self.scratch, |_, _, _, _| Matching::Continue)?;
        Ok(count)
    }
}
