//! Whose each pattern is.

use crate::secret::forms::{Form, Pattern};

/// One of those to whom a pattern belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Owner {
    /// The first secret of that name, by its place in the whole set: two values of one name are one.
    pub(super) secret: u32,
    pub(super) form: Form,
}

/// For the number of a pattern, its owners. 12 bytes a pattern.
pub(super) struct Owners {
    /// Where those of each pattern begin, and behind the last of all.
    starts: Box<[u32]>,
    owners: Box<[Owner]>,
}

impl Owners {
    /// `patterns` are those of each secret, and `numbers` what it is called as an owner. The patterns
    /// get the numbers that [`Search::new`](crate::search::Search::new) gives them.
    ///
    /// O(n log n) of the number of patterns, in time; in memory, of 20 bytes for each besides.
    pub(super) fn new(numbers: &[u32], patterns: &[Vec<Pattern>]) -> Owners {
        let mut owned = Vec::with_capacity(patterns.iter().map(Vec::len).sum());
        for (&secret, patterns) in numbers.iter().zip(patterns) {
            owned.extend(patterns.iter().map(|pattern| {
                let form = pattern.form();
                (pattern.expose(), Owner { secret, form })
            }));
        }
        owned.sort_unstable();
        // Of the forms in which one name has it, the first.
        owned.dedup_by_key(|(bytes, owner)| (*bytes, owner.secret));

        let mut starts = Vec::with_capacity(owned.len() + 1);
        for (place, (bytes, _)) in owned.iter().enumerate() {
            if place == 0 || owned[place - 1].0 != *bytes {
                starts.push(place as u32);
            }
        }
        starts.push(owned.len() as u32);
        Owners {
            starts: starts.into(),
            owners: owned.into_iter().map(|(_, owner)| owner).collect(),
        }
    }

    /// The owners of a pattern, in the order in which their names were added.
    pub(super) fn of(&self, pattern: u32) -> &[Owner] {
        let [start, end] = [0, 1].map(|next| self.starts[pattern as usize + next] as usize);
        &self.owners[start..end]
    }

    /// How many patterns there are.
    pub(super) fn patterns(&self) -> u32 {
        self.starts.len() as u32 - 1
    }

    /// The memory held, in bytes.
    pub(super) fn memory(&self) -> usize {
        size_of_val(&*self.starts) + size_of_val(&*self.owners)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::Search;
    use crate::secret::forms::Forms;

    fn owners(secrets: &[(u32, &str)], forms: Forms) -> (Search, Owners) {
        let (numbers, values): (Vec<_>, Vec<_>) = secrets.iter().copied().unzip();
        let patterns: Vec<_> = values
            .iter()
            .map(|value| forms.patterns(value.as_bytes(), 1))
            .collect();
        let search = Search::new(patterns.iter().flatten().map(Pattern::expose));
        (
            search.expect("a few build"),
            Owners::new(&numbers, &patterns),
        )
    }

    /// The owners of the one pattern that ends a text.
    fn of_text(text: &str, (search, owners): &(Search, Owners)) -> Vec<(u32, Form)> {
        let mut last = None;
        search.search(search.start(), text.as_bytes(), |hit| {
            last = Some(hit.pattern);
        });
        let owners = owners.of(last.expect("the text is a pattern"));
        owners.iter().map(|it| (it.secret, it.form)).collect()
    }

    #[test]
    fn a_pattern_belongs_to_every_name_that_has_it() {
        let forms = Forms::RAW.with(Form::Hex);
        let set = owners(
            &[(0, "616263"), (1, "abc"), (0, "abc"), (3, "616263")],
            forms,
        );
        assert_eq!(of_text("abc", &set), [(0, Form::Raw), (1, Form::Raw)]);
        let all = [(0, Form::Raw), (1, Form::Hex), (3, Form::Raw)];
        assert_eq!(of_text("616263", &set), all);
    }

    #[test]
    fn numbers_are_those_of_the_search() {
        let values: Vec<String> = (0..200).map(|n| format!("{}", n * 7919 % 1000)).collect();
        let secrets: Vec<_> = (0..).zip(values.iter().map(String::as_str)).collect();
        let set = owners(&secrets, Forms::RAW);
        assert_eq!(set.1.patterns(), 200);
        assert_eq!(set.1.memory(), 200 * 12 + 4);
        for (number, value) in values.iter().enumerate() {
            assert_eq!(of_text(value, &set), [(number as u32, Form::Raw)]);
        }
    }
}
