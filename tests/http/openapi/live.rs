//! Answers of the service, held against what the document says of them.

use std::sync::Arc;

use masker::http::{KeyRotation, KeyRotationError};
use masker::token::directory::Role;
use masker::token::id::KeyId;
use masker::token::journal::Actor;
use serde_json::json;

use super::document::Document;
use crate::http::artifacts::archive;
use crate::http::asking::{Ask, FORM, basic};
use crate::http::registry::registry_key;
use crate::http::world::{A, ADMIN, ALICE, B, World};

fn world() -> World {
    let world = World::with(|options| {
        options.registry = Some(registry_key());
        options.artifact_changes = true;
        let secret = masker::Secret::new("vault", "its-own-secret");
        options.clients = vec![("vault".to_owned(), secret)];
    });
    world.role(ALICE, A, Role::Maintainer);
    world.role(ALICE, B, Role::Maintainer);
    world
}

/// A file of keys, for all that the service knows.
struct File;

impl KeyRotation for File {
    fn rotate(&self, _: &Actor) -> Result<Vec<KeyId>, KeyRotationError> {
        Ok(vec![KeyId(1), KeyId(2)])
    }
}

/// What a test has of a job.
struct Running {
    id: u64,
    accessor: String,
    token: String,
}

impl Running {
    fn claim(world: &World, document: &Document) -> Running {
        let new = json!({
            "project": "g/a", "user": "alice", "name": "build", "ref": "main", "timeout": 600,
        });
        document.tell("addJob", world.admin("POST /admin/jobs"), &new);
        let claimed = json!({ "runner": 3, "acknowledge": true });
        let claim = world.admin("POST /admin/jobs/claim");
        let claimed = document.tell("claimJob", claim, &claimed);
        assert_eq!(claimed.status, 201);
        let text = |name: &str| claimed.json()[name].as_str().expect("a text").to_owned();
        Running {
            id: claimed.json()["id"].as_u64().expect("a number"),
            accessor: text("accessor"),
            token: text("token"),
        }
    }

    fn public<'w>(&self, world: &'w World, line: &str) -> Ask<'w> {
        world.public(line).header("JOB-TOKEN", &self.token)
    }
}

/// Every operation is asked so that it is answered well; what it asks for and what it answers is as
/// described, with no field more and none less.
#[test]
fn answers_are_as_described() {
    let (world, document) = (world(), Document::new());
    for (id, line) in [
        ("isAlive", "GET /healthz"),
        ("isReady", "GET /readyz"),
        ("describe", "GET /openapi.json"),
        ("metrics", "GET /metrics"),
    ] {
        document.ask(id, world.admin(line));
    }
    let job = Running::claim(&world, &document);
    let none = world.admin("POST /admin/jobs/claim");
    assert_eq!(document.ask("claimJob", none).status, 204);
    // Before pipelines add jobs of their own, which would be claimed.
    of_artifacts(&world, &document, &job);
    of_the_token(&world, &document, &job);
    of_operators(&world, &document, &job);
    of_scopes(&world, &document);
    of_triggers(&world, &document);
    of_proxies(&world, &document, &job);
    ends(&world, &document, &job);
    assert_eq!(document.left(), Vec::<&str>::new(), "nobody asked these");
}

fn of_the_token(world: &World, document: &Document, job: &Running) {
    document.ask("showOwnJob", job.public(world, "GET /api/v4/job"));
    let login = basic("gitlab-ci-token", &job.token);
    let line = "GET /jwt/auth?service=registry&scope=repository:g/a:pull,push";
    let images = || world.public(line);
    document.ask("authorizeImages", images().header("authorization", &login));
    document.ask("authorizeImages", images());
    document.ask("authorizeImages", world.public("GET /jwt/auth"));
    for (token, status) in [(&*job.token, 200), ("other", 200)] {
        let ask = world.public("POST /oauth/introspect");
        let ask = ask.header("authorization", &basic("vault", "its-own-secret"));
        let reply = document.ask("introspect", ask.body(FORM, format!("token={token}")));
        assert_eq!(reply.status, status);
    }
    let pipeline = |path: &str| job.public(world, &format!("POST /api/v4/projects/1/{path}"));
    let body = json!({ "ref": "main", "variables": { "KEY": "value" } });
    document.tell("startPipeline", pipeline("trigger/pipeline"), &body);
    let of_ref = pipeline("ref/main/trigger/pipeline");
    document.tell("startPipelineOfRef", of_ref, &json!({}));
    let wrong = json!({ "ref": "other" });
    let wrong = document.tell("startPipeline", pipeline("trigger/pipeline"), &wrong);
    assert_eq!(wrong.status, 400);
}

