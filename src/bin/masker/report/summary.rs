//! What was masked, for people.

use masker::{Origin, Report};

use crate::message;

/// How many names and forms are said. The rest is for `--report`.
const SAID: usize = 20;

/// Says on standard error what was masked.
pub fn say(report: &Report) {
    let verdict = match report.masks() {
        0 => return message::all_is_well("nothing was masked"),
        1 => "masked once: ".to_owned(),
        masks => format!("masked {masks} times: "),
    };
    let leaks = report.leaks();
    let mut said: Vec<_> = leaks
        .iter()
        .take(SAID)
        .map(|leak| {
            let what = match leak.origin() {
                Origin::Secret { name, form } => format!("{name} ({form})"),
                Origin::Rule { rule, name } if name == rule.name() => name.to_owned(),
                Origin::Rule { rule, name } => format!("{name} ({rule})"),
                _ => "something".to_owned(),
            };
            let line = leak.first().first().map_or(0, |place| place.line);
            format!("{what} {}, first at line {line}", leak.count())
        })
        .collect();
    if leaks.len() > SAID {
        said.push(format!("and {} more", leaks.len() - SAID));
    }
    if let Some(place) = report.truncated() {
        let line = place.line;
        said.push(format!(
            "the beginning of a secret, cut short by the end of the input at line {line}"
        ));
    }
    if said.is_empty() {
        let verdict = format!("{verdict}values on the lines that name them");
        return message::all_is_well(&verdict);
    }
    message::leaked(&verdict, said.join("; "));
}
