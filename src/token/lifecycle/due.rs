//! The deadlines of a job.

use crate::token::clock::Time;

use super::{Failure, JobState, Options, Record, Why};

/// A deadline, and where a job goes that misses it.
pub(super) struct Deadline {
    at: Time,
    pub(super) state: JobState,
    pub(super) failure: Option<Failure>,
    pub(super) why: Why,
}

/// The earliest deadline that is due, which is the one that would have come first had time been
/// looked at all along.
pub(super) fn due(record: &Record, options: &Options, now: Time) -> Option<Deadline> {
    let deadlines = match record.state {
        JobState::Running => of_running(record, options),
        JobState::Canceling => of_canceling(record),
        _ => return None,
    };
    let due = deadlines.into_iter().flatten().filter(|it| it.at <= now);
    due.min_by_key(|it| it.at)
}

/// T10, T11 and T12.
fn of_running(record: &Record, options: &Options) -> [Option<Deadline>; 2] {
    let Some(token) = &record.token else {
        return [None, None];
    };
    let timeout = fail(
        token.runner_until,
        Failure::ExecutionTimeout,
        Why::JobTimeout,
    );
    let silence = match record.last_call_at {
        // Nobody else can go on with what such a runner has begun.
        _ if record.lease.is_some() => fail(
            record.leased_until().unwrap_or(Time::MAX),
            Failure::Stuck,
            Why::JobStuck,
        ),
        Some(call) if token.acked_at.is_some() => {
            fail(call + options.stuck_after, Failure::Stuck, Why::JobStuck)
        }
        _ => lost(record, token.issued_at + options.ack_timeout, options),
    };
    [Some(timeout), Some(silence)]
}

/// T8: a cancellation has set the end of the token to the end of the grace.
fn of_canceling(record: &Record) -> [Option<Deadline>; 2] {
    let over = |at| Deadline {
        at,
        state: JobState::Canceled,
        failure: None,
        why: Why::CancelTimeout,
    };
    let grace = record.token.as_ref().map(|token| over(token.runner_until));
    [grace, record.leased_until().map(over)]
}

/// T12: another runner may have more luck, but not for ever, and not with a job that was erased.
fn lost(record: &Record, at: Time, options: &Options) -> Deadline {
    match record.attempt < options.max_claims && !record.erased {
        true => Deadline {
            at,
            state: JobState::Pending,
            failure: None,
            why: Why::ClaimLost,
        },
        false => fail(at, Failure::RunnerProvisioning, Why::ClaimLost),
    }
}

fn fail(at: Time, failure: Failure, why: Why) -> Deadline {
    Deadline {
        at,
        state: JobState::Failed,
        failure: Some(failure),
        why,
    }
}
