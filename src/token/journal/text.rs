//! Texts of clients, made fit to be written down; and times as people read them.

use core::fmt;

use crate::token::clock::Time;

/// The number of characters that are kept of a user agent.
const USER_AGENT: usize = 200;
/// Likewise of the id of a request: as many as HTTP takes for one.
const REQUEST_ID: usize = 128;
/// A run of letters and digits that is this long may be a token or the base64 of one. No program has
/// such a name.
const SUSPECT: usize = 43;

/// The name by which a client's program calls itself, cut to 200 characters. Control characters are
/// question marks, and what may be a token of whatever kind is masked.
///
/// # Examples
///
/// ```
/// use masker::token::journal::UserAgent;
///
/// assert_eq!(UserAgent::new("curl/8.9.1\r\n").as_str(), "curl/8.9.1??");
/// let slip = format!("fetch mjt_{}", "x".repeat(49));
/// assert_eq!(UserAgent::new(&slip).as_str(), "fetch [MASKED]");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserAgent(String);

impl UserAgent {
    /// Takes what the client says. O(n) in what is kept of it; allocates.
    #[must_use]
    pub fn new(text: &str) -> UserAgent {
        // Masked first: half of a token would not be known for one.
        let shown = without_suspects(text.chars().take(2 * USER_AGENT));
        UserAgent(shown.chars().take(USER_AGENT).collect())
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The name of a request by which its record is found, of at most 128 visible characters of ASCII.
/// Whatever else there is becomes a question mark.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RequestId(String);

impl RequestId {
    /// Takes a name. One that a client chose may be anything, a token too: better make a new one.
    #[must_use]
    pub fn new(text: &str) -> RequestId {
        let visible = |it: char| if it.is_ascii_graphic() { it } else { '?' };
        RequestId(text.chars().take(REQUEST_ID).map(visible).collect())
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn without_suspects(text: impl Iterator<Item = char>) -> String {
    let (mut shown, mut run) = (String::new(), String::new());
    let may_be_of_token = |it: char| it.is_ascii_alphanumeric() || "+/=_-".contains(it);
    for character in text.chain([' ']) {
        if may_be_of_token(character) {
            run.push(character);
            continue;
        }
        match run.len() < SUSPECT {
            true => shown.push_str(&run),
            false => shown.push_str("[MASKED]"),
        }
        run.clear();
        shown.push(if character.is_control() {
            '?'
        } else {
            character
        });
    }
    shown.pop();
    shown
}

/// A time as RFC 3339 has it, in UTC and with microseconds.
///
/// The date is found as in Howard Hinnant's "chrono-compatible low-level date algorithms": years that
/// begin in March have their odd day at the end.
pub(super) fn rfc3339(time: Time) -> String {
    let (seconds, micros) = (time.micros() / 1_000_000, time.micros() % 1_000_000);
    let days = seconds / 86_400 + 719_468;
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 {
        from_march + 3
    } else {
        from_march - 9
    };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    let (hour, minute, second) = (seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{micros:06}Z")
}
