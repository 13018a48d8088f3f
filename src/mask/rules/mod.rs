//! Rules: secrets that nobody named, found by what announces them.
//!
//! A literal is found by a search of its own, and what follows it is masked as it comes. The
//! literal stays readable, so nothing is held for it; only what may yet turn out to be no secret is
//! held, and of that no more than 256 bytes.

mod choice;
mod class;
mod header;
mod runs;
mod table;
mod user_information;
mod value;

use std::sync::{Arc, LazyLock};

use super::finding::Origin;
use crate::search::{Literal, Literals};
use table::Announcement;

pub use choice::{Rule, Rules, UnknownRule};
pub(super) use runs::Runs;

/// A compiled choice of rules.
pub(super) struct RuleSet {
    literals: Literals,
    /// By the numbers of their literals.
    announcements: Vec<Announcement>,
}

impl RuleSet {
    /// Compiles rules, and prefixes of tokens besides. Where there are none of these, all sets of a
    /// process share one of each choice that is the default.
    pub(super) fn new(rules: Rules, prefixes: &[Arc<str>]) -> Arc<RuleSet> {
        static OF_ALL: LazyLock<Arc<RuleSet>> =
            LazyLock::new(|| Arc::new(RuleSet::compile(Rules::ALL, &[])));
        match (rules, prefixes) {
            (Rules::ALL, []) => Arc::clone(&OF_ALL),
            _ => Arc::new(RuleSet::compile(rules, prefixes)),
        }
    }

    /// The rule of an announcement, and what it is called.
    pub(super) fn origin_of(&self, announcement: u32) -> Origin<'_> {
        let Announcement { rule, name, .. } = &self.announcements[announcement as usize];
        let rule = *rule;
        Origin::Rule { rule, name }
    }

    fn compile(rules: Rules, prefixes: &[Arc<str>]) -> RuleSet {
        let of_user = prefixes.iter().flat_map(|it| table::token_prefix(it));
        let announcements: Vec<Announcement> = rules
            .iter()
            .flat_map(table::announcements)
            .chain(of_user)
            .collect();
        let literals: Vec<&Literal> = announcements.iter().map(|it| &it.literal).collect();
        RuleSet {
            literals: Literals::new(&literals),
            announcements,
        }
    }
}
