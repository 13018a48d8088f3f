//! `--fail-on-leak` and `--summary`.

use crate::support::command::{TOKEN, masker, masker_of_token};

#[test]
fn a_leak_is_status_3_where_that_was_asked_for() {
    let leaks = [format!("a {TOKEN}\n"), format!("a {}", &TOKEN[..12])];
    for job in &leaks {
        let outcome = masker_of_token(&["--fail-on-leak"]).run(job);
        outcome.has_status(3).says_nothing();
        assert!(outcome.stdout.starts_with(b"a [MASKED]"), "{outcome:?}");
        masker_of_token(&["--summary"]).run(job).has_status(0);
    }
    for job in ["", "all is well", &TOKEN[..7]] {
        let outcome = masker_of_token(&["--fail-on-leak"]).run(job);
        outcome.has_printed(job).says_nothing();
    }
}

#[test]
fn what_is_kept_of_a_secret_is_no_leak_that_was_masked() {
    let call = masker_of_token(&["--fail-on-leak", "--truncated", "keep"]);
    call.run(&TOKEN[..12]).has_printed(&TOKEN[..12]);
}

#[cfg(target_os = "linux")]
#[test]
fn statuses_1_and_2_come_before_3() {
    let full = std::fs::File::options().write(true).open("/dev/full");
    let call = masker_of_token(&["--fail-on-leak", "--summary"]);
    let outcome = call.stdout(full.expect("there is one")).run(TOKEN);
    outcome.has_status(1).says("masked once: TOKEN (raw) 1");

    masker(&["--fail-on-leak"]).run(TOKEN).has_status(2);
}

#[test]
fn a_summary_says_what_was_masked_on_which_line() {
    let call = masker_of_token(&["--summary", "--secret-env", "KEY"]).env("KEY", "hunter22");
    let job = format!("\n{TOKEN}\n{TOKEN} or aHVudGVyMjI=\n");
    let outcome = call.run(&job);
    outcome.has_printed("\n[MASKED]\n[MASKED] or [MASKED]I=\n");
    let expected = "masker: masked 3 times: TOKEN (raw) 2, first at line 2; \
                    KEY (base64) 1, first at line 3\n";
    assert_eq!(outcome.stderr, expected);

    let outcome = masker_of_token(&["--summary"]).run("all is well");
    assert_eq!(outcome.stderr, "masker: nothing was masked\n");

    let outcome = masker_of_token(&["--summary"]).run(format!("a\n{}", &TOKEN[..12]));
    let cut = "masker: masked once: the beginning of a secret, cut short by the end of the input \
               at line 2\n";
    assert_eq!(outcome.stderr, cut);
}

#[test]
fn a_summary_of_many_names_is_short() {
    let names: Vec<String> = (10..40).map(|number| format!("KEY_{number}")).collect();
    let mut call = masker(&["--summary", "--secret-env", "KEY_*"]);
    for name in &names {
        call = call.env(name, format!("the value of {name}"));
    }
    let job: String = names
        .iter()
        .map(|name| format!("the value of {name}\n"))
        .collect();
    let outcome = call.run(job);
    outcome.says("masked 30 times: KEY_10 (raw) 1, first at line 1; ");
    outcome.says("; KEY_29 (raw) 1, first at line 20; and 10 more\n");
}

#[test]
fn a_name_forges_no_line_and_no_colour() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = folder.path().join("odd.json");
    let odd = r#"{"ODD\nmasker: error: \u001b[1mNAME": "hunter22"}"#;
    std::fs::write(&path, odd).expect("a file can be written");
    let call = masker(&["--summary", "--secrets"]).arg(path);
    let outcome = call.env("TERM", "xterm-256color").run("hunter22");
    outcome
        .has_printed("[MASKED]")
        .says(r"ODD\nmasker: error: \u{1b}[1mNAME (raw) 1");
    assert_eq!(outcome.stderr.lines().count(), 1, "{outcome:?}");
}

#[test]
fn what_rules_find_is_a_leak_and_said() {
    let call = masker_of_token(&["--fail-on-leak", "--summary"]);
    let outcome = call.run("glpat-x\n?token=y glpat-z\nhttps://a:b@c/\n");
    outcome.has_status(3);
    let expected = "masker: masked 4 times: glpat- (token-prefix) 2, first at line 1; \
                    token (url-parameter) 1, first at line 2; \
                    user-information 1, first at line 3\n";
    assert_eq!(outcome.stderr, expected);
}
