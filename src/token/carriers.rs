//! Where a request may carry a job token, and which one it carries.

use std::fmt;

/// The only user name with which a job token is a password.
pub const BASIC_USER: &str = "gitlab-ci-token";

/// A place for a job token in a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Carrier {
    /// The header `JOB-TOKEN` (C1).
    Header,
    /// The query's `job_token`, of a request that reads (C2).
    Query,
    /// The body's `job_token` (C3).
    Body,
    /// The `token` of the body or the query (C4).
    TokenParameter,
    /// The password of [`BASIC_USER`] (C5, and C6 for a login to the registry).
    Basic,
    /// A bearer token (C7).
    Bearer,
}

/// The carriers that an endpoint takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Carriers {
    /// A bit for each carrier, by its number.
    bits: u8,
}

impl Carriers {
    /// None.
    pub const NONE: Carriers = Carriers { bits: 0 };

    /// These and one more.
    #[must_use]
    pub const fn with(self, carrier: Carrier) -> Carriers {
        Carriers {
            bits: self.bits | 1 << carrier as u8,
        }
    }

    /// These but one.
    #[must_use]
    pub const fn without(self, carrier: Carrier) -> Carriers {
        Carriers {
            bits: self.bits & !(1 << carrier as u8),
        }
    }

    /// Whether a carrier is among them.
    #[must_use]
    pub const fn contains(self, carrier: Carrier) -> bool {
        self.bits & 1 << carrier as u8 != 0
    }
}

/// The `Authorization` of a request, decoded.
#[derive(Clone, Copy)]
pub enum Authorization<'r> {
    /// A user name and a password.
    Basic(&'r str, &'r str),
    /// A bearer token.
    Bearer(&'r str),
}

/// All that a request presents, decoded: names and values. `Debug` shows none of it.
#[derive(Clone, Copy, Default)]
pub struct Presented<'r> {
    /// The headers but `Authorization`; case does not matter in their names.
    pub headers: &'r [(&'r str, &'r str)],
    /// Each `Authorization` header there is.
    pub authorization: &'r [Authorization<'r>],
    /// The parameters of the query.
    pub query: &'r [(&'r str, &'r str)],
    /// The parameters of a form, or the strings at the top of a JSON body.
    pub body: &'r [(&'r str, &'r str)],
}

impl Presented<'_> {
    /// Whether a token stands in the address, accepted or not: logs and `Referer` headers show it.
    /// O(n), neither copies nor allocates.
    #[must_use]
    pub fn has_token_in_query(&self) -> bool {
        let is_token = |name| name == "job_token" || name == "token";
        self.query.iter().any(|parameter| is_token(parameter.0))
    }
}

impl fmt::Debug for Presented<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Presented([REDACTED])")
    }
}

/// A token that a request carries. `Debug` does not show the token.
#[derive(Clone, Copy)]
pub struct Credential<'r> {
    text: &'r str,
}

impl<'r> Credential<'r> {
    /// The token itself. Whoever calls this answers for where it goes.
    #[must_use]
    pub fn expose(&self) -> &'r str {
        self.text
    }
}

impl fmt::Debug for Credential<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credential([REDACTED])")
    }
}

/// Two carriers have different tokens, so nobody can say whose request it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conflict(());

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the request carries two different tokens")
    }
}

impl std::error::Error for Conflict {}

/// The one token that a request carries in an accepted place, if any.
///
/// The same token twice is one. An empty one is none, and so is one in another place: a
/// `PRIVATE-TOKEN`, or a password of another user. O(n) in what is presented; neither copies nor
/// allocates.
///
/// # Examples
///
/// ```
/// use masker::token::carriers::{Carrier, Carriers, Presented, credential};
///
/// let presented = Presented {
///     headers: &[("job-token", "mjt_example"), ("PRIVATE-TOKEN", "other")],
///     query: &[("job_token", "mjt_example")],
///     ..Presented::default()
/// };
/// let accepted = Carriers::NONE.with(Carrier::Header).with(Carrier::Query);
/// let found = credential(&presented, accepted)?.expect("a token");
/// assert_eq!(found.expose(), "mjt_example");
/// # Ok::<(), masker::token::carriers::Conflict>(())
/// ```
///
/// # Errors
///
/// Two places have different tokens.
pub fn credential<'r>(
    presented: &Presented<'r>,
    accepted: Carriers,
) -> Result<Option<Credential<'r>>, Conflict> {
    let is_there = |found: &(Carrier, &str)| accepted.contains(found.0) && !found.1.is_empty();
    // Where a parameter is the carrier, some clients send a header along, of which nobody asked.
    let has_parameter = all(presented)
        .filter(is_there)
        .any(|found| found.0 == Carrier::TokenParameter);
    let mut one: Option<Credential<'r>> = None;
    for (carrier, text) in all(presented).filter(is_there) {
        if has_parameter && carrier == Carrier::Header {
            continue;
        }
        match one {
            None => one = Some(Credential { text }),
            Some(first) if first.text == text => {}
            Some(_) => return Err(Conflict(())),
        }
    }
    Ok(one)
}

/// Every token in every place.
fn all<'r>(presented: &Presented<'r>) -> impl Iterator<Item = (Carrier, &'r str)> {
    let headers = presented.headers.iter().filter_map(|&(name, value)| {
        let is_ours = name.eq_ignore_ascii_case("JOB-TOKEN");
        is_ours.then_some((Carrier::Header, value))
    });
    let authorization = presented
        .authorization
        .iter()
        .filter_map(|&given| match given {
            Authorization::Basic(BASIC_USER, password) => Some((Carrier::Basic, password)),
            Authorization::Basic(..) => None,
            Authorization::Bearer(token) => Some((Carrier::Bearer, token)),
        });
    let query = presented
        .query
        .iter()
        .filter_map(|&(name, value)| match name {
            "job_token" => Some((Carrier::Query, value)),
            "token" => Some((Carrier::TokenParameter, value)),
            _ => None,
        });
    let body = presented
        .body
        .iter()
        .filter_map(|&(name, value)| match name {
            "job_token" => Some((Carrier::Body, value)),
            "token" => Some((Carrier::TokenParameter, value)),
            _ => None,
        });
    headers.chain(authorization).chain(query).chain(body)
}
