//! `expire_in`: how long artifacts stay, in words.

use std::time::Duration;

const DAY: u64 = 24 * 3600;

/// The length of each unit by the beginning of its names.
const UNITS: &[(&[&str], u64)] = &[
    (&["s", "sec", "secs", "second", "seconds"], 1),
    (&["m", "min", "mins", "minute", "minutes"], 60),
    (&["h", "hr", "hrs", "hour", "hours"], 3600),
    (&["d", "day", "days"], DAY),
    (&["w", "wk", "wks", "week", "weeks"], 7 * DAY),
    (&["mo", "mos", "mon", "month", "months"], 30 * DAY),
    (&["y", "yr", "yrs", "year", "years"], 365 * DAY),
];

/// `3600`, `30 mins`, `1 week 2 days`, `6h30m`, or `never`, which is `Ok(None)`. Zero and what is no such
/// text are errors: nobody means to upload what is over already.
pub(super) fn expiry(text: &str) -> Result<Option<Duration>, ()> {
    let text = text.trim().to_ascii_lowercase();
    if text == "never" {
        return Ok(None);
    }
    if let Ok(seconds) = text.parse::<u64>() {
        return duration(seconds).map(Some);
    }
    let (mut rest, mut all) = (text.as_str(), 0_u64);
    while !rest.is_empty() {
        let (number, behind) = run(rest, |byte| byte.is_ascii_digit());
        let number: u64 = number.parse().map_err(|_| ())?;
        let (unit, behind) = run(behind.trim_start(), |byte| byte.is_ascii_alphabetic());
        let known = UNITS.iter().find(|(names, _)| names.contains(&unit));
        let (_, length) = known.ok_or(())?;
        let length = number.checked_mul(*length).ok_or(())?;
        all = all.checked_add(length).ok_or(())?;
        rest = behind.trim_start_matches([' ', ',']);
        rest = rest.strip_prefix("and ").unwrap_or(rest).trim_start();
    }
    duration(all).map(Some)
}

/// Longer than a hundred years is not meant.
fn duration(seconds: u64) -> Result<Duration, ()> {
    match (1..=36_500 * DAY).contains(&seconds) {
        true => Ok(Duration::from_secs(seconds)),
        false => Err(()),
    }
}

fn run(text: &str, is_of_it: impl Fn(&u8) -> bool) -> (&str, &str) {
    let length = text.bytes().take_while(is_of_it).count();
    text.split_at(length)
}
