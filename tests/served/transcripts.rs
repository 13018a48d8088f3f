//! The three transcripts of GitLab's "CI/CD job token" page, section "Troubleshooting", from one end to
//! the other: a job under `masker run --token`, the real clients, the site, and the log.

use super::site::Site;
use crate::support::command::Outcome;

/// Runs a script under `masker run --token`, in a job of `g/a` that Alice has caused.
fn run(site: &Site, script: &str) -> Outcome {
    let of_alice = ["--token", "--project", "g/a", "--user", "alice"];
    let script = format!("set -x; cd \"$HOME\"; {script}");
    site.call(&["run"])
        .args(&of_alice)
        .args(&["--", "bash", "-c", &script])
        .env("HOST", site.host())
        .env("GIT_TERMINAL_PROMPT", "0")
        .run("")
}

/// All that the job printed, on both of its outputs.
fn log(outcome: &Outcome) -> String {
    let printed = String::from_utf8_lossy(&outcome.stdout);
    let log = format!("{printed}{}", outcome.stderr);
    // Nothing of any token is left but what all begin with.
    assert!(!log.contains("mjt_"), "a token is in the log");
    log
}

#[track_caller]
fn shows(log: &str, lines: &[&str]) {
    for line in lines {
        assert!(log.contains(line), "no {line:?} in {log:?}");
    }
}

#[test]
fn an_unauthorized_git_clone() {
    let Some(site) = Site::start(&["fcgiwrap"]) else {
        return;
    };
    site.make_repository("g/c.git");
    let outcome = run(
        &site,
        "git clone http://gitlab-ci-token:$CI_JOB_TOKEN@$HOST/g/c.git",
    );
    outcome.has_status(128);
    let host = site.host();
    shows(
        &log(&outcome),
        &[
            &format!("+ git clone http://gitlab-ci-token:[MASKED]@{host}/g/c.git\n"),
            "Cloning into 'c'...\n",
            "remote: The project you were looking for could not be found or you don't have permission to view it.",
            // Since some version the user is not in this URL; before, it was.
            "fatal: repository 'http://",
            &format!("{host}/g/c.git/' not found\n"),
        ],
    );
}

/// Statement 116: `curl -v` prints the password that it sends, in base64.
#[test]
fn s116_curl_shows_its_password_and_the_log_does_not() {
    let Some(site) = Site::start(&[]) else { return };
    let script = r#"curl -sv -u "gitlab-ci-token:$CI_JOB_TOKEN" \
        "http://$HOST/api/v4/projects/1/packages/generic/tool/1.0/tool.zip"
        printf 'gitlab-ci-token:%s' "$CI_JOB_TOKEN" | base64 -w0 | tr A-Za-z N-ZA-Mn-za-m >encoded"#;
    let outcome = run(&site, script);
    outcome.has_status(0);
    shows(
        &log(&outcome),
        &[
            "> Authorization: Basic [MASKED]",
            "< HTTP/1.1 404 Not Found",
            "there is no such file",
        ],
    );
    // What was sent, by a cipher that the log does not know.
    let rotated = |byte: char| match byte {
        'a'..='m' | 'A'..='M' => char::from(byte as u8 + 13),
        'n'..='z' | 'N'..='Z' => char::from(byte as u8 - 13),
        other => other,
    };
    let encoded = std::fs::read_to_string(site.path("encoded")).expect("it was written");
    let encoded: String = encoded.chars().map(rotated).collect();
    assert!(encoded.starts_with("Z2l0bGFiLWNpLXRva2VuOm"));
    outcome.hides(&encoded[20..]);
}

#[test]
fn an_unauthorized_package_download() {
    let Some(site) = Site::start(&["wget"]) else {
        return;
    };
    let script = r#"wget --header="JOB-TOKEN: $CI_JOB_TOKEN" \
        http://$HOST/api/v4/projects/3/packages/generic/my_package/0.0.1/file.txt"#;
    let outcome = run(&site, script);
    outcome.has_status(8);
    shows(
        &log(&outcome),
        &[
            "+ wget '--header=JOB-TOKEN: [MASKED]' http://",
            "HTTP request sent, awaiting response... 404 Not Found\n",
            " ERROR 404: Not Found.\n",
        ],
    );
}

#[test]
fn an_unauthorized_api_request() {
    let Some(site) = Site::start(&[]) else { return };
    let script = r#"curl --verbose --request POST --form "token=$CI_JOB_TOKEN" --form ref=master \
        "http://$HOST/api/v4/projects/3/trigger/pipeline""#;
    let outcome = run(&site, script);
    outcome.has_status(0);
    shows(
        &log(&outcome),
        &[
            "+ curl --verbose --request POST --form token=[MASKED] --form ref=master http://",
            "< HTTP/1.1 404 Not Found",
            r#"{"message":"404 Not Found"}"#,
        ],
    );
}
