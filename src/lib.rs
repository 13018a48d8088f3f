//! A streaming log masker: every occurrence of a job's secrets leaves as `[MASKED]`, wherever the
//! chunks were cut.
//!
//! ```
//! use masker::{MaskSet, Masker, Secret};
//!
//! // Once for a job: compile its secrets. A set is shared by all streams of the job.
//! let token = "mjt_0123456789";
//! let set = MaskSet::builder().secret(Secret::new("CI_JOB_TOKEN", token)).build()?;
//! for refused in set.refused() {
//!     eprintln!("{} is not masked: it is {}", refused.name(), refused.reason());
//! }
//!
//! // Once for a stream: push what comes, as it comes.
//! let mut masker = Masker::new(&set);
//! let mut log = Vec::new();
//! for chunk in ["Authorization: mj", "t_01", "23456789\n"] {
//!     masker.push(chunk.as_bytes(), &mut log);
//! }
//! masker.finish(&mut log);
//! assert_eq!(log, b"Authorization: [MASKED]\n");
//! # Ok::<(), masker::SetError>(())
//! ```
//!
//! Services that have readers, writers or streams, and no chunks to push, take the adapters in [`io`].
//! The page `io::embedding` shows a whole log server.
//!
//! # What it promises
//!
//! - **In every [`Form`].** A secret is found as it is and as programs write it: in JSON, in a URL,
//!   in base64 wherever it stands in what is encoded, quoted by a shell, over lines and more.
//! - **Also what nobody named.** [`Rules`] mask tokens with a known prefix, parameters of URLs,
//!   passwords in URLs and credentials in headers.
//! - **Exact.** Every place where a secret stands is found, overlapping ones included.
//!   Occurrences that share a byte become one mask, those that merely touch become two, and no
//!   other byte changes.
//! - **At once.** A push emits all but the longest suffix of the input that may still become a
//!   secret. There is no timer: one that flushes leaks a secret typed slowly.
//! - **Bounded.** A stream holds fewer bytes than the longest secret has, or 256 for a rule. The time
//!   is linear in the input, for every input and all secrets.
//! - **Closed when it fails.** No error, drop or panic emits a byte that was not searched, and no
//!   message, `Debug` output or panic shows a value or its length.
//! - **Who leaked what.** A sink is told whose secret was found, in which form and where, and a
//!   [`Report`] adds that up. Never the value, its length or its end.
//! - **No copies.** A [`Sink`] gets slices of the caller's own chunk; with
//!   [`Masker::push_bytes`] they share its memory by reference count.
//!
//! # How it works
//!
//! A filter looks at a sample of 4 bytes in every few, as far apart as the shortest secret
//! allows, and asks a table whether it may belong to the beginning of a secret. Where it may, an
//! Aho-Corasick automaton walks until nothing that begins there is alive; it keeps about a byte for
//! each byte of the patterns. At the end of a chunk the automaton's state tells how many of the last bytes may still
//! become a secret; these are held, and the next chunk goes on from that state.
//!
//! What rules look for is too short to skip anything, so that has a search of its own, which looks at
//! up to 64 bytes in one instruction.
//!
//! # How other maskers fail
//!
//! Each of these was seen by running a masker in use, and each is a row of our tests.
//!
//! - On a mismatch after a chunk boundary it falls back by one byte only: of the secret `aab`
//!   in the writes `aa` and `ab`, nothing is masked. Aho-Corasick falls back to the
//!   longest beginning that is still possible.
//! - Each secret is a stage of its own: a later stage holds bytes back while the mask of an
//!   earlier one overtakes them, and text comes out in another order. Here one search finds all.
//! - Secrets are replaced in the order they were given: `abc` before `abcdef` leaves
//!   `[MASKED]def`. Here the cover is computed before anything is replaced.
//! - Non-overlapping matches: of the secrets `abcdef` and `defghi`, `abcdefghi` keeps `ghi`.
//! - The rest of the input is dropped at its end, or flushed unsearched on an error, or after a
//!   second of silence.
//! - It works line by line and stops at the first line that is no UTF-8.
//!
//! # Features
//!
//! | feature | default | adds |
//! |---|---|---|
//! | `source` | with `cli` | [`source`]: secrets from the environment, files and descriptors |
//! | `tokio` | | `AsyncMaskReader` and `AsyncMaskWriter` in [`io`], over the traits of tokio |
//! | `stream` | | `MaskStream` in [`io`], over the `Stream` of futures-core |
//! | `codec` | | `MaskDecoder` in [`io`], a `Decoder` of tokio-util |
//! | `token` | | the module `token`: CI job tokens, issued at a claim, ended with the job, and what they may access in between |
//! | `sqlite` | | [`token::store::SqliteStore`]: jobs and tokens in one file |
//! | `postgres` | | [`token::store::PostgresStore`]: jobs and tokens for many nodes |
//! | `http` | with `serve` | the module `http`: the authority over HTTP, as routers of axum |
//! | `artifacts` | with `serve` | `http::Artifacts`: artifacts of jobs, in an object store |
//! | `serve` | yes | `masker serve`: the authority as a service of its own |
//! | `cli` | yes | the `masker` command |
//!
//! With `default-features = false` there is the engine, with [`MaskReader`](io::MaskReader) and
//! [`MaskWriter`](io::MaskWriter), on `bytes`, `fearless_simd`, `memchr` and `zeroize`.
//! `tokio`, `stream` and `codec` add traits and no runtime.
//!
//! A feature only adds; it never changes what the engine does.

#[cfg(feature = "http")]
pub mod http;
pub mod io;
mod mask;
mod search;
mod secret;
#[cfg(feature = "token")]
pub mod token;

pub use bytes::Bytes;
pub use mask::{
    DEFAULT_MASK, DEFAULT_MIN_LENGTH, Finding, Leak, MaskSet, MaskSetBuilder, Masker, Origin,
    Place, Refusal, RefusedSecret, Report, Rule, Rules, SetError, SetErrorKind, Sink, Truncated,
    UnknownRule,
};
pub use secret::Secret;
pub use secret::forms::{Form, Forms, Pattern, UnknownForm};
#[cfg(feature = "source")]
pub use secret::source;
