//! What the fuzz targets share: cases from bytes, and what must come of them.
//!
//! The oracles are those of the tests, the very files. A target holds one promise, and says which.

pub mod adapters;
pub mod case;
pub mod cuts;
pub mod decode;
pub mod encode;
pub mod expected;
pub mod support;

/// The oracle of lines that name secrets.
#[path = "../../tests/add_mask/oracle.rs"]
pub mod add_mask;
/// The oracle of the rules.
#[path = "../../tests/rules/oracle.rs"]
pub mod rules;
/// What texts for rules are made of.
#[path = "../../tests/rules/pieces.rs"]
pub mod rules_pieces;

/// Compares bytes, and shows them as a reader can take them in.
#[track_caller]
pub fn same(what: impl std::fmt::Debug, found: &[u8], expected: &[u8]) {
    assert!(
        found == expected,
        "{what:?}:\n   found {}\nexpected {}",
        found.escape_ascii(),
        expected.escape_ascii()
    );
}
