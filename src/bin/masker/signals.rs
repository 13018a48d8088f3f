//! SIGINT and SIGTERM end the job, not the masker: the job's last words are masked too.

/// From here on the first SIGINT or SIGTERM only arms the second, which ends the process as if
/// nobody had caught it. What is held then is lost, never printed.
///
/// Where there is something to clean up, that is done before the end, whatever the process waits
/// for at that time.
///
/// A signal that whoever started us had ignored stays ignored, as for a job in the background.
#[cfg(unix)]
pub fn leave_first_to_the_job(
    clean_up: Option<impl FnOnce() + Send + 'static>,
) -> std::io::Result<()> {
    use signal_hook::consts::{SIGINT, SIGTERM};

    let signals = [SIGINT, SIGTERM];
    let caught = signals.into_iter().filter(|&signal| !is_ignored(signal));
    crate::limits::outlive()?;
    match clean_up {
        Some(clean_up) => end_behind(clean_up, caught),
        None => end_at_once(caught),
    }
}

/// Ends the process in the handler of the second signal.
#[cfg(unix)]
fn end_at_once(signals: impl Iterator<Item = i32>) -> std::io::Result<()> {
    use std::sync::Arc;
    use std::sync::atomic::AtomicBool;

    use signal_hook::flag;

    let is_armed = Arc::new(AtomicBool::new(false));
    for signal in signals {
        // Handlers run in the order of their registration, so the first signal passes this one.
        flag::register_conditional_default(signal, Arc::clone(&is_armed))?;
        flag::register(signal, Arc::clone(&is_armed))?;
    }
    Ok(())
}

/// Cleans up behind the second signal, and ends the process then. In a handler one may do next to
/// nothing, and the thread that masks may wait for the reader of its output: so it takes a thread.
#[cfg(unix)]
fn end_behind(
    clean_up: impl FnOnce() + Send + 'static,
    signals: impl Iterator<Item = i32>,
) -> std::io::Result<()> {
    use std::io::Read as _;
    use std::os::unix::net::UnixStream;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use signal_hook::flag;
    use signal_hook::low_level::{emulate_default_handler, pipe};

    let (mut reader, writer) = UnixStream::pair()?;
    let last = Arc::new(AtomicUsize::new(0));
    for signal in signals {
        flag::register_usize(signal, Arc::clone(&last), signal as usize)?;
        // A byte for each signal.
        pipe::register(signal, writer.try_clone()?)?;
    }
    let wait = move || {
        // It fails where both are ignored, and nobody writes.
        if reader.read_exact(&mut [0; 2]).is_ok() {
            clean_up();
            emulate_default_handler(last.load(Ordering::SeqCst) as i32).ok();
        }
    };
    std::thread::Builder::new().spawn(wait)?;
    Ok(())
}

/// Elsewhere the signals end the process. What is held then is lost, never printed.
#[cfg(not(unix))]
pub fn leave_first_to_the_job(_: Option<impl FnOnce() + Send + 'static>) -> std::io::Result<()> {
    Ok(())
}

/// Asked of the kernel by way of a file, since the system call for it takes unsafe code. Where
/// there is no such file, no signal counts as ignored.
#[cfg(unix)]
pub fn is_ignored(signal: i32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|set| u64::from_str_radix(set.trim(), 16).ok());
    ignored.is_some_and(|set| set >> (signal - 1) & 1 == 1)
}
