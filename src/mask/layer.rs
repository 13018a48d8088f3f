//! A part of a set that is compiled by itself.

use std::collections::HashMap;
use std::sync::Arc;

use super::error::SetErrorKind;
use super::owners::{Owner, Owners};
use super::set::DEFAULT_MASK;
use super::settings::{Secrets, Settings};
use crate::search::{Hit, Search, State};
use crate::secret::Secret;
use crate::secret::forms::Pattern;

/// How many bytes all patterns may have. While they are compiled each takes some 100 bytes of
/// memory: a set that is refused says so, and one that memory does not suffice for ends the process.
const MAX_PATTERNS: usize = 16 << 20;

/// Secrets compiled on top of others: the layers below.
///
/// It has no pattern that a layer below has. So what is found at a place is found by one layer, and
/// the numbers of patterns and of secrets are those of the whole set: they go on from layer to layer.
pub(super) struct Layer {
    search: Search,
    owners: Owners,
    secrets: Secrets,
    /// The places of the secrets, of those of one name the first, in the order of their names.
    by_name: Box<[u32]>,
    first_pattern: u32,
    first_secret: u32,
    /// The owners, those below included, of patterns that a layer below has.
    shared: HashMap<u32, Vec<Owner>>,
    /// The length of all patterns, of those too that occur twice or below.
    length: usize,
}

impl Layer {
    /// Compiles secrets on top of these layers. O(total length of the patterns) in time, times the
    /// number of layers, and in memory.
    pub(super) fn new(
        below: &[Arc<Layer>],
        secrets: Secrets,
        settings: &Settings,
    ) -> Result<Layer, SetErrorKind> {
        let mut patterns = settings.patterns(&secrets);
        let lengths = patterns.iter().flatten().map(|it| it.expose().len());
        let length = lengths.sum();
        if below.iter().map(|it| it.length).sum::<usize>() + length > MAX_PATTERNS {
            return Err(SetErrorKind::TooLarge);
        }
        let (by_name, numbers) = number(below, &secrets);
        let shared = take_shared(below, &numbers, &mut patterns);
        let exposed = || patterns.iter().flatten().map(Pattern::expose);
        let Ok(search) = Search::new(exposed()) else {
            return Err(SetErrorKind::TooLarge);
        };
        if !is_safe_mask(&settings.mask, &search, exposed(), settings.min_length) {
            return Err(SetErrorKind::UnsafeMask);
        }
        Ok(Layer {
            owners: Owners::new(&numbers, &patterns),
            search,
            secrets,
            by_name,
            first_pattern: below.last().map_or(0, |last| last.next_pattern()),
            first_secret: below.last().map_or(0, |last| last.next_secret()),
            shared,
            length,
        })
    }

    /// The secrets, all of which are masked.
    pub(super) fn secrets(&self) -> &[Arc<Secret>] {
        &self.secrets
    }

    /// Whether its secrets can have a mask that they were not compiled with. O(total length of the
    /// patterns).
    pub(super) fn is_safe_mask(&self, settings: &Settings) -> bool {
        let patterns = settings.patterns(&self.secrets);
        let exposed = patterns.iter().flatten().map(Pattern::expose);
        is_safe_mask(&settings.mask, &self.search, exposed, settings.min_length)
    }

    #[inline]
    pub(super) fn search(&self) -> &Search {
        &self.search
    }

    /// As [`Search::search`], with the numbers that patterns have in the set.
    #[inline]
    pub(super) fn find(&self, state: State, piece: &[u8], mut on_hit: impl FnMut(Hit)) -> State {
        self.search.search(state, piece, |hit| {
            let pattern = self.first_pattern + hit.pattern;
            on_hit(Hit { pattern, ..hit });
        })
    }

    /// The owners of a pattern, unless they are for a layer below to tell.
    pub(super) fn owners_of(&self, pattern: u32) -> Option<&[Owner]> {
        match self.shared.get(&pattern) {
            Some(owners) => Some(owners),
            None => Some(self.owners.of(pattern.checked_sub(self.first_pattern)?)),
        }
    }

    /// The name of a secret, unless it belongs to a layer below.
    pub(super) fn name_of(&self, secret: u32) -> Option<&str> {
        let place = secret.checked_sub(self.first_secret)?;
        Some(self.secrets[place as usize].name())
    }

    /// The memory that the search takes, and to know whose the patterns are, in bytes.
    pub(super) fn memory(&self) -> usize {
        let shared = self.shared.values();
        let shared = shared.map(|owners| size_of_val(owners) + size_of_val(&owners[..]));
        self.search.memory()
            + self.owners.memory()
            + size_of_val(&*self.by_name)
            + shared.sum::<usize>()
    }

    /// How many patterns it searches for.
    pub(super) fn patterns(&self) -> u32 {
        self.owners.patterns()
    }

    fn next_pattern(&self) -> u32 {
        self.first_pattern + self.patterns()
    }

