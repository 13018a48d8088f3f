//! The transitions.

use crate::token::clock::Time;
use crate::token::directory::UserId;

use super::due::due;
use super::{
    CancelingAccess, Class, Effect, Event, Failure, Invalid, JobId, JobState, Options, Outcome,
    Record, Refusal, Revocation, Standing, TokenState, Why, validity,
};

/// The state machine, with its deadlines. Pure: every store calls it inside its transactions.
#[derive(Clone, Debug, Default)]
pub struct Lifecycle {
    options: Options,
}

impl Lifecycle {
    /// A state machine with these deadlines.
    #[must_use]
    pub fn new(options: Options) -> Lifecycle {
        Lifecycle { options }
    }

    /// Its deadlines.
    #[must_use]
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// The record after an event, and what becomes of the token.
    ///
    /// `now` must not be earlier than in a step before. No step revives a token, prolongs one, or
    /// issues one while another is live. Allocates nothing.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use masker::token::clock::Time;
    /// use masker::token::directory::ProjectId;
    /// use masker::token::lifecycle::{
    ///     Effect, Event, JobId, JobState, Lifecycle, Record, Refusal, RunnerId, Why,
    /// };
    ///
    /// let (lifecycle, now) = (Lifecycle::default(), Time::from_micros(0));
    /// let hour = Duration::from_secs(3600);
    /// let job = Record::new(JobId(1), ProjectId(1), None, hour, JobState::Pending);
    ///
    /// let claim = Event::Claim { runner: RunnerId(1), cancels_gracefully: false };
    /// let (job, effect) = lifecycle.step(&job, &claim, now)?;
    /// assert_eq!((job.state, effect), (JobState::Running, Effect::Issued));
    /// let (job, effect) = lifecycle.step(&job, &Event::Cancel, now)?;
    /// assert_eq!((job.state, effect), (JobState::Canceled, Effect::Revoked(Why::JobCanceled)));
    ///
    /// let refused = lifecycle.step(&job, &claim, now).unwrap_err();
    /// assert_eq!(refused, Refusal::InvalidTransition { state: JobState::Canceled });
    /// # Ok::<(), Refusal>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the event does not happen to a job in this state, or is the call of a runner whose token
    /// has ended.
    pub fn step(
        &self,
        record: &Record,
        event: &Event,
        now: Time,
    ) -> Result<(Record, Effect), Refusal> {
        let mut record = record.clone();
        let state = record.state;
        let effect = match *event {
            Event::Enqueue if state == JobState::Pending => Effect::Unchanged,
            Event::Enqueue if state.is_not_started() && state != JobState::Manual => {
                leave(&mut record, JobState::Pending, None)
            }
            Event::Play(user) if matches!(state, JobState::Manual | JobState::Scheduled) => {
                record.user = Some(user);
                leave(&mut record, JobState::Pending, None)
            }
            // The same user again, who lost our answer. Another one came too late.
            Event::Play(user) if state == JobState::Pending && record.user == Some(user) => {
                Effect::Unchanged
            }
            Event::Claim {
                runner,
                cancels_gracefully,
            } if state == JobState::Pending && !record.erased => {
                record.runner = Some(runner);
                record.cancels_gracefully = cancels_gracefully;
                self.issue(&mut record, now)
            }
            Event::RunnerCall if state.is_executing() => call(&mut record, now)?,
            Event::Report(outcome) => report(&mut record, outcome, now)?,
            Event::Cancel => self.cancel(&mut record, now)?,
            Event::ForceCancel if state == JobState::Canceling => {
                end(&mut record, JobState::Canceled, Why::CancelTimeout, now)
            }
            Event::ForceCancel if state == JobState::Canceled => Effect::Unchanged,
            Event::Skip if state.is_not_started() => leave(&mut record, JobState::Skipped, None),
            Event::Skip if state == JobState::Skipped => Effect::Unchanged,
            Event::Drop(failure) if state.is_not_started() => {
                leave(&mut record, JobState::Failed, Some(failure))
            }
            Event::Erase if !state.is_not_started() => erase(&mut record, now),
            Event::Revoke(why) => revoke(&mut record, why, now),
            Event::Sweep => self.sweep(&mut record, now),
            _ => return Err(Refusal::InvalidTransition { state }),
        };
        Ok((record, effect))
    }

    /// Whether a runner may do this with the token that it presented, which is that of an attempt.
    ///
    /// It may if the token is valid; and it may repeat the last report of the last attempt, which
    /// changes nothing.
    ///
    /// # Errors
    ///
    /// If it may not. No runner may do more than call and report.
    pub fn authorize(
        &self,
        record: &Record,
        attempt: u32,
        row: &TokenState,
        standing: Standing,
        event: &Event,
        now: Time,
    ) -> Result<(), Refusal> {
        if !matches!(event, Event::RunnerCall | Event::Report(_)) {
            let state = record.state;
            return Err(Refusal::InvalidTransition { state });
        }
        let repeats = || {
            let step = self.step(record, event, now);
            matches!(event, Event::Report(_))
                && attempt == record.attempt
                && step.is_ok_and(|(_, effect)| effect == Effect::Unchanged)
        };
        match validity(record, attempt, row, standing, Class::Runner, now) {
            Err(invalid) if !repeats() => Err(Refusal::Token(invalid)),
            _ => Ok(()),
        }
    }

    /// T14: the record of a new job that does again what this one did, for whoever asked for it.
    ///
    /// # Errors
    ///
    /// If the job has not ended.
    pub fn retry(
        &self,
        record: &Record,
        id: JobId,
        user: Option<UserId>,
    ) -> Result<Record, Refusal> {
        let state = record.state;
        match state.is_ended() {
            true => Ok(Record::new(
                id,
                record.project,
                user,
                record.timeout,
                JobState::Pending,
            )),
            false => Err(Refusal::InvalidTransition { state }),
        }
    }

