//! The table of transitions, as it stands in the specification: every state with every event.

use masker::token::clock::Time;
use masker::token::directory::{ProjectId, UserId};
use masker::token::lifecycle::{
    Effect, Event, Failure, Invalid, JobId, JobState, Lifecycle, Options, Outcome, Record, Refusal,
    RunnerId, Standing, Why,
};

use super::world::{HOUR, MINUTE};

const NOW: Time = Time::from_micros(1_000_000);
const SUCCESS: Event = Event::Report(Outcome::Success);
const FAILURE: Event = Event::Report(Outcome::Failed(Failure::Script));
const DROP: Event = Event::Drop(Failure::Unknown);
const REVOKE: Event = Event::Revoke(Why::Admin);
const STANDING: Standing = Standing {
    project_alive: true,
    user_active: true,
};

fn claim(cancels_gracefully: bool) -> Event {
    Event::Claim {
        runner: RunnerId(1),
        cancels_gracefully,
    }
}

/// A job in a state, by the way that leads there.
fn job(state: JobState) -> Record {
    let way: &[Event] = match state {
        JobState::Running => &[claim(false)],
        JobState::Canceling => &[claim(true), Event::Cancel],
        JobState::Success => &[claim(false), SUCCESS],
        JobState::Failed => &[claim(false), FAILURE],
        JobState::Canceled => &[claim(false), Event::Cancel],
        JobState::Skipped => &[Event::Skip],
        _ => &[],
    };
    let start = match way {
        [] => state,
        _ => JobState::Pending,
    };
    let record = Record::new(JobId(1), ProjectId(1), None, HOUR, start);
    way.iter().fold(record, |record, event| {
        let (record, _) = Lifecycle::default()
            .step(&record, event, NOW)
            .expect("it leads there");
        record
    })
}

/// What the table says: the next state and the effect, or nothing where it says nothing.
fn expected(state: JobState, event: &Event) -> Option<(JobState, Effect)> {
    use JobState::{
        Canceled, Canceling, Failed, Manual, Pending, Running, Scheduled, Skipped, Success,
    };
    let revoked = Effect::Revoked;
    let same = Some((state, Effect::Unchanged));
    match (state, event) {
        (Pending, Event::Enqueue) => same,
        (Manual, Event::Enqueue) => None,
        (Running | Canceling | Success | Failed | Canceled | Skipped, Event::Enqueue) => None,
        (_, Event::Enqueue) | (Manual | Scheduled, Event::Play(_)) => {
            Some((Pending, Effect::Changed))
        }
        (Pending, Event::Claim { .. }) => Some((Running, Effect::Issued)),
        (Running | Canceling, Event::RunnerCall) => Some((state, Effect::Changed)),
        (Running, &SUCCESS) => Some((Success, revoked(Why::JobSuccess))),
        (Running, &FAILURE) => Some((Failed, revoked(Why::JobFailed))),
        (Canceling, Event::Report(_)) => Some((Canceled, revoked(Why::JobCanceled))),
        (Success, &SUCCESS) | (Failed, &FAILURE) => same,
        (Running, Event::Cancel) => Some((Canceled, revoked(Why::JobCanceled))),
        (Canceling | Canceled, Event::Cancel) => same,
        (Canceling, Event::ForceCancel) => Some((Canceled, revoked(Why::CancelTimeout))),
        (Canceled, Event::ForceCancel) | (Skipped, Event::Skip) => same,
        (Running | Canceling, Event::Erase) => Some((state, revoked(Why::JobErased))),
        (Success | Failed | Canceled | Skipped, Event::Erase) => Some((state, Effect::Changed)),
        (Running | Canceling, Event::Revoke(why)) => Some((state, revoked(*why))),
        (_, Event::Revoke(_) | Event::Sweep) => same,
        (Running | Canceling | Success | Failed | Canceled | Skipped, _) => None,
        (_, Event::Skip) => Some((Skipped, Effect::Changed)),
        (_, Event::Cancel) => Some((Canceled, Effect::Changed)),
        (_, Event::Drop(_)) => Some((Failed, Effect::Changed)),
        _ => None,
    }
}

