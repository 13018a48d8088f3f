//! `masker scope` and `masker explain`: who may change how far tokens reach, and what comes of it.

use serde_json::{Value, json};

use super::Authority;

const PACKAGE: &str = "/api/v4/projects/group%2Flibrary/packages/generic/tool/1.0/tool.tar.gz";

#[test]
fn a_limit_is_edited_by_maintainers() {
    let authority = Authority::new();
    let scope = |status, args: &[&str]| authority.json(status, &[&["scope"], args].concat(), b"");
    let ask = |args: &[&str]| authority.ask(&[&["scope"], args].concat());
    let off = json!({ "project": 1, "path": "group/app", "limit": false, "listed": [] });
    assert_eq!(scope(0, &["show", "group/app"]), off);
    ask(&["limit", "group/app", "on", "--as", "bob"])
        .has_status(1)
        .says("no such project");
    ask(&["limit", "group/library", "on", "--as", "alice"])
        .has_status(1)
        .says("Maintainer");
    assert_eq!(
        scope(0, &["limit", "1", "on", "--as", "alice"])["limit"],
        true
    );
    // Maintainer of both, and of none that is unseen.
    let refused = ask(&["allow", "group/app", "group/library", "--as", "alice"]);
    refused.has_status(1).says("Maintainer of both");
    let unseen = ask(&["allow", "group/app", "group/none", "--as", "alice"]);
    unseen.has_status(1).says("no such project");
    let listed = scope(0, &["allow", "group/app", "group/tools", "--as", "alice"]);
    assert_eq!(
        listed["listed"],
        json!([{ "project": 3, "path": "group/tools" }])
    );
    ask(&["allow", "group/app", "3", "--as", "7"])
        .has_status(1)
        .says("already");
    ask(&["allow", "group/app", "1", "--as", "alice"])
        .has_status(1)
        .says("source project");
    assert_eq!(
        scope(0, &["disallow", "1", "3", "--as", "alice"])["listed"],
        json!([])
    );
    ask(&["disallow", "1", "3", "--as", "alice"])
        .has_status(1)
        .says("does not have");
    assert_eq!(scope(0, &["limit", "1", "off", "--as", "alice"]), off);
}

#[test]
fn a_decision_is_explained_for_a_token_and_for_its_accessor() {
    let authority = Authority::new();
    let (job, token) = authority.start();
    let found = authority.json(0, &["token", "inspect"], &token);
    let accessor = found["token"]["accessor"]
        .as_str()
        .expect("a name")
        .to_owned();
    let explain = |status, method: &str, path: &str| {
        let args = ["explain", method, path];
        let of_token = authority.json(status, &args, &token);
        let named = [&args[..], &["--accessor", &accessor]].concat();
        let of_accessor = authority.json(status, &named, b"");
        assert_eq!(of_token, of_accessor);
        of_token
    };
    let says = |it: &Value| {
        (
            it["step"].clone(),
            it["reason"].clone(),
            it["status"].clone(),
        )
    };
    let get = explain(0, "GET", PACKAGE);
    assert_eq!(says(&get), (json!("D18"), json!("allowed"), json!(200)));
    assert_eq!(
        (&get["source"], &get["target"], &get["user"]),
        (&json!(1), &json!(2), &json!(7))
    );
    assert_eq!(get["steps"].as_array().map(Vec::len), Some(17));
    let put = explain(1, "PUT", PACKAGE);
    assert_eq!(
        says(&put),
        (json!("D17"), json!("role_too_low"), json!(403))
    );
    authority
        .ask(&["scope", "limit", "group/app", "on", "--as", "alice"])
        .has_status(0);
    let limited = explain(1, "GET", PACKAGE);
    let advice = limited["advice"].as_str().expect("what to do");
    assert!(
        advice.contains("masker scope allow group/app group/library"),
        "{advice}"
    );
    assert_eq!(
        says(&limited),
        (json!("D11"), json!("outbound_scope"), json!(404))
    );
    // Every check is told, also those behind the one that decided.
    let of = |it: &Value, step: &str| {
        let steps = it["steps"].as_array().expect("a list").iter();
        let mut steps = steps.filter(|it| it["step"] == step);
        steps.next().expect("the step")["outcome"].clone()
    };
    assert_eq!(
        (of(&limited, "D11"), of(&limited, "D13")),
        (json!("failed"), json!("passed"))
    );
    for (method, path, status, step) in [
        ("GET", "/api/v4/job", 0, "D18"),
        ("POST", "/api/v4/projects/1/trigger/pipeline", 0, "D18"),
        (
            "GET",
            "/group/app.git/info/refs?service=git-upload-pack",
            0,
            "D18",
        ),
        ("GET", "/api/v4/projects/1/../2/releases", 1, "D1"),
        ("GET", "/api/v4/user", 1, "D3"),
        ("GET", "/api/v4/projects/99/releases", 1, "D10"),
        ("pull", "group/app/image", 0, "D18"),
        ("push", "group/library", 1, "D9"),
    ] {
        assert_eq!(
            explain(status, method, path)["step"],
            step,
            "{method} {path}"
        );
    }
    // As it is where the service has it on, or not.
    let keep = "/api/v4/projects/1/jobs/1/artifacts/keep";
    assert_eq!(explain(1, "POST", keep)["step"], "D3");
    let config = authority.path("config.toml").display().to_string();
    std::fs::write(&config, "artifact_changes = true").expect("a file");
    let on = ["explain", "POST", keep, "--config", &config];
    assert_eq!(authority.json(0, &on, &token)["step"], "D18");
    authority
        .ask(&["job", "finish", &job, "failed"])
        .has_status(0);
    let ended = explain(1, "GET", PACKAGE);
    assert_eq!(
        says(&ended),
        (json!("D8"), json!("job_not_running"), json!(401))
    );
    let text = authority.call(&["explain", "GET", PACKAGE]).run(&token);
    text.has_status(1).says_nothing();
    let text = String::from_utf8(text.stdout).expect("it is text");
    assert!(
        text.starts_with(
            "denied (401) by D8, job_not_running: it is not so that the token is valid"
        ),
        "{text}"
    );
    assert!(
        text.contains("\n> D8  failed: job_not_running (")
            && text.contains("\n  D9  not reached ("),
        "{text}"
    );
}
