//! Random histories of one job: no token comes back to life, and never are two alive.

use std::time::Duration;

use masker::token::clock::Time;
use masker::token::directory::{ProjectId, UserId};
use masker::token::lifecycle::{
    CancelingAccess, Class, Effect, Event, Failure, JobId, JobState, Lifecycle, Options, Outcome,
    Record, RunnerId, Standing, TokenState, Why, validity,
};
use proptest::prelude::*;

use crate::support::random;

const CASES: u32 = 2_000;
const STANDING: Standing = Standing {
    project_alive: true,
    user_active: true,
};

pub fn events() -> impl Strategy<Value = Event> + Clone {
    let failure = || prop::sample::select(Failure::ALL);
    let outcome = prop_oneof![Just(Outcome::Success), failure().prop_map(Outcome::Failed)];
    prop_oneof![
        6 => any::<bool>().prop_map(|cancels_gracefully| Event::Claim {
            runner: RunnerId(1),
            cancels_gracefully
        }),
        1 => Just(Event::Enqueue),
        1 => (1u64..3).prop_map(|user| Event::Play(UserId(user))),
        6 => Just(Event::RunnerCall),
        1 => outcome.prop_map(Event::Report),
        1 => Just(Event::Cancel),
        1 => Just(Event::ForceCancel),
        1 => Just(Event::Skip),
        1 => failure().prop_map(Event::Drop),
        1 => Just(Event::Erase),
        1 => prop::sample::select(Why::ALL).prop_map(Event::Revoke),
        8 => Just(Event::Sweep),
    ]
}

/// Steps of time around those at which something changes.
pub fn times() -> impl Strategy<Value = Duration> + Clone {
    prop_oneof![
        4 => Just(0u64),
        4 => 1u64..90,
        2 => Just(120u64),
        2 => 100u64..400,
        1 => 3_000u64..4_000,
    ]
    .prop_map(Duration::from_secs)
}

fn options() -> impl Strategy<Value = Options> {
    let canceling = [CancelingAccess::Full, CancelingAccess::RunnerOnly];
    (
        times(),
        times(),
        prop::sample::select(canceling.to_vec()),
        1u32..100,
    )
        .prop_map(
            |(runner_grace, ack_timeout, canceling_access, max_claims)| Options {
                runner_grace,
                ack_timeout,
                canceling_access,
                max_claims,
                ..Options::default()
            },
        )
}

#[test]
fn s31_no_history_revives_a_token_or_makes_two_live_ones() {
    let history = prop::collection::vec((events(), times()), 1..200);
    let timeouts = times();
    let states = prop::sample::select(JobState::ALL);
    let states = states.prop_filter("not started", |state| state.is_not_started());
    random::check(
        CASES,
        (options(), timeouts, history, states),
        |(options, timeout, history, state)| {
            let lifecycle = Lifecycle::new(options);
            let (job, user) = (JobId(1), Some(UserId(1)));
            let mut record = Record::new(job, ProjectId(1), user, timeout, state);
            let mut now = Time::from_micros(0);
            // Each token that was issued, as it is now, and whether it was seen to be not valid.
            let mut tokens: Vec<(TokenState, [bool; 2])> = Vec::new();
            for (event, time) in history {
                now = now + time;
                look(&record, &mut tokens, now)?;
                let Ok((next, effect)) = lifecycle.step(&record, &event, now) else {
                    continue;
                };
                prop_assert_eq!(effect == Effect::Unchanged, next == record);
                if effect == Effect::Issued {
                    tokens.push((next.token.clone().expect("it was issued"), [false; 2]));
                }
                // A store does what the record says to the row of the last attempt, and to no other.
                if let (Some(token), Some((row, _))) = (&next.token, tokens.last_mut()) {
                    prop_assert!(token.runner_until <= row.runner_until);
                    prop_assert!(token.resource_until <= row.resource_until);
                    prop_assert!(token.resource_until <= token.runner_until);
                    row.clone_from(token);
                }
                record = next;
                prop_assert_eq!(record.attempt as usize, tokens.len());
                prop_assert_eq!(
                    record.reported.is_some() && record.state.is_executing(),
                    false
                );
                look(&record, &mut tokens, now)?;
            }
            Ok(())
        },
    );
}

/// At most one is live, and none is valid that was not.
fn look(
    record: &Record,
    tokens: &mut [(TokenState, [bool; 2])],
    now: Time,
) -> Result<(), TestCaseError> {
    let live = tokens.iter().filter(|(token, _)| token.is_live()).count();
    prop_assert!(live <= 1, "{} are live", live);
    prop_assert!(live == 0 || record.state.is_executing());
    for ((token, was_invalid), attempt) in tokens.iter_mut().zip(1..) {
        for (was_invalid, class) in was_invalid.iter_mut().zip([Class::Runner, Class::Resource]) {
            let valid = validity(record, attempt, token, STANDING, class, now).is_ok();
            prop_assert!(!(valid && *was_invalid), "attempt {} lives again", attempt);
            *was_invalid = !valid;
        }
    }
    Ok(())
}
