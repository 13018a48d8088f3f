//! A decision: admitted, looked up, decided, recorded.

use std::net::IpAddr;
use std::time::Instant;

use super::facts::{Known, Question};
use super::log::Decided;
use super::request::Origin;
use super::state::State;
use super::work::Unavailable;
use crate::token::authorizer::{Admitted, Decision, Door, Request};
use crate::token::carriers::Presented;
use crate::token::lifecycle::Invalid;
use crate::token::routes::{Asked, Method, Route};
use crate::token::store;

/// A decision and what it was made from.
pub(super) struct Ruling {
    pub(super) decision: Decision,
    /// The route, if there is one that takes job tokens.
    pub(super) route: Option<&'static Route>,
    /// The path cut at its slashes, decoded.
    pub(super) segments: Vec<String>,
    /// What was found, if anything had to be looked up.
    known: Option<Known>,
}

impl Ruling {
    /// The job and all around it, if the request is allowed.
    pub(super) fn allowed(&self) -> Option<&store::Snapshot> {
        self.found().filter(|_| self.decision.is_allowed())
    }

    /// What was looked up, if the request is allowed.
    pub(super) fn known(&self) -> Option<&Known> {
        self.known.as_ref().filter(|_| self.decision.is_allowed())
    }

    /// The same, if the token is valid, whatever was decided about the request.
    pub(super) fn holder(&self) -> Option<&store::Snapshot> {
        self.found().filter(|found| found.validity.is_ok())
    }

    /// What the store knows of the token of a job. Of one that is not valid, only for the log, and
    /// for the runner of that job.
    pub(super) fn found(&self) -> Option<&store::Snapshot> {
        self.known.as_ref()?.found.as_ref()
    }
}

/// The path that tells whose token it is, and nothing else.
const WHOSE: Asked<'static> = Asked::Http {
    method: Method::Get,
    path: "/api/v4/job",
};

impl State {
    /// Decides whether a token is valid, for whoever asks for nothing else yet.
    pub(super) async fn identify(
        &self,
        origin: &Origin,
        token: &str,
    ) -> Result<Ruling, Unavailable> {
        let presented = Presented {
            headers: &[("JOB-TOKEN", token)],
            ..Presented::default()
        };
        self.decide(origin, Door::Service, WHOSE, presented).await
    }

    /// Decides, and has it logged.
    pub(super) async fn decide(
        &self,
        origin: &Origin,
        door: Door,
        asked: Asked<'_>,
        presented: Presented<'_>,
    ) -> Result<Ruling, Unavailable> {
        let started = Instant::now();
        let ruling = self.rule(origin, door, asked, presented).await;
        let known = ruling.as_ref().ok();
        let found = known.and_then(Ruling::found);
        let decided = Decided {
            at: self.now(),
            request_id: origin.request_id.clone(),
            unavailable: ruling.as_ref().err().map(|why| why.0.clone()),
            record: known.map(|ruling| ruling.decision.record().clone()),
            door,
            job: found.map(|found| found.job.id),
            pipeline: found.and_then(|found| found.about.pipeline),
            accessor: found.map(|found| found.token.accessor.clone()),
            client: origin.client,
            user_agent: origin.user_agent.clone(),
            latency: started.elapsed(),
        };
        self.metrics.decided(&decided);
        self.log.decided(&decided);
        self.recent.keep(decided);
        ruling
    }

    async fn rule(
        &self,
        origin: &Origin,
        door: Door,
        asked: Asked<'_>,
        presented: Presented<'_>,
    ) -> Result<Ruling, Unavailable> {
        let request = Request {
            asked,
            presented,
            door,
        };
        match self.policy.admit(&request) {
            Err(denied) => Ok(Ruling {
                decision: *denied,
                route: None,
                segments: Vec::new(),
                known: None,
            }),
            Ok(admitted) => {
                let known = self.facts(&admitted, door, origin.client).await?;
                Ok(Ruling {
                    decision: admitted.decide(&known.facts),
                    route: Some(admitted.route()),
                    segments: admitted.segments().to_vec(),
                    known: Some(known),
                })
            }
        }
    }

    /// All that is known of the token and of what is asked for.
    async fn facts(
        &self,
        admitted: &Admitted<'_>,
        door: Door,
        client: Option<IpAddr>,
    ) -> Result<Known, Unavailable> {
        let (issuer, store) = (self.issuer.clone(), self.store.clone());
        let question = Question::of(admitted, door);
        let now = self.now();
        let look_up = move || question.ask(&issuer, &*store, now);
        let mut known = self.look_up(look_up).await??;
        // A runner that mixed up two jobs has not guessed.
        if let Err(Invalid::Malformed | Invalid::Unknown) = known.facts.token
            && !known.is_of_another_job
        {
            known.facts.retry_after = self.limiter.failed(client, now);
        }
        Ok(known)
    }
}
