//! nginx, which asks about each request: what is let through, and what its client is told.

use std::fs;

use super::packages::package;
use super::site::{Site, holds};
use crate::support::command::Outcome;

const TOKEN: &str = "-H \"JOB-TOKEN: $CI_JOB_TOKEN\"";

/// Statement 98, but for the authority that is gone.
#[test]
fn nginx_lets_through_what_is_allowed() {
    let Some(site) = Site::start(&[]) else { return };
    let job = site.job_of("g/a");
    let put = format!("{TOKEN} -T directory.toml");
    assert_eq!(site.status(&put, &package("1"), &job.token), "201");
    assert_eq!(site.status(TOKEN, &package("1"), &job.token), "200");
    assert_eq!(
        site.body(),
        fs::read_to_string(site.path("directory.toml")).expect("a file")
    );
    // The packages of b are read, and not written.
    assert_eq!(site.status(&put, &package("2"), &job.token), "403");
    assert_eq!(site.status(TOKEN, &package("2"), &job.token), "404");
    assert_eq!(site.body(), "there is no such file\n");
    // A project that is not to be seen, and one that is not there.
    for project in ["3", "g%2Fc", "999", "g%2Fnone"] {
        assert_eq!(site.status(TOKEN, &package(project), &job.token), "404");
        assert_eq!(site.body(), r#"{"message":"404 Project Not Found"}"#);
    }
    assert_eq!(site.status("-D headers", &package("1"), ""), "401");
    let headers = fs::read_to_string(site.path("headers")).expect("curl wrote them");
    assert!(
        headers
            .to_lowercase()
            .contains("www-authenticate: basic realm="),
        "{headers}"
    );
    site.finish(&job);
    assert_eq!(site.status(TOKEN, &package("1"), &job.token), "401");
}

/// Statement 85, through forward-auth: what can be read in two ways is refused before anything else.
#[test]
fn paths_that_can_be_read_in_two_ways_are_refused() {
    let Some(site) = Site::start(&[]) else { return };
    let job = site.job_of("g/a");
    for path in [
        "/api/v4/projects/3/../1/packages/generic/tool/1.0/tool.tar.gz",
        "/api/v4/projects/3/%2e%2e/1/packages/generic/tool/1.0/tool.tar.gz",
        "/api/v4/projects//1/packages/generic/tool/1.0/tool.tar.gz",
        "/api/v4/projects/1\\\\/packages/generic/tool/1.0/tool.tar.gz",
        "/api/v4/projects/g%252Fa/packages/generic/tool/1.0/tool.tar.gz",
    ] {
        let arguments = format!("--path-as-is {TOKEN}");
        assert_eq!(site.status(&arguments, path, &job.token), "400", "{path}");
    }
    assert!(site.packages().take_heads().is_empty());
}

/// Statement 100, second half: what a client says of itself does not reach the service, and no token does.
#[test]
fn what_the_service_learns_is_from_the_authority() {
    let Some(site) = Site::start(&[]) else { return };
    let job = site.job_of("g/a");
    let forged = format!("{TOKEN} -H 'X-Job-User: root' -H 'X-Original-URI: /api/v4/job'");
    site.status(&forged, &package("1"), &job.token);
    site.status(
        "-u gitlab-ci-token:$CI_JOB_TOKEN -H 'x-job-user: root'",
        &package("1"),
        &job.token,
    );
    let heads = site.packages().take_heads();
    assert_eq!(heads.len(), 2);
    for head in heads {
        assert!(
            !head.contains("root") && !head.contains(&job.token[4..]),
            "something of the client came through"
        );
        assert!(
            head.contains("X-Job-User: alice\r\n"),
            "the user did not come through"
        );
        assert!(
            !head.to_lowercase().contains("authorization"),
            "a password came through"
        );
    }
}

/// Statement 35: a token in a query is in no log.
#[test]
fn a_token_in_a_query_is_in_no_log() {
    let Some(site) = Site::start(&[]) else { return };
    let job = site.job_of("g/a");
    let path = "/api/v4/projects/1/jobs/artifacts/main/download?job=test&job_token=$CI_JOB_TOKEN";
    site.status("", path, &job.token);
    site.status(
        "",
        &format!("{}?job_token=$CI_JOB_TOKEN", package("1")),
        &job.token,
    );
    for log in ["authority.log", "access.log", "error.log"] {
        assert!(
            !holds(&site.path(log), &job.token.as_bytes()[4..]),
            "{log} has the token"
        );
    }
    assert!(holds(&site.path("access.log"), b"/artifacts/main/download"));
}

/// Statement 98, the rest: without the authority nothing is let through.
#[test]
fn without_the_authority_nothing_is_let_through() {
    let Some(mut site) = Site::start(&[]) else {
        return;
    };
    let job = site.job_of("g/a");
    site.stop_authority();
    assert_eq!(site.status(TOKEN, &package("1"), &job.token), "500");
    assert!(site.packages().take_heads().is_empty());
}

/// The seed's example, with the real wget.
#[test]
fn wget_takes_a_package() {
    let Some(site) = Site::start(&["wget"]) else {
        return;
    };
    let job = site.job_of("g/a");
    site.status(
        &format!("{TOKEN} -T directory.toml"),
        &package("1"),
        &job.token,
    );
    let get = |project: &str| -> Outcome {
        let path = package(project);
        site.script(
            &job.token,
            &format!("wget -q -O - --header=\"JOB-TOKEN: $CI_JOB_TOKEN\" \"http://$HOST{path}\""),
        )
    };
    get("1").has_printed(fs::read(site.path("directory.toml")).expect("a file"));
    // Its status for what a server refuses.
    get("3").has_status(8);
}

/// Statement 111: each denied request is in the journal, once, with the reason that its client is not told.
#[test]
fn the_journal_has_the_reason_of_each_denial() {
    let Some(site) = Site::start(&[]) else { return };
    let job = site.job_of("g/a");
    let put = format!("{TOKEN} -T directory.toml");
    for (arguments, project, reason) in [
        (TOKEN, "3", "user_cannot_read"),
        (TOKEN, "999", "target_missing"),
        (&put, "2", "role_too_low"),
        ("", "1", "no_credential"),
    ] {
        let arguments = format!("-D headers {arguments}");
        site.status(&arguments, &package(project), &job.token);
        let headers = fs::read_to_string(site.path("headers")).expect("curl wrote them");
        let mut lines = headers.lines().filter_map(|line| line.split_once(": "));
        let id = lines.find(|line| line.0.eq_ignore_ascii_case("x-request-id"));
        let (_, id) = id.expect("every denial has it");
        let found = site.decisions(id.trim());
        assert_eq!(found.len(), 1, "{reason}");
        assert_eq!(found[0]["reason"], reason);
        assert!(!headers.contains(reason) && !site.body().contains(reason));
    }
}
