//! Rows of the operator's own services, beside those of the table (R31).

use std::fmt;

mod check;

use super::{Action, Dialect, Matched, Method, Needed, Route, ScopeRule, canonical, pattern};
use crate::token::carriers::{Carrier, Carriers, Presented};
use crate::token::directory::{Feature, Role};
use crate::token::lifecycle::Class;
use crate::token::permission::Permission;

/// The number of all own rows.
pub(in crate::token) const OWN: u8 = 31;

/// An endpoint of the operator's own services: what a row of the table says.
///
/// The path is a pattern: `:id` stands for a project, by its number or by its path with `%2F` for each
/// slash; `:number` for a number; `:name` for one part; `+` for one part or more; and `*`, at the end,
/// for the rest, which may be nothing.
#[derive(Clone, Debug)]
pub struct OwnRoute {
    /// The name, as logs have it. No two rows share one.
    pub name: String,
    /// The methods. What takes GET takes HEAD.
    pub methods: Vec<Method>,
    /// The pattern of its path.
    pub path: String,
    /// The project it belongs to, where the path names none: its path or its number.
    pub project: Option<String>,
    /// What it does.
    pub action: Action,
    /// The role it asks for in a private project. Where none is said: Reporter to read, Developer to write
    /// and Maintainer to delete.
    pub role: Option<Role>,
    /// The limit that holds for its project. With [`ScopeRule::None`] it has none, and every valid token
    /// opens it.
    pub scope: ScopeRule,
    /// Whether whoever sees a project that is not private may read it, if its feature is for everyone.
    pub public_read: bool,
    /// The permission a job must have declared, if it declared any. Where there is none, a job that
    /// declared permissions is refused.
    pub permission: Option<Permission>,
    /// The feature of the project that it belongs to.
    pub feature: Option<Feature>,
    /// Where it takes a token, also where a proxy asks.
    pub carriers: Carriers,
    /// The deadline of the token that counts.
    pub class: Class,
}

impl OwnRoute {
    /// A row with the outbound limit, and with a token in `JOB-TOKEN`, as a password or as a bearer token.
    #[must_use]
    pub fn new(name: &str, methods: &[Method], path: &str, action: Action) -> OwnRoute {
        OwnRoute {
            name: name.to_owned(),
            methods: methods.to_vec(),
            path: path.to_owned(),
            project: None,
            action,
            role: None,
            scope: ScopeRule::Outbound,
            public_read: false,
            permission: None,
            feature: None,
            carriers: OwnRoute::CARRIERS,
            class: Class::Resource,
        }
    }

    /// The carriers of a row that does not say any.
    pub(in crate::token) const CARRIERS: Carriers = Carriers::NONE
        .with(Carrier::Header)
        .with(Carrier::Basic)
        .with(Carrier::Bearer);

    /// The row as the table has rows. What it takes is never given back.
    fn leak(self) -> Route {
        let mut methods = self.methods;
        if methods.contains(&Method::Get) && !methods.contains(&Method::Head) {
            methods.push(Method::Head);
        }
        let path: (&'static [Method], &'static str) = (methods.leak(), self.path.leak());
        Route {
            number: OWN,
            name: self.name.leak(),
            paths: vec![path].leak(),
            project: self.project.map(|project| &*project.leak()),
            registry: None,
            action: self.action,
            needed: Needed::Role(self.role.unwrap_or(match self.action {
                Action::Read => Role::Reporter,
                Action::Write => Role::Developer,
                Action::Delete => Role::Maintainer,
            })),
            scope: self.scope,
            public_read: self.public_read,
            permission: self.permission,
            carriers: self.carriers,
            class: self.class,
            feature: self.feature,
            setting: None,
            changes_artifacts: false,
            dialect: Dialect::Api,
        }
    }
}

