//! The columns of the table of routes that the oracle does not look at: carriers and permissions.

use masker::token::permission::{Permission, Permissions};

use super::TOKEN;
use super::every_route::for_project;
use super::requests::{Asking, bare};
use super::rows::{Row, rows};
use super::world::{Setup, World};

fn owner() -> World {
    let more_of_a = "job_token_push = true";
    Setup {
        role_in_a: "owner",
        more_of_a,
        ..Setup::default()
    }
    .world()
}

/// The permission that a request takes, as the specification names it.
fn permission(row: &Row) -> Option<&'static str> {
    let reads = row.line.starts_with("GET") || row.line.starts_with("HEAD");
    Some(match row.number {
        1 | 3 => "READ_PACKAGES",
        2 | 4 => "ADMIN_PACKAGES",
        10 | 11 => "READ_JOBS",
        12 => "ADMIN_JOBS",
        14 => "ADMIN_PIPELINES",
        15 => "READ_RELEASES",
        17 if reads => "READ_RELEASES",
        16 | 17 => "ADMIN_RELEASES",
        18 => "READ_TERRAFORM_STATE",
        19 => "ADMIN_TERRAFORM_STATE",
        20 => "READ_REPOSITORIES",
        _ => return None,
    })
}

const PERMISSIONS: [&str; 11] = [
    "READ_PACKAGES",
    "ADMIN_PACKAGES",
    "READ_JOBS",
    "ADMIN_JOBS",
    "ADMIN_PIPELINES",
    "READ_RELEASES",
    "ADMIN_RELEASES",
    "READ_TERRAFORM_STATE",
    "ADMIN_TERRAFORM_STATE",
    "READ_REPOSITORIES",
    "READ_WORK_ITEMS",
];

#[test]
fn each_route_takes_its_permission_and_no_other() {
    let mut world = owner();
    for row in rows() {
        for declared in PERMISSIONS {
            let known: Permission = declared.parse().expect("a known permission");
            world.permissions = Some(Permissions::from_iter([known]));
            let suffices = permission(&row).is_some_and(|wanted| {
                declared == wanted || declared == wanted.replace("READ_", "ADMIN_")
            });
            let status = world.decide(&for_project(&row, true)).answer().status();
            let expected = if suffices { 200 } else { 403 };
            assert_eq!(status, expected, "{} with {declared}", row.line);
        }
    }
}

/// The carriers of a route, as the specification numbers them. C6 is C5 on the wire.
fn carriers(row: &Row) -> &'static [u8] {
    match row.number {
        1 | 2 => &[1, 5, 7],
        5 | 6 | 7 | 20 | 21 => &[5],
        10 | 11 => &[1, 2],
        12 => &[1, 3],
        14 => &[1, 4],
        18 | 19 => &[1, 5],
        _ => &[1, 2, 3],
    }
}

fn carried_by(carrier: u8, line: &str) -> Asking {
    let query = |name| {
        let sign = if line.contains('?') { '&' } else { '?' };
        bare(&format!("{line}{sign}{name}={TOKEN}"))
    };
    match carrier {
        1 => bare(line).header("Job-Token", TOKEN),
        2 => query("job_token"),
        3 => bare(line).body("job_token", TOKEN),
        4 if line.starts_with("GET") => query("token"),
        4 => bare(line).body("token", TOKEN),
        5 => bare(line).basic("gitlab-ci-token", TOKEN),
        7 => bare(line).bearer(TOKEN),
        _ => bare(line).header("PRIVATE-TOKEN", TOKEN),
    }
}

#[test]
fn each_route_takes_its_carriers_and_no_other() {
    let world = owner();
    for row in rows() {
        let line = row.line.replace('#', "1").replace('@', "g/a");
        for carrier in [1, 2, 3, 4, 5, 7, 8] {
            // A query counts for what reads. Scopes have no query of their own.
            let reads = line.starts_with("GET") || line.starts_with("HEAD");
            let is_taken = carriers(&row).contains(&carrier) && (carrier != 2 || reads);
            if matches!(carrier, 2 | 4) && line.starts_with("repository:") {
                continue;
            }
            let status = world.decide(&carried_by(carrier, &line)).answer().status();
            let expected = if is_taken { 200 } else { 401 };
            assert_eq!(status, expected, "{line} by C{carrier}");
        }
    }
}
