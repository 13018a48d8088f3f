//! What a request carries, decoded, in memory that is wiped: it may be a token.

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use zeroize::{Zeroize as _, Zeroizing};

use crate::token::carriers::{Authorization, Presented};

/// With padding or without: clients do both.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

pub(super) type Pair = (String, Zeroizing<String>);

enum Given {
    Basic(String, Zeroizing<String>),
    Bearer(Zeroizing<String>),
}

/// All that may be a token, or say what the request is about.
#[derive(Default)]
pub(super) struct Carried {
    headers: Vec<Zeroizing<String>>,
    authorization: Vec<Given>,
    query: Vec<Pair>,
    body: Vec<Pair>,
}

impl Carried {
    /// What the headers carry. A value that is no text is kept as one that no token has.
    pub(super) fn of(headers: &HeaderMap, query: Option<&str>) -> Carried {
        let text = |value: &[u8]| Zeroizing::new(String::from_utf8_lossy(value).into_owned());
        let tokens = headers.get_all("job-token").iter();
        let given = headers.get_all(AUTHORIZATION).iter();
        Carried {
            headers: tokens.map(|value| text(value.as_bytes())).collect(),
            authorization: given
                .filter_map(|it| authorization(it.as_bytes()))
                .collect(),
            query: pairs(query.unwrap_or_default().as_bytes()),
            body: Vec::new(),
        }
    }

    pub(super) fn with_body(mut self, body: Vec<Pair>) -> Carried {
        self.body = body;
        self
    }

    /// The same in the form that decisions take.
    pub(super) fn parts(&self) -> Parts<'_> {
        Parts {
            headers: self
                .headers
                .iter()
                .map(|it| ("JOB-TOKEN", it.as_str()))
                .collect(),
            authorization: self.authorization.iter().map(Given::lend).collect(),
            query: self
                .query
                .iter()
                .map(|it| (&*it.0, it.1.as_str()))
                .collect(),
            body: self.body.iter().map(|it| (&*it.0, it.1.as_str())).collect(),
        }
    }
}

impl Given {
    fn lend(&self) -> Authorization<'_> {
        match self {
            Given::Basic(user, password) => Authorization::Basic(user, password),
            Given::Bearer(token) => Authorization::Bearer(token),
        }
    }
}

/// The same, lent.
pub(super) struct Parts<'c> {
    headers: Vec<(&'c str, &'c str)>,
    authorization: Vec<Authorization<'c>>,
    query: Vec<(&'c str, &'c str)>,
    body: Vec<(&'c str, &'c str)>,
}

impl Parts<'_> {
    pub(super) fn presented(&self) -> Presented<'_> {
        Presented {
            headers: &self.headers,
            authorization: &self.authorization,
            query: &self.query,
            body: &self.body,
        }
    }
}

/// The parameters of a query or a form.
pub(super) fn pairs(text: &[u8]) -> Vec<Pair> {
    let pairs = form_urlencoded::parse(text);
    pairs
        .map(|(name, value)| (name.into_owned(), Zeroizing::new(value.into_owned())))
        .collect()
}

/// The scheme's name is the same in either case; what is no Basic and no Bearer is left out.
fn authorization(value: &[u8]) -> Option<Given> {
    let text = str::from_utf8(value).ok()?;
    let (scheme, rest) = text.split_once(' ')?;
    let rest = rest.trim();
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(Given::Bearer(Zeroizing::new(rest.to_owned())));
    }
    let (user, password) = basic_of(scheme, rest)?;
    Some(Given::Basic(user, password))
}

fn basic_of(scheme: &str, rest: &str) -> Option<(String, Zeroizing<String>)> {
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let mut bytes = BASE64.decode(rest).ok()?;
    let decoded = str::from_utf8(&bytes).ok().and_then(|text| {
        let (user, password) = text.split_once(':')?;
        Some((user.to_owned(), Zeroizing::new(password.to_owned())))
    });
    bytes.zeroize();
    decoded
}

/// The user and the password of the one `Authorization: Basic` that a request has.
pub(super) fn basic(headers: &HeaderMap) -> Option<(String, Zeroizing<String>)> {
    let text = one(headers)?;
    let (scheme, rest) = text.split_once(' ')?;
    basic_of(scheme, rest.trim())
}

/// The token of the one `Authorization: Bearer` that a request has.
pub(super) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, rest) = one(headers)?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| rest.trim())
}

fn one(headers: &HeaderMap) -> Option<&str> {
    let mut given = headers.get_all(AUTHORIZATION).iter();
    match (given.next(), given.next()) {
        (Some(one), None) => one.to_str().ok(),
        _ => None,
    }
}
