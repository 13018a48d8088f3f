//! A decision: admitted, looked up, decided, recorded.

use std::net::IpAddr;
use std::time::Instant;

use super::log::Decided;
use super::request::Origin;
use super::state::State;
use super::work::Unavailable;
use crate::token::authorizer::{Admitted, Decision, Door, Request, Snapshot};
use crate::token::carriers::Presented;
use crate::token::lifecycle::Invalid;
use crate::token::routes::{Asked, Method, Route};
use crate::token::store;
use zeroize::Zeroizing;

/// A decision and what it was made from.
pub(super) struct Ruling {
    pub(super) decision: Decision,
    /// The route, if there is one that takes job tokens.
    pub(super) route: Option<&'static Route>,
    /// What the store knows of the token. Of one that is not valid, only for the log.
    found: Option<store::Snapshot>,
}

impl Ruling {
    /// The job and all around it, if the request is allowed.
    pub(super) fn allowed(&self) -> Option<&store::Snapshot> {
        self.found.as_ref().filter(|_| self.decision.is_allowed())
    }

    /// The same, if the token is valid, whatever was decided about the request.
    pub(super) fn holder(&self) -> Option<&store::Snapshot> {
        self.found.as_ref().filter(|found| found.validity.is_ok())
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
        let found = known.and_then(|ruling| ruling.found.as_ref());
        let decided = Decided {
            at: self.now(),
            request_id: origin.request_id.clone(),
            record: known.map(|ruling| ruling.decision.record().clone()),
            door,
            job: found.map(|found| found.job.id),
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
                found: None,
            }),
            Ok(admitted) => {
                let (facts, found) = self.facts(&admitted, origin.client).await?;
                Ok(Ruling {
                    decision: admitted.decide(&facts),
                    route: Some(admitted.route()),
                    found,
                })
            }
        }
    }

    /// All that is known of the token and the project, read at one moment.
    async fn facts(
        &self,
        admitted: &Admitted<'_>,
        client: Option<IpAddr>,
    ) -> Result<(Snapshot, Option<store::Snapshot>), Unavailable> {
        let issuer = self.issuer.clone();
        let token = Zeroizing::new(admitted.credential().expose().as_bytes().to_vec());
        let (class, project) = (admitted.route().class, admitted.project().cloned());
        let now = self.now();
        let look_up = move || issuer.authenticate(&token, class, project.as_ref(), now);
        match self.look_up(look_up).await? {
            Ok(found) => Ok((Snapshot::from(&found), Some(found))),
            Err(error) => match error.invalid() {
                Some(why) => {
                    let mut facts = Snapshot::invalid(why);
                    if matches!(why, Invalid::Malformed | Invalid::Unknown) {
                        facts.retry_after = self.limiter.failed(client, now);
                    }
                    Ok((facts, error.snapshot().cloned()))
                }
                None => Err(Unavailable),
            },
        }
    }
}
