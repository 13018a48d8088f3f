//! One example of each form by hand, from the documents and programs that the files name, and what
//! holds for all of them.

use super::{Form, Forms, MAX_GROWTH};

/// The patterns of these forms, without the value itself.
fn patterns(value: &str, form: Form) -> Vec<String> {
    let found = Forms::RAW.with(form).patterns(value.as_bytes(), 8);
    let others = found.iter().filter(|pattern| pattern.form() != Form::Raw);
    // Some split a character between its bytes; no example here is of those.
    let shown = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    others.map(|pattern| shown(pattern.expose())).collect()
}

#[track_caller]
fn has(value: &str, form: Form, expected: &[&str]) {
    let patterns = patterns(value, form);
    for expected in expected {
        assert!(
            patterns.iter().any(|it| it == expected),
            "no {expected} in {patterns:#?}"
        );
    }
}

/// What a program would write for the value alone, character by character, is masked whole.
#[test]
fn each_form_has_its_escapes() {
    has(
        "a\"b\\c/d<é😀\n\u{1f}",
        Form::Json,
        &[
            "a\\\"b\\\\c/d<é😀\\n\\u001f",
            "a\\\"b\\\\c/d<\\u00e9\\ud83d\\ude00\\n\\u001f",
            "a\\\"b\\\\c/d\\u003cé😀\\n\\u001f",
            "a\\\"b\\\\c\\/d<é😀\\n\\u001f",
            "a\\u0022b\\\\c/d\\u003C\\u00E9\\uD83D\\uDE00\\n\\u001F",
            "a\\\\\\\"b\\\\\\\\c/d<é😀\\\\n\\\\u001f",
        ],
    );
    has(
        "p/ä w+(~)",
        Form::Url,
        &[
            "p%2F%C3%A4%20w%2B%28~%29",
            "p%2f%c3%a4%20w%2b%28~%29",
            "p/%C3%A4%20w%2B%28~%29",
            "p%2F%C3%A4%20w%2B(~)",
            "p/%C3%A4%20w+(~)",
            "p%2F%C3%A4+w%2B%28~%29",
            "p%2F%C3%A4+w%2B%28%7E%29",
            "p%252F%25C3%25A4%2520w%252B%2528~%2529",
        ],
    );
    has(
        "it's $1 `x`\n",
        Form::Shell,
        &[
            "it'\\''s $1 `x`\n",
            "it'\"'\"'s $1 `x`\n",
            "it\\'s $1 `x`\\n",
            "it's \\$1 \\`x\\`\n",
            "it\\'s\\ \\$1\\ \\`x\\`$'\\n'",
            "it'\\''s $1 `x`'$'\\n",
        ],
    );
    has("a'b c(d)e", Form::Shell, &["a\\'b\\ c\\(d\\)e"]);
    has(
        "R&D <é> '\"😀",
        Form::Html,
        &[
            "R&amp;D &lt;é&gt; '\"😀",
            "R&amp;D &lt;é&gt; &#x27;&quot;😀",
            "R&amp;D &lt;é&gt; &#39;&#34;😀",
            "R&amp;D &lt;&eacute;&gt; &#039;&quot;😀",
            "R&amp;D &lt;é&gt; &apos;&quot;😀",
            "R&#x26;D &#x3C;&#xE9;&#x3E; &#x27;&#x22;&#x1F600;",
            "R&#38;D &#60;&#233;&#62; &#39;&#34;&#128512;",
        ],
    );
    has(
        "a\"b\\c'\té😀\x1b1",
        Form::Quoted,
        &[
            "a\\\"b\\\\c'\\t\\303\\251\\360\\237\\230\\200\\0331",
            "a\\\"b\\\\c'\\té😀\\x1b1",
            "a\\\"b\\\\c'\\t\\u00e9\\U0001f600\\x1b1",
            "a\\\"b\\\\c'\\té😀\\u{1b}1",
            "a\"b\\\\c\\'\\té😀\\x1b1",
            "a\"b\\\\c'\\t\\xc3\\xa9\\xf0\\x9f\\x98\\x80\\x1b1",
            "a\"b\\\\c'\\té😀\\x1B1",
            "a\"\"b\\c'\té😀\x1b1",
            "a\\\"b\\\\c'\\t\\xE9\\U0001F600\\e1",
            "a\"b\\c'\tM-CM-)M-pM-^_M-^XM-^@^[1",
            "a\"b\\c'^Ié😀^[1",
        ],
    );
    // `{:?}` and `escape_default` of Rust differ here.
    has(
        "a\0b\u{e4}cdef",
        Form::Quoted,
        &["a\\0bäcdef", "a\\u{0}b\\u{e4}cdef"],
    );
    has(
        "a.b/c&d-e_f",
        Form::Quoted,
        &[
            "a\\.b/c\\&d\\-e_f",
            "a.b\\/c\\&d-e_f",
            "a\\.b\\/c\\&d\\-e_f",
        ],
    );
    has(
        "passwords-",
        Form::Pieces,
        &[
            "password", "asswords", "sswords-", "cGFzc3dv", "c3N3b3Jk", "70617373", "06173737",
        ],
    );
    has(
        "password",
        Form::Hex,
        &["70617373776f7264", "70617373776F7264"],
    );
}

