//! `--config`: what an operator chooses, for all commands alike.

use std::fs;

use serde_json::json;

use super::Authority;
use super::sweep::pass_in;

impl Authority {
    /// Writes the file that the commands are told of.
    fn choose(&self, text: &str) -> String {
        let path = self.path("masker.toml");
        fs::write(&path, text).expect("a file can be written");
        path.display().to_string()
    }

    /// A job that is being canceled, and its token.
    fn cancel(&self, config: &str) -> (String, Vec<u8>) {
        let enqueue = ["job", "enqueue", "--project", "1", "--user", "7"];
        let job = self.ask(&enqueue);
        let job = String::from_utf8(job.stdout).expect("a number");
        let start = ["job", "start", "--print-token", "--cancels-gracefully"];
        let token = self.call(&start).args(&["--config", config]).run("");
        let job = job.trim().to_owned();
        let canceling = self.json(0, &["job", "cancel", &job, "--config", config], b"");
        assert_eq!(canceling["state"], "canceling");
        (job, token.stdout)
    }
}

#[test]
fn s11_tokens_begin_as_the_operator_chose() {
    let authority = Authority::new();
    let config = authority.choose("token_prefix = 'acme_'");
    let (_, token) = {
        let enqueue = ["job", "enqueue", "--project", "1", "--user", "7"];
        authority.ask(&enqueue).has_status(0);
        let start = authority.call(&["job", "start", "--print-token"]);
        ((), start.args(&["--config", &config]).run("").stdout)
    };
    assert!(token.starts_with(b"acme_"));
    let inspect = ["token", "inspect", "--config", &config];
    assert_eq!(authority.json(0, &inspect, &token)["valid"], true);
    // Whoever has not read the file takes it for no token at all.
    let other = authority.json(1, &["token", "inspect"], &token);
    assert_eq!(other["reason"], "malformed");
    let named = authority.call(&["token", "inspect"]);
    named
        .env("MASKER_CONFIG", &config)
        .run(&token)
        .has_status(0);
    // The flag goes before the variable.
    let none = authority.path("none.toml");
    fs::write(&none, "").expect("a file can be written");
    let both = authority.call(&inspect).env("MASKER_CONFIG", none);
    both.run(&token).has_status(0);
}

#[test]
fn s19_a_canceled_job_ends_after_the_grace_that_was_chosen() {
    let authority = Authority::new();
    let config = authority.choose("canceling_grace = '2 minutes'");
    let (job, token) = authority.cancel(&config);
    let inspect = ["token", "inspect", "--config", &config];
    let sweep = ["job", "sweep", "--config", &config];
    assert_eq!(authority.json(0, &inspect, &token)["valid"], true);
    pass_in(&authority.path("store.db"), 110);
    assert_eq!(authority.json(0, &sweep, b"")["jobs"], json!([]));
    assert_eq!(authority.json(0, &inspect, &token)["valid"], true);
    pass_in(&authority.path("store.db"), 20);
    assert_eq!(authority.json(1, &inspect, &token)["valid"], false);
    let number: u64 = job.parse().expect("a number");
    let ended = json!([{ "job": number, "state": "canceled" }]);
    assert_eq!(authority.json(0, &sweep, b"")["jobs"], ended);
}

#[test]
fn s20_a_canceled_job_may_what_was_chosen() {
    let authority = Authority::new();
    let config = authority.choose("canceling_access = 'runner_only'");
    let (_, token) = authority.cancel(&config);
    let inspect = ["token", "inspect", "--config", &config];
    assert_eq!(authority.json(1, &inspect, &token)["reason"], "expired");
    // If nothing was chosen, it may all that it may.
    let config = authority.choose("");
    let (_, token) = authority.cancel(&config);
    assert_eq!(authority.json(0, &inspect, &token)["valid"], true);
}

