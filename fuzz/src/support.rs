//! The support of the tests, as far as it is needed here.

#[path = "../../tests/support/chunkers.rs"]
pub mod chunkers;
#[path = "../../tests/support/events.rs"]
pub mod events;
// Its `next` are no iterators, which only matters to lints of what is public, as it is here.
#[allow(clippy::should_implement_trait)]
#[path = "../../tests/support/faults.rs"]
pub mod faults;
#[path = "../../tests/support/oracle.rs"]
pub mod oracle;
#[path = "../../tests/support/polled.rs"]
pub mod polled;
