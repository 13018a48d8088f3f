//! Named cases, each through the oracle, every cut and the real command.

use masker::{Forms, MaskSet, Masker, Secret};

use super::marked::{check, check_with, masked, plain};
use super::oracle;

/// Token prefixes and the least that follows them.
const TOKENS: &[(&str, &str)] = &[
    ("glpat-", "a"),
    ("gloas-", "a"),
    ("gldt-", "a"),
    ("glrt-", "a"),
    ("glrtr-", "a"),
    ("glcbt-", "a"),
    ("glptt-", "a"),
    ("glft-", "a"),
    ("glimt-", "a"),
    ("glagent-", "a"),
    ("glsoat-", "a"),
    ("glffct-", "a"),
    ("glwt-", "a"),
    ("_gitlab_session=", "a"),
    ("mjt_", "a123456789"),
    ("mrt_", "a123456789"),
    ("ghp_", "a123456789"),
    ("gho_", "a123456789"),
    ("ghu_", "a123456789"),
    ("ghs_", "a123456789"),
    ("ghr_", "a123456789"),
    ("github_pat_", "a"),
    ("xoxa-", "a"),
    ("xoxb-", "a"),
    ("xoxp-", "a"),
    ("xoxr-", "a"),
    ("xoxs-", "a"),
    ("sk_live_", "a123456789"),
    ("rk_live_", "a123456789"),
    ("dckr_pat_", "a"),
    ("dop_v1_", "a123456789"),
    ("doo_v1_", "a123456789"),
    ("dor_v1_", "a123456789"),
    ("npm_", "0123456789abcdef"),
    ("pypi-", "AgEIcHlwaS5vcmcC"),
    ("hvs.", "CAESI-_789abcdef"),
    ("hvb.", "CAESI-_789abcdef"),
    ("hvr.", "CAESI-_789abcdef"),
    ("AKIA", "IOSFODNN7EXAMPLE"),
    ("ASIA", "IOSFODNN7EXAMPLE"),
];

const PARAMETERS: &[&str] = &[
    "private_token",
    "job_token",
    "token",
    "access_token",
    "authenticity_token",
    "rss_token",
    "x-amz-signature",
    "x-amz-credential",
    "x-amz-security-token",
    "sig",
    "signature",
    "client_secret",
    "password",
];

#[rustfmt::skip]
const USER_INFORMATION: &[&str] = &[
    "https://gitlab-ci-token:«mjt_abc»@host/x.git",
    "https://:«only-a-password»@host",
    "redis://:«hunter2»@redis:6379/0",
    "https://us%40er:«p%40ss%3A%2F»@host:8443/x",
    "https://u:«p:q:r»@h/",
    "http://me@corp.com:«pw»@proxy:3128/",
    "https://u:«p!$&()*+,;=~%»@h/",
    "https://u:«pässwörd»@h/",
    "https://u:«a»@[::1]:8080/x",
    "https://u:«a@b»@h/x@y",
    "https://u:«a@b@c@»@h, and you@example.org",
    "https://u:«a»@h https://v:«b»@i",
    "git+ssh://u:«p»@h:org/x",
    "ftp:\\/\\/u:«p»@h\\/x",
    "{\"url\":\"https://u:«p»@h\"}",
    "[x](https://u:«p»@h)",
    "://u:«p»@",
    "postgres://app:«s3cr3t»@db:5432/app",
    "mongodb://u:«p»@h1:27017,h2:27017/db",
    // None.
    "http://localhost:8080/x", "http://localhost:8080", "https://user@host/x", "https://user@host:80/x@y",
    "ssh://git@github.com:22/org/repo", "git@github.com:org/repo.git", "https://host/a:b@c",
    "https://host?a:b@c", "https://host#a:b@c", "https://[::1]:80/@x", "https://:@host", "https://u:@host",
    "https://u:$TOKEN@host", "https://u:$@host", "https://u:***@host", "https://u:[MASKED]@host",
    "https://u:${TOKEN}@host", "https://u:p\n@host", "https://u:p @host", "https://u:\"p\"@host", "https://u:p'x@host",
    "https:// u:p@host", "user:pass@host", ":/u:p@host", "://", "://:", "://@", "file:///a:b@c",
    "docker-image://alpine:3.18@sha256:0123", "docker://busybox:1@sha256:0123",
    "docker-image://docker.io/library/alpine:3.18@sha256:0123", "oci://chart:1.2@sha256:0123 x",
    // A password that begins with an `@`, or with what looks like a placeholder.
    "http://u:«@abc»@h", "http://u:«@@»@h", "http://u:«$P@word»@h", "http://u:«***@x»@h", "http://u:«@»@h",
    "http://u:«@h:80,me»@example.org", "http://u:«p»@sha256", "http://u:«p»@sha25:80", "http://u:«p»@sha",
    "http://u:«p@sha256:x»@h", "http://u:«p@sha25»@sha256:80/x", "http://u:«@sha256:x»@h",
];

