//! What rules find, as findings: the same however the stream was cut.

use masker::{Forms, MaskSet, MaskSetBuilder, Masker, Report, Secret, Truncated};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use crate::support::events::Events;
use crate::support::{chunkers, random};

fn builder(secrets: &[&str]) -> MaskSetBuilder {
    let secrets = secrets.iter().enumerate();
    let secrets = secrets.map(|(number, &value)| Secret::new(format!("S{number}"), value));
    let builder = MaskSet::builder().secrets(secrets).forms(Forms::RAW);
    builder.min_length(1).allow_empty(true).allow_repeated(true)
}

/// What is found, in chunks of every length.
#[track_caller]
fn finds(secrets: &[&str], text: &str, expected: &[(&str, u64)]) {
    let set = builder(secrets).truncated(Truncated::Keep).build();
    let set = set.expect("a few build");
    for size in (1..=text.len()).rev() {
        let events = Events::of(&set, chunkers::every(size, text.as_bytes()));
        let found = events.found();
        let found: Vec<_> = found.iter().map(|&(what, at)| (short(what), at)).collect();
        let expected: Vec<_> = expected
            .iter()
            .map(|&(what, at)| (what.to_owned(), at))
            .collect();
        assert_eq!(found, expected, "in chunks of {size}");
    }
}

/// The name that stands in what is shown of an origin.
fn short(origin: &str) -> String {
    origin.split('"').nth(1).unwrap_or(origin).to_owned()
}

#[test]
fn each_value_is_told_by_what_announced_it() {
    let text = "\nglpat-abc ?token=x&PASSWORD=y\nhttps://a:b@c/ Job-Token: z";
    let expected = [
        ("glpat-", 7),
        ("token", 18),
        ("password", 29),
        ("user-information", 41),
        ("job-token", 57),
    ];
    finds(&[], text, &expected);
}

#[test]
fn a_rule_is_told_unless_a_known_secret_covers_the_first_byte() {
    finds(&["abcd"], "glpat-abcd ", &[("S0", 6)]);
    finds(&["abcd"], "glpat-abcde ", &[("S0", 6)]);
    finds(&["abcd"], "glpat-xabcd ", &[("glpat-", 6), ("S0", 7)]);
    finds(&["glpat-abcd"], "glpat-abcd ", &[("S0", 0)]);
    finds(&["glpat-abcd"], "glpat-abcde ", &[("S0", 0)]);
    finds(&["abcd!"], "glpat-abcd! ", &[("S0", 6)]);
    finds(&["cd!"], "glpat-abcd! ", &[("glpat-", 6), ("S0", 8)]);
    // What is told of rules and of secrets is numbered, and here the numbers are alike.
    finds(&["cd!"], "gloas-abcd! ", &[("gloas-", 6), ("S0", 8)]);
}

#[test]
fn a_rule_hides_no_known_secret() {
    let url = "https://a:b@c/x";
    finds(&[url], url, &[("S0", 0)]);
    finds(&["://a:b"], "://a:b@c/", &[("S0", 0)]);
    finds(&["b"], "://a:b@c@d/", &[("S0", 5)]);
    finds(
        &["@c"],
        "://a:b@c@d/",
        &[("user-information", 5), ("S0", 6)],
    );
    finds(&["@c"], "://a:b@c/", &[("user-information", 5), ("S0", 6)]);
}

/// Runs of which rules alone know: of one announcement in a mask the first is told.
#[test]
fn what_one_announcement_announces_is_told_once_in_a_mask() {
    let text = "?token=glpat-a!glrt-b!glpat-c glpat-d ";
    let expected = [("token", 7), ("glpat-", 13), ("glrt-", 20), ("glpat-", 36)];
    finds(&[], text, &expected);
}

#[test]
fn a_secret_cut_short_is_told_unless_a_rule_masks_all_of_it() {
    let set = builder(&["a@sha-and-more"]).min_length(4).build();
    let set = set.expect("one builds");
    let found = |text: &str| {
        let events = Events::of(&set, [text.as_bytes()]);
        let found = events.found().into_iter();
        let found: Vec<_> = found.map(|(what, at)| (short(what), at)).collect();
        (events.output(), found)
    };
    let user = ("user-information".to_owned(), 10);
    let cut_short = ("Truncated".to_owned(), 11);
    // The password ends before the `@`, and what was cut short goes on.
    let both = (b"https://u:[MASKED]".to_vec(), vec![user, cut_short]);
    assert_eq!(found("https://u:pa@sha"), both);
    let token = vec![("glpat-".to_owned(), 6)];
    assert_eq!(found("glpat-a-sh"), (b"glpat-[MASKED]".to_vec(), token));
}

