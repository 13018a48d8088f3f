//! States and reasons, each with the name it has in databases, logs and answers.

use core::fmt;
use core::str::FromStr;

/// A text names no state or reason of the kind that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownName;

impl fmt::Display for UnknownName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no state or reason has this name")
    }
}

impl core::error::Error for UnknownName {}

/// An enum whose variants have names, written once: what is read back is what was written.
macro_rules! named {
    ($(#[$doc:meta])* $kind:ident { $($(#[$variant_doc:meta])* $variant:ident = $name:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $kind { $($(#[$variant_doc])* $variant,)* }

        impl $kind {
            /// All there are.
            pub const ALL: &[$kind] = &[$($kind::$variant),*];

            /// Its name.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $($kind::$variant => $name,)* }
            }
        }

        impl fmt::Display for $kind {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl FromStr for $kind {
            type Err = UnknownName;

            fn from_str(name: &str) -> Result<$kind, UnknownName> {
                match name { $($name => Ok($kind::$variant),)* _ => Err(UnknownName) }
            }
        }
    };
}

named! {
    /// Where a job is in its life.
    JobState {
        /// Was made; other jobs come first.
        Created = "created",
        /// Waits for something that one job at a time may have.
        WaitingForResource = "waiting_for_resource",
        /// What it needs is being prepared.
        Preparing = "preparing",
        /// Waits for another system.
        WaitingForCallback = "waiting_for_callback",
        /// Waits for a runner.
        Pending = "pending",
        /// Waits for somebody to start it.
        Manual = "manual",
        /// Waits for its time.
        Scheduled = "scheduled",
        /// A runner executes it.
        Running = "running",
        /// A runner executes what is left to do after it was canceled.
        Canceling = "canceling",
        /// Ended well.
        Success = "success",
        /// Ended badly.
        Failed = "failed",
        /// Was canceled.
        Canceled = "canceled",
        /// Was never needed.
        Skipped = "skipped",
    }
}

impl JobState {
    /// Whether a runner executes the job. Only then may its token be valid.
    #[must_use]
    pub const fn is_executing(self) -> bool {
        matches!(self, JobState::Running | JobState::Canceling)
    }

    /// Whether the job is over for good.
    #[must_use]
    pub const fn is_ended(self) -> bool {
        matches!(
            self,
            JobState::Success | JobState::Failed | JobState::Canceled | JobState::Skipped
        )
    }

    /// Whether no runner has executed the job yet.
    #[must_use]
    pub const fn is_not_started(self) -> bool {
        !self.is_executing() && !self.is_ended()
    }
}

named! {
    /// Why a job failed.
    Failure {
        /// Nobody said why.
        Unknown = "unknown_failure",
        /// Its script did.
        Script = "script_failure",
        /// Its runner did.
        RunnerSystem = "runner_system_failure",
        /// It ran for longer than it may.
        ExecutionTimeout = "job_execution_timeout",
        /// Its runner said nothing for too long.
        Stuck = "stuck_or_timeout_failure",
        /// Runners claimed it and never began.
        RunnerProvisioning = "runner_provisioning_timeout",
        /// Its user may no longer act.
        UserBlocked = "user_blocked",
        /// Its log grew too large.
        TraceSize = "trace_size_exceeded",
    }
}

named! {
    /// Why a token was revoked.
    Why {
        /// Its job ended well.
        JobSuccess = "job_success",
        /// Its job failed.
        JobFailed = "job_failed",
        /// Its job was canceled.
        JobCanceled = "job_canceled",
        /// Its job was canceled and did not end in time.
        CancelTimeout = "cancel_timeout",
        /// Its job ran for longer than it may.
        JobTimeout = "job_timeout",
        /// Its runner said nothing for too long.
        JobStuck = "job_stuck",
        /// The runner that was given it never used it.
        ClaimLost = "claim_lost",
        /// Its job was erased.
        JobErased = "job_erased",
        /// The project of its job is being deleted.
        ProjectDeleted = "project_deleted",
        /// The user of its job may no longer act.
        UserBlocked = "user_blocked",
        /// An administrator did it.
        Admin = "admin",
        /// It was seen in a log.
        Leaked = "leaked",
        /// The database was restored from a backup.
        Restored = "restored",
        /// The key of its digest was retired.
        KeyRetired = "key_retired",
    }
}
