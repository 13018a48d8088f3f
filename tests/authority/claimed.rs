//! `masker run --token --claim`, `masker job start --job` and `masker job list`: jobs that wait.

use masker::token::clock::Clock as _;
use masker::token::directory::{ProjectId, RefName, UserId};
use masker::token::lifecycle::Lifecycle;
use masker::token::pipelines::{Cause, NewPipeline, Source, Variables};
use masker::token::store::{SqliteStore, Store as _};
use masker::token::system::SystemClock;
use serde_json::json;

use super::{Authority, ENQUEUE, RUN};
use crate::support::command::Outcome;

/// Runs a script for the job that waits longest.
fn claim(authority: &Authority, flags: &[&str], script: &str) -> Outcome {
    let call = authority.call(&["run", "--token", "--claim"]);
    call.args(flags).args(&["--", "bash", "-c", script]).run("")
}

fn enqueue(authority: &Authority, flags: &[&str]) -> String {
    let outcome = authority.call(&ENQUEUE).args(flags).run("");
    outcome.has_status(0);
    let number = String::from_utf8(outcome.stdout).expect("a number");
    number.trim().to_owned()
}

fn state(authority: &Authority, job: &str) -> String {
    let job = authority.json(0, &["job", "show", job], b"");
    job["state"].as_str().expect("a state").to_owned()
}

#[test]
fn a_job_that_waits_is_run_and_ends_as_its_command_does() {
    let authority = Authority::new();
    let first = enqueue(&authority, &["--name", "build", "--ref", "main"]);
    let second = enqueue(&authority, &[]);
    let script = r#"
        echo "$CI_JOB_ID $CI_JOB_NAME $CI_COMMIT_REF_NAME $CI_COMMIT_REF_PROTECTED $CI_PROJECT_ID"
        echo "$CI_REGISTRY_USER ${CI_PIPELINE_ID-none} ${MASKER_STORE-none} $CI_JOB_TOKEN"
    "#;
    let outcome = claim(&authority, &[], script);
    outcome.has_printed(format!(
        "{first} build main false 1\ngitlab-ci-token none none [MASKED]\n"
    ));
    assert_eq!(state(&authority, &first), "success");
    claim(&authority, &[], "exit 7").has_status(7);
    assert_eq!(state(&authority, &second), "failed");
    claim(&authority, &[], "echo ran")
        .has_status(75)
        .says("no job waits");
    authority.ask(&["token", "list", "--live"]).has_printed("");
}

#[test]
fn jobs_of_one_project_are_taken_where_one_is_named() {
    let authority = Authority::new();
    let job = enqueue(&authority, &[]);
    let other = ["--project", "group/tools"];
    claim(&authority, &other, "echo ran").has_status(75);
    claim(&authority, &["--project", "group/none"], "echo ran").is_refused();
    let own = ["--project", "group/app"];
    claim(&authority, &own, "echo $CI_JOB_ID").has_printed(format!("{job}\n"));
}

/// Has jobs wait whose pipeline was started with variables.
fn start_pipeline(authority: &Authority, variables: &[(&str, &str)]) {
    let path = authority.path("store.db");
    let store = SqliteStore::open(&path, Lifecycle::default()).expect("it is there");
    let now = SystemClock::starting_after(store.time().expect("it works")).now();
    let pipeline = NewPipeline {
        project: ProjectId(1),
        git_ref: RefName::new("main").expect("it is one"),
        cause: Cause::User {
            user: UserId(7),
            source: Source::Web,
        },
        variables: Variables::new(variables.iter().copied()).expect("they are names"),
    };
    store.start_pipeline(&pipeline, now).expect("it may start");
}

/// What a pipeline was started with reaches its jobs, as from the admin door; what commonly is secret
/// is masked, and what belongs to whoever hands jobs out is not taken from it.
#[test]
fn a_job_of_a_pipeline_has_its_variables() {
    let authority = Authority::new();
    let variables = [
        ("COLOUR", "red"),
        ("DEPLOY_PASSWORD", "correct horse battery"),
        ("CI_JOB_ID", "99"),
        ("CI_SERVER_URL", "https://elsewhere.example"),
        ("CI_JOB_TOKEN", "mjt_forged"),
        ("MASKER_KEY_FILE", "/elsewhere"),
    ];
    start_pipeline(&authority, &variables);
    let script = r#"
        echo "$COLOUR $DEPLOY_PASSWORD ${#DEPLOY_PASSWORD} $CI_JOB_ID $CI_PIPELINE_SOURCE"
        echo "$CI_PIPELINE_ID $CI_COMMIT_REF_NAME ${CI_SERVER_URL-none} ${MASKER_KEY_FILE-none}"
        echo "${#CI_JOB_TOKEN}"
    "#;
    let outcome = claim(&authority, &[], script);
    outcome.has_printed("red [MASKED] 21 1 web\n1 main none none\n53\n");
    outcome.hides("correct horse battery");
}