#[rustfmt::skip]
const HEADERS: &[&str] = &[
    // curl -v, of HTTP/1.1 and 2.
    "> Authorization: Bearer «abc.def-ghi_»\r\n> Accept: */*\r\n",
    "> Authorization: Basic «dXNlcjpwYXNz==»\r\n", "* [HTTP/2] [1] [authorization: Bearer «abc»]\r\n",
    "> PRIVATE-TOKEN: «glpat-abc»\r\n", "> job-token:«abc»\r\n", "> Job-Token:\t \t«abc»\n",
    "Proxy-Authorization: basic «dXNlcg»", "X-Job-Token: «a»", "AUTHORIZATION: BEARER   «abc»",
    // Python: requests, http.client.
    "{'Authorization': 'Bearer «abc»', 'Accept': '*/*'}", "header: PRIVATE-TOKEN: «abc»",
    "send: b'GET / HTTP/1.1\\r\\nAuthorization: Bearer «abc»\\r\\nAccept: */*\\r\\n\\r\\n'",
    // Go: a map.
    "map[Accept:[*/*] Authorization:[Bearer «abc»] Job-Token:[«xyz»]]",
    // JSON, and JSON in JSON.
    "{\"authorization\":\"Bearer «abc»\",\"job-token\":\"«abc»\"}",
    "\"{\\\"authorization\\\":\\\"Bearer «abc»\\\",\\\"PRIVATE-TOKEN\\\": \\\"«abc»\\\"}\"",
    // Shells.
    "+ curl -H 'PRIVATE-TOKEN: «abc»' https://x", "+ curl --header 'Authorization: Bearer «abc»' x",
    "curl -H PRIVATE-TOKEN:\\ «abc» x",
    // A proxy's notes, and what stands in a value.
    "authorization: bearer «a:b/c+d==»", "job-token: «job-token:» «x»",
    "Authorization: Bearer «$lower»", "Authorization: Bearer «$1»", "JOB-TOKEN: «$A*»", "JOB-TOKEN: «***x»",
    // None.
    "Authorization: Bearer", "Authorization: Bearer ", "Authorization: Bearer\nabc", "Authorization: Bearerabc",
    "Authorization: Bear abc", "Authorization: Digest username=\"x\"", "WWW-Authenticate: Bearer realm=\"x\"",
    "Authorization: Bearer $TOKEN", "'Authorization: Bearer $CI_JOB_TOKEN'", "Authorization: Bearer ${TOKEN}",
    "Authorization: Bearer ***", "Authorization: Bearer <token>", "Authorization: Bearer [MASKED]",
    "Authorization: Bearer {token}", "Authorization: Bearer ...", "{'Authorization': 'Bearer ' + token}",
    "PRIVATE-TOKEN: $(cat x)", "JOB-TOKEN: ", "JOB-TOKEN:\nabc",
    "\"job-token\": \"\", \"x\"", "the job-token is abc", "job-token, abc", "job-token-x: abc", "JOB_TOKEN: abc",
    "authorization \"Bearer abc\"", "authorization: none",
];

