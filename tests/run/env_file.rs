//! `--env-file`: a value that no command line shows.

use super::{Folder, run};

const VALUE: &str = "of-a-file-9876543210";

#[test]
fn the_job_has_the_variable_and_its_output_does_not() {
    let folder = Folder::new();
    let path = folder.file("value", &format!("{VALUE}\n"));
    let flag = format!("KEY={}", path.display());
    let script = r#"echo "${#KEY} $KEY"; printf '%s' "$KEY" | base64 >&2; tr '\0' ' ' < /proc/$PPID/cmdline"#;
    let outcome = run(&["--env-file", &flag], script).run("");
    let printed = String::from_utf8_lossy(&outcome.stdout).into_owned();
    assert!(printed.starts_with("20 [MASKED]\n"), "{outcome:?}");
    assert!(outcome.stderr.starts_with("[MASKED]"), "{outcome:?}");
    outcome.has_status(0).hides(VALUE);
}

#[test]
fn it_takes_no_other_variable_out() {
    let folder = Folder::new();
    let path = folder.file("value", VALUE);
    let flag = format!("KEY={}", path.display());
    crate::support::command::masker(&["run", "--env-file", &flag, "--", "/bin/sh", "-c"])
        .arg("echo $KEY $MY_TOKEN")
        .env("MY_TOKEN", "another-0123456789")
        .run("")
        .has_printed("[MASKED] [MASKED]\n")
        .says("MY_TOKEN");
}

#[test]
fn what_is_wrong_is_told_by_name() {
    let folder = Folder::new();
    let nul = folder.file("nul", "of-a-file\09876543210");
    let of = |path: &std::path::Path| format!("KEY={}", path.display());
    for flag in [of(&nul), of(&folder.path("none")), of(folder.0.path())] {
        let outcome = run(&["--env-file", &flag], "echo started").run("");
        outcome
            .is_refused()
            .says("--env-file KEY")
            .hides("of-a-file");
    }
    for flag in [VALUE, "b2YtYS1maWxl==", "=of-a-file", "of-a-file=/dev/null"] {
        let outcome = run(&["--env-file", flag], "echo started").run("");
        outcome.is_refused().says("--env-file takes NAME=PATH");
        outcome.hides("of-a-file").hides("b2YtYS1maWxl");
    }
    let short = folder.file("short", "1");
    let outcome = run(&["--env-file", &of(&short)], "echo $KEY").run("");
    outcome.has_printed("1\n").says("KEY is not masked");
}
