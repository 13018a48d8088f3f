//! Caddy, which asks about each request, as the README says.

use std::fs;

use super::packages::package;
use super::site::Site;

const TOKEN: &str = "-H \"JOB-TOKEN: $CI_JOB_TOKEN\"";

fn site() -> Option<Site> {
    let mut site = Site::start(&["caddy"])?;
    site.put_behind_caddy();
    Some(site)
}

#[test]
fn s99_caddy_lets_through_what_is_allowed() {
    let Some(mut site) = site() else { return };
    let job = site.job_of("g/a");
    let put = format!("{TOKEN} -T directory.toml");
    let status = |site: &Site, arguments: &str, project: &str| {
        site.status(arguments, &package(project), &job.token)
    };
    assert_eq!(status(&site, &put, "1"), "201");
    assert_eq!(status(&site, TOKEN, "g%2Fa"), "404");
    assert_eq!(status(&site, TOKEN, "1"), "200");
    let kept = fs::read_to_string(site.path("directory.toml")).expect("a file");
    assert_eq!(site.body(), kept);
    assert_eq!(status(&site, &put, "2"), "403");
    for project in ["3", "g%2Fc", "999"] {
        assert_eq!(status(&site, TOKEN, project), "404");
        assert_eq!(site.body(), r#"{"message":"404 Project Not Found"}"#);
    }
    assert_eq!(status(&site, "-D headers", "1"), "401");
    let headers = fs::read_to_string(site.path("headers")).expect("curl wrote them");
    assert!(
        headers
            .to_lowercase()
            .contains("www-authenticate: basic realm=")
    );
    assert_eq!(site.status(TOKEN, "/api/v4/job", &job.token), "200");
    site.finish(&job);
    assert_eq!(status(&site, TOKEN, "1"), "401");
    site.stop_authority();
    assert_eq!(status(&site, TOKEN, "1"), "502");
}

/// Caddy sends the path on as it came, so what is decided about is what the service is asked for.
#[test]
fn s85_paths_that_can_be_read_in_two_ways_are_refused_behind_caddy() {
    let Some(site) = site() else { return };
    let job = site.job_of("g/a");
    for project in ["3/../1", "3/%2e%2e/1", "/1", "g%252Fa", "1%5c"] {
        let arguments = format!("--path-as-is {TOKEN}");
        let status = site.status(&arguments, &package(project), &job.token);
        assert_eq!(status, "400", "{project}");
    }
    assert!(site.packages().take_heads().is_empty());
}

#[test]
fn s100_what_the_service_learns_behind_caddy_is_from_the_authority() {
    let Some(site) = site() else { return };
    let job = site.job_of("g/a");
    let forged = "-u gitlab-ci-token:$CI_JOB_TOKEN -H 'X-Job-User: root' -H 'X-Job-Id: 0' \
        -H 'X-Original-URI: /api/v4/job' -H 'X-Original-Method: GET'";
    assert_eq!(site.status(forged, &package("1"), &job.token), "404");
    let other = "-H 'X-Forwarded-Uri: /api/v4/job' -H 'X-Forwarded-Method: GET'";
    let other = format!("{TOKEN} {other}");
    assert_eq!(site.status(&other, &package("3"), &job.token), "404");
    let heads = site.packages().take_heads();
    let [head] = &*heads else {
        panic!("{} requests came through", heads.len())
    };
    assert!(head.contains("X-Job-User: alice\r\n"));
    assert!(!head.contains("root") && !head.to_lowercase().contains("x-job-id"));
    assert!(!head.to_lowercase().contains("authorization"));
}

#[test]
fn s73_git_clones_through_caddy() {
    let Some(site) = site() else { return };
    for name in ["g/a.git", "g/c.git"] {
        site.make_repository(name);
    }
    let job = site.job_of("g/a");
    for name in ["g/a.git", "g/a"] {
        let clone = format!(
            "rm -rf clone; git clone http://gitlab-ci-token:$CI_JOB_TOKEN@$HOST/{name} clone"
        );
        site.script(&job.token, &clone).has_status(0);
        let log = site.script(&job.token, "git -C clone log --format=%s");
        log.has_printed("one\n");
    }
    let clone = "git clone http://gitlab-ci-token:$CI_JOB_TOKEN@$HOST/g/c.git other";
    let refused = site.script(&job.token, clone);
    refused.has_status(128).says("/g/c.git/' not found");
}
