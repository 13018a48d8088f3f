//! The decision: whether a request with a job token is allowed, from facts that were read before.
//!
//! It has two halves, with a look-up in between. [`Policy::admit`] reads the request alone and says
//! what must be looked up: a token and a project. [`Admitted::decide`] takes what was found. So no
//! token is looked up for a path that is not canonical or an endpoint that takes none.

use crate::token::carriers::{Carrier, Carriers, Credential, Presented, credential};
use crate::token::directory::ProjectReference;
use crate::token::routes::own::OWN;
use crate::token::routes::{Asked, Matched, Method, NoRoute, OwnRoutes, Route, find_with};

mod answer;
mod facts;
mod record;
mod steps;
mod supposed;

pub use answer::Answer;
pub use facts::{Holder, Snapshot, snapshot};
pub use record::{Reason, Record, Step};
pub use steps::Outcome;

/// Through which door a request comes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Door {
    /// The service itself asks.
    #[default]
    Service,
    /// A proxy asks, which sees no body: more headers count as carriers there.
    ForwardAuth,
}

/// A request, as far as a decision needs it.
#[derive(Clone, Copy, Debug)]
pub struct Request<'r> {
    /// What it asks for.
    pub asked: Asked<'r>,
    /// What it presents.
    pub presented: Presented<'r>,
    /// Through which door it comes.
    pub door: Door,
}

/// A request that asks for nothing there is.
impl Default for Request<'_> {
    fn default() -> Self {
        Request {
            asked: Asked::Http {
                method: Method::Other,
                path: "/",
            },
            presented: Presented::default(),
            door: Door::default(),
        }
    }
}

/// In which words outsiders are answered, and which limits there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Profile {
    /// A project out of reach is not found. The limit is on what goes out.
    #[default]
    Seed,
}

/// The rules of an authority that do not depend on a project.
#[derive(Clone, Copy, Debug, Default)]
pub struct Policy {
    profile: Profile,
    deny_query_tokens: bool,
    artifact_changes: bool,
    own: OwnRoutes,
}

impl Policy {
    /// Takes no token from a query, where logs of proxies show it.
    #[must_use]
    pub fn deny_query_tokens(mut self, deny: bool) -> Policy {
        self.deny_query_tokens = deny;
        self
    }

    /// Lets job tokens keep artifacts for good, and delete them. Otherwise these two endpoints take none.
    #[must_use]
    pub fn artifact_changes(mut self, allow: bool) -> Policy {
        self.artifact_changes = allow;
        self
    }

    /// Finds the route of a request, as [`routes::find`](crate::token::routes::find) does, among those
    /// that are on and the own ones.
    ///
    /// # Errors
    ///
    /// As for [`routes::find`](crate::token::routes::find). A route that is off is an endpoint that takes
    /// no job tokens.
    pub fn find(&self, asked: Asked<'_>, presented: &Presented<'_>) -> Result<Matched, NoRoute> {
        let matched = find_with(self.own, asked, presented)?;
        match matched.route.changes_artifacts && !self.artifact_changes {
            true => Err(NoRoute::NoJobTokens),
            false => Ok(matched),
        }
    }

    /// Decides about the operator's own endpoints too.
    #[must_use]
    pub fn own_routes(mut self, own: OwnRoutes) -> Policy {
        self.own = own;
        self
    }

    /// The first half, D1 to D4: finds the route and the credential of a request.
    ///
    /// O(n) in what the request presents, for each row of the table of routes; allocates.
    ///
    /// # Errors
    ///
    /// The request is denied whoever sent it. That is a decision like any other, to be logged and
    /// answered; it is boxed as it is the rarer and the larger one.
    pub fn admit<'r>(&self, request: &Request<'r>) -> Result<Admitted<'r>, Box<Decision>> {
        let denied = |step, reason, route: Option<&'static Route>| {
            let mut decision = Decision::denied(self.profile, step, reason, route);
            decision.answer.keep_referrer_from(&request.presented);
            Box::new(decision)
        };
        let matched = self.find(request.asked, &request.presented);
        let matched = matched.map_err(|error| match error {
            NoRoute::NotCanonical => denied(Step::D1, Reason::BadPath, None),
            NoRoute::Unknown => denied(Step::D2, Reason::NoRoute, None),
            NoRoute::NoJobTokens => denied(Step::D3, Reason::EndpointNotAllowed, None),
        })?;
        let route = matched.route;
        match credential(&request.presented, self.carriers(request, route)) {
            Ok(Some(credential)) => Ok(Admitted {
                profile: self.profile,
                matched,
                credential,
                presented: request.presented,
            }),
            Ok(None) => Err(denied(Step::D4, Reason::NoCredential, Some(route))),
            Err(_) => Err(denied(Step::D4, Reason::CarrierConflict, Some(route))),
        }
    }

    /// The carriers that count for a request to this route.
    fn carriers(&self, request: &Request<'_>, route: &Route) -> Carriers {
        let mut carriers = route.carriers;
        // An own row says itself what it takes, as proxies alone ask about it.
        if request.door == Door::ForwardAuth && route.number != OWN {
            carriers = carriers
                .with(Carrier::Header)
                .with(Carrier::Basic)
                .with(Carrier::Bearer);
        }
        let reads = match request.asked {
            Asked::Http { method, .. } => matches!(method, Method::Get | Method::Head),
            Asked::Registry { .. } => false,
        };
        match self.deny_query_tokens || !reads {
            true => carriers.without(Carrier::Query),
            false => carriers,
        }
    }
}

