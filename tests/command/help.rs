//! What the command says of itself.

use super::Folder;
use crate::support::command::{Outcome, TOKEN, masker, masker_of_token};

/// Asks for something, and checks that it comes with status 0, nothing else, and nothing read.
fn ask(args: &[&str]) -> String {
    let outcome = masker(args).run_unread();
    outcome.has_status(0).says_nothing();
    String::from_utf8(outcome.stdout).expect("what it says is UTF-8")
}

const FLAGS: &[&str] = &[
    "--secret-env",
    "--secret-file",
    "--secrets",
    "--secrets-fd",
    "--secrets-format",
    "--control",
    "--forms",
    "--min-length",
    "--on-short",
    "--allow-empty",
    "--mask",
    "--truncated",
    "--report",
    "--summary",
    "--fail-on-leak",
];

#[test]
fn the_short_help_is_short_and_the_long_one_has_examples() {
    let (short, long) = (ask(&["-h"]), ask(&["--help"]));
    for flag in FLAGS {
        assert!(short.contains(flag), "{flag} is not in -h:\n{short}");
        assert!(long.contains(flag), "{flag} is not in --help:\n{long}");
    }
    let (short_lines, long_lines) = (short.lines().count(), long.lines().count());
    assert!(
        short_lines * 3 / 2 < long_lines,
        "-h has {short_lines} lines, --help {long_lines}"
    );
    assert!(
        long.contains("Examples:") && long.contains("| masker --secret-env"),
        "{long}"
    );
    assert!(long.contains("Exit status:"), "{long}");
    assert!(!short.contains("Examples:"), "{short}");
}

#[test]
fn the_help_of_run_has_its_flags_and_those_of_the_filter() {
    let (short, long) = (ask(&["run", "-h"]), ask(&["run", "--help"]));
    let own = [
        "--env-file",
        "--timestamps",
        "--log",
        "--limit",
        "--pty",
        "--linger",
    ];
    for flag in FLAGS.iter().chain(&own) {
        assert!(short.contains(flag), "{flag} is not in run -h:\n{short}");
        assert!(long.contains(flag), "{flag} is not in run --help:\n{long}");
    }
    for word in [
        "Examples:",
        "masker run -- make test",
        "Exit status:",
        "127",
    ] {
        assert!(long.contains(word), "no {word:?} in {long}");
    }
}

#[test]
fn the_version_is_that_of_the_crate() {
    for flag in ["-V", "--version"] {
        assert_eq!(
            ask(&[flag]),
            concat!("masker ", env!("CARGO_PKG_VERSION"), "\n")
        );
    }
}

#[test]
fn there_are_completions_for_every_shell() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = ask(&["completions", shell]);
        for flag in FLAGS {
            let name = flag.trim_start_matches('-');
            assert!(
                script.contains(name),
                "{flag} is not in the completions for {shell}"
            );
        }
    }
}

#[cfg(unix)]
#[test]
fn bash_understands_its_completions() {
    use crate::support::command::shell;

    let script = r#"source <("$masker" completions bash) && complete -p masker"#;
    let outcome = shell(script).run("");
    outcome.has_status(0).says_nothing();
    assert!(outcome.stdout.starts_with(b"complete "), "{outcome:?}");
}

#[test]
fn completions_need_a_shell_that_is_known() {
    masker(&["completions", "tcsh"])
        .run_unread()
        .is_refused()
        .says("bash");
    masker(&["completions"]).run_unread().is_refused();
}

#[test]
fn the_man_page_has_every_flag() {
    let page = ask(&["man"]);
    assert!(page.contains(".TH masker 1"), "{page}");
    for flag in FLAGS {
        let escaped = flag.replace('-', "\\-");
        assert!(page.contains(&escaped), "{flag} is not in the man page");
    }
}

