//! Patterns of paths.
//!
//! | part | stands for |
//! |---|---|
//! | `:id` | a project, by its number or its path |
//! | `:path.git` | the path of a project, over several segments, and `.git` |
//! | `:type` | a type of packages |
//! | `:number` | a number |
//! | `:name` | one segment |
//! | `+` | one segment or more |
//! | `*` | the rest, which may be nothing and may end with a slash |
//!
//! After `?` stands what the query must say, after ` body ` what the body must say.

use crate::token::carriers::Presented;
use crate::token::directory::{ProjectId, ProjectReference};

/// The types of packages. The API of packages has numbers in the same place.
const PACKAGE_TYPES: &[&str] = &[
    "cargo",
    "composer",
    "conan",
    "debian",
    "generic",
    "go",
    "helm",
    "maven",
    "ml_models",
    "npm",
    "nuget",
    "pypi",
    "rpm",
    "rubygems",
    "terraform",
];

/// Whether a request has the pattern, and the project that stands in it.
pub(super) fn matched(
    pattern: &str,
    segments: &[String],
    presented: &Presented<'_>,
) -> Option<Option<ProjectReference>> {
    let (pattern, body) = pattern.split_once(" body ").unwrap_or((pattern, ""));
    let (pattern, query) = pattern.split_once('?').unwrap_or((pattern, ""));
    if !says(presented.query, query) || !says(presented.body, body) {
        return None;
    }
    let pattern = pattern.strip_prefix('/')?;
    match pattern.strip_prefix(":path.git/") {
        Some(rest) => git(rest, segments).map(Some),
        None => {
            let mut project = None;
            rest_matches(pattern, segments, &mut project).then_some(project)
        }
    }
}

/// Whether parameters have one value, and no second one that another reader might take.
fn says(parameters: &[(&str, &str)], wanted: &str) -> bool {
    let Some((name, value)) = wanted.split_once('=') else {
        return true;
    };
    let mut given = parameters
        .iter()
        .filter(|parameter| parameter.0 == name)
        .peekable();
    given.peek().is_some() && given.all(|parameter| parameter.1 == value)
}

/// The project ends with the first segment that ends with `.git`: no project can be below it.
fn git(rest: &str, segments: &[String]) -> Option<ProjectReference> {
    let end = segments
        .iter()
        .position(|segment| segment.ends_with(".git"))?;
    let path = segments[..=end].join("/");
    let is_elsewhere =
        end == 0 || segments[0] == "api" || path == ".git" || path.ends_with("/.git");
    if is_elsewhere || !rest_matches(rest, &segments[end + 1..], &mut None) {
        return None;
    }
    path.strip_suffix(".git")
        .map(|path| ProjectReference::Path(path.to_owned()))
}

fn rest_matches(
    pattern: &str,
    segments: &[String],
    project: &mut Option<ProjectReference>,
) -> bool {
    let (part, rest) = match pattern.split_once('/') {
        Some((part, rest)) => (part, Some(rest)),
        None => (pattern, None),
    };
    match (part, rest) {
        ("*", _) => true,
        ("+", None) => segments.last().is_some_and(|last| !last.is_empty()),
        ("+", Some(rest)) => {
            (1..segments.len()).any(|taken| rest_matches(rest, &segments[taken..], project))
        }
        _ => match (segments.split_first(), rest) {
            (Some((segment, _)), _) if !segment_matches(part, segment, project) => false,
            (Some((_, left)), Some(rest)) => rest_matches(rest, left, project),
            (Some((_, left)), None) => left.is_empty(),
            (None, _) => false,
        },
    }
}

fn segment_matches(part: &str, segment: &str, project: &mut Option<ProjectReference>) -> bool {
    match part {
        ":id" => {
            *project = Some(reference(segment));
            !segment.is_empty()
        }
        ":type" => PACKAGE_TYPES.contains(&segment),
        ":number" => is_number(segment),
        ":name" => !segment.is_empty(),
        literal => literal == segment,
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The project that a number or a path stands for.
pub(super) fn reference(text: &str) -> ProjectReference {
    match text.parse() {
        Ok(id) if is_number(text) => ProjectReference::Id(ProjectId(id)),
        _ => ProjectReference::Path(text.to_owned()),
    }
}

/// Whether a part may stand in a pattern that an operator writes. What stands for itself is as clients
/// send it, without an escape.
pub(super) fn is_part(part: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~@".contains(&byte);
    let is_name = !matches!(part, "" | "." | "..") && part.bytes().all(is_plain);
    is_name || matches!(part, ":id" | ":name" | ":number" | "+" | "*")
}

/// Whether a segment may be of both parts. Of two parts that stand for others it may.
pub(super) fn is_common(one: &str, other: &str) -> bool {
    match (one.starts_with(':'), other.starts_with(':')) {
        (true, true) => true,
        (true, false) => segment_matches(one, other, &mut None),
        (false, _) => segment_matches(other, one, &mut None),
    }
}
