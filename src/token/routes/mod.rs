//! Which endpoints take job tokens, and what each asks for: one table, and the search in it.

use std::fmt;

use crate::token::carriers::{Carriers, Presented};
use crate::token::directory::{Feature, ProjectReference, Role};
use crate::token::lifecycle::Class;
use crate::token::permission::Permission;

mod canonical;
pub(in crate::token) mod own;
mod pattern;
mod registry;
mod table;

pub use own::{OwnRoute, OwnRouteError, OwnRoutes};
pub use registry::{RegistryAction, registry_scope};

/// The method of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// Reads.
    Get,
    /// Reads, and answers without the content.
    Head,
    /// Makes, or does.
    Post,
    /// Puts in place.
    Put,
    /// Changes in part.
    Patch,
    /// Deletes.
    Delete,
    /// Any other. No endpoint has it.
    Other,
}

impl Method {
    /// The method of a name, as HTTP writes it: in capitals. O(1).
    #[must_use]
    pub fn named(name: &str) -> Method {
        match name {
            "GET" => Method::Get,
            "HEAD" => Method::Head,
            "POST" => Method::Post,
            "PUT" => Method::Put,
            "PATCH" => Method::Patch,
            "DELETE" => Method::Delete,
            _ => Method::Other,
        }
    }
}

/// What a request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked<'r> {
    /// A method and a path, as it was sent: not decoded, and without the query.
    Http {
        /// The method.
        method: Method,
        /// The path.
        path: &'r str,
    },
    /// One action on a repository of images. See [`registry_scope`].
    Registry {
        /// The path of the repository.
        repository: &'r str,
        /// The action.
        action: RegistryAction,
    },
}

/// What is done to a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// It is read.
    Read,
    /// It is made or changed.
    Write,
    /// It is deleted.
    Delete,
}

/// The action as logs have it.
impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Action::Read => "read",
            Action::Write => "write",
            Action::Delete => "delete",
        })
    }
}

/// The role that an endpoint asks for in a private project.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needed {
    /// This one, or a higher one.
    Role(Role),
    /// None in the job's own project, this one in others.
    ElsewhereRole(Role),
    /// Reporter; Guest where pipelines are public; Developer where the artifact is private.
    Artifact,
}

/// Which limit holds for the project that a request addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScopeRule {
    /// The request addresses no project.
    None,
    /// It must be the project of the job.
    Own,
    /// The scope limit of the job's project must let it through.
    Outbound,
}

/// A setting of a project without which an endpoint takes no job tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting {
    /// [`job_token_push`](super::directory::Project::job_token_push)
    JobTokenPush,
    /// [`container_registry_api`](super::directory::Project::container_registry_api)
    ContainerRegistryApi,
}

/// How clients of an endpoint read an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// `{"message":"404 Project Not Found"}`
    Api,
    /// As the API, and with the reason why a token is not valid.
    Trigger,
    /// As the API, but for 403 where the API has 404: the runner ends its job on that alone.
    Runner,
    /// A line of text, which git shows.
    Git,
    /// `{"errors":[..]}`, which registries send.
    Registry,
}

/// A family of endpoints: a row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Route {
    /// The number in the specification: 1 for R1.
    pub number: u8,
    /// The name, as logs have it.
    pub name: &'static str,
    pub(super) paths: &'static [(&'static [Method], &'static str)],
    /// The project of an own row whose path names none.
    pub(super) project: Option<&'static str>,
    pub(super) registry: Option<RegistryAction>,
    /// What it does.
    pub action: Action,
    /// The role it asks for.
    pub needed: Needed,
    /// The limit that holds for its project.
    pub scope: ScopeRule,
    /// Whether anyone who sees a project that is not private may do it, if its feature is for everyone.
    pub public_read: bool,
    /// The permission a job must have declared, if it declared any. Where there is none, the
    /// declaration has no name for it.
    pub permission: Option<Permission>,
    /// Where it takes a token.
    pub carriers: Carriers,
    /// The deadline of the token that counts.
    pub class: Class,
    /// The feature of the project that it belongs to.
    pub feature: Option<Feature>,
    /// The setting it takes.
    pub setting: Option<Setting>,
    /// How its clients read answers.
    pub dialect: Dialect,
    /// Whether it is off unless a policy has it
    /// [on](crate::token::authorizer::Policy::artifact_changes).
    pub changes_artifacts: bool,
}