fn of_artifacts(world: &World, document: &Document, job: &Running) {
    let build = Running::claim(world, document);
    let archive = archive(&[("out.txt", b"built")]);
    let line = format!("PUT /admin/jobs/{}/artifacts?expire_in=1+day", build.id);
    let put = world.admin(&line).body("application/zip", archive.clone());
    document.ask("putArtifacts", put);
    let line = format!("POST /api/v4/jobs/{}/artifacts", build.id);
    let upload = build.public(world, &line).body("application/zip", archive);
    document.ask("upload", upload);
    let line = format!("POST /admin/jobs/{}/finish", build.id);
    document.tell(
        "changeJob",
        world.admin(&line),
        &json!({ "state": "success" }),
    );
    let of_job = format!("GET /api/v4/projects/1/jobs/{}/artifacts", build.id);
    let latest = "GET /api/v4/projects/1/jobs/artifacts/main";
    for (id, line) in [
        ("download", of_job.clone()),
        ("downloadFile", format!("{of_job}/out.txt")),
        ("downloadLatest", format!("{latest}/download?job=build")),
        (
            "downloadLatestFile",
            format!("{latest}/raw/out.txt?job=build"),
        ),
        (
            "downloadForRunner",
            format!("GET /api/v4/jobs/{}/artifacts", build.id),
        ),
    ] {
        assert_eq!(
            document.ask(id, job.public(world, &line)).status,
            200,
            "{id}"
        );
    }
    for (range, status) in [("bytes=0-3", 206), ("bytes=99999-", 416)] {
        let ask = job.public(world, &of_job).header("range", range);
        assert_eq!(document.ask("download", ask).status, status);
    }
    let missing = job.public(world, &format!("{of_job}/none"));
    assert_eq!(document.ask("downloadFile", missing).status, 404);
    let keep = format!("POST /api/v4/projects/1/jobs/{}/artifacts/keep", build.id);
    assert_eq!(
        document
            .ask("keepArtifacts", job.public(world, &keep))
            .status,
        200
    );
    let delete = of_job.replace("GET", "DELETE");
    assert_eq!(
        document
            .ask("deleteArtifacts", job.public(world, &delete))
            .status,
        204
    );
    let late = build.public(world, &format!("POST /api/v4/jobs/{}/artifacts", build.id));
    assert_eq!(document.ask("upload", late).status, 403);
    let again = json!({ "state": "failed" });
    let line = format!("POST /admin/jobs/{}/finish", build.id);
    let again = document.tell("changeJob", world.admin(&line), &again);
    assert_eq!(again.status, 409);
}

fn of_operators(world: &World, document: &Document, job: &Running) {
    document.ask(
        "showJob",
        world.admin(&format!("GET /admin/jobs/{}", job.id)),
    );
    document.ask(
        "listTokens",
        world.admin("GET /admin/tokens?project=g%2Fa&live=true"),
    );
    document.ask("listDecisions", world.admin("GET /admin/decisions?limit=5"));
    let asked = job
        .public(world, "GET /api/v4/job")
        .header("x-request-id", "mine");
    document.ask("showOwnJob", asked);
    document.ask("showDecisions", world.admin("GET /admin/decisions/mine"));
    let path = "/api/v4/projects/2/releases";
    let supposed = json!({ "accessor": job.accessor, "method": "GET", "path": path });
    document.tell("explain", world.admin("POST /admin/explain"), &supposed);
    let settings = json!({ "visibility": "internal", "features": { "releases": "members" } });
    let set = world.admin("POST /admin/projects/1/settings");
    document.tell("setProject", set, &settings);
    let set = world.admin("POST /admin/projects/1/settings");
    let wrong = document.ask("setProject", set.json(&json!({ "no": "such" })));
    assert_eq!(wrong.status, 400);
    // Its keys are in no file.
    let rotate = document.ask("rotateKeys", world.admin("POST /admin/keys/rotate"));
    assert_eq!(rotate.status, 501);
    let file = world.service.clone().with_key_rotation(Arc::new(File));
    let rotate = world.at(file.admin(), "POST /admin/keys/rotate");
    let login = format!("Bearer {ADMIN}");
    document.ask("rotateKeys", rotate.header("authorization", &login));
    let missing = document.ask("showJob", world.admin("GET /admin/jobs/999"));
    assert_eq!(missing.status, 404);
    let stranger = world.at(world.service.admin(), "GET /admin/jobs/1");
    assert_eq!(document.ask("showJob", stranger).status, 401);
}

