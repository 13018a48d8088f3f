//! The life of a job and its token as a pure function: a record, an event and a time give the next
//! record or a refusal.
//!
//! | row | from | event | to | the token |
//! |---|---|---|---|---|
//! | T0 | not started, but manual | [`Enqueue`](Event::Enqueue) | pending | there is none |
//! | T0 | manual, scheduled | [`Play`](Event::Play) | pending, of that user | there is none |
//! | T1 | pending | [`Claim`](Event::Claim) | running | is issued |
//! | T2 | executing | [`RunnerCall`](Event::RunnerCall) | same | is acknowledged |
//! | T3, T4 | running | [`Report`](Event::Report) | success, failed | is revoked, if it was not before |
//! | T5 | running, graceful | [`Cancel`](Event::Cancel) | canceling | ends earlier |
//! | T6 | running | [`Cancel`](Event::Cancel) | canceled | is revoked |
//! | T7 | canceling | [`Report`](Event::Report) | canceled | is revoked |
//! | T8 | canceling | [`ForceCancel`](Event::ForceCancel), or the grace is over | canceled | is revoked |
//! | T9 | running | time | same | serves runners only |
//! | T10, T11 | running | [`Sweep`](Event::Sweep) | failed | is revoked |
//! | T12 | running, not acknowledged | [`Sweep`](Event::Sweep) | pending or failed | is revoked |
//! | T13 | not started | [`Skip`](Event::Skip), [`Cancel`](Event::Cancel), [`Drop`](Event::Drop) | skipped, canceled, failed | there is none |
//! | T14 | ended | [`Lifecycle::retry`] | a new record | there is none |
//! | T15, T16 | started | [`Erase`](Event::Erase) | same, erased | is revoked |
//! | T17 to T20 | any | [`Revoke`](Event::Revoke) | same | is revoked |
//!
//! What is not in the table is refused and changes nothing. What was done already and is done again
//! changes nothing either, and is no error.

mod due;
mod event;
mod names;
mod options;
mod record;
mod step;
mod validity;

pub use event::{Effect, Event, Outcome, Refusal};
pub use names::{Failure, JobState, UnknownName, Why};
pub use options::{CancelingAccess, Options};
pub use record::{JobId, Record, Revocation, RunnerId, TokenState};
pub use step::Lifecycle;
pub use validity::{Class, Invalid, Standing, validity};
