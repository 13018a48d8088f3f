//! Statement 107: how long a refusal takes does not tell what the token was.

use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use masker::token::id::Accessor;
use masker::token::lifecycle::Why;
use masker::token::store::{Selection, Store as _};

use super::world::{A, ALICE, JOB, Job, World};
use crate::tokens::alike::alike_in_one_of_five;
use crate::tokens::{Factory, InMemory};

/// Of each kind.
const DECISIONS: usize = 10_000;

#[test]
fn s107_refusals_take_the_same_time_in_memory() {
    refusals_take_the_same_time(&InMemory);
}

#[cfg(feature = "sqlite")]
#[test]
fn s107_refusals_take_the_same_time_in_sqlite() {
    refusals_take_the_same_time(&crate::tokens::sqlite::Files::default());
}

fn refusals_take_the_same_time(factory: &dyn Factory) {
    let world = World::over(factory, |_| {});
    let minute = Duration::from_secs(60);
    let unknown = World::new().run();
    let (expired, revoked) = (world.run_for(A, ALICE, minute), world.run());
    let accessor = Accessor::parse(&revoked.accessor).expect("it was issued");
    let revoke = Selection::Accessor(accessor);
    let count = world.store.revoke(&revoke, Why::Admin, world.now());
    assert_eq!(count.expect("it works"), 1);
    world.pass(2 * minute);
    let kinds = [&unknown, &revoked, &expired];
    let mut client = 0;
    // The first decision about a token that has expired writes the time down.
    for job in kinds {
        ask(&world, job, &mut client);
    }
    let reads = kinds.map(|job| {
        let before = world.store.calls();
        ask(&world, job, &mut client);
        world.store.calls() - before
    });
    assert_eq!(
        reads, [reads[0]; 3],
        "calls of the store for unknown, revoked, expired"
    );
    alike_in_one_of_five(|| medians(&world, kinds, &mut client));
}

/// Interleaved, so that whatever slows one down slows all down.
fn medians(world: &World, kinds: [&Job; 3], client: &mut u32) -> [Duration; 3] {
    let mut times: [Vec<Duration>; 3] = Default::default();
    for _ in 0..DECISIONS {
        for (times, job) in times.iter_mut().zip(kinds) {
            times.push(ask(world, job, client));
        }
    }
    times.map(|mut times| {
        times.sort_unstable();
        times[DECISIONS / 2]
    })
}

/// Each client asks once: the limit on wrong tokens is another statement's.
fn ask(world: &World, job: &Job, client: &mut u32) -> Duration {
    *client += 1;
    let address = Ipv4Addr::from(0x0a00_0000 + *client).to_string();
    let ask = world.public(JOB).from(&address).job(job);
    let start = Instant::now();
    let status = ask.status();
    let time = start.elapsed();
    assert_eq!(status, 401);
    time
}
