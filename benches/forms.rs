//! What a set with all forms costs: patterns, time to build, memory, and speed.
//!
//! `cargo bench --bench forms`. Tokens are letters and digits, passwords have a fifth of other
//! characters, keys are PEM files of 1.7 KB.

#[path = "support/logs.rs"]
mod logs;

use std::hint::black_box;
use std::time::Instant;

use masker::{Form, Forms, MaskSet, Masker, Secret};

const CHUNK: usize = 64 * 1024;

fn main() {
    let quick = std::env::args().any(|argument| argument == "--quick");
    let text = logs::text(if quick { 16 << 20 } else { 64 << 20 });
    let rounds = if quick { 3 } else { 21 };
    println!("{}, medians of {rounds}\n", logs::origin());
    println!(
        "{:>16} {:>12} | {:>8} {:>9} {:>9} {:>9} | {:>6}",
        "secrets", "forms", "patterns", "to find", "build", "memory", "GB/s"
    );
    let folded = Forms::ALL.with(Form::Folded);
    for (kind, secrets) in [
        ("1 token", logs::secrets(1, 20..=40)),
        ("10 tokens", logs::secrets(10, 20..=40)),
        ("50 tokens", logs::secrets(50, 20..=40)),
        ("100 tokens", logs::secrets(100, 20..=40)),
        ("1 password", passwords(1)),
        ("10 passwords", passwords(10)),
        ("50 passwords", passwords(50)),
        ("1 key", keys(1)),
    ] {
        for forms in [Forms::RAW, Forms::ALL, folded] {
            row(kind, &secrets, forms, &text, rounds);
        }
    }
}

fn row(kind: &str, secrets: &[String], forms: Forms, text: &[u8], rounds: usize) {
    let build = || {
        let secrets = secrets
            .iter()
            .map(|value| Secret::new("secret", value.as_str()));
        let builder = MaskSet::builder().secrets(secrets).forms(forms);
        builder.build().expect("long enough secrets build")
    };
    let patterns: usize = secrets
        .iter()
        .map(|secret| {
            forms
                .patterns(secret.as_bytes(), masker::DEFAULT_MIN_LENGTH)
                .len()
        })
        .sum();
    let set = build();
    let seconds = median(rounds, || {
        black_box(build());
    });
    let finding = median(rounds, || {
        for secret in secrets {
            black_box(forms.patterns(secret.as_bytes(), masker::DEFAULT_MIN_LENGTH));
        }
    });
    let mut out = Vec::with_capacity(text.len());
    let masking = median(rounds.min(5), || {
        out.clear();
        let mut masker = Masker::new(&set);
        for chunk in text.chunks(CHUNK) {
            masker.push(chunk, &mut out);
        }
        masker.finish(&mut out);
    });
    assert!(out == text, "no secret stands in the text");
    println!(
        "{kind:>16} {:>12} | {patterns:>8} {:>6.0} us {:>6.0} us {:>5} KiB | {:>6.2}",
        forms.to_string(),
        finding * 1e6,
        seconds * 1e6,
        set.memory() / 1024,
        text.len() as f64 / masking / 1e9,
    );
}

fn median(rounds: usize, mut run: impl FnMut()) -> f64 {
    let mut seconds: Vec<f64> = (0..=rounds)
        .map(|_| {
            let start = Instant::now();
            run();
            start.elapsed().as_secs_f64()
        })
        .skip(1)
        .collect();
    seconds.sort_by(f64::total_cmp);
    seconds[seconds.len() / 2]
}

/// Every fifth character is one that somebody escapes.
fn passwords(count: usize) -> Vec<String> {
    let odd: Vec<char> = "!\"#$%&'()*+,/:;<=>?@[\\]^`{|}~ ".chars().collect();
    let secrets = logs::secrets(count, 12..=24);
    let with_odd = |(number, secret): (usize, &String)| {
        let replaced = secret.chars().enumerate().map(|(at, char)| match at % 5 {
            2 => odd[(number * 7 + at * 3) % odd.len()],
            _ => char,
        });
        replaced.collect()
    };
    secrets.iter().enumerate().map(with_odd).collect()
}

fn keys(count: usize) -> Vec<String> {
    (0..count)
        .map(|_| {
            let lines = logs::secrets(26, 64..=64).join("\n");
            format!("-----BEGIN PRIVATE KEY-----\n{lines}\nx0==\n-----END PRIVATE KEY-----\n")
        })
        .collect()
}
