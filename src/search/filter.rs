//! Where an occurrence may begin, found without looking at most of the text.

use memchr::memmem;

use super::Patterns;
use super::sampled::Sampled;

/// A place where an occurrence may begin.
pub(super) struct Chance {
    /// No occurrence begins before this place.
    pub(super) from: usize,
    /// Whether one begins at or behind this place is not known.
    pub(super) until: usize,
}

/// The way to skip text, chosen by what the patterns are like.
pub(super) enum Filter {
    /// There is no pattern, so there is no chance anywhere.
    Nothing,
    /// One pattern: a SIMD search for its first bytes.
    Single(Box<memmem::Finder<'static>>),
    /// Many patterns: a look at one sample in every few bytes.
    Sampled(Sampled),
    /// Some pattern is too short to skip anything, so all the text has to be walked.
    Everything,
}

/// How much of a single pattern is searched for. The more, the fewer false chances; but at the
/// end of each piece one byte less than this is walked.
const SINGLE_PREFIX: usize = 16;

impl Filter {
    pub(super) fn new(patterns: &Patterns<'_>) -> Filter {
        let mut all = patterns.iter();
        match (all.next(), all.next()) {
            (None, _) => Filter::Nothing,
            (Some(single), None) => {
                let prefix = &single[..single.len().min(SINGLE_PREFIX)];
                Filter::Single(Box::new(memmem::Finder::new(prefix).into_owned()))
            }
            _ => Sampled::new(patterns).map_or(Filter::Everything, Filter::Sampled),
        }
    }

    /// The first place at or behind `from` where an occurrence may begin. Every place between the
    /// two is known to begin none, even one that goes on in the next piece.
    #[inline]
    pub(super) fn next_chance(&self, piece: &[u8], from: usize) -> Chance {
        let end = piece.len();
        match self {
            Filter::Nothing => Chance {
                from: end,
                until: end,
            },
            Filter::Single(prefix) => match prefix.find(&piece[from..]) {
                Some(skipped) => Chance {
                    from: from + skipped,
                    until: from + skipped + 1,
                },
                None => {
                    let unsure = prefix.needle().len() - 1;
                    Chance {
                        from: end.saturating_sub(unsure).max(from),
                        until: end,
                    }
                }
            },
            Filter::Sampled(sampled) => sampled.next_chance(piece, from),
            Filter::Everything => Chance { from, until: end },
        }
    }

    /// The memory held, in bytes.
    pub(super) fn memory(&self) -> usize {
        match self {
            Filter::Nothing | Filter::Everything => 0,
            Filter::Single(prefix) => prefix.needle().len(),
            Filter::Sampled(sampled) => sampled.memory(),
        }
    }
}

#[cfg(test)]
mod tests;
