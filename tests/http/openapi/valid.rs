//! What others read in the document: `openapi-spec-validator`, and whoever fetches it.

use crate::http::world::World;

#[cfg(unix)]
#[test]
fn the_document_is_valid_openapi() {
    let Some(validator) = crate::support::programs::of_ci("openapi-spec-validator") else {
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("openapi.json");
    std::fs::write(&file, masker::http::openapi()).expect("a file can be written");
    let output = std::process::Command::new(validator).arg(&file).output();
    let output = output.expect("it starts");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("OK"), "{said}");
}

#[test]
fn every_door_gives_the_same_document_without_a_credential() {
    let world = World::new();
    let admin = world.at(world.service.admin(), "GET /openapi.json").send();
    let public = world.public("GET /openapi.json").send();
    for reply in [admin, public] {
        assert_eq!(reply.status, 200);
        assert_eq!(reply.header("content-type"), "application/json");
        assert!(reply.text() == masker::http::openapi());
    }
}

#[cfg(feature = "serve")]
#[test]
fn the_command_prints_what_the_service_answers() {
    let printed = crate::support::command::masker(&["openapi"]).run_unread();
    printed.has_status(0).says_nothing();
    assert!(printed.stdout == masker::http::openapi().as_bytes());
    let refused = crate::support::command::masker(&["openapi", "more"]).run_unread();
    refused.has_status(2);
}
