//! The token of a job that masker runs: issued before the job starts, kept alive while it runs, ended
//! with it however that ends.
//!
//! A heartbeat every 10 s renews a lease of 30 s. Whatever kills this process ends the heartbeat, and
//! the token with it, without anybody having to notice.

use std::error::Error;
use std::fmt;
use std::process::Command;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow};
use masker::Secret;
use masker::token::issuer::Issued;
use masker::token::lifecycle::{
    Event, Failure as Cause, JobId, JobState, Outcome, Refusal, RunnerId,
};
use masker::token::store::{
    Choice, Claimant, NewJob, Store, StoreError, StoreErrorKind, variables,
};
use masker::token::system::OsRandom;
use rustix::process::{Signal, getpid, kill_process};

use super::args::{RunTokenArgs, TIMEOUT};
use super::authority::{KEY_FILE, Kept};
use super::configuration::CONFIG;
use super::loading::chooses_code;
use super::place::STORE;
use super::start::project_of;
use super::{Failure, job};
use crate::secrets::is_commonly_secret;
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
    /// What its pipeline was started with that commonly is secret.
    given: Vec<Secret>,
    /// What it gets to know besides.
    variables: Vec<(String, String)>,
    beating: Mutex<Option<(Sender<()>, JoinHandle<()>)>>,
}

impl Lease {
    /// Issues the token that the flags ask for, if they do.
    pub fn begin(args: &RunTokenArgs) -> Result<Option<Lease>> {
        if !args.token {
            return Ok(None);
        }
        limits::outlive().context("--token: preparing for signals")?;
        let begun = Lease::issue(args).and_then(|issued| {
            let begun = issued.map(|(kept, issued)| Lease::of(kept, issued));
            begun.transpose()
        });
        let begun = begun.map_err(|failure| anyhow!("--token: {}", failure.text()))?;
        let lease = begun.ok_or(NoneWaits)?;
        lease.beat()?;
        Ok(Some(lease))
    }

    /// Adds a job of our own and starts it, or claims one that waits.
    fn issue(args: &RunTokenArgs) -> Result<Option<(Kept, Issued)>, Failure> {
        if !args.claim && (args.project.is_none() || args.user.is_none()) {
            return Err(Failure::usage(
                "say whose job it is, with --project and --user, or take one that waits, with --claim",
            ));
        }
        let about = job::about(&args.about)?;
        let kept = Kept::open(&args.store)?;
        let issuer = kept.issuer(&args.keys, &args.store)?;
        let claimant = Claimant {
            runner: RunnerId(0),
            cancels_gracefully: true,
        };
        let (lease, now) = (Some(LEASE), kept.now());
        let issued = match (args.claim, &args.project, &args.user) {
            (true, project, _) => {
                let choice = Choice {
                    project: project_of(&kept, project.as_deref())?,
                    lease,
                    ..Choice::default()
                };
                issuer.claim_chosen(&choice, claimant, &mut OsRandom, now)?
            }
            (false, Some(project), Some(user)) => {
                let timeout = Duration::from_secs(args.token_timeout.unwrap_or(TIMEOUT));
                let job = job::new(&*kept.store, project, user, timeout, about)?;
                let job = NewJob { lease, ..job };
                Some(issuer.start(&job, claimant, &mut OsRandom, now)?)
            }
            (false, _, _) => None,
        };
        Ok(issued.map(|issued| (kept, issued)))
    }

    /// What the job gets to know, beside what its pipeline was started with.
    fn of(kept: Kept, issued: Issued) -> Result<Lease, Failure> {
        let (_, mut told) = variables(&*kept.store, &issued.job)?;
        told.retain(|name, _| {
            let is_left_out = chooses_code(name);
            if is_left_out {
                message::warning(format_args!(
                    "{name} of the job's pipeline is left out: it can have other code run than the command"
                ));
            }
            !is_left_out
        });
        let (given, mut variables): (Vec<_>, Vec<_>) = told
            .into_iter()
            .partition(|(name, _)| is_commonly_secret(name));
        variables.push(("CI_REGISTRY_USER".to_owned(), REGISTRY_USER.to_owned()));
        let given = given
            .into_iter()
            .map(|(name, value)| Secret::new(name, value));
        let token = issued.token.into_secret();
        let password = Secret::new("CI_REGISTRY_PASSWORD", token.expose());
        Ok(Lease {
            given: given.collect(),
            kept: Arc::new(kept),
            job: issued.job.id,
            secrets: vec![token, password],
            variables,
            beating: Mutex::new(None),
        })
    }

    /// What the job's pipeline was started with that commonly is secret.
    pub fn given(&self) -> Vec<Secret> {
        copies(&self.given)
    }

    /// The variables of the job that hold the token.
    pub fn secrets(&self) -> Vec<Secret> {
        copies(&self.secrets)
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

fn copies(secrets: &[Secret]) -> Vec<Secret> {
    let copies = secrets.iter();
    copies
        .map(|it| Secret::new(it.name(), it.expose()))
        .collect()
}

/// No job waits that could be claimed.
#[derive(Debug)]
pub struct NoneWaits;

impl fmt::Display for NoneWaits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no job waits for a runner; nothing was run")
    }
}

impl Error for NoneWaits {}

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
