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

/// Ends the process with 1 if a ratio is under its floor, and the same one is so again when all are
/// measured a second time: one bad moment of the machine must not fail a change.
pub fn hold(mut measure: impl FnMut() -> Vec<Guarded>) {
    let guarded = measure();
    assert!(!guarded.is_empty(), "nothing is guarded");
    let count = guarded.len();
    let once = fallen(guarded);
    if !once.is_empty() {
        tell("under its floor", &once);
        eprintln!("measuring once more, for the machine may have been busy\n");
        let mut twice = fallen(measure());
        twice.retain(|it| once.iter().any(|before| before.row == it.row));
        if !twice.is_empty() {
            tell("twice under its floor", &twice);
            std::process::exit(1);
        }
    }
    println!("\nall {count} ratios are over their floors");
}

fn fallen(mut guarded: Vec<Guarded>) -> Vec<Guarded> {
    guarded.retain(Guarded::fell);
    guarded
}

fn tell(what: &str, fallen: &[Guarded]) {
    for Guarded { row, ratio, floor } in fallen {
        eprintln!("{what}: {row}: ratio {ratio:.3}, floor {floor:.3}");
    }
}
