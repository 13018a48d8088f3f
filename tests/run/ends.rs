//! How it ends: as the job does, or with a word about why there was none.

use super::{command, run};
use crate::support::command::{TOKEN, masker};

#[test]
fn the_status_is_the_jobs() {
    for status in [0, 1, 2, 3, 77, 126, 127, 255] {
        let outcome = run(&[], &format!("exit {status}")).run("");
        outcome.has_status(status).says_nothing();
    }
    // Not 3: bash ignores that, also of its own.
    for signal in [1, 2, 6, 9, 13, 15] {
        let outcome = run(&[], &format!("kill -{signal} $$")).run("");
        outcome.has_status(128 + signal).says_nothing();
    }
}

#[test]
fn a_command_that_is_not_there_is_not_shown() {
    for words in [&[TOKEN, TOKEN][..], &["/no/such/dep_0123456789abcdef"]] {
        let outcome = command(&[], words).run("");
        outcome.has_status(127).says("not found").hides(TOKEN);
    }
    for words in [&["/"][..], &["/dev/null", TOKEN]] {
        let outcome = command(&[], words).run("");
        outcome.has_status(126).says("cannot be run").hides(TOKEN);
    }
}

#[test]
fn slips_are_told_without_what_was_typed() {
    let slip = |args: &[&str]| masker(&["run"]).args(args).env("TOKEN", TOKEN).run("");
    for (args, word) in [
        (&["echo", TOKEN][..], "behind --"),
        (&[][..], "say what to run"),
        (&["--secret-env", "TOKEN"], "say what to run"),
        (&["--secret-env", "TOKEN", "--"], "say what to run"),
        (&["--limit", TOKEN, "--", "true"], "--limit"),
        (&["--limit", "0", "--", "true"], "--limit"),
        (&["--linger", TOKEN, "--", "true"], "--linger"),
        (&["--", "true"], "no secret to mask"),
    ] {
        slip(args).is_refused().says(word).hides(TOKEN);
    }
}

#[test]
fn no_job_starts_where_the_secrets_cannot_be_had() {
    let folder = super::Folder::new();
    let trace = folder.path("trace");
    let script = "touch \"$trace\"";
    for flags in [
        &["--secret-env", "NO_SUCH"][..],
        &["--secret-file", "/no/such"],
        &["--control", "/no/such/socket"],
        &["--report", "/no/such/report"],
        &["--log", "/no/such/log"],
        &["--env-file", "A=/no/such"],
    ] {
        let outcome = run(flags, script).env("trace", &trace).run("");
        outcome.is_refused().says(flags[0]);
        assert!(!trace.exists(), "{flags:?}: the job has run");
    }
}

#[test]
fn without_a_flag_the_variables_that_commonly_hold_secrets_are_masked() {
    masker(&["run", "--", "/bin/sh", "-c", "echo $DEPLOY_TOKEN"])
        .env("DEPLOY_TOKEN", TOKEN)
        .run("")
        .has_printed("[MASKED]\n")
        .says("DEPLOY_TOKEN")
        .hides(TOKEN);
}

/// A limit of ours is not the job's: it may want its core files.
#[cfg(target_os = "linux")]
#[test]
fn the_job_has_the_limits_that_we_had() {
    let script = "ulimit -Hc";
    let ours = crate::support::command::shell(script).run("");
    run(&[], script).run("").has_printed(&ours.stdout);
}
