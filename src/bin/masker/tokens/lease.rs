//! The token of a job that masker runs: issued before the job starts, kept alive while it runs, ended
//! with it however that ends.
//!
//! A heartbeat every 10 s renews a lease of 30 s. Whatever kills this process ends the heartbeat, and
//! the token with it, without anybody having to notice.

use std::process::Command;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow};
use masker::Secret;
use masker::token::lifecycle::{
    Event, Failure as Cause, JobId, JobState, Outcome, Refusal, RunnerId,
};
use masker::token::store::{Claimant, NewJob, Store, StoreError, StoreErrorKind};
use masker::token::system::OsRandom;
use rustix::process::{Signal, getpid, kill_process};

use super::args::{RunTokenArgs, TIMEOUT};
use super::authority::{KEY_FILE, Kept};
use super::configuration::CONFIG;
use super::place::STORE;
use super::{Failure, named};
use crate::{limits, message};

const HEARTBEAT: Duration = Duration::from_secs(10);
const LEASE: Duration = Duration::from_secs(30);

/// The user name that goes with the token where a password is asked for.
const REGISTRY_USER: &str = "gitlab-ci-token";

/// A token that lives until this is ended.
pub struct Lease {
    kept: Arc<Kept>,
    job: JobId,
    /// What the job gets to know that is secret.
    secrets: Vec<Secret>,
    /// What it gets to know besides.
    variables: Vec<(&'static str, String)>,
    beating: Mutex<Option<(Sender<()>, JoinHandle<()>)>>,
}

impl Lease {
    /// Issues the token that the flags ask for, if they do.
    pub fn begin(args: &RunTokenArgs) -> Result<Option<Lease>> {
        let (true, Some(project), Some(user)) = (args.token, &args.project, &args.user) else {
            return Ok(None);
        };
        limits::outlive().context("--token: preparing for signals")?;
        let begun = Lease::issue(args, project, user);
        let lease = begun.map_err(|failure| anyhow!("--token: {}", failure.text()))?;
        lease.beat()?;
        Ok(Some(lease))
    }

    fn issue(args: &RunTokenArgs, project: &str, user: &str) -> Result<Lease, Failure> {
        let kept = Arc::new(Kept::open(&args.store)?);
        let issuer = kept.issuer(&args.keys, &args.store)?;
        let project = named::project(&*kept.store, project)?.id;
        let user = named::user(&*kept.store, user)?.id;
        let timeout = Duration::from_secs(args.token_timeout.unwrap_or(TIMEOUT));
        let job = NewJob {
            lease: Some(LEASE),
            ..NewJob::pending(project, user, timeout)
        };
        let claimant = Claimant {
            runner: RunnerId(0),
            cancels_gracefully: true,
        };
        let issued = issuer.start(&job, claimant, &mut OsRandom, kept.now())?;
        let job = issued.job.id;
        let token = issued.token.into_secret();
        let password = Secret::new("CI_REGISTRY_PASSWORD", token.expose());
        Ok(Lease {
            kept,
            job,
            secrets: vec![token, password],
            variables: vec![
                ("CI_REGISTRY_USER", REGISTRY_USER.to_owned()),
                ("CI_JOB_ID", job.0.to_string()),
                ("CI_PROJECT_ID", project.0.to_string()),
            ],
            beating: Mutex::new(None),
        })
    }

    /// The variables of the job that hold the token.
    pub fn secrets(&self) -> Vec<Secret> {
        let secrets = self.secrets.iter();
        secrets
            .map(|it| Secret::new(it.name(), it.expose()))
            .collect()
    }

    /// What every token of a job begins with.
    pub fn prefix(&self) -> String {
        self.kept.configuration.prefixes.job().as_str().to_owned()
    }

    /// Gives the job its other variables. Where the keys and the store are is none of its business.
    pub fn equip(&self, command: &mut Command) {
        for (name, value) in &self.variables {
            command.env(name, value);
        }
        for name in [KEY_FILE, STORE, CONFIG] {
            command.env_remove(name);
        }
    }

    /// Ends the token, as the job has ended. Again, it changes nothing.
    pub fn end(&self, went_well: bool) {
        // Held to the end: whoever comes second may end the process, and must not be too early.
        let mut beating = self.beating.lock().unwrap_or_else(PoisonError::into_inner);
        let Some((stop, heart)) = beating.take() else {
            return;
        };
        drop(stop);
        // Else a call on its way would come after the report.
        heart.join().ok();
        let outcome = match went_well {
            true => Outcome::Success,
            false => Outcome::Failed(Cause::Script),
        };
        let reported = self
            .kept
            .store
            .apply(self.job, &Event::Report(outcome), self.kept.now());
        match reported.as_ref().map_err(|error| error.kind()) {
            // Somebody has ended it before.
            Ok(_) | Err(StoreErrorKind::Refused(_)) => {}
            Err(_) => message::warning(
                "the store could not be told that the job has ended; its token ends within 30 seconds",
            ),
        }
    }

    fn beat(&self) -> Result<()> {
        let (stop, stopped) = mpsc::channel();
        let mut heart = Heart {
            kept: Arc::clone(&self.kept),
            job: self.job,
            is_told_of_store: false,
            is_canceled: false,
        };
        let heart = thread::Builder::new().spawn(move || {
            let is_time = || stopped.recv_timeout(HEARTBEAT) == Err(RecvTimeoutError::Timeout);
            while heart.beat() && is_time() {}
        });
        let heart = heart.context("--token: starting a thread")?;
        *self.beating.lock().unwrap_or_else(PoisonError::into_inner) = Some((stop, heart));
        Ok(())
    }
}

/// Renews the lease for as long as there is any use in that.
struct Heart {
    kept: Arc<Kept>,
    job: JobId,
    is_told_of_store: bool,
    is_canceled: bool,
}

impl Heart {
    /// Renews it once, and tells whether to go on.
    fn beat(&mut self) -> bool {
        let store: &dyn Store = &*self.kept.store;
        let called = store.apply(self.job, &Event::RunnerCall, self.kept.now());
        match called {
            Ok((job, _)) => {
                self.is_told_of_store = false;
                if job.state == JobState::Canceling {
                    self.cancel();
                }
                true
            }
            Err(error) => self.failed(&error),
        }
    }

    fn failed(&mut self, error: &StoreError) -> bool {
        match error.kind() {
            StoreErrorKind::Unavailable => {
                if !std::mem::replace(&mut self.is_told_of_store, true) {
                    message::warning(
                        "the store cannot be told that the job runs; its token may end before the job",
                    );
                }
                true
            }
            StoreErrorKind::Refused(Refusal::InvalidTransition {
                state: JobState::Canceled,
            }) => {
                self.cancel();
                false
            }
            _ => {
                message::warning(format_args!(
                    "the job's token has ended before the job: {error}"
                ));
                false
            }
        }
    }

    /// Passes a cancellation on, once. A signal to ourselves goes the way that all go: to the job.
    fn cancel(&mut self) {
        if !std::mem::replace(&mut self.is_canceled, true) {
            message::note("the job was canceled, and gets SIGTERM");
            kill_process(getpid(), Signal::TERM).ok();
        }
    }
}
