//! Random cases from a seed that is printed and can be given again.

use std::sync::OnceLock;
use std::time::UNIX_EPOCH;

use proptest::collection::vec;
use proptest::prelude::{any, prop_oneof};
use proptest::sample::{Index, select};
use proptest::strategy::{BoxedStrategy, Strategy};
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};

/// Tries a property on so many random cases; shrinks the first that fails.
///
/// The seed is new in each run, unless `MASKER_TEST_SEED` gives one.
pub fn check<S: Strategy>(
    cases: u32,
    strategy: S,
    property: impl Fn(S::Value) -> Result<(), TestCaseError>,
) {
    println!("to try the same cases again: MASKER_TEST_SEED={}", seed());
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed().to_le_bytes());
    let config = Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    };
    let mut runner =
        TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes));
    if let Err(error) = runner.run(&strategy, property) {
        panic!(
            "{error}\nto try the same cases again: MASKER_TEST_SEED={}",
            seed()
        );
    }
}

/// The seed of this run: another each time, unless one is given.
pub fn seed() -> u64 {
    static SEED: OnceLock<u64> = OnceLock::new();
    *SEED.get_or_init(|| {
        given_seed().unwrap_or_else(|| {
            UNIX_EPOCH
                .elapsed()
                .expect("the clock is behind 1970")
                .as_nanos() as u64
        })
    })
}

/// The seed that `MASKER_TEST_SEED` gives.
pub fn given_seed() -> Option<u64> {
    let seed = std::env::var("MASKER_TEST_SEED").ok()?;
    Some(
        seed.parse()
            .expect("MASKER_TEST_SEED must be a decimal number below 2^64"),
    )
}

/// A small generator of numbers that look random (Marsaglia, "Xorshift RNGs", 2003).
#[cfg(unix)]
pub struct Dice(u64);

#[cfg(unix)]
impl Dice {
    pub fn new(seed: u64) -> Dice {
        // From zero there is no way out.
        Dice(seed | 1)
    }

    pub fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % bound
    }

    /// A letter or a digit.
    pub fn letter(&mut self) -> char {
        const LETTERS: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        char::from(LETTERS[self.below(LETTERS.len())])
    }
}

/// Letters, a pattern, or what is left of one without its beginning or its end.
pub fn piece(alphabet: &'static [u8], patterns: Vec<Vec<u8>>) -> BoxedStrategy<Vec<u8>> {
    let letters = vec(select(alphabet), 0..12).boxed();
    if patterns.is_empty() {
        return letters;
    }
    let part = (select(patterns), any::<Index>(), 0..3).prop_map(|(pattern, at, which)| {
        let (head, tail) = pattern.split_at(at.index(pattern.len()));
        match which {
            0 => head.to_vec(),
            1 => tail.to_vec(),
            _ => pattern,
        }
    });
    prop_oneof![letters, part.clone(), part].boxed()
}
