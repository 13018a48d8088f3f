//! Limits of the system for this process.

/// A core file would hold every secret. Where the limit cannot be set, the system's own holds.
pub fn leave_no_core() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, setrlimit};
        let none = Rlimit {
            current: Some(0),
            maximum: Some(0),
        };
        setrlimit(Resource::Core, none).ok();
    }
}

/// A file that may not grow any more is told as an error of the write, not by a signal that would end
/// the process without a word. The signal is caught, not ignored, which a job would inherit.
#[cfg(unix)]
pub fn outlive() -> std::io::Result<()> {
    use signal_hook::consts::SIGXFSZ;

    if !crate::signals::is_ignored(SIGXFSZ) {
        signal_hook::flag::register(SIGXFSZ, std::sync::Arc::default())?;
    }
    Ok(())
}

/// Lets this process have as many open files as it may have at all, and says how many those are, if
/// there is a limit.
#[cfg(feature = "serve")]
pub fn raise_files() -> Option<u64> {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
        let raised = Rlimit {
            current: maximum,
            maximum,
        };
        match setrlimit(Resource::Nofile, raised) {
            Ok(()) => maximum,
            Err(_) => current,
        }
    }
    #[cfg(not(unix))]
    None
}
