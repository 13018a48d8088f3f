//! Whether a row can be one of the operator's own.

use super::OwnRoute;
use crate::token::carriers::Carrier;
use crate::token::routes::pattern::{is_common, is_part};
use crate::token::routes::{Action, Method, Route, ScopeRule};

/// The field of [`OwnRoute`] that is wrong, and a sentence.
type Refused = (&'static str, String);

pub(super) fn check(route: &OwnRoute) -> Result<(), Refused> {
    let refuse = |key, cause: &str| Err((key, cause.to_owned()));
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    let name = &route.name;
    if name.is_empty() || name.len() > 64 || !name.bytes().all(is_plain) {
        return refuse("name", "a name is of lower-case letters, digits and _");
    }
    if Route::all().iter().any(|built_in| built_in.name == name) {
        return refuse("name", "a built-in row has this name");
    }
    if route.methods.is_empty() || route.methods.contains(&Method::Other) {
        return refuse("methods", "name one method of HTTP or more");
    }
    check_path(route)?;
    if route.public_read && route.action != Action::Read {
        return refuse("public_read", "only what is read is read by everyone");
    }
    let is_taken = |carrier| route.carriers.contains(carrier);
    if is_taken(Carrier::Body) || is_taken(Carrier::TokenParameter) {
        return refuse("carriers", "a proxy does not show the body");
    }
    if ![Carrier::Header, Carrier::Basic, Carrier::Bearer]
        .into_iter()
        .any(is_taken)
    {
        return refuse("carriers", "name header, basic or bearer too");
    }
    check_scope(route)
}

fn check_path(route: &OwnRoute) -> Result<(), Refused> {
    let refuse = |cause: &str| Err(("path", cause.to_owned()));
    let parts = parts(route);
    if !route.path.starts_with('/') || !parts.iter().all(|part| is_part(part)) {
        return refuse(
            "a path is of / and parts: letters, digits and -._~@, or :id, :name, :number, + or *",
        );
    }
    if parts[0].starts_with([':', '+', '*']) {
        return refuse("a path begins with a name");
    }
    if parts[..parts.len() - 1].contains(&"*") {
        return refuse("* stands for the rest, so it is the last part");
    }
    if parts.iter().any(|part| part.ends_with(".git")) {
        return refuse("a path with a part that ends with .git is left to git");
    }
    let id = parts.iter().position(|part| *part == ":id");
    let wide = parts.iter().position(|part| *part == "+");
    if parts.iter().filter(|part| **part == ":id").count() > 1 {
        return refuse(":id stands in a path once");
    }
    if id.is_some_and(|id| wide.is_some_and(|wide| wide < id)) {
        return refuse(":id stands before +, or its place were not certain");
    }
    match built_in(route, &parts) {
        Some(built_in) => Err((
            "path",
            format!("it has paths of the built-in row {built_in}"),
        )),
        None => Ok(()),
    }
}

/// A built-in row that takes a path and a method of this one. Those of git take no path of an own row.
fn built_in(route: &OwnRoute, parts: &[&str]) -> Option<&'static str> {
    let takes = |method: &Method| {
        let is_get = route.methods.contains(&Method::Get) && *method == Method::Head;
        is_get || route.methods.contains(method)
    };
    let rows = Route::all()
        .iter()
        .flat_map(|row| row.paths.iter().map(move |it| (row, it)));
    let mut taken = rows.filter(|(_, (methods, pattern))| {
        let theirs: Vec<&str> = pattern[1..].split('/').collect();
        theirs[0] != ":path.git" && methods.iter().any(takes) && overlap(parts, &theirs)
    });
    taken.next().map(|(row, _)| row.name)
}

/// What a row says of a project fits together.
fn check_scope(route: &OwnRoute) -> Result<(), Refused> {
    let refuse = |key, cause: &str| Err((key, cause.to_owned()));
    let in_path = parts(route).contains(&":id");
    match (route.scope, in_path, &route.project) {
        (_, true, Some(_)) => refuse("project", "the path names the project with :id"),
        (ScopeRule::None, true, None) => refuse("scope", "the path names a project with :id"),
        (ScopeRule::None, false, Some(_)) => refuse("scope", "`project` names a project"),
        (ScopeRule::Own | ScopeRule::Outbound, false, None) => refuse(
            "path",
            "it names no project: put :id into it, name the project, or set the scope to none",
        ),
        (_, _, Some(project)) if project.is_empty() => refuse("project", "it is empty"),
        // Of no project, nobody has a role and nothing is visible: these would never be asked.
        (ScopeRule::None, ..) if route.role.is_some() => refuse("role", "it has no project"),
        (ScopeRule::None, ..) if route.public_read => refuse("public_read", "it has no project"),
        (ScopeRule::None, ..) if route.permission.is_some() => {
            refuse("permission", "it has no project")
        }
        (ScopeRule::None, ..) if route.feature.is_some() => refuse("feature", "it has no project"),
        _ => Ok(()),
    }
}

fn parts(route: &OwnRoute) -> Vec<&str> {
    route.path.trim_start_matches('/').split('/').collect()
}

/// Whether two patterns, cut at their slashes, have a path in common. What cannot be told from the
/// patterns counts as common.
fn overlap(one: &[&str], other: &[&str]) -> bool {
    match (one, other) {
        (["*", ..], _) | (_, ["*", ..]) | ([], []) => true,
        ([], _) | (_, []) => false,
        (["+", after @ ..], [part, rest @ ..]) => {
            let both_go_on = *part == "+" && overlap(after, other);
            both_go_on || overlap(after, rest) || overlap(one, rest)
        }
        (_, ["+", ..]) => overlap(other, one),
        ([part, after @ ..], [theirs, rest @ ..]) => {
            is_common(part, theirs) && overlap(after, rest)
        }
    }
}