/// The command starts as who may read the keys. Whoever may start a pipeline must not choose another.
#[test]
fn a_pipeline_does_not_choose_which_code_runs() {
    let authority = Authority::new();
    let found = authority.path("found");
    let code = format!("$(touch '{}')", found.display());
    let variables = [
        ("BASH_ENV", &*code),
        ("GIT_CONFIG_COUNT", "1"),
        ("LD_PRELOAD", "/nowhere/library.so"),
        ("PATH", "/nowhere"),
        ("PS4", &code),
        ("SHELLOPTS", "xtrace"),
        ("TIDY", "yes"),
    ];
    start_pipeline(&authority, &variables);
    let script = r#"echo "$TIDY ${LD_PRELOAD-none} ${GIT_CONFIG_COUNT-none} ${BASH_ENV-none}""#;
    let outcome = claim(&authority, &[], script);
    outcome.has_printed("yes none none none\n");
    for (name, _) in &variables[..6] {
        outcome.says(format!("{name} of the job's pipeline is left out"));
    }
    assert!(!found.exists(), "a variable was run");
}

#[test]
fn nothing_is_claimed_by_a_wrong_command_line() {
    let authority = Authority::new();
    let job = enqueue(&authority, &[]);
    for (flags, why) in [
        (
            &["--user", "alice"][..],
            "--user: --claim takes a job as it is",
        ),
        (&["--name", "build"], "--name: --claim"),
        (&["--ref", "main"], "--ref: --claim"),
        (&["--permissions", "none"], "--permissions: --claim"),
        (&["--token-timeout", "9"], "--token-timeout: --claim"),
        (&["--forms", "raw"], "every form"),
    ] {
        claim(&authority, flags, "echo ran").is_refused().says(why);
    }
    let lone = authority.call(&["run", "--claim", "--", "true"]).run("");
    lone.is_refused().says("add --token");
    let nobody = authority.call(&["run", "--token", "--", "true"]).run("");
    nobody
        .is_refused()
        .says("--project and --user")
        .says("--claim");
    assert_eq!(state(&authority, &job), "pending");
}

#[test]
fn a_job_of_our_own_says_what_it_is_about() {
    let authority = Authority::new();
    let about = ["--name", "deploy", "--ref", "main", "--permissions", "none"];
    let script = r#"echo "$CI_JOB_NAME $CI_COMMIT_REF_NAME""#;
    let run = authority.call(&RUN).args(&about);
    let run = run.args(&["--", "bash", "-c", script]).run("");
    run.has_printed("deploy main\n");
    let shown = authority.json(0, &["job", "show", "1"], b"");
    assert_eq!(
        (&shown["name"], &shown["ref"], &shown["permissions"]),
        (&json!("deploy"), &json!("main"), &json!([]))
    );
}

#[test]
fn one_job_is_started_by_its_number() {
    let authority = Authority::new();
    let [first, second] = [enqueue(&authority, &[]), enqueue(&authority, &[])];
    let start = |job: &str| authority.ask(&["job", "start", "--print-token", "--job", job]);
    start(&second).has_status(0);
    assert_eq!(state(&authority, &first), "pending");
    start(&second).has_status(1).says("running");
    start("99").has_status(1).says("no such job");
}

#[test]
fn jobs_are_listed_with_what_they_are_about() {
    let authority = Authority::new();
    enqueue(&authority, &["--name", "build", "--ref", "main"]);
    authority.start();
    let list = |flags: &[&str]| authority.call(&["job", "list"]).args(flags).run("");
    list(&[]).has_printed(
        "2  pending  group/app  alice  default\n1  running  group/app  alice  build for main\n",
    );
    list(&["--state", "running"]).has_printed("1  running  group/app  alice  build for main\n");
    list(&["--project", "group/tools"]).has_printed("");
    list(&["--limit", "1"]).has_printed("2  pending  group/app  alice  default\n");
    let json = authority.json(0, &["job", "list", "--state", "pending"], b"");
    assert_eq!(json, json!([authority.json(0, &["job", "show", "2"], b"")]));
    let shown = authority.ask(&["job", "show", "1"]);
    shown.has_printed("job 1 of project 1 and user 7 is running: build for main\n");
}

/// A branch that the project does not have is one that no push could have made.
#[test]
fn jobs_are_for_branches_that_the_project_has() {
    let authority = Authority::new();
    let file = authority.path("plan.toml");
    let text = "[[project]]\nid = 3\npath = 'group/tools'\nrefs = ['main', 'release']\n\
                protected_refs = ['release']\n";
    std::fs::write(&file, text).expect("a file can be written");
    let load = authority.call(&["directory", "load"]).arg(file).run("");
    load.has_status(0);
    let enqueue = [
        "job",
        "enqueue",
        "--project",
        "3",
        "--user",
        "alice",
        "--ref",
    ];
    let of = |name: &str| authority.call(&enqueue).arg(name).run("");
    of("mian").has_status(1).says("no such branch or tag");
    of("main").has_printed("1\n");
    of("release").has_printed("2\n");
    let protected = |job| authority.json(0, &["job", "show", job], b"")["ref_protected"].clone();
    assert_eq!(
        (protected("1"), protected("2")),
        (json!(false), json!(true))
    );
}