#[rustfmt::skip]
const REST: &[&str] = &[
    "glpat-«glpat-»", "glpat-«glpat-abc»", "glpat-«a»,glpat-«b»", "glpat-«a.b=c_d-e»!", "xglpat-«a»",
    "glpat-", "glpat-.", "glpat-=", "GLPAT-abc", "glpat-*** and glpat-<x> (glpat-) `glpat-`", "glpat", "lpat-a",
    "AKIA«AKIAAKIAAKIAAKIA»", "AKIAAKIAAKIAAKIA", "AKIA AKIA...", "AKIAiosfodnn7example", "AKIAIOSFODNN7EXAMPL",
    "npm_config_cache npm_lifecycle_event npm_0123456789abcde-", "pypi-publish pypi-", "hvs.short", "hvs.a.b",
    "?token=«a»&token=«b»;token=«c»",
    "?token=«a?token=b»", "?token=«a=b==»#x", "{\"a\":\"x?token=«abc»\",\"b\":1}", "{'a':'x?token=«abc»'}",
    "(x?token=«abc»)", "[x?token=«abc»]", "<x?token=«abc»>", "`x?token=«abc»`", "x?token=«abc» HTTP/1.1",
    "{\\\"a\\\":\\\"x?token=«abc»\\\"}", "?token=«a,b|c!d*e$f:g/h?i@j»\n", "?token=«ä»\0", "?token=«a»\x1b[0m",
    "?token=", "?token= a", "?token=&a=b", "?token=\"a\"", "?token=$TOKEN", "?token=$TOKEN&a", "?token=${TOKEN}",
    "?token=***&b", "?token=[MASKED]&b", "?token=<x>", "token=abc", "?tokens=a", "?xtoken=a", "?token", "&amp;tokenx=",
    "?a=1&private_token=«a»&page=2", "/%3Ftoken=a", "?token=...", "?token=«....x»", "?token=«$TOKENs»",
    "?token=«MASKE»&a",
    "?token=«MASKEDx»", "https://u:«MASK»@h", "https://u:«MASKEDx»@h", "JOB-TOKEN: [«FILTERE»]", "?token=«masked»", "://u:MASK\n",
];

/// In its own case, in the other, and in both.
fn in_cases(text: &str) -> [String; 3] {
    let mixed = text.chars().enumerate().map(|(index, it)| match index % 2 {
        0 => it.to_ascii_uppercase(),
        _ => it.to_ascii_lowercase(),
    });
    [text.into(), text.to_uppercase(), mixed.collect()]
}

fn parameters() -> impl Iterator<Item = String> {
    let before = ["?", "&", "&amp;", ";", "\\u0026"];
    let rows = before.into_iter().flat_map(|before| {
        let in_cases = PARAMETERS.iter().flat_map(|name| in_cases(name));
        in_cases.map(move |name| format!("GET /x{before}{name}=«abc%20»&page=2"))
    });
    rows.chain(["GET /x&amp;amp;token=«a»".into()])
}

fn tokens() -> impl Iterator<Item = String> {
    let rows = TOKENS.iter().flat_map(|(prefix, value)| {
        let long = value.repeat(300);
        [
            format!("{prefix}«{value}»"),
            format!("a {prefix}«{long}» b"),
            format!("\"{prefix}«{value}»\""),
            // The prefix alone is none, nor is it in another case.
            format!(
                "{prefix} {}{value}",
                in_cases(prefix)[2].replace("_gITLAB", "-")
            ),
        ]
    });
    rows.filter(|row| !row.contains("AkIa") || !row.contains("«"))
}