#[test]
fn a_job_that_masker_runs_is_told_nothing_of_the_file() {
    let authority = Authority::new();
    let config = authority.choose("token_prefix = 'acme_'");
    let run = authority.call(&["run", "--token", "--project", "1", "--user", "7"]);
    let script =
        r#"echo "${CI_JOB_TOKEN%%_*}"; echo "${MASKER_CONFIG-unset}"; echo "$CI_JOB_TOKEN""#;
    let ran = run
        .env("MASKER_CONFIG", &config)
        .args(&["--", "sh", "-c", script]);
    let ran = ran.run("");
    ran.has_status(0).has_printed("acme\nunset\n[MASKED]\n");
    // A flag that is about a token that nobody asked for.
    let idle = authority.call(&["run", "--config", &config, "--", "true"]);
    idle.run("").has_status(2).says("--config");
}

#[test]
fn what_is_wrong_with_the_file_is_told_with_its_name() {
    let authority = Authority::new();
    let config = authority.choose("ack_timeout = '2m'\nstuck_after = 'soon'\n");
    for command in [
        &["job", "sweep"][..],
        &["job", "show", "1"],
        &["token", "list"],
        &["scope", "show", "1"],
        &["audit", "list"],
        &["explain", "GET", "/api/v4/job"],
    ] {
        let told = authority.call(command).args(&["--config", &config]).run("");
        told.has_status(4).hides("soon");
        told.says("masker.toml: line 2, `stuck_after`: expected a duration");
    }
    let nowhere = authority.path("nowhere.toml").display().to_string();
    let told = authority
        .call(&["token", "list", "--config", &nowhere])
        .run("");
    told.has_status(4).says("nowhere.toml");
}

#[cfg(feature = "serve")]
#[test]
fn a_service_does_not_start_with_a_wrong_file_and_the_check_says_so() {
    let authority = Authority::new();
    let config = authority.choose("stuck_after = 'soon'\n");
    let serve = ["serve", "--listen", "127.0.0.1:0", "--config", &config];
    let told = authority.ask(&serve);
    told.has_status(4)
        .says("masker.toml: line 1, `stuck_after`: ");
    let checked = authority
        .call(&["check-config", "--config", &config])
        .run("");
    checked.has_status(4).says_nothing();
    let checked = String::from_utf8(checked.stdout).expect("UTF-8");
    assert!(
        checked.contains("wrong  configuration: the configuration /"),
        "{checked}"
    );
    assert!(
        checked.contains("masker.toml: line 1, `stuck_after`: "),
        "{checked}"
    );
    authority.choose("stuck_after = '30m'");
    let checked = authority
        .call(&["check-config", "--config", &config])
        .run("");
    checked.has_status(0);
    let checked = String::from_utf8(checked.stdout).expect("UTF-8");
    assert!(
        checked.contains(&format!("ok     configuration: {config}\n")),
        "{checked}"
    );
}

/// R31: what would be decided about the operator's own services, and what is wrong with a row of them.
#[test]
fn r31_own_rows_are_explained() {
    let authority = Authority::new();
    let cache =
        "[[route]]\nname = 'cache'\nmethods = ['GET', 'PUT']\npath = '/cache/:id/+'\naction = ";
    let config = authority.choose(&format!("{cache}'write'\n"));
    let (_, token) = authority.start();
    let explain = |status, line: [&str; 2]| {
        let explain = ["explain", line[0], line[1], "--config", &config];
        authority.json(status, &explain, &token)
    };
    let own = explain(0, ["PUT", "/cache/group%2Fapp/key"]);
    assert_eq!(
        (&own["route"], &own["action"]),
        (&json!("cache"), &json!("write"))
    );
    assert_eq!(
        explain(1, ["PUT", "/cache/2/key"])["reason"],
        "role_too_low"
    );
    assert_eq!(explain(1, ["DELETE", "/cache/1/key"])["reason"], "no_route");
    let plain = authority.json(1, &["explain", "GET", "/cache/1/key"], &token);
    assert_eq!(plain["reason"], "no_route");
    let overlapping = cache.replace("/cache/:id/+", "/api/v4/projects/:id/*");
    authority.choose(&format!("{overlapping}'read'"));
    let told = authority.call(&["explain", "GET", "/cache/1/key"]);
    let told = told.args(&["--config", &config]).run(&token);
    let refused = "line 4, `path`: it has paths of the built-in row package_registry_read";
    told.has_status(4).says(format!("masker.toml: {refused}"));
}
