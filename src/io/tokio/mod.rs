//! The readers and writers of tokio.

mod read;
mod write;

pub use read::AsyncMaskReader;
pub use write::AsyncMaskWriter;