fn all() -> Vec<String> {
    let tables = [USER_INFORMATION, HEADERS, REST].concat();
    let rows = tables.into_iter().map(str::to_owned);
    rows.chain(parameters()).chain(tokens()).collect()
}

#[test]
fn every_cut_masks_what_is_marked() {
    for row in all() {
        println!("{row}");
        check(&row);
    }
}

#[cfg(feature = "cli")]
#[test]
fn the_command_masks_what_is_marked() {
    super::marked::check_by_command(all());
}

#[test]
fn a_known_token_is_one_mask() {
    check_with("a «glpat-abcdefgh» b", &[], &["glpat-abcdefgh"]);
    check_with("a «glpat-abcdefghij» b", &[], &["glpat-abcdefgh"]);
    check_with("a «xglpat-abcdefgh», glpat-«x»", &[], &["xglpat-a"]);
    check_with("glpat-«abcdefgh ijk»", &[], &["efgh ijk"]);
    check_with("glpat-«abcdefgh»«, ijklmn»", &[], &[", ijklmn"]);
    check_with(
        "https://u:«ab@hostname/x»",
        &[],
        &["@hostname/x"].map(|_| "b@hostname/x"),
    );
    check_with("https://u:«ab»«@hostname»", &[], &["@hostname"]);
    check_with("?token=«abc»&«token=abcd»", &[], &["token=abcd"]);
}

#[test]
fn what_the_end_cuts_short_is_masked_where_it_is_long_enough() {
    for (text, masked) in [
        ("https://u:hunter22", "https://u:[MASKED]"),
        ("https://u:hunter2", "https://u:hunter2"),
        ("npm_abcdefgh", "npm_[MASKED]"),
        ("npm_abcdefg", "npm_abcdefg"),
    ] {
        let set = MaskSet::builder().allow_empty(true).build();
        let mut masker = Masker::new(&set.expect("that is allowed"));
        let mut out = Vec::new();
        masker.push(text.as_bytes(), &mut out);
        masker.finish(&mut out);
        assert_eq!(out.escape_ascii().to_string(), masked);
    }
}

/// Its last byte is the first beyond ASCII.
#[test]
fn letters_beyond_ascii_are_of_a_value() {
    for text in ["?token=«À1» x", "https://u:«À1»@h", "JOB-TOKEN: «À1» x"] {
        check(text);
    }
}

#[test]
fn a_placeholder_has_64_bytes_at_most() {
    for (begin, byte) in [("$", "A"), ("$_", "0"), ("", "*"), ("", ".")] {
        let of_length =
            |length: usize| format!("{begin}{}", byte.repeat(length + 1 - begin.len().max(1)));
        check(&format!("?token={} x", of_length(64)));
        check(&format!("?token=«{}» x", of_length(65)));
        check(&format!("https://u:{}@h", of_length(64)));
        check(&format!("https://u:«{}»@h", of_length(65)));
    }
}

/// The version of an image is told from a password while no more than 256 bytes are held.
#[test]
fn what_is_held_too_long_is_no_version() {
    let version = |length: usize| "v".repeat(length);
    check(&format!("docker://i:{}@sha256:", version(248)));
    check(&format!("docker://i:«{}@sha256:»", version(249)));
    check(&format!("docker://i:«{}»@sha256:", version(250)));
    check(&format!("docker://i:«{}»@sha256:", version(255)));
    check(&format!("docker://i:«{}»@sha256:", version(257)));
}

/// Another `@` would join the password with its host, and with nothing before it.
#[test]
fn a_run_before_a_password_is_masked_at_once() {
    let secrets = ["abcdefgh", "abcdefgh://u:p@host-and-more"];
    let secrets = secrets.map(|value| Secret::new("named", value));
    let set = MaskSet::builder().secrets(secrets).forms(Forms::RAW);
    let mut masker = Masker::new(&set.build().expect("two build"));
    let mut out = Vec::new();
    masker.push(b"abcdefgh://u:p@ho", &mut out);
    assert_eq!(out, b"[MASKED]");
    masker.push(b"/", &mut out);
    assert_eq!(out, b"[MASKED]://u:[MASKED]@ho/");
}

