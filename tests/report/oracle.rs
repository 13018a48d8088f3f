//! What counts as a finding, as code too simple to be wrong. Worse than quadratic, for tests only.

use std::ops::Range;

use masker::{Form, Forms};

use super::Told;

/// A pattern, and whose it is.
pub struct Known {
    pub bytes: Vec<u8>,
    pub name: String,
    pub form: Form,
}

/// The patterns of these named values, those of each name together.
pub fn known(secrets: &[(String, Vec<u8>)], forms: Forms, min_length: usize) -> Vec<Known> {
    let of_secret = |(name, value): &(String, Vec<u8>)| {
        let patterns = forms.patterns(value, min_length);
        let known = patterns.iter().map(|pattern| Known {
            bytes: pattern.expose().to_vec(),
            name: name.clone(),
            form: pattern.form(),
        });
        known.collect::<Vec<_>>()
    };
    let first_of = |name: &str| secrets.iter().position(|(other, _)| other == name);
    let mut known: Vec<_> = secrets.iter().flat_map(of_secret).collect();
    known.sort_by_key(|known| first_of(&known.name));
    known
}

/// What is told of `text`, of which the last `tail` bytes are masked as a secret cut short.
pub fn findings(known: &[Known], text: &[u8], tail: usize) -> Vec<Told> {
    let places = places(known, text);
    let tail = text.len() - tail..text.len();
    let is_joined_by = |place: &Range<usize>, at| place.start < at && at < place.end;
    let is_joined =
        |at| places.iter().any(|(place, _)| is_joined_by(place, at)) || is_joined_by(&tail, at);
    let run_of = |at: usize| (0..=at).rev().find(|&at| !is_joined(at));

    let mut findings: Vec<Told> = Vec::new();
    let mut seen = Vec::new();
    for (place, known) in &places {
        let is_inside = |other: &Range<usize>| {
            other != place && other.start <= place.start && place.end <= other.end
        };
        let once = (run_of(place.start), &known.name, known.form);
        if !places.iter().any(|(other, _)| is_inside(other)) && !seen.contains(&once) {
            seen.push(once);
            let origin = (known.name.clone(), known.form);
            findings.push((Some(origin), place.start as u64));
        }
    }
    let is_found_whole = |at: usize| places.iter().any(|(place, _)| place.contains(&at));
    let is_joined_whole = |at| places.iter().any(|(place, _)| is_joined_by(place, at));
    let is_one_run = tail.clone().skip(1).all(is_joined_whole) && tail.clone().all(is_found_whole);
    if !tail.is_empty() && !is_one_run {
        let before = findings.partition_point(|&(_, offset)| offset < tail.start as u64);
        findings.insert(before, (None, tail.start as u64));
    }
    findings
}

/// Where patterns stand, from the first place to the last; of one place those of earlier names
/// first, and of each name the first form only.
fn places<'k>(known: &'k [Known], text: &[u8]) -> Vec<(Range<usize>, &'k Known)> {
    let mut places: Vec<(Range<usize>, &Known)> = Vec::new();
    for at in 0..text.len() {
        for known in known {
            let place = at..at + known.bytes.len();
            let same = |other: &&mut (Range<usize>, &Known)| {
                other.0 == place && other.1.name == known.name
            };
            if !text[at..].starts_with(&known.bytes) {
                continue;
            }
            match places.iter_mut().find(same) {
                Some(other) if other.1.form <= known.form => {}
                Some(other) => other.1 = known,
                None => places.push((place, known)),
            }
        }
    }
    places
}