#[test]
fn commands_have_man_pages_of_their_own() {
    for (command, flags) in [
        ("run", &["--env-file", "--pty", "--secret-env"][..]),
        ("add", &["--control", "--timeout"]),
    ] {
        let page = ask(&["man", command]);
        assert!(page.contains(&format!(".TH masker-{command} 1")), "{page}");
        assert!(page.contains("Examples:"), "{page}");
        for flag in flags {
            let escaped = flag.replace('-', "\\-");
            assert!(page.contains(&escaped), "{flag} is not in the man page");
        }
    }
    masker(&["man", "completions"]).run_unread().is_refused();
}

#[cfg(feature = "serve")]
#[test]
fn openapi_has_a_help_and_a_man_page() {
    let (short, long) = (ask(&["openapi", "-h"]), ask(&["openapi", "--help"]));
    assert!(short.contains("OpenAPI"), "{short}");
    let page = ask(&["man", "openapi"]);
    assert!(page.contains(".TH masker-openapi 1"), "{page}");
    for word in ["Examples:", "Exit status:", "/openapi.json"] {
        assert!(long.contains(word), "no {word:?} in {long}");
        assert!(page.contains(word), "no {word:?} in {page}");
    }
    for text in [
        ask(&["--help"]),
        ask(&["man"]),
        ask(&["completions", "bash"]),
    ] {
        assert!(text.contains("openapi"));
    }
}

#[test]
fn errors_say_whose_help_to_read() {
    for (args, help) in [
        (&["--no-such"][..], "see `masker --help`"),
        (&["--min-length", "x"], "see `masker --help`"),
        (&["add"], "see `masker add --help`"),
        (&["add", "--control"], "see `masker add --help`"),
        (
            &["add", "--control", "x", "--timeout", "q"],
            "see `masker add --help`",
        ),
        (
            &["add", "--control", "x", "more"],
            "see `masker add --help`",
        ),
        (&["run"], "see `masker run --help`"),
        (
            &["run", "--limit", "q", "--", "true"],
            "see `masker run --help`",
        ),
    ] {
        masker(args).run_unread().is_refused().says(help);
    }
}

/// `masker --help | head -1` is no failure of masker, as `job | masker | head -1` is none.
#[cfg(unix)]
#[test]
fn nobody_needs_to_read_what_was_asked_for() {
    for args in [
        &["-h"][..],
        &["--help"],
        &["--version"],
        &["man"],
        &["completions", "bash"],
        #[cfg(feature = "serve")]
        &["openapi"],
    ] {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let outcome = masker(args).stdout(writer).run("");
        println!("{args:?}: {outcome:?}");
        outcome.has_status(0).says_nothing();
    }
}

#[test]
fn messages_have_no_colours_where_standard_error_is_no_terminal() {
    let is_plain = |outcome: Outcome| {
        assert!(!outcome.stderr.is_empty(), "{outcome:?}");
        assert!(!outcome.stderr.contains('\x1b'), "{outcome:?}");
    };
    let colourful = ("TERM", "xterm-256color");
    is_plain(
        masker(&["--no-such-flag"])
            .env(colourful.0, colourful.1)
            .run(""),
    );
    is_plain(masker(&[]).env(colourful.0, colourful.1).run(""));
    let warned = masker_of_token(&["--secret-env", "PIN"]).env("PIN", "1");
    is_plain(warned.env(colourful.0, colourful.1).run(TOKEN));
}

#[test]
fn every_line_of_a_message_says_whose_it_is() {
    let folder = Folder::new();
    let odd_name = folder.file("odd.json", r#"{"ODD\nerror: \u001b[1mNAME": "1"}"#);
    for call in [
        masker(&[]),
        masker(&["--no-such-flag"]),
        masker(&["--mask", ""]),
        masker(&["--secret-env", "PATH"]),
        masker(&["--secrets"]).arg(odd_name),
    ] {
        let outcome = call.run("");
        for line in outcome.stderr.lines() {
            assert!(line.starts_with("masker: "), "{outcome:?}");
        }
    }
}
