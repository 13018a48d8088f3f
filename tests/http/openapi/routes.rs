//! That the document has every route, and no other.
//!
//! That a route cannot be made without being described is a matter of types: see
//! `tidy::routes_are_described`. Here stands what types do not hold: the fallback that answers the table.

use masker::token::directory::{FeatureVisibility, Role, Visibility};
use masker::token::routes::Route;
use serde_json::json;

use super::document::{Document, Operation};
use crate::http::registry::registry_key;
use crate::http::world::{A, ALICE, World};

fn world() -> World {
    World::with(|options| {
        options.registry = Some(registry_key());
        options.artifact_changes = true;
    })
}

/// A path of the document as somebody asks it. Of a word of a few, each.
fn paths(operation: &Operation<'_>, document: &Document) -> Vec<String> {
    let path = operation
        .path
        .replace("{project}", "1")
        .replace("{ref}", "main");
    let path = path
        .replace("{job}", "1")
        .replace("{target}", "2")
        .replace("{user}", "7");
    let path = path.replace("{accessor}", "mja_0123456789abcdef");
    let path = path
        .replace("{request_id}", "one")
        .replace("{path}", "api/v4/job");
    let parameters = operation.described["parameters"].as_array();
    let verb = parameters.and_then(|all| all.iter().find(|it| it["name"] == "verb"));
    let Some(verb) = verb else { return vec![path] };
    let reference = verb["schema"]["$ref"].as_str().expect("a type of its own");
    let schema = document
        .whole
        .pointer(&reference[1..])
        .expect("it is there");
    let words = schema["enum"].as_array().expect("words").iter();
    let words: Vec<_> = words.map(|word| word.as_str().expect("a word")).collect();
    assert!(words.len() > 1);
    words
        .iter()
        .map(|word| path.replace("{verb}", word))
        .collect()
}

/// What is asked without a credential is refused for want of one, where there is such a route: all else
/// is 404 or 405. Whatever takes no credential is answered.
#[test]
fn every_operation_is_answered_at_its_doors() {
    let (world, document) = (world(), Document::new());
    let mut asked = 0;
    for operation in document.operations() {
        for path in paths(&operation, &document) {
            assert!(!path.contains('{'), "{path}");
            for door in operation.described["tags"].as_array().expect("doors") {
                let (router, is_public) = match door.as_str() {
                    Some("public") => (world.service.public(), true),
                    Some("forward-auth") => (world.service.forward_auth(), false),
                    Some("admin") => (world.service.admin(), false),
                    _ => panic!("{door} is no door"),
                };
                let line = format!("{} {path}", operation.method.to_uppercase());
                let reply = world
                    .at(router, &line)
                    .header("x-request-id", &asked.to_string());
                let status = reply.send().status;
                // A proxy's question about / is decided, as any other is, and there is nothing.
                let missing = if path == "/auth/forward/" { 0 } else { 404 };
                assert!(
                    ![missing, 405, 500, 501].contains(&status),
                    "{line} at {door}: {status}"
                );
                if is_public && path.starts_with("/api/") {
                    let why = format!("GET /admin/decisions/{asked}");
                    let decided = world.admin(&why).send().json();
                    assert_eq!(decided[0]["reason"], "no_credential", "{line}");
                }
                asked += 1;
            }
        }
    }
    assert!(asked > 50, "{asked} were asked");
    // A verb that is not described is none.
    let none = world
        .admin("POST /admin/jobs/1/explode")
        .json(&json!({}))
        .send();
    assert_eq!(none.status, 404);
}

/// What is allowed and not described is another service's: 501. What is described never is.
#[test]
fn what_the_table_allows_is_described_or_not_served_here() {
    let (world, document) = (world(), Document::new());
    world.role(ALICE, A, Role::Owner);
    world.project(A, |project| {
        project.visibility = Visibility::Public;
        project.job_token_push = true;
        project.features.releases = FeatureVisibility::Everyone;
    });
    let described: Vec<_> = document.operations();
    let described = |method: &str, path: &str| {
        let of_table = described
            .iter()
            .filter(|it| it.described["tags"] == json!(["public"]));
        let mut matching = of_table.filter(|it| it.method == method && fits(it.path, path));
        matching.next().is_some()
    };
    let (mut here, mut elsewhere) = (0, 0);
    for (methods, pattern) in Route::all().iter().flat_map(Route::paths) {
        for method in *methods {
            let job = world.run();
            let (path, body) = example(pattern, job.id.0);
            let name = format!("{method:?}").to_lowercase();
            let ask = world
                .public(&format!("{} {path}", name.to_uppercase()))
                .json(&body);
            let ask = match path.starts_with("/api/") && !path.contains("/trigger/") {
                true => ask.job(&job),
                false => ask.header("authorization", &job.basic()),
            };
            let ask = match path.contains("/trigger/") {
                true => ask.header("JOB-TOKEN", job.token()),
                false => ask,
            };
            let reply = ask.header("x-request-id", "asked").send();
            let decided = world.admin("GET /admin/decisions/asked").send().json();
            let last = decided.as_array().and_then(|all| all.last());
            let last = last.expect("it was decided");
            // What has no project in its path may be of none that is known here.
            let reason = match path.contains("/projects/") || !path.contains("/packages/") {
                true => "allowed",
                false => "target_missing",
            };
            assert_eq!(last["reason"], reason, "{method:?} {pattern}");
            let path = path.split('?').next().expect("a path");
            // HEAD is said to be wherever GET is.
            let name = if name == "head" { "get" } else { &name };
            let is_described = described(name, path);
            let is_here = reason == "allowed" && reply.status != 501;
            assert_eq!(
                is_here, is_described,
                "{method:?} {pattern}: {}",
                reply.status
            );
            *(if is_described {
                &mut here
            } else {
                &mut elsewhere
            }) += 1;
        }
    }
    assert!(
        here > 10 && elsewhere > 50,
        "{here} here, {elsewhere} elsewhere"
    );
}

/// A path of a pattern of the table, and a body.
fn example(pattern: &str, job: u64) -> (String, serde_json::Value) {
    let (pattern, body) = pattern.split_once(" body ").unwrap_or((pattern, ""));
    let body = match body.split_once('=') {
        Some((name, value)) => json!({ name: value }),
        None => json!({ "ref": "main" }),
    };
    let (path, query) = pattern.split_once('?').unwrap_or((pattern, ""));
    let parts = path.split('/').map(|part| match part {
        ":id" => "1".to_owned(),
        ":path.git" => "g/a.git".to_owned(),
        ":type" => "generic".to_owned(),
        ":number" => job.to_string(),
        ":name" if path.starts_with("/api/v4/groups/") => "g".to_owned(),
        ":name" | "*" => "x".to_owned(),
        "+" => "main".to_owned(),
        part => part.to_owned(),
    });
    let path = parts.collect::<Vec<_>>().join("/");
    (format!("{path}?{query}"), body)
}

/// Whether a path is one of a template.
fn fits(template: &str, path: &str) -> bool {
    let (template, path) = (template.split('/'), path.split('/'));
    let same = |it: (&str, &str)| it.0.starts_with('{') || it.0 == it.1;
    template.clone().count() == path.clone().count() && template.zip(path).all(same)
}
