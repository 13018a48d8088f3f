//! Floors under the ratios of a run: one that falls through fails the run.

/// A ratio that was measured, and the least that it may be.
pub struct Guarded {
    pub row: String,
    pub ratio: f64,
    pub floor: f64,
}

impl Guarded {
    fn fell(&self) -> bool {
        // A ratio that is no number has not been measured.
        self.ratio.is_nan() || self.ratio < self.floor
    }
}

/// Ends the process with 1 if a ratio is under its floor, and is so again when it is measured a
/// second time: one bad moment of the machine must not fail a change.
pub fn hold(mut measure: impl FnMut() -> Vec<Guarded>) {
    for attempt in 1..=2 {
        let guarded = measure();
        assert!(!guarded.is_empty(), "nothing is guarded");
        let count = guarded.len();
        let fell: Vec<_> = guarded.into_iter().filter(Guarded::fell).collect();
        if fell.is_empty() {
            println!("\nall {count} ratios are over their floors");
            return;
        }
        for Guarded { row, ratio, floor } in &fell {
            eprintln!("under its floor: {row}: ratio {ratio:.2}, floor {floor:.2}");
        }
        if attempt == 1 {
            eprintln!("measuring once more, for the machine may have been busy\n");
        }
    }
    std::process::exit(1);
}
