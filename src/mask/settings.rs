//! The settings of a set, and what they make of secrets.

use std::sync::Arc;

use bytes::Bytes;

use super::refused::{Refusal, RefusedSecret};
use super::rules::Rules;
use super::set::{DEFAULT_MASK, DEFAULT_MIN_LENGTH, Truncated};
use crate::secret::Secret;
use crate::secret::forms::{Forms, Pattern};

#[derive(Clone)]
pub(super) struct Settings {
    pub(super) forms: Forms,
    pub(super) rules: Rules,
    pub(super) token_prefixes: Vec<Arc<str>>,
    pub(super) add_mask: bool,
    pub(super) mask: Bytes,
    pub(super) min_length: usize,
    pub(super) truncated: Truncated,
    pub(super) allow_empty: bool,
    pub(super) allow_repeated: bool,
}

/// Secrets in the order in which they were added.
pub(super) type Secrets = Vec<Arc<Secret>>;

impl Settings {
    /// Whether they make the same patterns of the same secrets.
    pub(super) fn make_patterns_of(&self, other: &Settings) -> bool {
        let decisive = |it: &Settings| (it.forms, it.min_length, it.allow_repeated);
        decisive(self) == decisive(other)
    }

    /// Whether they make the same rules.
    pub(super) fn make_rules_of(&self, other: &Settings) -> bool {
        self.rules == other.rules && self.token_prefixes == other.token_prefixes
    }

    /// The secrets that are masked, those that are not, and the names of all that are not, of which
    /// those that were too long come first.
    pub(super) fn sort_out(
        &self,
        secrets: Secrets,
        too_long: &[Arc<str>],
    ) -> (Secrets, Secrets, Vec<RefusedSecret>) {
        let too_long = too_long.iter();
        let mut refused: Vec<_> = too_long
            .map(|name| RefusedSecret::new(name, Refusal::TooLong))
            .collect();
        let (masked, not_masked) = secrets.into_iter().partition(|secret| {
            let reason = Refusal::of(secret.expose(), self.min_length, self.allow_repeated);
            refused.extend(reason.map(|reason| RefusedSecret::new(secret.name(), reason)));
            reason.is_none()
        });
        (masked, not_masked, refused)
    }

    /// The patterns of each secret.
    pub(super) fn patterns(&self, secrets: &[Arc<Secret>]) -> Vec<Vec<Pattern>> {
        let secrets = secrets.iter();
        secrets
            .map(|secret| self.forms.patterns(secret.expose(), self.min_length))
            .collect()
    }
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            forms: Forms::default(),
            rules: Rules::default(),
            token_prefixes: Vec::new(),
            add_mask: false,
            mask: Bytes::from_static(DEFAULT_MASK.as_bytes()),
            min_length: DEFAULT_MIN_LENGTH,
            truncated: Truncated::default(),
            allow_empty: false,
            allow_repeated: false,
        }
    }
}
