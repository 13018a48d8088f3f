//! `masker serve` with artifacts in a folder.

use super::has_curl;
use super::trial::{Trial, status};
use crate::support::command::{masker, shell};

/// The service itself, with artifacts in a folder: taken, given out, too large.
#[test]
fn the_service_keeps_artifacts_in_its_folder() {
    if !has_curl() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let kept = folder.path().join("new/artifacts");
    let place = kept.to_str().expect("a path").to_owned();
    let trial = Trial::start(&["--artifacts", &place, "--artifacts-limit", "1"]);
    let (_, id) = trial.admin_of_job().rsplit_once('/').expect("its number");
    std::fs::write(folder.path().join("in.zip"), vec![7; 1 << 20]).expect("a file");
    std::fs::write(folder.path().join("more.zip"), vec![7; (1 << 20) + 1]).expect("a file");
    let run = |script: &str| {
        let outcome = shell(&format!(
            "cd \"$HOME\" && curl -sS -w '%{{http_code}}' {script}"
        ))
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", folder.path())
        .env("CI_JOB_TOKEN", trial.token())
        .env("ADMIN_TOKEN", trial.admin_token())
        .env("PUBLIC", trial.base())
        .env("ADMIN", trial.admin_of_job())
        .env("ID", id)
        .run("");
        String::from_utf8(outcome.stdout).expect("UTF-8")
    };
    let put = "-o answer -H \"Authorization: Bearer $ADMIN_TOKEN\" \"$ADMIN/artifacts\" -T";
    assert_eq!(run(&format!("{put} more.zip")), "413");
    assert_eq!(run(&format!("{put} in.zip")), "201");
    let get = "-o out.zip -H \"JOB-TOKEN: $CI_JOB_TOKEN\" \"$PUBLIC/api/v4/jobs/$ID/artifacts\"";
    assert_eq!(run(get), "200");
    let out = std::fs::read(folder.path().join("out.zip")).expect("a file");
    assert!(out == vec![7; 1 << 20], "the bytes differ");
    let file = std::fs::metadata(kept.join("jobs").join(id)).expect("a file");
    assert_eq!(file.len(), 1 << 20);
    use std::os::unix::fs::PermissionsExt as _;
    let mode = std::fs::metadata(&kept)
        .expect("a folder")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o700, "nobody else reads it");
    trial.running.signal(rustix::process::Signal::TERM);
    trial.running.wait();
}

/// Whether jobs change artifacts is the operator's word.
#[test]
fn the_service_lets_jobs_keep_artifacts_where_it_is_told_to() {
    if !has_curl() {
        return;
    }
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), "artifact_changes = true").expect("a file");
    let config = file.path().to_str().expect("a path");
    for (flags, expected) in [(&[][..], "401"), (&["--config", config], "200")] {
        let trial = Trial::start(flags);
        let bearer = format!("Authorization: Bearer {}", trial.admin_token());
        let of_job = format!("{}/artifacts", trial.admin_of_job());
        let put = ["-X", "PUT", "-d", "bytes", "-H", &bearer, &of_job];
        assert_eq!(status(&put), "201");
        let (_, id) = trial.admin_of_job().rsplit_once('/').expect("its number");
        let token = format!("JOB-TOKEN: {}", trial.token());
        let keep = format!(
            "{}/api/v4/projects/1/jobs/{id}/artifacts/keep",
            trial.base()
        );
        assert_eq!(status(&["-X", "POST", "-H", &token, &keep]), expected);
    }
}

#[test]
fn a_folder_that_cannot_be_had_is_told_by_name() {
    let file = tempfile::NamedTempFile::new().expect("a file");
    let place = file.path().join("artifacts");
    let outcome = masker(&["serve", "--dev", "--listen", "127.0.0.1:0", "--artifacts"])
        .arg(&place)
        .run("");
    outcome.has_status(4).says("--artifacts");
}
