//! What a set takes before the first byte can be masked: time to compile it, and memory.
//!
//! `cargo bench --bench setup`. The baseline is the automaton of the aho-corasick crate alone, for
//! the same patterns, in the same run. *kept* is what is allocated as long as the set lives, *asked
//! for* all that was allocated on the way. The time of a set includes finding its patterns. Every
//! set is tried first: it must mask each of its secrets.

#[path = "support/allocated.rs"]
mod allocated;
#[path = "support/logs.rs"]
mod logs;
#[path = "support/measure.rs"]
mod measure;

use aho_corasick::AhoCorasick;
use masker::{DEFAULT_MIN_LENGTH, Forms, MaskSet, Masker, Pattern, Rules, Secret};

use measure::Contender;

fn main() {
    let quick = std::env::args().any(|argument| argument == "--quick");
    let rounds = if quick { 3 } else { 31 };
    println!("medians of {rounds}\n");
    println!(
        "{:>14} {:>5} {:>5} {:>8} | {:>9} {:>10} {:>10} | {:>9} {:>10} | time to automaton",
        "secrets", "forms", "rules", "patterns", "set", "kept", "asked for", "automaton", "kept"
    );
    let tokens = |count| logs::secrets(count, 20..=40);
    row("50 tokens", &tokens(50), Forms::ALL, Rules::NONE, rounds);
    row("50 tokens", &tokens(50), Forms::ALL, Rules::ALL, rounds);
    row("100 tokens", &tokens(100), Forms::ALL, Rules::NONE, rounds);
    row(
        "1,000 tokens",
        &tokens(1_000),
        Forms::ALL,
        Rules::NONE,
        rounds,
    );
    row(
        "10,000 tokens",
        &tokens(10_000),
        Forms::RAW,
        Rules::NONE,
        rounds,
    );
    let eight = logs::secrets(10_000, 8..=8);
    row("10,000 of 8 B", &eight, Forms::RAW, Rules::NONE, rounds);
}

fn row(what: &str, secrets: &[String], forms: Forms, rules: Rules, rounds: usize) {
    let build = || {
        let named = secrets
            .iter()
            .map(|value| Secret::new("secret", value.as_str()));
        let builder = MaskSet::builder().secrets(named).forms(forms).rules(rules);
        builder.build().expect("long enough secrets build")
    };
    let patterns: Vec<Pattern> = secrets
        .iter()
        .flat_map(|secret| forms.patterns(secret.as_bytes(), DEFAULT_MIN_LENGTH))
        .collect();
    let automaton = || {
        let patterns = patterns.iter().map(Pattern::expose);
        AhoCorasick::new(patterns).expect("patterns of a benchmark build")
    };
    let (set, kept, asked_for) = with_memory(build);
    check(&set, secrets);
    let (_automaton, kept_by_automaton, _) = with_memory(automaton);
    let [seconds, by_automaton] = measure::medians(
        rounds,
        [
            Contender::new(|| build().memory()),
            Contender::new(|| automaton().memory_usage()),
        ],
    );
    println!(
        "{what:>14} {:>5} {:>5} {:>8} | {:>6.2} ms {kept:>6.0} KiB {asked_for:>6.0} KiB | {:>6.2} ms {kept_by_automaton:>6.0} KiB | {:>5.1}",
        forms.to_string(),
        rules.to_string(),
        patterns.len(),
        seconds * 1e3,
        by_automaton * 1e3,
        seconds / by_automaton,
    );
}

/// What was made, and how many KiB that kept and asked for.
fn with_memory<T>(make: impl FnOnce() -> T) -> (T, f64, f64) {
    let (kept, asked_for) = (allocated::kept(), allocated::asked_for());
    let made = make();
    let kept = allocated::kept() - kept;
    let asked_for = allocated::asked_for() - asked_for;
    (made, kept / 1024.0, asked_for / 1024.0)
}

/// Nothing comes out but masks and what stood between.
fn check(set: &MaskSet, secrets: &[String]) {
    let mut masked = Vec::new();
    let mut masker = Masker::new(set);
    masker.push(secrets.join("\n").as_bytes(), &mut masked);
    masker.finish(&mut masked);
    let expected = vec!["[MASKED]"; secrets.len()].join("\n");
    assert!(masked == expected.as_bytes(), "a secret came out");
}