impl Route {
    /// Every family of the table, in the order in which they are tried. For those of an operator see
    /// [`OwnRoutes`].
    #[must_use]
    pub fn all() -> &'static [Route] {
        table::TABLE
    }

    /// The methods and the paths of its endpoints.
    ///
    /// `:id` stands for a project, `:path.git` for the path of one, `:number` for a number, `:type` and
    /// `:name` for one segment, `+` for one or more, `*` for the rest. Behind `?` and ` body ` stands
    /// what the query and the body must say.
    #[must_use]
    pub fn paths(&self) -> &'static [(&'static [Method], &'static str)] {
        self.paths
    }
}

/// The route of a request, and the project it refers to.
#[derive(Clone, Debug)]
pub struct Matched {
    /// The row of the table.
    pub route: &'static Route,
    /// The project, where the route addresses one.
    pub project: Option<ProjectReference>,
    /// The path cut at its slashes, decoded. None of an image.
    pub segments: Vec<String>,
}

/// Why a request has no route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NoRoute {
    /// The path can be read in more than one way.
    NotCanonical,
    /// Nothing is known of the path.
    Unknown,
    /// It is an endpoint of the API, and takes no job tokens.
    NoJobTokens,
}

impl fmt::Display for NoRoute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            NoRoute::NotCanonical => "the path can be read in more than one way",
            NoRoute::Unknown => "nothing is known of the path",
            NoRoute::NoJobTokens => "the endpoint takes no job tokens",
        })
    }
}

impl std::error::Error for NoRoute {}

/// Finds the route of a request. Of what is presented it reads the parameters with which git says
/// what it is about to do.
///
/// O(n) in the path for each row of the table; allocates.
///
/// # Examples
///
/// ```
/// use masker::token::carriers::Presented;
/// use masker::token::directory::ProjectReference;
/// use masker::token::routes::{Asked, Method, find};
///
/// let path = "/api/v4/projects/tools%2Fbuild/releases";
/// let asked = Asked::Http { method: Method::Get, path };
/// let found = find(asked, &Presented::default())?;
/// assert_eq!(found.route.number, 15);
/// assert_eq!(found.project, Some(ProjectReference::Path("tools/build".into())));
/// # Ok::<(), masker::token::routes::NoRoute>(())
/// ```
///
/// # Errors
///
/// The path is not canonical, is not known, or is of an endpoint that takes no job tokens.
pub fn find(asked: Asked<'_>, presented: &Presented<'_>) -> Result<Matched, NoRoute> {
    find_with(OwnRoutes::default(), asked, presented)
}

/// The same with own rows, which are asked where no row of the table takes the request: what they add
/// changes nothing that the table says.
pub(in crate::token) fn find_with(
    own: OwnRoutes,
    asked: Asked<'_>,
    presented: &Presented<'_>,
) -> Result<Matched, NoRoute> {
    let (method, path) = match asked {
        Asked::Registry { repository, action } => return registry::find(repository, action),
        Asked::Http { method, path } => (method, path),
    };
    let unknown = match canonical::segments(path, canonical::may_be_namespaced) {
        None => NoRoute::NotCanonical,
        Some(segments) => match find_path(method, &segments, presented) {
            Some((route, project)) => {
                return Ok(Matched {
                    route,
                    project,
                    segments,
                });
            }
            None if segments[0] == "api" => NoRoute::NoJobTokens,
            None => NoRoute::Unknown,
        },
    };
    own.find(method, path).ok_or(unknown)
}

fn find_path(
    method: Method,
    segments: &[String],
    presented: &Presented<'_>,
) -> Option<(&'static Route, Option<ProjectReference>)> {
    let in_table = table::TABLE.iter().flat_map(|route| {
        let of_method = route
            .paths
            .iter()
            .filter(move |path| path.0.contains(&method));
        of_method.map(move |path| (route, path.1))
    });
    in_table.into_iter().find_map(|(route, pattern)| {
        let named = pattern::matched(pattern, segments, presented)?;
        let project = match route.scope {
            ScopeRule::None => None,
            _ => Some(named.unwrap_or_else(|| ProjectReference::Package(segments.join("/")))),
        };
        Some((route, project))
    })
}
