//! What is written down: each decision about a request, and each change by somebody who may.
//!
//! A [`Decision`] tells an operator what a client must not know: why. An [`AuditEvent`] tells who
//! changed what, and is written in the transaction of the change. Neither has a token, a query, or a
//! body; what a client says of itself is cut and cleaned by the type that holds it.

mod audit;
mod decision;
mod text;

pub use audit::{Actor, AuditEvent, AuditFilter, Deed};
pub use decision::{Decision, DecisionFilter};
pub use text::{RequestId, UserAgent};