#[test]
fn every_state_takes_every_event_as_the_table_says() {
    for &state in JobState::ALL {
        let record = job(state);
        assert_eq!(record.state, state);
        for event in [
            Event::Enqueue,
            Event::Play(UserId(8)),
            claim(true),
            Event::RunnerCall,
            SUCCESS,
            FAILURE,
            Event::Cancel,
            Event::ForceCancel,
            Event::Skip,
            DROP,
            Event::Erase,
            REVOKE,
            Event::Sweep,
        ] {
            let step = Lifecycle::default().step(&record, &event, NOW);
            match (&step, expected(state, &event)) {
                (Ok((next, effect)), Some(expected)) => {
                    assert_eq!((next.state, *effect), expected, "{state}: {event:?}");
                    let changes = *next != record;
                    assert_eq!(changes, *effect != Effect::Unchanged, "{state}: {event:?}");
                }
                (Err(refusal), None) => {
                    assert_eq!(*refusal, Refusal::InvalidTransition { state });
                }
                (_, expected) => panic!("{state}: {event:?}: {step:?}, not {expected:?}"),
            }
        }
        let retried = Lifecycle::default().retry(&record, JobId(2), None);
        assert_eq!(retried.is_ok(), state.is_ended(), "{state}");
    }
}

#[test]
fn a_cancellation_prolongs_nothing() {
    let lifecycle = Lifecycle::default();
    let (running, _) = lifecycle
        .step(&job(JobState::Pending), &claim(true), NOW)
        .expect("it is pending");
    let before = running.token.clone().expect("it was issued");
    let late = before.resource_until;
    let (canceling, _) = lifecycle
        .step(&running, &Event::Cancel, late)
        .expect("it runs");
    let after = canceling.token.expect("it was issued");
    assert_eq!(after.resource_until, before.resource_until);
    assert_eq!(after.runner_until, late + 5 * MINUTE);
}

#[test]
fn a_runner_whose_token_has_ended_is_refused() {
    let lifecycle = Lifecycle::default();
    let over = NOW + HOUR + 5 * MINUTE;
    let after = |event| {
        let step = lifecycle.step(&job(JobState::Running), &event, NOW);
        step.expect("it runs").0
    };
    for (record, now, why) in [
        (job(JobState::Running), over, Invalid::Expired),
        (after(REVOKE), NOW, Invalid::Revoked(Why::Admin)),
        (after(Event::Erase), NOW, Invalid::JobErased),
    ] {
        let refused = lifecycle.step(&record, &Event::RunnerCall, now);
        assert_eq!(refused.map(drop), Err(Refusal::Token(why)));
        // Nor may it say how the job ended. Whoever runs jobs may, unless its time is over.
        let row = record.token.as_ref().expect("it was issued");
        let refused = lifecycle.authorize(&record, 1, row, STANDING, &SUCCESS, now);
        assert_eq!(refused, Err(Refusal::Token(why)));
        let told = lifecycle.step(&record, &SUCCESS, now);
        match why {
            Invalid::Expired => assert_eq!(told.map(drop), Err(Refusal::Token(why))),
            _ => {
                let (ended, effect) = told.expect("it runs");
                assert_eq!((ended.state, effect), (JobState::Success, Effect::Changed));
                assert_eq!(ended.token, record.token, "the first reason stays");
            }
        }
    }
    // What was erased is out of time as any other job is.
    let refused = lifecycle.step(&after(Event::Erase), &SUCCESS, over);
    assert_eq!(refused.map(drop), Err(Refusal::Token(Invalid::Expired)));
    assert!(
        lifecycle
            .step(&job(JobState::Running), &SUCCESS, NOW + HOUR)
            .is_ok()
    );
}

#[test]
fn the_first_call_is_kept_and_the_last() {
    let lifecycle = Lifecycle::default();
    let calls = [NOW + MINUTE, NOW + 2 * MINUTE];
    let record = calls.iter().fold(job(JobState::Running), |record, at| {
        let (record, _) = lifecycle
            .step(&record, &Event::RunnerCall, *at)
            .expect("it runs");
        record
    });
    let token = record.token.expect("it was issued");
    assert_eq!(token.acked_at, Some(calls[0]));
    assert_eq!(record.last_call_at, Some(calls[1]));
}

#[test]
fn names_are_read_as_they_are_written() {
    for state in JobState::ALL {
        assert_eq!(state.as_str().parse(), Ok(*state));
    }
    for why in Why::ALL {
        assert_eq!(why.to_string().parse(), Ok(*why));
    }
    for failure in Failure::ALL {
        assert_eq!(failure.as_str().parse(), Ok(*failure));
    }
    assert!("Running".parse::<JobState>().is_err());
}

#[test]
fn the_deadlines_are_those_of_the_specification() {
    let options = Options::default();
    let minutes = [
        options.runner_grace,
        options.canceling_grace,
        options.stuck_after,
        options.ack_timeout,
    ];
    assert_eq!(minutes.map(|it| it.as_secs() / 60), [5, 5, 60, 2]);
    assert_eq!(options.max_claims, 3);
    assert_eq!(options.retention, 30 * 24 * HOUR);
}
