//! The layers of a set, searched as one.
//!
//! What depends on patterns one by one is the same for layers and for one set of all: an occurrence
//! is found by the layer that has its pattern, and the longest suffix that begins a pattern of the set
//! is the longest that begins one of any layer.

use std::cmp::Ordering;
use std::iter;
use std::sync::Arc;

use super::error::SetErrorKind;
use super::layer::Layer;
use super::owners::Owner;
use super::settings::{Secrets, Settings};
use crate::search::{Hit, State};
use crate::secret::Secret;

/// How many layers there may be: the text is searched once for each.
const MAX_LAYERS: usize = 12;

/// One layer or several.
#[derive(Clone)]
pub(super) struct Layers {
    first: Arc<Layer>,
    /// Each is on top of all before it. None is without a secret, nor is the first below these.
    above: Box<[Arc<Layer>]>,
}

/// Where the searches of all layers stand. Allocates where there are several.
pub(super) struct States {
    first: State,
    above: Box<[State]>,
}

impl Layers {
    /// Compiles all secrets as one layer.
    pub(super) fn new(secrets: Secrets, settings: &Settings) -> Result<Layers, SetErrorKind> {
        let first = Arc::new(Layer::new(&[], secrets, settings)?);
        let above = Box::default();
        Ok(Layers { first, above })
    }

    /// These and a layer of more secrets. The settings must make the same patterns as those that these
    /// were compiled with; `is_mask_known` says that the mask is known to be
    /// safe for these.
    ///
    /// The first layer stays as it is, whatever comes. Of those above, the last is compiled again with
    /// the new secrets while these are at least half as many. So each has less than half as many as the
    /// one below, and a secret that is named alone, as many others are, is compiled again a logarithmic
    /// number of times.
    pub(super) fn with(
        &self,
        mut secrets: Secrets,
        settings: &Settings,
        is_mask_known: bool,
    ) -> Result<Layers, SetErrorKind> {
        let mut layers: Vec<_> = self.iter().cloned().collect();
        let mut known = layers.len();
        if !secrets.is_empty() {
            if self.first.secrets().is_empty() {
                layers.clear();
            }
            while let [_, .., last] = &layers[..]
                && (2 * secrets.len() >= last.secrets().len() || layers.len() >= MAX_LAYERS)
            {
                secrets.splice(..0, last.secrets().iter().cloned());
                layers.pop();
            }
            known = layers.len();
            layers.push(Arc::new(Layer::new(&layers, secrets, settings)?));
        }
        if !is_mask_known && !layers[..known].iter().all(|it| it.is_safe_mask(settings)) {
            return Err(SetErrorKind::UnsafeMask);
        }
        let above = layers.split_off(1).into();
        let first = layers.remove(0);
        Ok(Layers { first, above })
    }

    /// The secrets that are masked, in the order in which they were added.
    pub(super) fn secrets(&self) -> impl Iterator<Item = &Arc<Secret>> {
        self.iter().flat_map(|layer| layer.secrets())
    }

    /// The owners of a pattern, in the order in which their names were added.
    pub(super) fn owners_of(&self, pattern: u32) -> &[Owner] {
        let owners = self.iter().rev().find_map(|it| it.owners_of(pattern));
        owners.expect("the first layer begins with the first pattern")
    }

    pub(super) fn name_of(&self, owner: Owner) -> &str {
        let name = self.iter().rev().find_map(|it| it.name_of(owner.secret));
        name.expect("the first layer begins with the first secret")
    }

    /// The memory of all layers, in bytes.
    pub(super) fn memory(&self) -> usize {
        self.iter().map(|layer| layer.memory()).sum()
    }

    pub(super) fn start(&self) -> States {
        let above = self.above.iter();
        States {
            first: self.first.search().start(),
            above: above.map(|layer| layer.search().start()).collect(),
        }
    }

    /// How many of the last bytes searched may be the beginning of an occurrence.
    pub(super) fn live(&self, states: &States) -> usize {
        let first = self.first.search().live(states.first);
        let above = self.above.iter().zip(&states.above);
        above
            .map(|(layer, &state)| layer.search().live(state))
            .fold(first, usize::max)
    }

    /// Searches the next piece of the text. Returns for each place where patterns end the longest,
    /// with its number in the set, in the order of the places. O(length of the piece), for each layer.
    pub(super) fn search(&self, states: &mut States, piece: &[u8]) -> Vec<Hit> {
        let mut hits = Vec::new();
        // The numbers of the first layer are those of the set.
        let first = self.first.search();
        states.first = first.search(states.first, piece, |hit| hits.push(hit));
        for (layer, state) in iter::zip(&self.above, &mut states.above) {
            let mut more = Vec::new();
            *state = layer.find(*state, piece, |hit| more.push(hit));
            hits = merge(hits, more);
        }
        hits
    }