    fn next_secret(&self) -> u32 {
        self.first_secret + self.secrets.len() as u32
    }

    /// The number of the first secret of this name.
    fn number_of(&self, name: &str) -> Option<u32> {
        let name_at = |&place: &u32| self.secrets[place as usize].name();
        let found = self.by_name.binary_search_by(|it| name_at(it).cmp(name));
        Some(self.first_secret + self.by_name[found.ok()?])
    }

    /// The number of the pattern that has just these bytes.
    fn pattern_of(&self, bytes: &[u8]) -> Option<u32> {
        let mut number = None;
        self.find(self.search.start(), bytes, |hit| {
            let is_all = hit.end == bytes.len() && hit.len == bytes.len();
            number = is_all.then_some(hit.pattern);
        });
        number
    }
}

/// The places of these secrets in the order of their names, of each name the first; and the number of
/// each, which is that of the first of its name, here or below.
fn number(below: &[Arc<Layer>], secrets: &[Arc<Secret>]) -> (Box<[u32]>, Vec<u32>) {
    // The automaton numbers the bytes of all patterns in 32 bits, so these fit too.
    let first_secret = below.last().map_or(0, |last| last.next_secret());
    let name = |place: u32| secrets[place as usize].name();
    let mut by_name: Vec<u32> = (0..secrets.len() as u32).collect();
    by_name.sort_by_key(|&place| name(place));
    let mut numbers = vec![0; secrets.len()];
    for of_one in by_name.chunk_by(|&one, &next| name(one) == name(next)) {
        let known = below.iter().find_map(|it| it.number_of(name(of_one[0])));
        let number = known.unwrap_or(first_secret + of_one[0]);
        of_one
            .iter()
            .for_each(|&place| numbers[place as usize] = number);
    }
    by_name.dedup_by_key(|&mut place| name(place));
    (by_name.into(), numbers)
}

/// Takes out the patterns that a layer below has, and tells whose these are now.
fn take_shared(
    below: &[Arc<Layer>],
    numbers: &[u32],
    patterns: &mut [Vec<Pattern>],
) -> HashMap<u32, Vec<Owner>> {
    let mut shared: HashMap<u32, Vec<Owner>> = HashMap::new();
    for (&secret, patterns) in numbers.iter().zip(patterns) {
        patterns.retain(|pattern| {
            let number = below.iter().find_map(|it| it.pattern_of(pattern.expose()));
            let Some(number) = number else {
                return true;
            };
            let so_far = || below.iter().rev().find_map(|it| it.owners_of(number));
            let owners = shared.entry(number);
            let owners = owners.or_insert_with(|| so_far().unwrap_or_default().to_vec());
            let form = pattern.form();
            owners.push(Owner { secret, form });
            false
        });
    }
    for owners in shared.values_mut() {
        owners.sort_unstable();
        // Of the forms in which one name has it, the first, as in one layer.
        owners.dedup_by_key(|owner| owner.secret);
        owners.shrink_to_fit();
    }
    shared
}

/// Whether a mask neither contains a secret nor completes one with what stands beside it: a mask
/// that ends as a secret begins may do that, and so may an empty one.
///
/// Each pattern is looked at by itself, so a mask is safe for a set if it is for each layer.
fn is_safe_mask<'p>(
    mask: &[u8],
    search: &Search,
    mut patterns: impl Iterator<Item = &'p [u8]>,
    min_length: usize,
) -> bool {
    if mask == DEFAULT_MASK.as_bytes() {
        return true;
    }
    let mut has_secret = mask.is_empty();
    let end = search.search(search.start(), mask, |_| has_secret = true);
    let begins_one = search.live(end) >= min_length.max(1);
    let ends_one = patterns.any(|pattern| {
        (min_length.max(1)..=mask.len()).any(|length| pattern.ends_with(&mask[..length]))
    });
    !has_secret && !begins_one && !ends_one
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::forms::Forms;

    #[test]
    fn the_memory_is_that_of_the_search_and_of_what_tells_whose_the_patterns_are() {
        let settings = Settings {
            forms: Forms::RAW,
            ..Settings::default()
        };
        let secrets = |names: &str| {
            let names = names.chars();
            let secret = |name: char| Secret::new(name.to_string(), format!("the secret {name}"));
            names.map(secret).map(Arc::new).collect::<Secrets>()
        };
        let layer = |below: &[Arc<Layer>], names| {
            Arc::new(Layer::new(below, secrets(names), &settings).expect("they build"))
        };
        let rest = |layer: &Layer| layer.memory() - layer.search.memory() - layer.owners.memory();
        // The place of each name.
        let base = layer(&[], "abcde");
        assert_eq!(rest(&base), 5 * 4);
        // And of each shared pattern the list of its owners, of which there is one here.
        let above = layer(&[base], "de");
        assert_eq!(above.patterns(), 0);
        let list = size_of::<Vec<Owner>>() + size_of::<Owner>();
        assert_eq!(rest(&above), 2 * 4 + 2 * list);
    }
}
