//! Issues tokens at claims and recognizes them when they come back: keys, texts and a store joined.

mod leak;
mod uses;

use std::error::Error;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use crate::token::clock::Time;
use crate::token::directory::{ProjectId, ProjectReference, UserId};
use crate::token::id::{Accessor, Digests, IdError, KeyRing, Malformed, Prefixes, Random, Token};
use crate::token::journal::{Actor, AuditEvent, Deed};
use crate::token::lifecycle::{
    Class, Effect, Event, Invalid, JobId, JobState, Record, Refusal, Why,
};
use crate::token::store::{
    Choice, Claimant, Claimed, Fresh, NewJob, Selection, Snapshot, Store, StoreError,
    StoreErrorKind, Trigger,
};

pub use leak::{Leak, OnLeak};
use uses::Uses;

/// Issues and recognizes tokens. Shared by all threads of a service.
///
/// The page of [`token`](crate::token) has an example.
pub struct Issuer {
    prefixes: Prefixes,
    keys: RwLock<KeyRing>,
    store: Arc<dyn Store>,
    uses: Uses,
}

/// A job that was just claimed, with the text of its token: here, and never again.
#[derive(Debug)]
#[must_use]
pub struct Issued {
    /// The job.
    pub job: Record,
    /// The token, to be written into one answer and dropped.
    pub token: Token,
    /// Its name that may be shown.
    pub accessor: Accessor,
}

impl Issuer {
    /// Starts with a key ring that is written already: takes its name and its epoch, and ends all
    /// tokens under keys that are not in it.
    ///
    /// # Errors
    ///
    /// If the store fails, knows another key ring, or has seen a later epoch.
    pub fn open(
        prefixes: Prefixes,
        keys: KeyRing,
        store: Arc<dyn Store>,
        now: Time,
    ) -> Result<Issuer, StoreError> {
        store.know_keys(keys.name())?;
        store.enter_epoch(keys.epoch(), now)?;
        store.revoke(&under_other_keys(&keys), Why::KeyRetired, now)?;
        Ok(Issuer {
            prefixes,
            keys: RwLock::new(keys),
            store,
            uses: Uses::default(),
        })
    }

    /// What the tokens begin with that this issues.
    #[must_use]
    pub fn prefixes(&self) -> &Prefixes {
        &self.prefixes
    }

    /// Goes on with another key ring, which is written already, and returns how many tokens that ended.
    ///
    /// Tokens under keys that are in both go on; those under others are refused from now on and
    /// revoked. The journal gets the numbers of the keys before and after.
    ///
    /// # Errors
    ///
    /// If the store fails: the tokens are refused all the same, and revoked at the next start. If the ring
    /// is not the same one, changed: those of before go on then.
    pub fn set_keys(&self, keys: KeyRing, now: Time) -> Result<u64, StoreError> {
        self.set_keys_by(keys, &Actor::System, now)
    }

    /// As [`set_keys`](Issuer::set_keys), with who changed the keys.
    ///
    /// # Errors
    ///
    /// Likewise.
    pub fn set_keys_by(&self, keys: KeyRing, who: &Actor, now: Time) -> Result<u64, StoreError> {
        let (before, after) = (live(&self.keys()), live(&keys));
        let revoked = self.follow_keys(keys, now)?;
        if before != after {
            self.store.audit(&AuditEvent {
                before: Some(before),
                after: Some(after),
                ..AuditEvent::new(now, who.clone(), Deed::Keys)
            })?;
        }
        Ok(revoked)
    }

    /// As [`set_keys`](Issuer::set_keys), where another process has changed the keys and written that
    /// down: the journal gets nothing.
    ///
    /// # Errors
    ///
    /// Likewise.
    pub fn follow_keys(&self, keys: KeyRing, now: Time) -> Result<u64, StoreError> {
        if keys.name() != self.keys().name() {
            return Err(StoreErrorKind::OtherKeys.into());
        }
        let retired = under_other_keys(&keys);
        // The lock is never held while keys change by halves, so a panic elsewhere broke none.
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = keys;
        self.store.revoke(&retired, Why::KeyRetired, now)
    }

    /// Gives the next job to a runner, with a new token. `None` if no job waits.
    ///
    /// The claim is durable before this returns. If the answer is lost on its way to the runner, so
    /// is the token: after a while the job is claimed again, with another.
    ///
    /// # Errors
    ///
    /// If the store or the source of random numbers fails. The job still waits then.
    pub fn claim(
        &self,
        claimant: Claimant,
        random: &mut dyn Random,
        now: Time,
    ) -> Result<Option<Issued>, IssuerError> {
        self.claim_chosen(&Choice::default(), claimant, random, now)
    }

