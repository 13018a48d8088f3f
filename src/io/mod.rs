//! Masked readers, writers and streams: thin shells over a [`Masker`](crate::Masker), for services
//! that hold many streams.
//!
//! | type | feature | is a | over a |
//! |---|---|---|---|
//! | [`MaskReader`] | | [`Read`](std::io::Read) | [`Read`](std::io::Read) |
//! | [`MaskWriter`] | | [`Write`](std::io::Write) | [`Write`](std::io::Write) |
//! | `AsyncMaskReader` | `tokio` | `tokio::io::AsyncRead` | the same |
//! | `AsyncMaskWriter` | `tokio` | `tokio::io::AsyncWrite` | the same |
//! | `MaskStream` | `stream` | `futures_core::Stream` of `Result<Bytes, E>` | the same |
//! | `MaskDecoder` | `codec` | `tokio_util::codec::Decoder` of `Bytes` | |
//!
//! The page `embedding`, behind the feature `tokio`, shows a whole log server.
//!
//! # What all of them promise
//!
//! - **What may leave leaves at once**: all but the longest suffix of the input that may still
//!   become a secret. No timer and no flush releases that; only the end of the stream does.
//! - **Errors pass through** as they came, and take nothing with them: whoever goes on behind one
//!   that passes gets the whole output, nothing twice and nothing in another order. What is held
//!   stays held.
//! - **Dropped before its end**, none of them emits anything.
//! - **Memory.** What is held, and what has been searched and waits to be taken: at most what one
//!   chunk of 16 KiB (readers) or 64 KiB (writers), or one chunk as it came (streams, decoders), was
//!   made into. No more input is taken before that is gone. An idle one keeps 4 KiB at most.
//! - **A report** of who leaked what is kept by those made `with_report`.
//! - **Late secrets** are added with `switch_to`. They hold for all that has not been searched and
//!   all that is held; what waits to be taken has been searched already.

#[cfg(feature = "codec")]
mod codec;
#[cfg(all(feature = "tokio", any(doc, doctest)))]
pub mod embedding;
mod masking;
mod passing;
#[cfg(any(feature = "stream", feature = "codec"))]
mod queue;
mod read;
#[cfg(feature = "stream")]
mod stream;
#[cfg(feature = "tokio")]
mod tokio;
mod waiting;
mod write;

#[cfg(feature = "codec")]
pub use codec::MaskDecoder;
pub use read::MaskReader;
#[cfg(feature = "stream")]
pub use stream::MaskStream;
#[cfg(feature = "tokio")]
pub use tokio::{AsyncMaskReader, AsyncMaskWriter};
pub use write::MaskWriter;