    #[cfg(test)]
    pub(super) fn extend(&self, below: &Layers) -> bool {
        Arc::ptr_eq(&self.first, &below.first) && !self.above.is_empty()
    }

    fn iter(&self) -> impl DoubleEndedIterator<Item = &Arc<Layer>> {
        iter::once(&self.first).chain(&self.above)
    }
}

/// The hits of both, of two that end at one place the longer: the other lies inside it, as in one
/// search. No two are alike, since no layer has a pattern of another.
fn merge(one: Vec<Hit>, other: Vec<Hit>) -> Vec<Hit> {
    if one.is_empty() {
        return other;
    }
    if other.is_empty() {
        return one;
    }
    let mut merged = Vec::with_capacity(one.len().max(other.len()));
    let (mut one, mut other) = (one.into_iter().peekable(), other.into_iter().peekable());
    while let (Some(a), Some(b)) = (one.peek(), other.peek()) {
        match a.end.cmp(&b.end) {
            Ordering::Less => merged.extend(one.next()),
            Ordering::Greater => merged.extend(other.next()),
            Ordering::Equal if a.len >= b.len => drop(other.next()),
            Ordering::Equal => drop(one.next()),
        }
    }
    merged.extend(one);
    merged.extend(other);
    merged
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::forms::Forms;

    fn settings() -> Settings {
        Settings {
            forms: Forms::RAW,
            ..Settings::default()
        }
    }

    fn secrets(numbers: impl Iterator<Item = usize>) -> Secrets {
        numbers
            .map(|number| {
                Arc::new(Secret::new(
                    format!("{number}"),
                    format!("secret-{number:05}"),
                ))
            })
            .collect()
    }

    fn sizes(layers: &Layers) -> Vec<usize> {
        layers.iter().map(|it| it.secrets().len()).collect()
    }

    #[test]
    fn what_was_compiled_first_is_shared_whatever_comes() {
        let base = Layers::new(secrets(0..10), &settings()).expect("ten build");
        for own in [0, 1, 5, 100] {
            let own = secrets(10..10 + own);
            let job = base.with(own, &settings(), true).expect("they build");
            assert!(Arc::ptr_eq(&base.first, &job.first));
        }
    }

    #[test]
    fn one_by_one_they_are_few_layers_and_none_is_lost() {
        let none = Layers::new(Vec::new(), &settings()).expect("none build");
        let mut layers = none;
        for number in 0..3_000 {
            let own = secrets(number..number + 1);
            layers = layers.with(own, &settings(), true).expect("it builds");
            let sizes = sizes(&layers);
            assert!(sizes.len() <= MAX_LAYERS);
            assert!(
                sizes[1..].windows(2).all(|it| 2 * it[1] < it[0]),
                "{sizes:?}"
            );
        }
        let names = layers.secrets().map(|it| it.name().to_owned());
        assert!(names.eq((0..3_000).map(|number| number.to_string())));
    }

    #[test]
    fn there_are_no_more_layers_than_the_most() {
        let mut layers = Layers::new(secrets(0..1), &settings()).expect("one builds");
        let mut from = 1;
        // Each is more than twice as many as the next, so that none is compiled again for that.
        for size in (1..=14).rev().map(|power| (1 << power) - 1) {
            let own = secrets(from..from + size);
            layers = layers.with(own, &settings(), true).expect("they build");
            from += size;
            assert!(sizes(&layers).len() <= MAX_LAYERS);
        }
        assert_eq!(layers.secrets().count(), from);
    }

    #[test]
    fn a_pattern_is_searched_for_by_one_layer_only() {
        let base = Layers::new(secrets(0..10), &settings()).expect("ten build");
        let twice = base.with(secrets(5..9), &settings(), true);
        let twice = twice.expect("they build");
        assert_eq!(twice.above[0].patterns(), 0);
    }

    #[test]
    fn those_that_are_more_than_twice_as_many_as_what_comes_stay_as_they_are() {
        let mut layers = Layers::new(secrets(0..10), &settings()).expect("ten build");
        let mut from = 10;
        for (size, expected) in [
            (100, &[10, 100][..]),
            (20, &[10, 100, 20]),
            (4, &[10, 100, 20, 4]),
            (2, &[10, 100, 20, 6]),
            (7, &[10, 100, 33]),
        ] {
            let own = secrets(from..from + size);
            layers = layers.with(own, &settings(), true).expect("they build");
            assert_eq!(sizes(&layers), expected);
            from += size;
        }
    }

    #[test]
    fn the_memory_is_that_of_each_layer() {
        let base = Layers::new(secrets(0..10), &settings()).expect("ten build");
        let of_base = base.memory();
        assert_eq!(of_base, base.first.memory());
        let more = base.with(secrets(10..15), &settings(), true);
        let more = more.expect("they build");
        assert_eq!(more.memory(), of_base + more.above[0].memory());
    }
}
