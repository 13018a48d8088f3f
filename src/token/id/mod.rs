//! The text of tokens: how it is made, recognized and turned into the digest that is kept.

mod accessor;
mod base62;
mod error;
mod keys;
mod prefix;
mod random;
mod text;

pub use accessor::Accessor;
pub use error::{IdError, IdErrorKind, Malformed};
pub use keys::{Digest, Digests, KeyId, KeyRing, KeyedDigest, MAX_KEYS};
pub use prefix::{Prefix, Prefixes};
pub use random::{Random, RandomFailed};
pub use text::{MAX_PRESENTED, Token};
