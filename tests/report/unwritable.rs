//! Where a report cannot be written, which is said before any input is read, or should not be.

use std::fs;
use std::path::Path;

use crate::support::command::{Call, TOKEN, masker_of_token};

fn reporting_to(path: impl AsRef<Path>) -> Call {
    masker_of_token(&["--fail-on-leak", "--report"]).arg(path.as_ref())
}

#[test]
fn a_path_that_cannot_be_written_is_an_error_and_nothing_is_read() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = |name: &str| folder.path().join(name);
    fs::write(path("file"), "").expect("a file can be written");
    for path in [
        folder.path().to_owned(),
        path("no/such/folder"),
        path("file/in/a/file"),
        path(".."),
        "".into(),
        "/".into(),
    ] {
        let outcome = reporting_to(path).run_unread();
        outcome.is_refused().says("--report");
    }
    let names = fs::read_dir(folder.path()).expect("a folder can be listed");
    assert_eq!(names.count(), 1);
}

#[test]
fn a_path_is_not_repeated_since_it_may_be_a_secret_that_slipped_in() {
    let outcome = reporting_to(format!("{TOKEN}/{TOKEN}")).run_unread();
    outcome.is_refused().says("--report").hides(TOKEN);
}

#[test]
fn a_file_of_secrets_is_not_written_over() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = folder.path().join("secrets");
    for flag in ["--secrets", "--secret-file"] {
        fs::write(&path, TOKEN).expect("a file can be written");
        let call = reporting_to(&path).args(&[flag]).arg(&path);
        call.run_unread().is_refused().says("--report").hides(TOKEN);
        assert_eq!(fs::read_to_string(&path).expect("it is there"), TOKEN);
    }
}

#[test]
fn a_report_that_cannot_be_written_at_the_end_is_status_1() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let inner = folder.path().join("inner");
    fs::create_dir(&inner).expect("a folder can be made");
    let mut running = reporting_to(inner.join("report.json")).start();
    running.write(TOKEN);
    running.expect("[MASKED]");
    fs::remove_dir(inner).expect("nothing is in it");
    running.end().has_status(1).says("--report").hides(TOKEN);
}

#[cfg(unix)]
mod on_unix {
    use std::fs::File;
    use std::os::unix::fs::{FileTypeExt as _, symlink};

    use super::*;

    #[test]
    fn what_is_no_file_is_not_replaced_by_one() {
        for device in ["/dev/null", "/dev/stdout", "/dev/stderr", "/dev/fd/1"] {
            reporting_to(device)
                .run_unread()
                .is_refused()
                .says("--report");
        }
        let null = fs::metadata("/dev/null").expect("it is there");
        assert!(null.file_type().is_char_device());
    }

    #[test]
    fn the_output_is_not_written_over() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let path = folder.path().join("log");
        let log = File::create(&path).expect("a file can be made");
        let outcome = reporting_to(&path).stdout(log).run_unread();
        outcome.is_refused().says("--report");
        assert!(path.exists());
    }

    #[test]
    fn a_link_stays_and_its_file_is_written() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let (link, file) = (folder.path().join("link"), folder.path().join("file"));
        fs::write(&file, "").expect("a file can be written");
        symlink("file", &link).expect("a link can be made");
        reporting_to(&link).run("").has_printed("");
        assert!(link.is_symlink() && !file.is_symlink());
        assert!(fs::read(&file).expect("it is there").starts_with(b"{"));

        fs::remove_file(&file).expect("it is there");
        reporting_to(&link)
            .run_unread()
            .is_refused()
            .says("--report");
    }
}
