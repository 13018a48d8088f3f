//! Requests, written as they stand in the specification.

use masker::token::authorizer::{Door, Request};
use masker::token::carriers::{Authorization, Presented};
use masker::token::routes::{Asked, Method, registry_scope};

use super::TOKEN;

/// A request with all that it carries.
#[derive(Clone, Debug, Default)]
pub struct Asking {
    line: String,
    headers: Vec<(String, String)>,
    basic: Option<(String, String)>,
    bearer: Option<String>,
    query: Vec<(String, String)>,
    body: Vec<(String, String)>,
    door: Door,
}

/// A request without a credential: `GET /path?name=value`, or a scope of one action.
pub fn bare(line: &str) -> Asking {
    let (line, query) = line.split_once('?').unwrap_or((line, ""));
    let parameters = query.split('&').filter_map(|pair| pair.split_once('='));
    Asking {
        line: line.to_owned(),
        query: parameters
            .map(|(name, value)| (name.into(), value.into()))
            .collect(),
        ..Asking::default()
    }
}

/// A request that has the token in every place, of which each endpoint takes what it accepts.
pub fn request(line: &str) -> Asking {
    bare(line)
        .header("JOB-TOKEN", TOKEN)
        .basic("gitlab-ci-token", TOKEN)
        .body("token", TOKEN)
}

impl Asking {
    pub fn header(mut self, name: &str, value: &str) -> Asking {
        self.headers.push((name.into(), value.into()));
        self
    }

    pub fn basic(mut self, user: &str, password: &str) -> Asking {
        self.basic = Some((user.into(), password.into()));
        self
    }

    pub fn bearer(mut self, token: &str) -> Asking {
        self.bearer = Some(token.into());
        self
    }

    pub fn body(mut self, name: &str, value: &str) -> Asking {
        self.body.push((name.into(), value.into()));
        self
    }

    /// The same for another line.
    pub fn at(mut self, line: &str) -> Asking {
        line.clone_into(&mut self.line);
        self
    }

    pub fn through(mut self, door: Door) -> Asking {
        self.door = door;
        self
    }

    /// Gives the request to `with`, which borrows from this one.
    pub fn with<T>(&self, with: impl FnOnce(&Request<'_>) -> T) -> T {
        let (headers, query, body) = (pairs(&self.headers), pairs(&self.query), pairs(&self.body));
        let basic = self
            .basic
            .iter()
            .map(|(user, password)| Authorization::Basic(user, password));
        let bearer = self.bearer.iter().map(|token| Authorization::Bearer(token));
        let presented = Presented {
            headers: &headers,
            authorization: &basic.chain(bearer).collect::<Vec<_>>(),
            query: &query,
            body: &body,
        };
        with(&Request {
            asked: self.asked(),
            presented,
            door: self.door,
        })
    }

    fn asked(&self) -> Asked<'_> {
        if let Some(scopes) = registry_scope(&self.line) {
            return *scopes.first().expect("a scope with an action");
        }
        let (method, path) = self.line.split_once(' ').expect("a method and a path");
        Asked::Http {
            method: Method::named(method),
            path,
        }
    }
}

fn pairs(owned: &[(String, String)]) -> Vec<(&str, &str)> {
    owned
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect()
}