/// All own rows of an authority: checked, and ready to be asked. `Copy`, as it only refers to them.
///
/// # Examples
///
/// ```
/// use masker::token::routes::{Action, Method, OwnRoute, OwnRoutes};
///
/// let cache = OwnRoute::new("cache_read", &[Method::Get], "/cache/:id/+", Action::Read);
/// let routes = OwnRoutes::new(vec![cache])?;
/// let releases = "/api/v4/projects/:id/releases/*";
/// let releases = OwnRoute::new("releases", &[Method::Get], releases, Action::Read);
/// let refused = OwnRoutes::new(vec![releases]).unwrap_err();
/// assert_eq!(refused.to_string(), "it has paths of the built-in row releases_read");
/// # let _ = routes;
/// # Ok::<(), masker::token::routes::OwnRouteError>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct OwnRoutes(&'static [Route]);

impl OwnRoutes {
    /// Takes rows, in the order in which they are to be tried. Rows of the table go before them, and paths
    /// with a part that ends with `.git` are left to git.
    ///
    /// What the rows take in memory is never given back: make them once. O(n) in the rows of the
    /// table for each row.
    ///
    /// # Errors
    ///
    /// A row is not as it should be, or has paths of a row of the table.
    pub fn new(routes: Vec<OwnRoute>) -> Result<OwnRoutes, OwnRouteError> {
        for (index, route) in routes.iter().enumerate() {
            let named_before = routes[..index].iter().any(|it| it.name == route.name);
            let checked = match named_before {
                true => Err(("name", "another row has this name".to_owned())),
                false => check::check(route),
            };
            checked.map_err(|(key, cause)| OwnRouteError { index, key, cause })?;
        }
        let routes: Vec<Route> = routes.into_iter().map(OwnRoute::leak).collect();
        Ok(OwnRoutes(routes.leak()))
    }

    /// The rows.
    #[must_use]
    pub fn all(&self) -> &'static [Route] {
        self.0
    }

    pub(super) fn find(&self, method: Method, path: &str) -> Option<Matched> {
        if self.0.is_empty() {
            return None;
        }
        let segments = canonical::segments(path, |raw, index| self.has_project_at(raw, index))?;
        if segments.iter().any(|segment| segment.ends_with(".git")) {
            return None;
        }
        let in_order = self
            .paths()
            .filter(|(_, methods, _)| methods.contains(&method));
        in_order.into_iter().find_map(|(route, _, pattern)| {
            let named = pattern::matched(pattern, &segments, &Presented::default())?;
            let project = named.or_else(|| route.project.map(pattern::reference));
            Some(Matched {
                route,
                project,
                segments: segments.clone(),
            })
        })
    }

    /// Whether a row has a project in this place of such a path, so that its slashes are encoded.
    fn has_project_at(&self, raw: &[&str], index: usize) -> bool {
        self.paths().any(|(_, _, pattern)| {
            let mut parts = pattern[1..].split('/');
            let before = parts.by_ref().take(index).zip(raw);
            let mut before =
                before.map(|(part, segment)| part.starts_with(':') || part == *segment);
            before.all(|is_same| is_same) && parts.next() == Some(":id")
        })
    }

    fn paths(&self) -> impl Iterator<Item = (&'static Route, &'static [Method], &'static str)> {
        let of_route =
            |route: &'static Route| route.paths.iter().map(move |it| (route, it.0, it.1));
        self.0.iter().flat_map(of_route)
    }
}

/// A row cannot be one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnRouteError {
    index: usize,
    key: &'static str,
    cause: String,
}

impl OwnRouteError {
    /// Which row it is, counted from 0.
    #[must_use]
    pub fn index(&self) -> usize {
        self.index
    }

    /// What of the row is wrong: the name of a field of [`OwnRoute`].
    #[must_use]
    pub fn key(&self) -> &'static str {
        self.key
    }
}

impl fmt::Display for OwnRouteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.cause)
    }
}

impl std::error::Error for OwnRouteError {}
