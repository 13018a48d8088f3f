//! SIGINT and SIGTERM end the job, not the masker: the job's last words are masked too.

/// From here on the first SIGINT or SIGTERM only arms the second, which ends the process as if
/// nobody had caught it. What is held then is lost, never printed.
#[cfg(unix)]
pub fn leave_first_to_the_job() -> std::io::Result<()> {
    use std::sync::Arc;
    use std::sync::atomic::AtomicBool;

    use signal_hook::consts::{SIGINT, SIGTERM};
    use signal_hook::flag;

    let is_armed = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
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
