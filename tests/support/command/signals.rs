//! Signals that whoever started the tests had ignored, as `nohup` and shells do in the background.

use std::sync::{Arc, Once};

use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};

/// Sees to it that what is started from here on does not ignore them: it would inherit that. One
/// that is caught it does not inherit, and it does no more to the tests than before.
pub fn heed() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        for signal in [SIGHUP, SIGINT, SIGQUIT, SIGTERM] {
            if is_ignored(signal) {
                let caught = signal_hook::flag::register(signal, Arc::default());
                caught.expect("it can be caught");
            }
        }
    });
}

/// Where the system does not tell, none is.
fn is_ignored(signal: i32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|set| u64::from_str_radix(set.trim(), 16).ok());
    ignored.is_some_and(|set| set >> (signal - 1) & 1 == 1)
}
