//! Names, variables and plans, and a store from before there were any.

use masker::token::directory::{JobName, Projects, RefName};
use masker::token::pipelines::{MAX_VARIABLES, NewPipeline, Source, Variables};

use super::pipelines::{by, git_ref, job_name};
use super::world::{A, ALICE, B};

#[test]
fn names_of_refs_are_those_that_git_takes() {
    for name in [
        "main",
        "a/b",
        "v1.2-rc_3",
        "ünï",
        "x@y",
        "@a",
        "refs/heads/x",
        "a.lock.b",
    ] {
        assert!(RefName::new(name).is_ok(), "{name}");
    }
    let long = "a".repeat(256);
    for name in [
        "", "/", "a/", "/a", "a//b", ".a", "a/.b", "a..b", "a.", "a.lock", "a.lock/b", "-a", "@",
        "a@{b", "a b", "a~b", "a^b", "a:b", "a?b", "a*b", "a[b", "a\\b", "a\nb", "a\0", &long,
    ] {
        assert!(RefName::new(name).is_err(), "{name:?}");
    }
}

#[test]
fn values_of_variables_are_not_shown() {
    let variables = Variables::new([("PASSWORD", "hunter2")]).expect("it is one");
    let new = NewPipeline {
        variables,
        ..by(ALICE, Source::Api)
    };
    let shown = format!("{new:?}");
    assert!(shown.contains("PASSWORD") && !shown.contains("hunter2"));
    for (name, value) in [
        ("", "a"),
        ("A B", "a"),
        ("A=B", "a"),
        ("Ä", "a"),
        ("A", "\0"),
    ] {
        assert!(Variables::new([(name, value)]).is_err(), "{name}");
    }
    let large = "x".repeat(MAX_VARIABLES);
    assert!(Variables::new([("A", large)]).is_err());
}

#[test]
fn the_file_of_a_directory_has_plans() {
    let text = "
[[project]]
id = 1
path = 'group/a'
refs = ['main', 'v1']
protected_refs = ['main']
jobs = ['build', 'test']

[[project]]
id = 2
path = 'group/b'
protected_refs = ['main']
";
    let projects = Projects::parse(text).expect("it fits");
    let plan = projects.plan(A);
    assert!(plan.knows(&git_ref("v1")) && !plan.knows(&git_ref("v2")));
    assert!(plan.protects(&git_ref("main")) && !plan.protects(&git_ref("v1")));
    assert_eq!(plan.job_names, [job_name("build"), job_name("test")]);
    let other = projects.plan(B);
    assert!(other.knows(&git_ref("any")) && other.protects(&git_ref("main")));
    assert!(other.jobs().eq([JobName::default()]));
    let wrong = |old: &str, new: &str, expected: &str| {
        let error = Projects::parse(&text.replacen(old, new, 1)).expect_err("it is wrong");
        assert_eq!(error.to_string(), expected);
    };
    wrong(
        "'v1'",
        "'v..1'",
        "line 5, `refs`: this is no name of a branch or a tag",
    );
    wrong(
        "['main']",
        "['v2']",
        "line 6, `protected_refs`: it protects a ref that `refs` does not have",
    );
    wrong("'build'", "''", "line 7, `jobs`: this is no name of a job");
    wrong(
        "'build'",
        "'test'",
        "line 7, `jobs`: another job has this name",
    );
}

/// A file that the version before this one wrote is brought up to date.
#[cfg(feature = "sqlite")]
#[test]
fn a_file_of_the_first_schema_is_brought_up_to_date() {
    use masker::token::directory::{Plan, Project};
    use masker::token::lifecycle::{JobId, Lifecycle};
    use masker::token::store::{About, SqliteStore, Store as _};

    use super::world::World;

    let folder = tempfile::tempdir().expect("there is a temporary folder");
    let file = folder.path().join("tokens.db");
    let first = include_str!("../../src/token/store/sqlite/0001.sql");
    let connection = rusqlite::Connection::open(&file).expect("it can be made");
    let job = "INSERT INTO jobs (project_id, timeout, state) VALUES (1, 1000000, 'pending')";
    for statements in [first, "PRAGMA user_version = 1", job] {
        connection.execute_batch(statements).expect("it works");
    }
    drop(connection);
    let store = SqliteStore::open(&file, Lifecycle::default()).expect("it is older");
    let about = store.about(JobId(1)).expect("it is there");
    assert_eq!(about, About::default());
    let project = Project::new(A, "group/a");
    store
        .put_project(&project, World::start())
        .expect("it works");
    assert_eq!(store.plan(A).expect("it works"), Plan::default());
}
