//! The file of what an operator chooses.

use std::time::Duration;

use masker::token::configuration::Configuration;
use masker::token::issuer::OnLeak;
use masker::token::lifecycle::{CancelingAccess, Options};

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 3600);

fn told(text: &str) -> String {
    let error = Configuration::parse(text).expect_err("it is wrong");
    error.to_string()
}

#[test]
fn an_empty_file_chooses_nothing() {
    let said = Configuration::parse("# nothing\n").expect("it is well");
    assert_eq!(said.lifecycle, Options::default());
    assert_eq!(said.prefixes.job().as_str(), "mjt_");
    assert_eq!(said.on_leak, OnLeak::Log);
    assert!(!said.deny_query_tokens);
    assert_eq!((said.decision_timeout, said.registry_ttl), (None, None));
}

#[test]
fn each_key_chooses_what_it_names() {
    let text = r#"
token_prefix = "acme-"
runner_grace = "10m"
canceling_grace = "0s"
canceling_access = "runner_only"
stuck_after = "1h 30m"
ack_timeout = "45 s"
max_claims = 7
retention = "2 weeks"
decision_retention = "1 day, 12 hours"
audit_retention = "P400D"
on_leak = "revoke_foreign"
deny_query_tokens = true
artifact_changes = true
decision_timeout = "100ms"
registry_ttl = "1m"
"#;
    let said = Configuration::parse(text).expect("it is well");
    let expected = Options {
        runner_grace: 10 * MINUTE,
        canceling_grace: Duration::ZERO,
        canceling_access: CancelingAccess::RunnerOnly,
        stuck_after: 90 * MINUTE,
        ack_timeout: Duration::from_secs(45),
        max_claims: 7,
        retention: 14 * DAY,
        decision_retention: DAY + DAY / 2,
        audit_retention: 400 * DAY,
    };
    assert_eq!(said.lifecycle, expected);
    assert_eq!(said.prefixes.job().as_str(), "acme-");
    assert_eq!(said.prefixes.runner().as_str(), "mrt_");
    assert_eq!(said.on_leak, OnLeak::RevokeForeign);
    assert!(said.deny_query_tokens && said.artifact_changes);
    assert_eq!(said.decision_timeout, Some(Duration::from_millis(100)));
    assert_eq!(said.registry_ttl, Some(MINUTE));
}

#[test]
fn a_slip_is_told_by_its_line_and_its_key() {
    let cases = [
        ("stuck = '1h'", "line 1, `stuck`: unknown field `stuck`"),
        ("\n\nstuck_after = 60", "line 3, `stuck_after`: expected a"),
        (
            "stuck_after = '60'",
            "line 1, `stuck_after`: expected a duration, such",
        ),
        (
            "retention = '1 month'",
            "`retention`: expected a duration, such",
        ),
        (
            "retention = '-1 day'",
            "`retention`: expected a duration, such",
        ),
        (
            "retention = '1 day ago'",
            "`retention`: expected a duration, such",
        ),
        (
            "retention = '36501 days'",
            "`retention`: expected a duration of 100 years",
        ),
        (
            "stuck_after = '0s'",
            "`stuck_after`: expected a duration of some length",
        ),
        (
            "ack_timeout = '0s'",
            "`ack_timeout`: expected a duration of some length",
        ),
        (
            "decision_timeout = '0s'",
            "`decision_timeout`: expected a duration of some",
        ),
        (
            "max_claims = 0",
            "line 1, `max_claims`: expected a nonzero u32",
        ),
        ("max_claims = -1", "line 1, `max_claims`: expected"),
        (
            "registry_ttl = '29s'",
            "`registry_ttl`: expected 30 seconds to 5 minutes",
        ),
        (
            "registry_ttl = '301s'",
            "`registry_ttl`: expected 30 seconds to 5 minutes",
        ),
        (
            "canceling_access = 'none'",
            "`canceling_access`: expected `full` or `runner_only`",
        ),
        (
            "on_leak = 'end'",
            "`on_leak`: expected one of `log`, `revoke_foreign`, `revoke`",
        ),
        (
            "token_prefix = 'Acme_'",
            "`token_prefix`: expected a lower-case letter",
        ),
        (
            "token_prefix = 'mja_'",
            "`token_prefix`: expected a lower-case letter",
        ),
        (
            "token_prefix = 'mrt_'",
            "`token_prefix`: another kind of tokens begins",
        ),
        (
            "token_prefix = 'mtt_'",
            "`token_prefix`: another kind of tokens begins",
        ),
        (
            "max_claims = 3\nmax_claims = 4",
            "line 2, `max_claims`: duplicate key",
        ),
        ("max_claims", "line 1: "),
    ];
    for (text, expected) in cases {
        let told = told(text);
        assert!(told.contains(expected), "{text}: {told}");
    }
}

/// What stands in a wrong place may be a secret.
#[test]
fn a_slip_is_told_without_the_value() {
    let secret = "s3cret-value";
    for key in [
        "token_prefix",
        "stuck_after",
        "on_leak",
        "max_claims",
        "deny_query_tokens",
    ] {
        let told = told(&format!("{key} = \"{secret}\""));
        assert!(told.contains(key) && !told.contains(secret), "{told}");
    }
    assert!(!told(&format!("= {secret}")).contains(secret));
}