/// RFC 4648, section 10, with what stands before: every character that has bits of a neighbour is
/// left out, and no other.
#[test]
fn base64_is_what_the_value_alone_determines() {
    // `password` is cGFzc3dvcmQ=, `apassword` YXBhc3N3b3Jk, `aapassword` YWFwYXNzd29yZA==.
    let expected = ["Bhc3N3b3Jk", "cGFzc3dvcm", "wYXNzd29yZ"];
    assert_eq!(patterns("password", Form::Base64), expected);
    has("???>>>~~~", Form::Base64, &["Pz8_Pj4-fn5-", "Pz8/Pj4+fn5+"]);
}

#[test]
fn a_value_of_letters_and_digits_has_six_patterns() {
    let patterns = Forms::ALL.patterns(b"0123456789abcdefXYZ", 8);
    assert_eq!(patterns.len(), 6);
}

#[test]
fn no_pattern_is_short_or_there_twice_and_the_first_form_has_it() {
    for value in [
        "12345678",
        "{\"a\": 1}\nhunter22",
        "ä ö ü 😀",
        "<a b=\"c\">\n<d>&</d>",
    ] {
        let patterns = Forms::ALL
            .with(Form::Folded)
            .with(Form::Pieces)
            .patterns(value.as_bytes(), 8);
        assert!(patterns.iter().all(|pattern| pattern.expose().len() >= 8));
        let in_order = patterns
            .windows(2)
            .all(|two| two[0].expose() < two[1].expose());
        assert!(
            in_order,
            "the patterns of {value} are sorted and none is there twice"
        );
        let raw = patterns
            .iter()
            .find(|pattern| pattern.expose() == value.as_bytes());
        assert_eq!(raw.map(|pattern| pattern.form()), Some(Form::Raw));
    }
}

/// Otherwise the buffer that patterns are written in would grow, and leave unwiped copies.
#[test]
fn nothing_grows_beyond_the_buffer() {
    for byte in 0..=255_u8 {
        let value = [byte; 64];
        for pattern in Forms::ALL.patterns(&value, 8) {
            let (form, length) = (pattern.form(), pattern.expose().len());
            assert!(
                length <= 2 * MAX_GROWTH * 64,
                "{form} makes {length} bytes of 64 of {byte}"
            );
        }
    }
}

#[test]
fn values_need_not_be_text() {
    let patterns = Forms::ALL.patterns(b"\xff\xfe\x00\x80 \xc3pass", 8);
    assert!(
        patterns
            .iter()
            .any(|pattern| pattern.expose() == b"\\xff\\xfe\\x00\\x80 \\xc3pass")
    );
    assert!(Forms::ALL.patterns(b"", 1).is_empty());
}

#[test]
fn a_choice_is_read_as_it_is_written() {
    for text in [
        "raw",
        "all",
        "lines,json",
        "all,folded",
        "all,folded,pieces",
        "base64",
    ] {
        assert_eq!(
            text.parse::<Forms>().map(|forms| forms.to_string()),
            Ok(text.to_owned())
        );
    }
    assert_eq!("raw,all".parse(), Ok(Forms::ALL));
    assert_eq!("base64,raw,lines".parse(), "lines,base64".parse::<Forms>());
    for text in ["", "base", "JSON", "json,", "json, url", "none"] {
        assert!(text.parse::<Forms>().is_err(), "{text}");
    }
    let error = "hunter2".parse::<Forms>().expect_err("no form").to_string();
    assert!(error.contains("quoted") && !error.contains("hunter2"));
    assert!(!Forms::ALL.contains(Form::Folded));
}
