//! The examples of GitLab's page on job tokens, with curl.

use masker::token::directory::Role;

use super::{has_curl, serve};
use crate::http::artifacts::archive;
use crate::http::world::{ADMIN, ALICE, B, World};
use crate::support::command::shell;
use crate::support::programs::is_there;

/// The seed's example as it stands there but for the host and the project's number.
#[test]
fn s77_the_example_of_a_trigger() {
    if !has_curl() {
        return;
    }
    let world = World::new();
    world.role(ALICE, B, Role::Developer);
    let job = world.run();
    let address = serve(&world, world.service.public());
    let script = "curl -sS --request POST --form \"token=$CI_JOB_TOKEN\" --form ref=main \
                  \"http://$HOST/api/v4/projects/2/trigger/pipeline\"";
    let outcome = shell(script)
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("CI_JOB_TOKEN", job.token())
        .env("HOST", address.to_string())
        .run("");
    let answer: serde_json::Value = serde_json::from_slice(&outcome.stdout).expect("JSON");
    assert_eq!(answer["source"], "pipeline");
    assert_eq!(world.claim().variables["CI_PIPELINE_SOURCE"], "pipeline");
    world.role(ALICE, B, Role::None);
    let outcome = shell(script)
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("CI_JOB_TOKEN", job.token())
        .env("HOST", address.to_string())
        .run("");
    assert_eq!(outcome.stdout, b"{\"message\":\"404 Not Found\"}");
}

/// The seed's example of artifacts, likewise.
#[test]
fn s81_s83_the_example_of_artifacts() {
    if !has_curl() {
        return;
    }
    let world = World::new();
    world.role(ALICE, B, Role::Reporter);
    let done = world.run_b("test", "main");
    let bytes = archive(&[("a/b.txt", &b"text ".repeat(100_000)), ("c", b"2")]);
    let (public, admin) = (
        serve(&world, world.service.public()),
        serve(&world, world.service.admin()),
    );
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("in.zip"), &bytes).expect("a file");
    let job = world.run();
    let run = |script: &str| {
        let call = shell(&format!("cd \"$HOME\" && {script}"));
        let outcome = call
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", folder.path())
            .env("CI_JOB_TOKEN", job.token())
            .env("OWN_TOKEN", done.token())
            .env("ID", done.id.0.to_string())
            .env("HOST", public.to_string())
            .env("ADMIN", admin.to_string())
            .env("ADMIN_TOKEN", ADMIN)
            .run("");
        outcome.has_status(0);
        String::from_utf8(outcome.stdout).expect("UTF-8")
    };
    // Twice: by the operator, who sends the file, and by the runner, who sends a form.
    let put = "curl -sS -o /dev/null -w '%{http_code}' -T in.zip \
               -H \"Authorization: Bearer $ADMIN_TOKEN\" \"http://$ADMIN/admin/jobs/$ID/artifacts\"";
    assert_eq!(run(put), "201");
    let post = "curl -sS -o /dev/null -w '%{http_code}' -H \"JOB-TOKEN: $OWN_TOKEN\" -F file=@in.zip \
                -F expire_in='1 day' \"http://$HOST/api/v4/jobs/$ID/artifacts\"";
    assert_eq!(run(post), "201");
    world.succeed(&done);
    run("curl -sS --location --output artifacts.zip \
         \"http://$HOST/api/v4/projects/2/jobs/artifacts/main/download?job=test&job_token=$CI_JOB_TOKEN\"");
    let read = |name: &str| std::fs::read(folder.path().join(name)).expect("a file");
    assert!(read("artifacts.zip") == bytes, "the bytes differ");
    let raw = "curl -sS -OJ -H \"JOB-TOKEN: $CI_JOB_TOKEN\" \
               \"http://$HOST/api/v4/projects/g%2Fsub%2Fb/jobs/artifacts/main/raw/a/b.txt?job=test\"";
    run(raw);
    assert_eq!(read("b.txt"), b"text ".repeat(100_000));
    // In two halves, as after a connection that broke.
    std::fs::write(folder.path().join("half.zip"), &bytes[..100]).expect("a file");
    run("curl -sS -C - -o half.zip -H \"JOB-TOKEN: $CI_JOB_TOKEN\" \
         \"http://$HOST/api/v4/projects/2/jobs/$ID/artifacts\"");
    assert!(read("half.zip") == bytes, "the halves do not fit");
    // Statement 83, with a client that leaves the path as it is.
    let slip = "curl -sS --path-as-is -o /dev/null -w '%{http_code}' -H \"JOB-TOKEN: $CI_JOB_TOKEN\" \
                \"http://$HOST/api/v4/projects/2/jobs/$ID/artifacts/raw/../../etc/passwd\"";
    assert_eq!(run(slip), "400");
    if is_there("unzip") {
        assert_eq!(run("unzip -p artifacts.zip c"), "2");
    } else {
        eprintln!("not tried: there is no unzip here");
    }
}