    /// The same of the jobs that the runner chose.
    ///
    /// # Errors
    ///
    /// Likewise.
    pub fn claim_chosen(
        &self,
        choice: &Choice,
        claimant: Claimant,
        random: &mut dyn Random,
        now: Time,
    ) -> Result<Option<Issued>, IssuerError> {
        self.issue(random, |token| {
            self.store.claim_chosen(choice, claimant, token, now)
        })
    }

    /// Adds a job and gives it to its runner at once, with a new token: see
    /// [`Store::start`].
    ///
    /// # Errors
    ///
    /// If the project is gone, the user may not act, or the store or the source of random numbers
    /// fails. There is no such job then.
    pub fn start(
        &self,
        job: &NewJob,
        claimant: Claimant,
        random: &mut dyn Random,
        now: Time,
    ) -> Result<Issued, IssuerError> {
        let start = |token: &Fresh| self.store.start(job, claimant, token, now).map(Some);
        // A store that starts a job has it.
        let issued = self.issue(random, start)?;
        issued.ok_or_else(|| IssuerErrorKind::Unavailable.into())
    }

    /// Makes a token that starts pipelines of a project, as its owner. It lives until it is
    /// [deleted](Store::delete_trigger) or its key is retired.
    ///
    /// The text is shown here, and never again.
    ///
    /// # Errors
    ///
    /// [`Unknown`](IssuerErrorKind::Unknown) if there is no such project or user, or the store or the
    /// source of random numbers fails.
    pub fn make_trigger(
        &self,
        project: ProjectId,
        owner: UserId,
        random: &mut dyn Random,
        now: Time,
    ) -> Result<(Token, Accessor), IssuerError> {
        let token = Token::generate(self.prefixes.trigger(), random)?;
        let accessor = Accessor::generate(random)?;
        // Held until it is kept: the key must not be retired in between.
        let keys = self.keys();
        let fresh = Fresh {
            digest: keys.digest(&token),
            accessor: accessor.clone(),
        };
        self.store.put_trigger(&fresh, project, owner, now)?;
        Ok((token, accessor))
    }

    /// Recognizes what was presented as a token that starts pipelines. `None` if it is none of this
    /// kind.
    ///
    /// What has another beginning is refused without a look at the store. Whoever asks decides what the
    /// owner may do.
    ///
    /// # Errors
    ///
    /// If the store fails.
    pub fn trigger(&self, presented: &[u8]) -> Result<Option<Trigger>, IssuerError> {
        match Token::parse(self.prefixes.trigger(), presented) {
            Ok(token) => Ok(self.store.trigger(&self.keys().digests(&token))?),
            Err(_) => Ok(None),
        }
    }

    fn issue(
        &self,
        random: &mut dyn Random,
        keep: impl FnOnce(&Fresh) -> Result<Option<Claimed>, StoreError>,
    ) -> Result<Option<Issued>, IssuerError> {
        let token = Token::generate(self.prefixes.job(), random)?;
        let accessor = Accessor::generate(random)?;
        // Held until the claim is kept: the key must not be retired in between.
        let keys = self.keys();
        let digest = keys.digest(&token);
        let claimed = keep(&Fresh { digest, accessor })?;
        Ok(claimed.map(|claimed| Issued {
            job: claimed.job,
            token,
            accessor: claimed.accessor,
        }))
    }

    /// Recognizes what was presented as a token, and reads all that a decision about it needs.
    ///
    /// What is no token is refused without a look at the store. One read for everything else,
    /// whatever comes of it. That a token was used is noted in memory: see
    /// [`write_uses`](Issuer::write_uses).
    ///
    /// # Errors
    ///
    /// If it is not a valid token for this class now, or the store fails.
    pub fn authenticate(
        &self,
        presented: &[u8],
        class: Class,
        target: Option<&ProjectReference>,
        now: Time,
    ) -> Result<Snapshot, IssuerError> {
        let digests = self.digests(presented)?;
        let found = self.store.validate(&digests, class, target, now)?;
        let snapshot = found.ok_or(IssuerErrorKind::Unknown)?;
        match snapshot.validity {
            Ok(()) => {
                self.uses.note(&snapshot.token, snapshot.now);
                Ok(snapshot)
            }
            Err(invalid) => Err(IssuerError {
                kind: IssuerErrorKind::Invalid(invalid),
                snapshot: Some(Box::new(snapshot)),
                cause: None,
            }),
        }
    }