#[test]
fn prefixes_of_the_user_are_masked() {
    let more = &["acme-", "acme-x-", "a b/", "ü", "x"];
    check_with(
        "acme-«1» acme-«x-2» a b/«3» ü«4» x«5.=-_» X acme-",
        more,
        &[],
    );
    let many: Vec<String> = (0..2_000)
        .map(|number| format!("acme{number:04}-"))
        .collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    check_with("acme0000-«a» acme1999-«b» acme2000-c acme-", &many, &[]);
}

#[test]
fn marks_are_read_as_they_are_meant() {
    assert_eq!(plain("a «b» c «d»"), "a b c d");
    assert_eq!(masked("a «b» c «d»"), "a [MASKED] c [MASKED]");
}

/// A token of ours that nobody told masker, as `base64` and `curl -v` print it, wherever it stands in
/// what was encoded. Statement 116 of the acceptance list, for the token of another job.
#[test]
fn s116_tokens_in_base64_are_masked_behind_their_prefix() {
    let token = "mjt_0K3vPZ8sXq2LrT5nWb7cYd9fGh1jMm4pQa6uEi0oSxCzVtRw1";
    for before in [
        "",
        "x",
        "xy",
        "gitlab-ci-token:",
        "alice:",
        "{\"token\":\"",
        "~~~",
    ] {
        let encoded = oracle::base64(format!("{before}{token}!\n").as_bytes());
        for text in [
            format!("{encoded}\n"),
            format!("> Authorization: Basic {encoded}==\r\n"),
            encoded.replace('+', "-").replace('/', "_"),
        ] {
            let rules = "token-prefix".parse().expect("a rule");
            let set = MaskSet::builder().rules(rules).allow_empty(true);
            let set = set.build().expect("it builds");
            let mut out = Vec::new();
            let mut masker = Masker::new(&set);
            masker.push(text.as_bytes(), &mut out);
            masker.finish(&mut out);
            let shown = String::from_utf8(out).expect("it is text");
            let left = shown.split("[MASKED]").nth(1).expect("there is a mask");
            // At most the end mark, which shares a character with the token.
            assert!(left.trim_end().len() <= 4, "{shown}");
            assert!(!shown.contains(&encoded[encoded.len() - 70..encoded.len() - 6]));
        }
    }
}

#[test]
fn the_images_of_prefixes_are_those_of_base64() {
    let images = |text| oracle::images(text).join(" ");
    assert_eq!(images("mjt_"), "bWp0X bWp0X 1qdF 1qdF tanRf tanRf");
    assert_eq!(images("~~~"), "fn5- fn5+");
    assert_eq!(images("ab"), "");
    let ours = [
        "bWp0X«azhMMXNYcTJMclQ1bld»",
        "1qdF«8wSzN2UFo4c1hxMkx»",
        "tanRf«MEszdlBaOHNYcTJMcl-_»+",
        "Z2l0bGFiLWNpLXRva2VuO«m1qdF8wSzN2UFo4c1hxMkxyVDVu»==",
        "bXJ0X«azhMMXNYcTJMclQ1bld»/azhMMXNYcTJMclQ1bld",
    ];
    for text in ours {
        check(text);
    }
    for text in [
        // Too short to be a token, and where a digest or a path goes on.
        "bWp0XMEszdlBaOHNYc",
        "bWp0XMEszdlBaOHN/YcTJMclQ1bld",
        "Z2l0bGFiLWNpLXRva2VuOg==",
        "bWp0xMEszdlBaOHNYcTJMclQ1bld",
    ] {
        check(text);
    }
    check_with("YWNtZS«MEszdlBaOHNYcTJM»", &["acme-"], &[]);
    check("YWNtZSMEszdlBaOHNYcTJM");
}
