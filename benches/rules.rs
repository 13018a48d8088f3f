//! What the rules cost: the speed with and without them, taking turns in the same run.
//!
//! `cargo bench --bench rules`; `-- --quick` takes less text and fewer rounds. GB/s (10^9 bytes),
//! into a sink that takes slices and copies nothing. Of the hostile texts each is nothing but what
//! announces a value.

#[path = "support/count.rs"]
mod count;
#[path = "support/logs.rs"]
mod logs;
#[path = "support/measure.rs"]
mod measure;

use std::ops::RangeInclusive;

use masker::{Forms, MaskSet, Rules, Secret};

use count::count_masked;
use measure::Contender;

const CHUNK: usize = 64 * 1024;
/// A line at a time, as a job writes.
const LINE: usize = 80;

fn main() {
    let quick = std::env::args().any(|argument| argument == "--quick");
    let (size, rounds) = if quick { (16 << 20, 3) } else { (64 << 20, 15) };
    let text = logs::text(size);
    println!(
        "{} MiB of {}, medians of {rounds}, GB/s\n",
        size >> 20,
        logs::origin()
    );
    println!("secrets  length  forms  chunk   text                   off      on   on to off");
    let mut ratios = Vec::new();
    for (count, lengths) in [(10, 8..=8), (100, 8..=8), (10, 20..=40), (100, 20..=40)] {
        for forms in [Forms::RAW, Forms::ALL] {
            let ratio = row(count, lengths.clone(), forms, CHUNK, "logs", &text, rounds);
            ratios.push((count, lengths.clone(), ratio));
        }
    }
    row(100, 20..=40, Forms::ALL, LINE, "logs", &text, rounds);
    let announcing = [
        "://",
        "://a:",
        "://a:b@",
        "?token=",
        "&sig=a",
        "glpat-",
        "glpat-a ",
        "AKIA",
        "npm_",
        "JOB-TOKEN: ",
        "authorization: basic a\n",
        "-tok-tok",
        "token=",
        "$A",
    ];
    for part in announcing {
        let text: Vec<u8> = part.bytes().cycle().take(size / 4).collect();
        let what = format!("only {part:?}");
        row(100, 20..=40, Forms::ALL, CHUNK, &what, &text, rounds.min(3));
    }
    let of_hundred = ratios.iter().filter(|(count, _, _)| *count == 100);
    let least = of_hundred
        .map(|(_, _, ratio)| *ratio)
        .fold(f64::INFINITY, f64::min);
    println!("\nleast ratio at 100 secrets: {least:.2} (target: 0.67 or more)");
}

fn row(
    count: usize,
    lengths: RangeInclusive<usize>,
    forms: Forms,
    chunk: usize,
    what: &str,
    text: &[u8],
    rounds: usize,
) -> f64 {
    let secrets = logs::secrets(count, lengths.clone());
    let [off, on] = [Rules::NONE, Rules::ALL].map(|rules| {
        let secrets = secrets.iter();
        let secrets = secrets.map(|value| Secret::new("planted", value.as_str()));
        let builder = MaskSet::builder()
            .secrets(secrets)
            .forms(forms)
            .rules(rules);
        builder.build().expect("long enough secrets build")
    });
    let seconds = measure::medians(
        rounds,
        [
            Contender::new(|| count_masked(&off, text, chunk)),
            Contender::new(|| count_masked(&on, text, chunk)),
        ],
    );
    let [off, on] = seconds.map(|seconds| text.len() as f64 / seconds / 1e9);
    println!(
        "{count:>7} {:>7} {:>6} {chunk:>6}   {what:<20} {off:>7.2} {on:>7.2}   {:>7.2}",
        format!("{}-{}", lengths.start(), lengths.end()),
        forms.to_string(),
        on / off,
    );
    on / off
}