    /// Does to a job what its runner says happened: [`RunnerCall`](Event::RunnerCall) or
    /// [`Report`](Event::Report).
    ///
    /// # Errors
    ///
    /// If the token is not that job's or has ended, the event does not happen to the job, or the
    /// store fails.
    pub fn apply(
        &self,
        presented: &[u8],
        job: JobId,
        event: &Event,
        now: Time,
    ) -> Result<(Record, Effect), IssuerError> {
        let digests = self.digests(presented)?;
        Ok(self.store.apply_by_token(&digests, job, event, now)?)
    }

    fn digests(&self, presented: &[u8]) -> Result<Digests, IssuerError> {
        let token = Token::parse(self.prefixes.job(), presented);
        let token = token.map_err(IssuerErrorKind::Malformed)?;
        Ok(self.keys().digests(&token))
    }

    fn keys(&self) -> RwLockReadGuard<'_, KeyRing> {
        self.keys.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Issuer")
            .field("prefixes", &self.prefixes)
            .field("keys", &*self.keys())
            .finish_non_exhaustive()
    }
}

/// The numbers of the keys of a ring, for the journal.
fn live(keys: &KeyRing) -> String {
    let ids: Vec<String> = keys.ids().map(|key| key.0.to_string()).collect();
    format!("live={}", ids.join(", "))
}

fn under_other_keys(keys: &KeyRing) -> Selection {
    Selection::OtherKeys(keys.ids().collect())
}

/// A token was not issued or not accepted. The reason is for the log, not for the client.
#[derive(Debug)]
pub struct IssuerError {
    kind: IssuerErrorKind,
    snapshot: Option<Box<Snapshot>>,
    cause: Option<Box<dyn Error + Send + Sync>>,
}

/// Why a token was not issued or not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum IssuerErrorKind {
    /// It is no token.
    Malformed(Malformed),
    /// It is not known, or another job's.
    Unknown,
    /// It is not valid.
    Invalid(Invalid),
    /// The event does not happen to a job in this state.
    InvalidTransition {
        /// The state the job is in.
        state: JobState,
    },
    /// The store or the source of random numbers failed: nothing is to be allowed.
    Unavailable,
}

impl IssuerError {
    /// Why.
    #[must_use]
    pub fn kind(&self) -> IssuerErrorKind {
        self.kind
    }

    /// What a decision has to know of it: why the token is not valid. `None` if that could not be
    /// found out, or it was no question of the token.
    #[must_use]
    pub fn invalid(&self) -> Option<Invalid> {
        match self.kind {
            IssuerErrorKind::Malformed(_) => Some(Invalid::Malformed),
            IssuerErrorKind::Unknown => Some(Invalid::Unknown),
            IssuerErrorKind::Invalid(invalid) => Some(invalid),
            IssuerErrorKind::InvalidTransition { .. } | IssuerErrorKind::Unavailable => None,
        }
    }

    /// What was known of a token that is not valid.
    #[must_use]
    pub fn snapshot(&self) -> Option<&Snapshot> {
        self.snapshot.as_deref()
    }
}

impl From<IssuerErrorKind> for IssuerError {
    fn from(kind: IssuerErrorKind) -> IssuerError {
        IssuerError {
            kind,
            snapshot: None,
            cause: None,
        }
    }
}

impl From<StoreError> for IssuerError {
    fn from(error: StoreError) -> IssuerError {
        let kind = match error.kind() {
            StoreErrorKind::NotFound => IssuerErrorKind::Unknown,
            StoreErrorKind::Refused(Refusal::Token(invalid)) => IssuerErrorKind::Invalid(invalid),
            StoreErrorKind::Refused(Refusal::InvalidTransition { state }) => {
                IssuerErrorKind::InvalidTransition { state }
            }
            _ => IssuerErrorKind::Unavailable,
        };
        IssuerError {
            cause: error.into_cause(),
            ..kind.into()
        }
    }
}

impl From<IdError> for IssuerError {
    fn from(_: IdError) -> IssuerError {
        IssuerErrorKind::Unavailable.into()
    }
}

/// The name of the reason, as the decision log has it.
impl fmt::Display for IssuerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            IssuerErrorKind::Malformed(_) => f.write_str("malformed"),
            IssuerErrorKind::Unknown => f.write_str("unknown"),
            IssuerErrorKind::Invalid(invalid) => write!(f, "{invalid}"),
            IssuerErrorKind::InvalidTransition { state } => write!(f, "invalid_transition:{state}"),
            IssuerErrorKind::Unavailable => f.write_str("unavailable"),
        }
    }
}

/// What the store said, where it failed.
impl Error for IssuerError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.cause.as_deref().map(|cause| cause as _)
    }
}
