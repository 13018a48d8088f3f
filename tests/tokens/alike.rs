//! What an outsider cannot tell apart.

use std::time::{Duration, Instant};

use masker::token::authorizer::{Answer, Policy, Request, Snapshot};
use masker::token::carriers::Presented;
use masker::token::directory::ProjectId;
use masker::token::issuer::Issued;
use masker::token::lifecycle::{Class, Outcome, Why};
use masker::token::routes::{Asked, Method};
use masker::token::store::{NewJob, Selection};

use super::Factory;
use super::world::{A, ALICE, B, HOUR, MINUTE, Seeded, World};

/// The answer to a request for a path, and the record of it.
fn ask(world: &World, path: &str, text: &[u8]) -> (Answer, String) {
    let text = str::from_utf8(text).expect("it is ASCII");
    let request = Request {
        asked: Asked::Http {
            method: Method::Get,
            path,
        },
        presented: Presented {
            headers: &[("JOB-TOKEN", text)],
            ..Presented::default()
        },
        ..Request::default()
    };
    let admitted = Policy::default().admit(&request).expect("it is a route");
    let text = admitted.credential().expose().as_bytes();
    let (class, project) = (admitted.route().class, admitted.project());
    let facts = match world.issuer.authenticate(text, class, project, world.now) {
        Ok(found) => Snapshot::from(&found),
        Err(error) => Snapshot::invalid(error.invalid().expect("the store works")),
    };
    let decision = admitted.decide(&facts);
    (decision.answer().clone(), decision.record().to_string())
}

/// A token that no store has seen.
fn unknown() -> Issued {
    let mut elsewhere = World {
        random: Seeded(77),
        ..World::new(&super::InMemory)
    };
    elsewhere.run()
}

pub fn s05_refused_tokens_get_the_same_answer(factory: &dyn Factory) {
    let mut world = World::new(factory);
    let expired = world.run_for(MINUTE);
    let (revoked, ended, erased) = (world.run(), world.run(), world.run());
    let deleted = {
        let job = NewJob::pending(B, ALICE, HOUR);
        world.store.enqueue(&job, world.now).expect("it is pending");
        world.claim().expect("a job waits")
    };
    let which = Selection::Accessor(revoked.accessor.clone());
    let done = world.store.revoke(&which, Why::Admin, world.now);
    assert_eq!(done.expect("the store works"), 1);
    world.report(&ended, Outcome::Success).expect("it runs");
    world.apply(erased.job.id, masker::token::lifecycle::Event::Erase);
    let gone = masker::token::directory::Project {
        pending_delete: true,
        ..masker::token::directory::Project::new(B, "group/b")
    };
    world.store.put_project(&gone, world.now).expect("it works");
    world.pass(2 * MINUTE);
    let unknown = unknown();
    let mut flipped = revoked.token.expose().to_vec();
    flipped[20] ^= 1;
    let all: [(&[u8], &str); 8] = [
        (&flipped, "D6 malformed 401"),
        (b"mjt_", "D6 malformed 401"),
        (unknown.token.expose(), "D7 unknown 401"),
        (revoked.token.expose(), "D8 revoked:admin 401"),
        (expired.token.expose(), "D8 expired 401"),
        (ended.token.expose(), "D8 job_not_running 401"),
        (erased.token.expose(), "D8 job_erased 401"),
        (deleted.token.expose(), "D8 project_deleted 401"),
    ];
    let (first, _) = ask(&world, "/api/v4/job", &flipped);
    assert_eq!(first.status(), 401);
    for (text, record) in all {
        let (answer, told) = ask(&world, "/api/v4/job", text);
        assert_eq!(told, record, "the log tells them apart");
        assert_eq!(answer, first, "and the answer does not");
    }
}

/// The third part of statement 27: what is being deleted is not there for others.
pub fn s27_a_project_that_is_being_deleted_is_not_found(factory: &dyn Factory) {
    let mut world = World::new(factory);
    let job = NewJob::pending(B, ALICE, HOUR);
    world.store.enqueue(&job, world.now).expect("it is pending");
    let issued = world.claim().expect("a job waits");
    let of = |world: &World, project: ProjectId| {
        let path = format!("/api/v4/projects/{}/releases", project.0);
        ask(world, &path, issued.token.expose())
    };
    assert_eq!(of(&world, A).1, "D18 allowed 200");
    world.set_pending_delete(true);
    let (gone, why) = of(&world, A);
    assert_eq!(why, "D10 target_missing 404");
    assert_eq!(gone, of(&world, ProjectId(99)).0);
}

/// Interleaved, so that whatever slows one down slows all down.
pub fn s107_refusals_take_the_same_time(factory: &dyn Factory) {
    if factory.is_remote() {
        println!("skipped: the way to a server takes longer than what is measured here");
        return;
    }
    const EACH: usize = 10_000;
    let mut world = World::new(factory);
    let (expired, revoked, unknown) = (world.run_for(MINUTE), world.run(), unknown());
    let which = Selection::Accessor(revoked.accessor.clone());
    let done = world.store.revoke(&which, Why::Admin, world.now);
    assert_eq!(done.expect("the store works"), 1);
    world.pass(2 * MINUTE);
    let medians = || {
        let mut times: [Vec<Duration>; 3] = Default::default();
        for _ in 0..EACH {
            for (times, issued) in times.iter_mut().zip([&expired, &revoked, &unknown]) {
                let text = issued.token.expose();
                let start = Instant::now();
                let found = world
                    .issuer
                    .authenticate(text, Class::Resource, None, world.now);
                times.push(start.elapsed());
                assert!(found.is_err());
            }
        }
        times.map(|mut times| {
            times.sort_unstable();
            times[EACH / 2]
        })
    };
    alike_in_one_of_five(medians);
}

/// Holds what statement 107 says of medians. Other work of the machine may hit one kind more than another; a
/// difference that is there is there each time.
pub fn alike_in_one_of_five(medians: impl FnMut() -> [Duration; 3]) {
    let mut seen = Vec::new();
    for medians in std::iter::repeat_with(medians).take(5) {
        let (least, most) = (medians.iter().min(), medians.iter().max());
        let (least, most) = (*least.expect("three"), *most.expect("three"));
        if most - least < (least / 20).max(Duration::from_micros(20)) {
            return;
        }
        seen.push(medians);
    }
    panic!("they tell what the token was: {seen:?}");
}
