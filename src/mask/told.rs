//! What has been told of one run.

use super::owners::Owner;
use crate::secret::forms::Form;

/// The number of things told of one run for which memory stays with a stream.
const KEPT: usize = 32;

/// A set of owners, and of rules, that is emptied with every mask.
///
/// Nearly always there is one in it, which is kept without an allocation. A run may be endless and
/// an occurrence begin at each of its bytes, but there are never more owners than names times
/// forms; so the others are looked up in a table, by their numbers spread over it.
#[derive(Default)]
pub(super) struct Told {
    first: Option<u32>,
    others: Numbers,
}

impl Told {
    /// Whether it had not been told before.
    #[inline]
    pub(super) fn insert(&mut self, owner: Owner) -> bool {
        self.insert_number(number(owner))
    }

    /// Whether what a rule found had not been told before, by the number of what announced it.
    #[inline]
    pub(super) fn insert_rule(&mut self, announcement: u32) -> bool {
        self.insert_number(RULES | announcement)
    }

    #[inline]
    fn insert_number(&mut self, number: u32) -> bool {
        match self.first {
            None => {
                self.first = Some(number);
                true
            }
            Some(first) => first != number && self.others.insert(number),
        }
    }

    #[inline]
    pub(super) fn clear(&mut self) {
        self.first = None;
        self.others.clear();
    }

    #[cfg(test)]
    pub(super) fn memory(&self) -> usize {
        self.others.slots.capacity() * size_of::<u32>()
    }
}

/// From here on the numbers are those of rules. Millions of secrets come before.
const RULES: u32 = 1 << 31;

/// A number for each owner, and never 0.
fn number(owner: Owner) -> u32 {
    const FORMS: u32 = 16;
    const _: () = assert!((Form::Pieces as u32) < FORMS);
    1 + owner.secret * FORMS + owner.form as u32
}

/// A set of numbers but 0, in slots. Where the slot of one is taken, it stands in the next that is free.
#[derive(Default)]
pub(super) struct Numbers {
    /// A power of two of them, at most half of them taken; a free one is 0.
    slots: Vec<u32>,
    taken: usize,
}

impl Numbers {
    /// Whether it was not among them.
    pub(super) fn insert(&mut self, number: u32) -> bool {
        if self.taken >= self.slots.len() / 2 {
            let larger = vec![0; (2 * self.slots.len()).max(8)];
            let smaller = std::mem::replace(&mut self.slots, larger);
            self.taken = 0;
            for number in smaller.into_iter().filter(|&number| number != 0) {
                self.insert(number);
            }
        }
        let mask = self.slots.len() - 1;
        // Neighbours lie far from each other when multiplied with the golden ratio (Knuth, The Art
        // of Computer Programming, volume 3, section 6.4).
        let mut slot = (number.wrapping_mul(0x9e37_79b9) >> 16) as usize & mask;
        while self.slots[slot] != 0 {
            if self.slots[slot] == number {
                return false;
            }
            slot = (slot + 1) & mask;
        }
        self.slots[slot] = number;
        self.taken += 1;
        true
    }

    #[inline]
    fn clear(&mut self) {
        if self.taken > 0 {
            self.taken = 0;
            if self.slots.len() > KEPT {
                self.slots = Vec::new();
            } else {
                self.slots.fill(0);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_is_new_once_until_all_are_forgotten() {
        let mut told = Told::default();
        for count in [1, 2, 3, 8, 16, 17, 1_000, 70_000, 2] {
            let mut known = BTreeSet::new();
            for index in 0..3 * count {
                let secret = (index * 7919 % count) as u32;
                let form = [Form::Raw, Form::Folded][index % 2];
                let owner = Owner { secret, form };
                assert_eq!(
                    told.insert(owner),
                    known.insert(owner),
                    "{owner:?} of {count}"
                );
            }
            told.clear();
            assert!(told.memory() <= 4 * KEPT);
        }
    }
}
