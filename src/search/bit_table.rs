//! A set of numbers in a few bits each.

/// A set that never denies a number it holds, and seldom claims one it does not: a Bloom filter
/// whose `BITS` bits for a number all lie in one word (Putze, Sanders and Singler, "Cache-, Hash-
/// and Space-Efficient Bloom Filters", 2007).
pub(super) struct BitTable<const BITS: usize> {
    /// A power of two of them.
    words: Box<[u64]>,
}

/// A table of more words no longer fits a core's own cache. With more entries than that the claims
/// get less rare, and the search slower, but no less exact.
const MAX_WORDS: usize = 1 << 17;

impl<const BITS: usize> BitTable<BITS> {
    /// A table with a word for each entry: with one bit a number, 1 in 64 claims is false.
    pub(super) fn for_entries(entries: usize) -> BitTable<BITS> {
        let words = entries.next_power_of_two().min(MAX_WORDS);
        BitTable {
            words: vec![0; words].into_boxed_slice(),
        }
    }

    pub(super) fn insert(&mut self, number: u64) {
        let hash = hash(number);
        let word = self.index(hash);
        for bit in bits::<BITS>(hash) {
            self.words[word] |= 1 << bit;
        }
    }

    /// Whether the set may hold `number`: the lowest bit of the result tells, the others mean
    /// nothing. So many answers can be joined before one test.
    #[inline(always)]
    pub(super) fn answer(&self, number: u64) -> u64 {
        let hash = hash(number);
        let word = self.words[self.index(hash)];
        bits::<BITS>(hash).fold(u64::MAX, |answer, bit| answer & word >> bit)
    }

    /// Masked, so that no bound has to be checked. The shift is a constant: one that depends on
    /// the size of the table makes the search a fifth slower.
    #[inline(always)]
    fn index(&self, hash: u64) -> usize {
        (hash >> 34) as usize & (self.words.len() - 1)
    }

    /// The memory held, in bytes.
    pub(super) fn memory(&self) -> usize {
        size_of_val(&*self.words)
    }
}

/// Knuth's multiplicative hashing, by the bits of the golden ratio (TAOCP volume 3, section 6.4).
#[inline(always)]
fn hash(number: u64) -> u64 {
    number.wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

/// Six bits of the hash choose a bit of the word, above those that choose the word.
#[inline(always)]
fn bits<const BITS: usize>(hash: u64) -> impl Iterator<Item = u64> {
    (0..BITS).map(move |n| hash >> (58 - 6 * n) & 63)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers with nothing in common (Steele, Lea and Flood, "Fast Splittable Pseudorandom Number
    /// Generators", 2014).
    fn numbers(count: u64, salt: u64) -> impl Iterator<Item = u64> {
        (0..count).map(move |n| {
            let mut mixed = (n ^ salt << 32).wrapping_mul(0x9E37_79B9_7F4A_7C15);
            mixed = (mixed ^ mixed >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
            mixed ^ mixed >> 31
        })
    }

    fn false_claims<const BITS: usize>(held: &[u64], others: impl Iterator<Item = u64>) -> usize {
        let mut table = BitTable::<BITS>::for_entries(held.len());
        held.iter().for_each(|&number| table.insert(number));
        assert!(held.iter().all(|&number| table.answer(number) & 1 == 1));
        others
            .filter(|&number| table.answer(number) & 1 == 1)
            .count()
    }

    #[test]
    fn holds_what_was_put_in_and_little_else() {
        let held: Vec<_> = numbers(5_000, 0).collect();
        let others = || numbers(100_000, 1);
        let (one, two) = (
            false_claims::<1>(&held, others()),
            false_claims::<2>(&held, others()),
        );
        assert!(one < 2_000, "{one} where 1,000 were expected");
        assert!(two < 200, "{two} where 100 were expected");
    }

    /// As texts that begin alike, and differ by little behind that.
    #[test]
    fn numbers_that_end_alike_are_told_apart_as_well() {
        let alike = |range: std::ops::Range<u64>| range.map(|number| number << 16 | 0x2020);
        let held: Vec<_> = alike(0..5_000).collect();
        let others = || alike(5_000..105_000);
        let (one, two) = (
            false_claims::<1>(&held, others()),
            false_claims::<2>(&held, others()),
        );
        assert!(one < 2_000, "{one} where 1,000 were expected");
        assert!(two < 200, "{two} where 100 were expected");
    }
}
