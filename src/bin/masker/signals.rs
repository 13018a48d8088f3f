//! SIGINT and SIGTERM end the job, not the masker: the job's last words are masked too.

/// From here on the first SIGINT or SIGTERM only arms the second, which ends the process as if
/// nobody had caught it. What is held then is lost, never printed.
///
/// A signal that whoever started us had ignored stays ignored, as for a job in the background.
#[cfg(unix)]
pub fn leave_first_to_the_job() -> std::io::Result<()> {
    use std::sync::Arc;
    use std::sync::atomic::AtomicBool;

    use signal_hook::consts::{SIGINT, SIGTERM};
    use signal_hook::flag;

    let is_armed = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        if is_ignored(signal) {
            continue;
        }
        // Handlers run in the order of their registration, so the first signal passes this one.
        flag::register_conditional_default(signal, Arc::clone(&is_armed))?;
        flag::register(signal, Arc::clone(&is_armed))?;
    }
    Ok(())
}

/// Elsewhere the signals end the process. What is held then is lost, never printed.
#[cfg(not(unix))]
pub fn leave_first_to_the_job() -> std::io::Result<()> {
    Ok(())
}

/// Asked of the kernel by way of a file, since the system call for it takes unsafe code. Where
/// there is no such file, no signal counts as ignored.
#[cfg(unix)]
fn is_ignored(signal: i32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|set| u64::from_str_radix(set.trim(), 16).ok());
    ignored.is_some_and(|set| set >> (signal - 1) & 1 == 1)
}
