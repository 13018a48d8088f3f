//! What was masked, for people.

use masker::{Leak, Origin, Report};

use super::StreamReport;
use crate::message;

/// How many names and forms are said. The rest is for `--report`.
const SAID: usize = 20;

/// Says on standard error what was masked.
pub fn say(reports: &[StreamReport]) {
    let sum = |of: fn(&Report) -> u64| reports.iter().map(|it| of(&it.report)).sum::<u64>();
    let verdict = match sum(Report::masks_of_leaks) {
        0 if sum(Report::masks) == 0 => return message::all_is_well("nothing was masked"),
        0 => {
            return message::all_is_well(
                "nothing was masked but values on the lines that name them",
            );
        }
        1 => "masked once: ".to_owned(),
        masks => format!("masked {masks} times: "),
    };
    let leaks: Vec<_> = reports.iter().flat_map(leaks).collect();
    let mut said: Vec<_> = leaks
        .iter()
        .take(SAID)
        .map(|(leak, stream)| {
            let what = match leak.origin() {
                Origin::Secret { name, form } => format!("{name} ({form})"),
                Origin::Rule { rule, name } if name == rule.name() => name.to_owned(),
                Origin::Rule { rule, name } => format!("{name} ({rule})"),
                _ => "something".to_owned(),
            };
            let line = leak.first().first().map_or(0, |place| place.line);
            format!("{what} {}, first at line {line}{stream}", leak.count())
        })
        .collect();
    if leaks.len() > SAID {
        said.push(format!("and {} more", leaks.len() - SAID));
    }
    for StreamReport { report, stream } in reports {
        if let Some(place) = report.truncated() {
            let (line, stream) = (place.line, behind(*stream));
            said.push(format!(
                "the beginning of a secret, cut short by the end of the input at line {line}{stream}"
            ));
        }
    }
    message::leaked(&verdict, said.join("; "));
}

/// What leaked in a stream, and what is said of whose lines these are.
fn leaks(of_stream: &StreamReport) -> impl Iterator<Item = (Leak<'_>, String)> {
    let leaks = of_stream.report.leaks().into_iter();
    leaks.map(|leak| (leak, behind(of_stream.stream)))
}

/// Whose line it is, where the job has two streams.
fn behind(stream: Option<&str>) -> String {
    stream.map_or_else(String::new, |stream| format!(" of {stream}"))
}
