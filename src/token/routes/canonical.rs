//! Whether a path can be read in one way only. Proxies and servers differ in what they make of any
//! other, and then one is asked for another resource than was decided on.

use percent_encoding::percent_decode_str;

/// Longer than any path of ours, and short enough to look at more than once.
const MAX_LENGTH: usize = 8192;

/// The path cut at its slashes, decoded, or nothing if it is not canonical. A segment may hold encoded
/// slashes where that is said.
pub(super) fn segments(
    path: &str,
    may_be_namespaced: impl Fn(&[&str], usize) -> bool,
) -> Option<Vec<String>> {
    let rest = path.strip_prefix('/')?;
    if path.len() > MAX_LENGTH {
        return None;
    }
    let raw: Vec<&str> = rest.split('/').collect();
    let last = raw.len() - 1;
    let mut decoded = Vec::with_capacity(raw.len());
    for (index, segment) in raw.iter().enumerate() {
        // An empty last one is a slash at the end. Any other is two slashes in a row.
        if segment.is_empty() && index < last {
            return None;
        }
        decoded.push(decode(segment, may_be_namespaced(&raw, index))?);
    }
    Some(decoded)
}

/// Where a client must encode the slashes of a name: the path of a project or group in place of its
/// number, and the scope of a package of npm.
pub(super) fn may_be_namespaced(raw: &[&str], index: usize) -> bool {
    match raw {
        ["api", "v4", "projects", _, "packages", "npm", ..] => index == 3 || index >= 6,
        ["api", "v4", "groups", _, "-", "packages", "npm", ..] => index == 3 || index >= 7,
        ["api", "v4", "packages", "npm", ..] => index >= 4,
        ["api", "v4", "projects" | "groups", ..] => index == 3,
        _ => false,
    }
}

fn decode(segment: &str, may_be_namespaced: bool) -> Option<String> {
    // A raw one of these was cut off or never came from a client, or is a slash to some servers.
    if segment.contains(['\\', '?', '#']) || !escapes_are_plain(segment) {
        return None;
    }
    let decoded = percent_decode_str(segment).decode_utf8().ok()?;
    if decoded.contains('/') && !may_be_namespaced {
        return None;
    }
    // Servers of Java cut off what stands behind a semicolon, and find two dots then.
    let is_dots = |name: &str| matches!(name.split(';').next(), Some("." | ".."));
    let is_name = |name: &str| !is_dots(name) && !name.contains(char::is_control);
    let is_whole = |name: &str| !name.is_empty() || segment.is_empty();
    decoded
        .split('/')
        .all(|name| is_name(name) && is_whole(name))
        .then(|| decoded.into_owned())
}

/// Whether each `%` begins an escape, and none of them hides a dot, a backslash or a second escape.
fn escapes_are_plain(segment: &str) -> bool {
    segment.split('%').skip(1).all(|escape| {
        let digits = escape.as_bytes().get(..2);
        let is_escape = digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit));
        is_escape
            && !["2e", "25", "5c"]
                .iter()
                .any(|hidden| escape.as_bytes()[..2].eq_ignore_ascii_case(hidden.as_bytes()))
    })
}
