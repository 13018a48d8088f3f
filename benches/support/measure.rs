//! Takes times of contenders in turns, so that the machine's moods meet them all alike.

use std::hint::black_box;
use std::time::Instant;

/// Something to time.
pub struct Contender<'c> {
    run: Box<dyn FnMut() -> usize + 'c>,
}

impl<'c> Contender<'c> {
    /// The result of `run` is kept from the optimizer's eyes, so that the work is done.
    pub fn new(run: impl FnMut() -> usize + 'c) -> Contender<'c> {
        Contender { run: Box::new(run) }
    }
}

/// The median seconds of each contender over so many rounds, after one round that warms up.
pub fn medians<const N: usize>(rounds: usize, mut contenders: [Contender<'_>; N]) -> [f64; N] {
    let mut seconds = [const { Vec::new() }; N];
    for round in 0..=rounds {
        for (contender, seconds) in contenders.iter_mut().zip(&mut seconds) {
            let start = Instant::now();
            black_box((contender.run)());
            if round > 0 {
                seconds.push(start.elapsed().as_secs_f64());
            }
        }
    }
    seconds.map(|mut seconds| {
        seconds.sort_by(f64::total_cmp);
        seconds[seconds.len() / 2]
    })
}
