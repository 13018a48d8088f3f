//! Git itself, against its own server behind nginx.

use super::site::Site;

const CLONE: &str = "rm -rf copy; git clone -q http://gitlab-ci-token:$CI_JOB_TOKEN@$HOST";
const COMMIT: &str =
    "git -C copy -c user.name=a -c user.email=a@example.org commit -q --allow-empty -m two";

/// Statement 73.
#[test]
fn a_clone_with_a_job_token_and_no_push() {
    let Some(site) = Site::start(&["fcgiwrap"]) else {
        return;
    };
    for name in ["g/a.git", "g/b.git", "g/c.git"] {
        site.make_repository(name);
    }
    let job = site.job_of("g/a");
    for name in ["g/a.git", "g/a", "g/b.git"] {
        let cloned = site.script(
            &job.token,
            &format!("{CLONE}/{name} copy && git -C copy log --format=%s"),
        );
        cloned.has_printed("one\n");
    }
    // A project that Alice cannot see, and one that is not there: the same words.
    for name in ["g/c", "g/none"] {
        let refused = site.script(&job.token, &format!("{CLONE}/{name}.git copy"));
        refused.has_status(128);
        refused.says("remote: The project you were looking for could not be found or you don't have permission to view it.");
        refused.says(format!("/{name}.git/' not found"));
    }
    let pushed = site.script(
        &job.token,
        &format!("{CLONE}/g/a.git copy && {COMMIT} && git -C copy push -q"),
    );
    assert_ne!(pushed.status.code(), Some(0), "{pushed:?}");
    pushed.says("remote: The job token does not allow this.");
    site.finish(&job);
    let late = site.script(&job.token, &format!("{CLONE}/g/a.git copy"));
    late.has_status(128).says("Authentication failed");
}

/// Git sends no password before it is asked for one (12.4).
#[test]
fn who_brings_no_token_is_asked_for_one() {
    let Some(site) = Site::start(&["fcgiwrap"]) else {
        return;
    };
    site.make_repository("g/a.git");
    let status = site.status(
        "-D headers",
        "/g/a.git/info/refs?service=git-upload-pack",
        "",
    );
    assert_eq!(status, "401");
    let headers = std::fs::read_to_string(site.path("headers")).expect("curl wrote them");
    assert!(
        headers
            .to_lowercase()
            .contains("www-authenticate: basic realm="),
        "{headers}"
    );
}

/// Statement 74, but for the pipeline that a push does not start: only its own project's repository.
#[test]
fn a_push_where_the_project_lets_its_jobs_push() {
    let Some(site) = Site::start(&["fcgiwrap"]) else {
        return;
    };
    site.make_repository("g/a.git");
    site.make_repository("g/infrastructure.git");
    let directory = std::fs::read_to_string(site.path("directory.toml")).expect("a file");
    let directory = directory.replace("members", "job_token_push = true\nmembers");
    std::fs::write(site.path("directory.toml"), directory).expect("a file can be written");
    let file = site.path("directory.toml").display().to_string();
    site.ask(&["directory", "load", &file]);
    let job = site.job_of("g/a");
    let push = |name: &str| {
        let script = format!("{CLONE}/{name}.git copy && {COMMIT} && git -C copy push -q");
        site.script(&job.token, &script)
    };
    push("g/a").has_status(0);
    let log = site.script("", "git -C git/g/a.git log --format=%s");
    log.has_printed("two\none\n");
    let elsewhere = push("g/infrastructure");
    elsewhere.has_status(128).says("403");
}