/// A request with a route and a credential. `Debug` does not show the credential.
#[derive(Clone, Debug)]
pub struct Admitted<'r> {
    profile: Profile,
    matched: Matched,
    credential: Credential<'r>,
    presented: Presented<'r>,
}

impl<'r> Admitted<'r> {
    /// The token to look up, for the class of the route.
    #[must_use]
    pub fn credential(&self) -> Credential<'r> {
        self.credential
    }

    /// The route.
    #[must_use]
    pub fn route(&self) -> &'static Route {
        self.matched.route
    }

    /// The project to look up, if the route addresses one.
    #[must_use]
    pub fn project(&self) -> Option<&ProjectReference> {
        self.matched.project.as_ref()
    }

    /// The path cut at its slashes, decoded: what the route does not say of what is asked for.
    #[must_use]
    pub fn segments(&self) -> &[String] {
        &self.matched.segments
    }

    /// What the query says.
    #[must_use]
    pub fn query(&self) -> &'r [(&'r str, &'r str)] {
        self.presented.query
    }

    /// The second half, D5 to D18: decides from facts. The first check that fails ends it.
    ///
    /// O(1) but for the paths of the projects; copies some numbers, and allocates only for the
    /// answer of a denial.
    #[must_use]
    pub fn decide(&self, facts: &Snapshot) -> Decision {
        let case = steps::Case {
            matched: &self.matched,
            facts,
        };
        let mut failed = steps::ALL
            .iter()
            .filter_map(|(step, check)| match check(&case) {
                Outcome::Failed(reason) => Some((*step, reason)),
                Outcome::Passed | Outcome::NotApplicable | Outcome::NotReached => None,
            });
        let (step, reason) = failed.next().unwrap_or((Step::D18, Reason::Allowed));
        let mut answer = Answer::to(reason, Some(self.route()), facts.retry_after);
        answer.keep_referrer_from(&self.presented);
        Decision {
            answer,
            record: Record::of(self.profile, step, reason, Some(self.route()), Some(facts)),
        }
    }

    /// The outcome of every check, also of those after the first that failed. For people who ask
    /// why; it shows what the public answer hides.
    ///
    /// # Examples
    ///
    /// See [`Outcome`].
    #[must_use]
    pub fn explain(&self, facts: &Snapshot) -> Vec<(Step, Outcome)> {
        let case = steps::Case {
            matched: &self.matched,
            facts,
        };
        let admitted = Step::BEFORE_LOOKUP.map(|step| (step, Outcome::Passed));
        let decided = steps::ALL.iter().map(|(step, check)| (*step, check(&case)));
        admitted.into_iter().chain(decided).collect()
    }
}

/// What was decided: an answer for the client, and a record for the log. The two are apart, as the
/// client must not learn what the log must say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    answer: Answer,
    record: Record,
}

impl Decision {
    fn denied(profile: Profile, step: Step, reason: Reason, route: Option<&'static Route>) -> Self {
        Decision {
            answer: Answer::to(reason, route, None),
            record: Record::of(profile, step, reason, route, None),
        }
    }

    /// Whether the request is allowed.
    #[must_use]
    pub fn is_allowed(&self) -> bool {
        self.record.reason == Reason::Allowed
    }

    /// What the client is told.
    #[must_use]
    pub fn answer(&self) -> &Answer {
        &self.answer
    }

    /// What the log is told.
    #[must_use]
    pub fn record(&self) -> &Record {
        &self.record
    }
}