fn of_scopes(world: &World, document: &Document) {
    let scope = "/api/v4/projects/1/job_token_scope";
    let ask = |method: &str, rest: &str| {
        let ask = world.admin(&format!("{method} {scope}{rest}"));
        ask.header("sudo", "alice")
    };
    document.ask("showScope", ask("GET", ""));
    document.tell(
        "setScope",
        ask("PATCH", ""),
        &json!({ "outbound_enabled": false }),
    );
    let list = "/outbound_allowlist";
    let target = json!({ "target_project_id": 2 });
    document.tell("addOutbound", ask("POST", list), &target);
    let twice = document.tell("addOutbound", ask("POST", list), &target);
    assert_eq!(twice.status, 422);
    document.ask("listOutbound", ask("GET", list));
    document.ask("removeOutbound", ask("DELETE", "/outbound_allowlist/2"));
    for (list, ids) in [
        ("/allowlist", ["showInbound", "addInbound", "removeInbound"]),
        (
            "/groups_allowlist",
            ["showInboundGroups", "addInboundGroup", "removeInboundGroup"],
        ),
    ] {
        let [show, add, remove] = ids;
        document.ask(show, ask("GET", list));
        assert_eq!(document.ask(add, ask("POST", list)).status, 501);
        let entry = ask("DELETE", &format!("{list}/2"));
        assert_eq!(document.ask(remove, entry).status, 501);
    }
}

fn of_triggers(world: &World, document: &Document) {
    let triggers = "/admin/projects/1/triggers";
    let make = world.admin(&format!("POST {triggers}"));
    let made = document.tell("addTrigger", make, &json!({ "owner": "alice" }));
    let token = made.json()["token"].as_str().expect("a token").to_owned();
    document.ask("listTriggers", world.admin(&format!("GET {triggers}")));
    let start = world.public("POST /api/v4/projects/1/trigger/pipeline");
    let started = document.ask(
        "startPipeline",
        start.body(FORM, format!("token={token}&ref=main")),
    );
    assert_eq!(started.status, 201);
    let accessor = made.json()["accessor"].clone();
    let line = format!(
        "DELETE /admin/triggers/{}",
        accessor.as_str().expect("a name")
    );
    document.ask("deleteTrigger", world.admin(&line));
    let again = document.ask("deleteTrigger", world.admin(&line));
    assert_eq!(again.status, 404);
}

fn of_proxies(world: &World, document: &Document, job: &Running) {
    for (id, line, says_path) in [
        ("forward", "GET /auth/forward", false),
        ("forwardForNginx", "GET /auth/nginx", false),
        ("forwardRoot", "GET /auth/forward/", false),
        ("forwardPath", "GET /auth/forward/api/v4/job", true),
    ] {
        let ask = |path: &str| {
            let ask = world.at_door(line).header("JOB-TOKEN", &job.token);
            match says_path {
                true => ask,
                false => ask
                    .header("x-original-method", "GET")
                    .header("x-original-uri", path),
            }
        };
        let asked = match id {
            // What stands behind our own path and what headers say must be one.
            "forwardRoot" => "/",
            _ => "/api/v4/job",
        };
        let reply = document.ask(id, ask(asked));
        match id {
            // There is nothing at the root.
            "forwardRoot" => assert_eq!(reply.status, 404),
            _ => assert_eq!(reply.status, 200),
        }
        if !says_path {
            document.ask(id, world.at_door(line));
        }
    }
}

fn ends(world: &World, document: &Document, job: &Running) {
    let leaks = world.admin(&format!("POST /admin/jobs/{}/leaks", job.id));
    document.tell(
        "tellOfLeak",
        leaks,
        &json!({ "token": job.token, "on_leak": "log" }),
    );
    let revoke = || world.admin(&format!("DELETE /admin/tokens/{}", job.accessor));
    document.ask("revokeToken", revoke());
    let cancel = world.admin(&format!("POST /admin/jobs/{}/cancel", job.id));
    document.ask("changeJob", cancel);
    let retry = world.admin(&format!("POST /admin/jobs/{}/retry", job.id));
    assert_eq!(document.ask("changeJob", retry).status, 201);
    let dead = document.ask("showOwnJob", job.public(world, "GET /api/v4/job"));
    assert_eq!(dead.status, 401);
    document.ask("changeUser", world.admin("POST /admin/users/bob/block"));
    let delete = world.admin("POST /admin/projects/2/pending-delete");
    document.ask("deleteProject", delete);
    while document
        .ask("showOwnJob", world.public("GET /api/v4/job?job_token=x"))
        .status
        != 429
    {}
    world.store.fail(true);
    let down = document.ask("showJob", world.admin("GET /admin/jobs/1"));
    assert_eq!(down.status, 503);
    assert_eq!(
        document.ask("isReady", world.public("GET /readyz")).status,
        503
    );
    world.store.fail(false);
}
