//! Where decisions go once they are made.

use std::collections::VecDeque;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::token::authorizer::{Door, Record};
use crate::token::clock::Time;
use crate::token::id::Accessor;
use crate::token::journal::{self, RequestId, UserAgent};
use crate::token::lifecycle::JobId;
use crate::token::pipelines::PipelineId;

/// A decision, and the request that it was made about. Has neither a token nor anything of a query
/// or a body.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Decided {
    /// When.
    pub at: Time,
    /// The request, as the answer names it. A client may have named two requests alike.
    pub request_id: String,
    /// What was decided. `None` if the store could not be read in time: the answer was 503.
    pub record: Option<Record>,
    /// Why the store could not be read in time, if it could not: `slow`, or `down` with what it said.
    pub unavailable: Option<String>,
    /// Through which door the request came.
    pub door: Door,
    /// The job whose token it was, also where the token is not valid any more.
    pub job: Option<JobId>,
    /// The pipeline of that job.
    pub pipeline: Option<PipelineId>,
    /// The name of the token that may be shown.
    pub accessor: Option<Accessor>,
    /// Where the client is, if that is known.
    pub client: Option<IpAddr>,
    /// What the client calls itself, up to 200 characters of it.
    pub user_agent: Option<String>,
    /// How long the decision took.
    pub latency: Duration,
}

impl Decided {
    /// The decision as the journal of a [`Store`](crate::token::store::Store::record) has it. Where the
    /// store could not be read it has no step, the reason `unavailable` and the status 503.
    #[must_use]
    pub fn written_down(&self) -> journal::Decision {
        let id = RequestId::new(&self.request_id);
        let decision = match &self.record {
            Some(record) => record.written_down(self.at, id),
            None => journal::Decision {
                status: 503,
                ..journal::Decision::new(self.at, id, "", "unavailable")
            },
        };
        journal::Decision {
            job: self.job,
            pipeline: self.pipeline.map(|pipeline| pipeline.0),
            accessor: self.accessor.clone(),
            client: self.client,
            user_agent: self.user_agent.as_deref().map(UserAgent::new),
            latency: self.latency,
            ..decision
        }
    }
}

/// Takes every decision that a service makes.
///
/// It is called on threads that must not block: hand the record on to another thread if writing it
/// takes time. What it does when it cannot keep up is its own choice; it cannot hold up an answer.
pub trait DecisionLog: Send + Sync {
    /// Takes a decision, after it was made and before it is answered.
    fn decided(&self, decided: &Decided);
}

/// Writes each decision as an event of `tracing`, with the target `masker::decision`.
#[derive(Clone, Copy, Debug, Default)]
pub struct TracedDecisions;

impl DecisionLog for TracedDecisions {
    fn decided(&self, decided: &Decided) {
        let record = decided.record.as_ref();
        tracing::info!(
            target: "masker::decision",
            request_id = decided.request_id,
            step = record.map(|record| tracing::field::debug(record.step)),
            reason = record.map_or_else(|| "unavailable".to_owned(), |it| it.reason.to_string()),
            status = record.map_or(503, |record| record.status),
            job = decided.job.map(|job| job.0),
            pipeline = decided.pipeline.map(|pipeline| pipeline.0),
            user = record.and_then(|record| record.user).map(|user| user.0),
            source = record.and_then(|record| record.source).map(|project| project.0),
            target = record.and_then(|record| record.target).map(|project| project.0),
            action = record.and_then(|record| record.action).map(tracing::field::display),
            route = record.and_then(|record| record.route),
            accessor = decided.accessor.as_ref().map(Accessor::as_str),
            client = decided.client.map(tracing::field::display),
            user_agent = decided.user_agent,
            unavailable = decided.unavailable,
            latency_us = u64::try_from(decided.latency.as_micros()).unwrap_or(u64::MAX),
            "decision"
        );
    }
}

/// The last decisions, in memory.
pub(super) struct Recent {
    most: usize,
    kept: Mutex<VecDeque<Decided>>,
}

impl Recent {
    pub(super) fn new(most: usize) -> Recent {
        Recent {
            most,
            kept: Mutex::default(),
        }
    }

    pub(super) fn keep(&self, decided: Decided) {
        // Nothing is changed by halves while this is held, so a panic elsewhere broke nothing.
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        while kept.len() >= self.most.max(1) {
            kept.pop_front();
        }
        kept.push_back(decided);
    }

    /// The decisions about a request, the oldest first. O(n) in what is kept.
    pub(super) fn of(&self, request_id: &str) -> Vec<Decided> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let of_request = kept.iter().filter(|it| it.request_id == request_id);
        of_request.cloned().collect()
    }

    /// The last ones that are wanted, the latest first.
    pub(super) fn last(&self, most: usize, wanted: impl Fn(&Decided) -> bool) -> Vec<Decided> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let wanted = kept.iter().rev().filter(|it| wanted(it));
        wanted.take(most).cloned().collect()
    }
}