/// R31: a row that cannot be is refused at its line.
#[test]
fn r31_a_wrong_row_is_told_by_its_line_and_its_key() {
    let row = |changes: &str| {
        let mut keys = vec![
            ("name", "'cache'"),
            ("methods", "['GET']"),
            ("path", "'/cache/:id/+'"),
            ("action", "'read'"),
        ];
        for change in changes.split("; ").filter(|it| !it.is_empty()) {
            let (key, value) = change.split_once(" = ").expect("a key and a value");
            keys.retain(|it| it.0 != key);
            keys.push((key, value));
        }
        let keys = keys.iter().map(|(key, value)| format!("{key} = {value}\n"));
        format!("[[route]]\n{}", keys.collect::<String>())
    };
    let cases = [
        ("name = 'Cache'", "line 5, `name`: a name is of lower-case"),
        ("name = ''", "`name`: a name is of lower-case"),
        ("name = 'git_push'", "`name`: a built-in row has this name"),
        ("methods = []", "`methods`: name one method"),
        ("methods = ['get']", "`methods`: expected GET, HEAD"),
        ("path = 'cache/:id'", "`path`: a path is of / and parts"),
        ("path = '/cache//:id'", "`path`: a path is of / and parts"),
        ("path = '/cache/:id/'", "`path`: a path is of / and parts"),
        (
            "path = '/cache/:id/../x'",
            "`path`: a path is of / and parts",
        ),
        (
            "path = '/cache/:id/%2e'",
            "`path`: a path is of / and parts",
        ),
        (
            "path = '/cache/:id/a?b=c'",
            "`path`: a path is of / and parts",
        ),
        (
            "path = '/cache/:id/:type/x'",
            "`path`: a path is of / and parts",
        ),
        (
            "path = '/cache/:path/x'",
            "`path`: a path is of / and parts",
        ),
        ("path = '/:id/x'", "`path`: a path begins with a name"),
        ("path = '/*'", "`path`: a path begins with a name"),
        ("path = '/cache/:id/*/x'", "`path`: * stands for the rest"),
        (
            "path = '/cache/:id/x.git'",
            "`path`: a path with a part that ends with .git",
        ),
        (
            "path = '/cache/:id/:id'",
            "`path`: :id stands in a path once",
        ),
        ("path = '/cache/+/:id'", "`path`: :id stands before +"),
        (
            "path = '/api/v4/projects/:id/releases/*'",
            "built-in row releases_read",
        ),
        (
            "path = '/api/+'; project = '1'",
            "`path`: it has paths of the built-in row",
        ),
        ("path = '/cache/x'", "`path`: it names no project"),
        ("project = 'g/a'", "`project`: the path names the project"),
        ("path = '/cache/x'; project = ''", "`project`: it is empty"),
        ("scope = 'none'", "`scope`: the path names a project"),
        (
            "path = '/cache/x'; project = '1'; scope = 'none'",
            "`scope`: `project` names",
        ),
        (
            "path = '/cache/x'; scope = 'none'; role = 'guest'",
            "`role`: it has no project",
        ),
        (
            "path = '/x'; scope = 'none'; permission = 'READ_JOBS'",
            "`permission`: it has no",
        ),
        (
            "path = '/x'; scope = 'none'; feature = 'builds'",
            "`feature`: it has no project",
        ),
        (
            "path = '/x'; scope = 'none'; public_read = true",
            "`public_read`: it has no project",
        ),
        (
            "scope = 'inbound'",
            "`scope`: expected one of `outbound`, `own`, `none`",
        ),
        ("role = 'root'", "`role`: expected one of `guest`"),
        (
            "action = 'write'; public_read = true",
            "`public_read`: only what is read",
        ),
        (
            "permission = 'READ'",
            "`permission`: expected READ_ or ADMIN_",
        ),
        (
            "carriers = ['query']",
            "`carriers`: name header, basic or bearer too",
        ),
        (
            "carriers = ['body']",
            "`carriers`: expected one of `header`",
        ),
        ("klass = 'runner'", "`klass`: unknown field"),
    ];
    assert!(Configuration::parse(&row("")).is_ok());
    for (changes, expected) in cases {
        let told = told(&row(changes));
        assert!(told.contains(expected), "{changes}: {told}");
    }
    let twice = told(&format!("{}{}", row(""), row("methods = ['PUT']")));
    assert_eq!(twice, "line 7, `name`: another row has this name");
    assert!(told("[[route]]\nname = 'x'").contains("line 1: missing field"));
}

/// What the README shows is a file, and what it shows as chosen by nobody is that.
#[test]
fn the_files_of_the_readme_are_well() {
    let readme = include_str!("../../README.md");
    let blocks = readme.split("```toml\n").skip(1);
    let blocks = blocks.filter_map(|block| block.split("```").next());
    let mut said = Vec::new();
    for block in blocks.filter(|it| it.contains("token_prefix =") || it.contains("[[route]]")) {
        said.push(Configuration::parse(block).expect("a file of the README"));
    }
    let [all, rows] = &said[..] else {
        panic!("{} files", said.len());
    };
    assert_eq!(all.lifecycle, Options::default());
    assert_eq!(all.prefixes.job().as_str(), "mjt_");
    assert_eq!(all.decision_timeout, Some(Duration::from_millis(250)));
    assert_eq!(all.registry_ttl, Some(5 * MINUTE));
    assert_eq!(rows.own_routes.all().len(), 3);
}
