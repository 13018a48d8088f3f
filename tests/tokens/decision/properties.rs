//! What holds of every decision.

use masker::token::authorizer::Door;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::every_route::{ROLES, for_project};
use super::requests::request;
use super::rows::{Row, rows};
use super::world::Setup;

fn row() -> impl Strategy<Value = Row> {
    select(rows())
}

fn setup() -> impl Strategy<Value = Setup<'static>> {
    let visibility = select(&["private", "internal", "public"][..]);
    let more = [
        "",
        "public_pipelines = true",
        "job_token_push = true",
        "features = { builds = 'members', package_registry = 'disabled' }",
        "pending_delete = true",
    ];
    (
        select(&ROLES[..]),
        select(&ROLES[..]),
        visibility,
        any::<[bool; 3]>(),
        select(more.to_vec()),
    )
        .prop_map(
            |(role_in_a, role_in_b, visibility_of_b, [external, limited, listed], more_of_b)| {
                let more_of_a = "";
                Setup {
                    role_in_a,
                    role_in_b,
                    visibility_of_b,
                    external,
                    limited,
                    listed,
                    more_of_a,
                    more_of_b,
                }
            },
        )
}

/// Pieces of paths that mean something to us or to others.
fn path() -> impl Strategy<Value = String> {
    let pieces = vec![
        "/",
        "//",
        "api",
        "v4",
        "projects",
        "1",
        "2",
        "g%2Fa",
        "g",
        "a.git",
        ".git",
        "info",
        "refs",
        "git-upload-pack",
        "packages",
        "npm",
        "generic",
        "jobs",
        "artifacts",
        "raw",
        "releases",
        "..",
        ".",
        "%",
        "%2",
        "%2e",
        "%2F",
        "%25",
        "%00",
        "\\",
        "\0",
        "é",
        "%c3%a9",
        "%ff",
        "-",
        "groups",
        "99999999999999999999999",
        "terraform",
        "state",
        "lock",
        "+",
        "*",
        ":id",
        "?",
        "#",
        "",
    ];
    let piece = prop_oneof![4 => Just("/"), 8 => select(pieces)].prop_map(str::to_owned);
    vec(prop_oneof![20 => piece, 1 => "\\PC{0,4}"], 0..16).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 4_000,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    /// A private project: what the role allows with no limit in the way is all there ever is.
    #[test]
    fn a_decision_never_allows_what_the_live_role_does_not(setup in setup(), row in row()) {
        let decision = setup.world().decide(&for_project(&row, false));
        if decision.is_allowed() && setup.visibility_of_b == "private" {
            let rank = |role| ROLES.iter().position(|known| *known == role);
            let is_for_guests = [10, 11].contains(&row.number) && setup.more_of_b.contains("public_pipelines");
            let least = if is_for_guests { "guest" } else { row.least_role };
            prop_assert!(rank(setup.role_in_b) >= rank(least));
        }
    }

    /// A higher role never loses what a lower one has.
    #[test]
    fn a_higher_role_never_loses(setup in setup(), row in row(), own in any::<bool>()) {
        let allowed = ROLES.map(|role| {
            let world = Setup { role_in_a: role, role_in_b: role, ..setup }.world();
            world.decide(&for_project(&row, own)).is_allowed()
        });
        prop_assert!(allowed.is_sorted());
    }

    #[test]
    fn a_limit_never_allows_more(setup in setup(), row in row(), own in any::<bool>()) {
        let allowed = |limited| {
            let world = Setup { limited, ..setup }.world();
            world.decide(&for_project(&row, own)).is_allowed()
        };
        prop_assert!(allowed(false) || !allowed(true));
    }

    /// No path makes it panic, and at both doors each path is canonical or not.
    #[test]
    fn no_path_makes_a_decision_panic(
        path in path(),
        method in select(vec!["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "BREW"]),
        service in select(vec!["", "?service=git-upload-pack", "?service=git-receive-pack"]),
    ) {
        let path = path.replace('?', "%3f");
        let world = Setup { role_in_b: "owner", ..Setup::default() }.world();
        let asking = request(&format!("{method} {path}{service}"));
        let here = world.decide(&asking);
        let there = world.decide(&asking.through(Door::ForwardAuth));
        prop_assert_eq!(here.record(), there.record());
        let hides_something = path.contains("..") && path.split('/').any(|part| part == "..")
            || ["//", "\\", "\0", "%2e", "%25", "%00"].iter().any(|part| path.contains(part));
        prop_assert!(!hides_something || here.answer().status() == 400);
    }

    #[test]
    fn no_scope_makes_a_decision_panic(path in path(), action in select(vec!["pull", "push"])) {
        let world = Setup { role_in_b: "owner", ..Setup::default() }.world();
        let path = path.replace([':', '?', ' '], "");
        let decision = world.decide(&request(&format!("repository:{path}:{action}")));
        let is_canonical = path.split('/').all(|part| !["", ".", ".."].contains(&part));
        prop_assert!(is_canonical || !decision.is_allowed());
    }
}