#[test]
fn another_set_in_the_middle_of_a_value_changes_nothing_of_what_rules_find() {
    let text = b"\nglpat-abcd://a:b@c@d/ Authorization: Bearer x?token=y\n";
    let set = builder(&["dabc", "b@"]).build().expect("two build");
    let whole = Events::of(&set, [&text[..]]);
    for cut in 0..=text.len() {
        let mut masker = Masker::new(&set);
        let mut events = Events::default();
        masker.push(&text[..cut], &mut events);
        let more = set.to_builder().secret(Secret::new("LATE", "not in it"));
        masker.switch_to(&more.build().expect("three build"));
        masker.push(&text[cut..], &mut events);
        masker.finish(&mut events);
        assert_eq!(events, whole, "cut at {cut}");
    }
}

#[test]
fn findings_and_reports_of_random_texts_do_not_depend_on_the_cuts() {
    random::check(20_000, cases(), |case| do_not_depend_on_the_cuts(case, &[]));
    // Rules are compiled for each of these.
    random::check(300, cases(), |case| {
        do_not_depend_on_the_cuts(case, &["?token=a", "ab", "t-a"])
    });
}

fn do_not_depend_on_the_cuts(
    (secrets, pieces, cuts, truncated): Case,
    prefixes: &[&str],
) -> Result<(), TestCaseError> {
    let text = pieces.concat();
    let builder = builder(&secrets).truncated(truncated);
    let set = prefixes
        .iter()
        .fold(builder, |it, prefix| it.token_prefix(prefix));
    let set = set.build().expect("a few build");
    let whole = Events::of(&set, [text.as_bytes()]);
    let cut = Events::of(&set, chunkers::by_cuts(&cuts, text.as_bytes()));
    prop_assert_eq!(&whole, &cut);
    let single = Events::of(&set, chunkers::every(1, text.as_bytes()));
    prop_assert_eq!(&whole, &single);

    let shown = |chunks: Vec<&[u8]>| {
        let (mut report, mut masker) = (Report::new(), Masker::new(&set));
        for chunk in chunks {
            report.push(&mut masker, chunk, &mut Vec::new());
        }
        report.finish(masker, &mut Vec::new());
        format!("{report:?}")
    };
    let reported = shown(vec![text.as_bytes()]);
    prop_assert_eq!(&reported, &shown(chunkers::by_cuts(&cuts, text.as_bytes())));
    for (_, offset) in whole.found() {
        let line = 1 + text[..offset as usize].matches('\n').count();
        let place = format!("offset: {offset}, line: {line} ");
        prop_assert!(
            whole.found().len() > 10 || reported.contains(&place),
            "{reported}"
        );
    }
    Ok(())
}

type Case = (Vec<&'static str>, Vec<&'static str>, Vec<usize>, Truncated);

/// Literals, what may stand in values, and secrets of both.
fn cases() -> impl Strategy<Value = Case> {
    let word = select(vec![
        "a", "b", ":", "@", "a@b", "b@", "@a", "://", "://a:", "glpat-", "t-a", "-ab", "glpat-a",
        "ab\n", "ab", "bb", "abab", "n=a", "?token=", "a?t", "\nb", "://a:b@", "A", "$A",
    ]);
    let piece = select(vec![
        "a",
        "b",
        "ab",
        "a@b",
        "://",
        "://a:",
        "://b:ab@",
        "@",
        "@a",
        ":",
        "/",
        "\n",
        " ",
        "glpat-",
        "glpat-ab",
        "?token=",
        "?token=ab",
        "&sig=",
        "_gitlab_session=",
        "Authorization: Bearer ",
        "job-token: ",
        "$",
        "$A",
        "***",
        "AKIA",
        "AAAABBBBAAAABBBB",
        "hvs.",
        "npm_",
        "abababababababab",
        "\\",
        "\"",
        "\0",
    ]);
    let text = vec(piece, 0..14);
    let truncated = select(vec![Truncated::Keep, Truncated::Mask]);
    (vec(word, 0..4), text, vec(0usize..20, 0..6), truncated)
}
