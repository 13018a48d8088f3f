//! What a set costs that extends another. Times are compared with each other, never with a clock.

use std::time::{Duration, Instant};

use masker::{MaskSet, Masker, Secret};

use crate::support::logs;

fn named(values: &[String]) -> impl Iterator<Item = Secret> {
    let values = values.iter().enumerate();
    values.map(|(number, value)| Secret::new(number.to_string(), value.as_str()))
}

fn compile(values: &[String]) -> MaskSet {
    let set = MaskSet::builder().secrets(named(values)).build();
    set.expect("long enough secrets build")
}

/// The shortest of five times: noise only adds.
fn time<T>(mut once: impl FnMut() -> T) -> Duration {
    let once = |_| {
        let start = Instant::now();
        drop(once());
        start.elapsed()
    };
    (0..5).map(once).min().unwrap_or_default()
}

#[test]
fn what_is_extended_costs_what_is_new() {
    let secrets = logs::secrets(210, 20..=40);
    let (of_base, of_jobs) = secrets.split_at(200);
    let base = compile(of_base);
    let extend = |own| {
        let job = base.extend().secrets(named(own)).build();
        job.expect("long enough secrets build")
    };
    for own in of_jobs.chunks(5) {
        let alone = compile(own).memory();
        let more = extend(own).memory() - base.memory();
        assert!(more <= alone + alone / 4, "{more} bytes, {alone} alone");
    }
    let of_base = time(|| compile(of_base));
    let of_job = time(|| extend(&of_jobs[..5]));
    // It has a fortieth of the secrets.
    assert!(of_job < of_base / 8, "{of_base:?}, then {of_job:?}");
}

#[test]
fn a_thousand_named_values_take_about_eight_times_as_long_as_an_eighth_of_them() {
    const VALUES: usize = 1_000;
    let values = logs::secrets(VALUES, 20..=40);
    let set = MaskSet::builder().add_mask(true).allow_empty(true);
    let set = set.build().expect("an empty set builds");
    let name = |values: &[String]| {
        let (mut masker, mut out) = (Masker::new(&set), Vec::new());
        for value in values {
            let lines = format!("::add-mask::{value}\n<{value}>\n");
            masker.push(lines.as_bytes(), &mut out);
            assert!(out.ends_with(b"::add-mask::[MASKED]\n<[MASKED]>\n"));
            out.clear();
        }
        assert_eq!(masker.set().names().count(), values.len());
    };
    // Both name as many in all, so that a busy machine meets both alike.
    let parts = time(|| values.chunks(VALUES / 8).for_each(name));
    let whole = time(|| name(&values));
    // With all compiled again for each it would be eight times.
    assert!(whole < 4 * parts, "{parts:?}, then {whole:?}");
}
