//! placeholder

mod mask;
mod search;
mod secret;

pub use bytes::Bytes;
pub use mask::{
    DEFAULT_MASK, DEFAULT_MIN_LENGTH, MaskSet, MaskSetBuilder, Masker, Refusal, RefusedSecret,
    SetError, SetErrorKind, Sink, Truncated,
};
pub use secret::Secret;
#[cfg(feature = "source")]
pub use secret::source;