    /// Whether what a job makes can still be kept: not once it has ended, for nobody may say so then,
    /// nor once it was erased.
    ///
    /// # Errors
    ///
    /// If it cannot.
    pub fn keeps_artifacts(&self, record: &Record) -> Result<(), Refusal> {
        let state = record.state;
        match record.erased {
            true => Err(Refusal::Token(Invalid::JobErased)),
            false if !state.is_executing() => Err(Refusal::InvalidTransition { state }),
            false => Ok(()),
        }
    }

    /// T1.
    fn issue(&self, record: &mut Record, now: Time) -> Effect {
        let resource_until = now + record.timeout;
        record.state = JobState::Running;
        record.attempt = record.attempt.saturating_add(1);
        record.last_call_at = None;
        record.reported = None;
        record.token = Some(TokenState {
            issued_at: now,
            acked_at: None,
            runner_until: resource_until + self.options.runner_grace,
            resource_until,
            revoked: None,
        });
        Effect::Issued
    }

    /// T5, T6 and T13.
    fn cancel(&self, record: &mut Record, now: Time) -> Result<Effect, Refusal> {
        match record.state {
            JobState::Running if record.cancels_gracefully => {
                record.state = JobState::Canceling;
                if let Some(token) = &mut record.token {
                    let over = now + self.options.canceling_grace;
                    token.runner_until = token.runner_until.min(over);
                    let resources = match self.options.canceling_access {
                        CancelingAccess::Full => over,
                        // Kept in the record: another setting later must not revive it.
                        CancelingAccess::RunnerOnly => now,
                    };
                    token.resource_until = token.resource_until.min(resources);
                }
                Ok(Effect::Changed)
            }
            JobState::Running => Ok(end(record, JobState::Canceled, Why::JobCanceled, now)),
            JobState::Canceling | JobState::Canceled => Ok(Effect::Unchanged),
            state if state.is_not_started() => Ok(leave(record, JobState::Canceled, None)),
            state => Err(Refusal::InvalidTransition { state }),
        }
    }

    /// T8, T10, T11 and T12.
    fn sweep(&self, record: &mut Record, now: Time) -> Effect {
        let Some(missed) = due(record, &self.options, now) else {
            return Effect::Unchanged;
        };
        record.failure = missed.failure;
        end(record, missed.state, missed.why, now)
    }
}

/// T2.
fn call(record: &mut Record, now: Time) -> Result<Effect, Refusal> {
    let token = serving(record, now)?;
    token.acked_at.get_or_insert(now);
    let is_first_at = record.last_call_at.replace(now) != Some(now);
    Ok(match is_first_at {
        true => Effect::Changed,
        false => Effect::Unchanged,
    })
}

/// T3, T4 and T7; and the same once more, for a runner that lost our answer.
fn report(record: &mut Record, outcome: Outcome, now: Time) -> Result<Effect, Refusal> {
    let state = record.state;
    let is_repeated = record.reported.map(Outcome::state) == Some(outcome.state());
    if state == outcome.state() || (state.is_ended() && is_repeated) {
        return Ok(Effect::Unchanged);
    }
    if !state.is_executing() {
        return Err(Refusal::InvalidTransition { state });
    }
    match call(record, now) {
        // Its token opens nothing any more, and the job ends all the same: whoever may say so without
        // a token says it. Of those who have one, `authorize` asks that it is valid.
        Err(Refusal::Token(Invalid::JobErased | Invalid::Revoked(_))) => {}
        called => drop(called?),
    }
    record.reported = Some(outcome);
    if state == JobState::Canceling {
        return Ok(end(record, JobState::Canceled, Why::JobCanceled, now));
    }
    let why = match outcome {
        Outcome::Success => Why::JobSuccess,
        Outcome::Failed(failure) => {
            record.failure = Some(failure);
            Why::JobFailed
        }
    };
    Ok(end(record, outcome.state(), why, now))
}

/// The token by which a runner's call is served.
fn serving(record: &mut Record, now: Time) -> Result<&mut TokenState, Refusal> {
    let (erased, leased) = (record.erased, record.leased_until());
    let leased = leased.unwrap_or(Time::MAX);
    let invalid = match &mut record.token {
        Some(token) if now >= token.runner_until.min(leased) => Invalid::Expired,
        _ if erased => Invalid::JobErased,
        Some(TokenState {
            revoked: Some(revoked),
            ..
        }) => Invalid::Revoked(revoked.why),
        Some(token) => return Ok(token),
        None => Invalid::JobNotRunning,
    };
    Err(Refusal::Token(invalid))
}

/// T0 and T13: no token exists.
fn leave(record: &mut Record, state: JobState, failure: Option<Failure>) -> Effect {
    record.state = state;
    record.failure = failure;
    Effect::Changed
}

/// T15 and T16.
fn erase(record: &mut Record, now: Time) -> Effect {
    let was_erased = std::mem::replace(&mut record.erased, true);
    match revoke(record, Why::JobErased, now) {
        Effect::Unchanged if !was_erased => Effect::Changed,
        effect => effect,
    }
}

/// Leaves a state in which a token may be valid: it dies with that.
fn end(record: &mut Record, state: JobState, why: Why, now: Time) -> Effect {
    record.state = state;
    match revoke(record, why, now) {
        Effect::Unchanged => Effect::Changed,
        effect => effect,
    }
}

/// T17 to T20. The first reason stays.
fn revoke(record: &mut Record, why: Why, now: Time) -> Effect {
    match &mut record.token {
        Some(token) if token.is_live() => {
            token.revoked = Some(Revocation { at: now, why });
            Effect::Revoked(why)
        }
        _ => Effect::Unchanged,
    }
}
