//! The families of endpoints that no other client of these tests asks for, with curl, as the page of GitLab
//! does. Behind nginx is a service that knows nothing of job tokens.

use super::site::Site;

const TOKEN: &str = "-H \"JOB-TOKEN: $CI_JOB_TOKEN\"";

/// What a service answers that a request has come through to, and that has nothing.
const CAME_THROUGH: (&str, &str) = ("404", "there is no such file\n");

const NOT_FOUND: (&str, &str) = ("404", r#"{"message":"404 Project Not Found"}"#);
const FORBIDDEN: (&str, &str) = ("403", r#"{"message":"403 Forbidden"}"#);

#[track_caller]
fn told(site: &Site, token: &str, line: &str, expected: (&str, &str)) {
    let (method, path) = line.split_once(' ').expect("a method and a path");
    let status = site.status(&format!("{TOKEN} -X {method}"), path, token);
    assert_eq!((&*status, &*site.body()), expected, "{line}");
}

/// The packages of a project, as its API lists, shows and deletes them.
#[test]
fn the_packages_api_lists_shows_and_deletes() {
    let Some(site) = Site::start(&[]) else { return };
    let job = site.job_of("g/a");
    let reads = ["GET #", "GET #/4", "GET #/4/package_files"];
    let deletes = ["DELETE #/4", "DELETE #/4/package_files/5"];
    let packages = |line: &str, project: &str| {
        line.replace('#', &format!("/api/v4/projects/{project}/packages"))
    };
    for read in reads {
        for project in ["1", "g%2Fa", "2", "4"] {
            told(&site, &job.token, &packages(read, project), CAME_THROUGH);
        }
        for project in ["3", "999", "g%2Fnone"] {
            told(&site, &job.token, &packages(read, project), NOT_FOUND);
        }
    }
    for delete in deletes {
        // Alice is a Maintainer of 4, a Developer of 1 and a Reporter of 2.
        told(&site, &job.token, &packages(delete, "4"), CAME_THROUGH);
        told(&site, &job.token, &packages(delete, "1"), FORBIDDEN);
        told(&site, &job.token, &packages(delete, "2"), FORBIDDEN);
        told(&site, &job.token, &packages(delete, "3"), NOT_FOUND);
    }
    // The token in the query, too.
    let query = "/api/v4/projects/1/packages?job_token=$CI_JOB_TOKEN";
    assert_eq!(site.status("", query, &job.token), "404");
    assert_eq!(site.body(), CAME_THROUGH.1);
    site.limit("g/a");
    told(&site, &job.token, &packages(reads[0], "2"), NOT_FOUND);
    site.finish(&job);
    let path = "/api/v4/projects/1/packages";
    assert_eq!(site.status(TOKEN, path, &job.token), "401");
}

/// Statement 70: the API of the container registry is for the own project, with its setting on, and
/// says of no other whether it is there.
#[test]
fn s70_the_registry_api_is_for_the_own_project() {
    let Some(site) = Site::start(&[]) else { return };
    let job = site.job_of("g/a");
    let registry = |line: &str, project: &str| {
        let repositories = format!("/api/v4/projects/{project}/registry/repositories");
        line.replace('#', &repositories)
    };
    let reads = ["GET #", "GET #/1/tags", "GET #/1/tags/v1"];
    let of_developers = ["DELETE #/1/tags/v1"];
    let of_maintainers = ["DELETE #/1/tags", "DELETE #/1"];
    for line in reads.iter().chain(&of_developers) {
        told(&site, &job.token, &registry(line, "1"), CAME_THROUGH);
    }
    for line in of_maintainers {
        told(&site, &job.token, &registry(line, "1"), FORBIDDEN);
    }
    // One that she reads, one that she maintains, one that she cannot see, and none at all.
    for line in reads.iter().chain(&of_developers).chain(&of_maintainers) {
        for project in ["2", "4", "3", "999", "g%2Fnone"] {
            told(&site, &job.token, &registry(line, project), FORBIDDEN);
        }
    }
    let maintained = site.job_of("g/infrastructure");
    for line in of_maintainers {
        told(&site, &maintained.token, &registry(line, "4"), CAME_THROUGH);
    }
    // `ci_job_token_scope` of the page, off: job tokens have no such API.
    let directory = std::fs::read_to_string(site.path("directory.toml")).expect("a file");
    let directory = directory.replace("members", "container_registry_api = false\nmembers");
    std::fs::write(site.path("directory.toml"), directory).expect("a file can be written");
    let file = site.path("directory.toml").display().to_string();
    site.ask(&["directory", "load", &file]);
    for line in reads.iter().chain(&of_developers).chain(&of_maintainers) {
        told(&site, &job.token, &registry(line, "1"), NOT_FOUND);
        told(&site, &job.token, &registry(line, "999"), FORBIDDEN);
    }
}

/// Releases and links are changed, shown and deleted as well.
#[test]
fn releases_and_links_are_changed_and_deleted() {
    let Some(site) = Site::start(&[]) else { return };
    let job = site.job_of("g/a");
    let lines = [
        "GET #/v1",
        "GET #/permalink/latest",
        "GET #/v1/assets/links",
        "GET #/v1/assets/links/6",
        "GET #/v1/downloads/bin/tool",
        "DELETE #/v1/assets/links/6",
        "DELETE #/v1",
    ];
    let release = |line: &str, project: u64| {
        line.replace('#', &format!("/api/v4/projects/{project}/releases"))
    };
    for line in lines {
        told(&site, &job.token, &release(line, 1), CAME_THROUGH);
        let of_reporter = match line.starts_with("GET") {
            true => CAME_THROUGH,
            false => FORBIDDEN,
        };
        told(&site, &job.token, &release(line, 2), of_reporter);
        told(&site, &job.token, &release(line, 3), NOT_FOUND);
    }
    for path in ["#/v1", "#/v1/assets/links/6"] {
        let put = format!("{TOKEN} -X PUT -d name=new");
        assert_eq!(site.status(&put, &release(path, 1), &job.token), "201");
        assert_eq!(site.status(&put, &release(path, 2), &job.token), "403");
        assert_eq!(site.status(&put, &release(path, 3), &job.token), "404");
    }
}

/// Whose token it is.
#[test]
fn the_job_of_the_token_is_shown_to_whoever_has_it() {
    let Some(site) = Site::start(&[]) else { return };
    let job = site.job_of("g/a");
    let carriers = [
        (TOKEN, "/api/v4/job"),
        ("", "/api/v4/job?job_token=$CI_JOB_TOKEN"),
        ("-H \"Authorization: Bearer $CI_JOB_TOKEN\"", "/api/v4/job"),
    ];
    for (carrier, path) in carriers {
        assert_eq!(site.status(carrier, path, &job.token), "200", "{carrier}");
        let shown: serde_json::Value = serde_json::from_str(&site.body()).expect("JSON");
        assert_eq!(shown["id"].to_string(), job.id);
        assert!(shown.get("token").is_none());
    }
    site.finish(&job);
    for (carrier, path) in carriers {
        assert_eq!(site.status(carrier, path, &job.token), "401", "{carrier}");
    }
}
