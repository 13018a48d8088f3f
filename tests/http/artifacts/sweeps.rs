//! The bytes of what is over are deleted.

use std::fs;
use std::time::{Duration, SystemTime};

use masker::http::Artifacts;

use masker::token::lifecycle::Event;

use crate::http::world::World;

#[test]
fn the_bytes_of_what_is_over_go_and_the_rest_stays() {
    let world = World::new();
    let (stays, expires, erased) = (world.run(), world.run(), world.run());
    world.keep(&stays, "", b"stays");
    world.keep(&expires, "?expire_in=10", b"expires");
    world.keep(&erased, "", b"erased");
    for job in [&stays, &expires, &erased] {
        world.succeed(job);
    }
    let sweep = || {
        let swept = world.service.sweep().expect("it works");
        let deleting = world.service.delete_artifacts(&swept.artifacts);
        world.runtime.block_on(deleting);
        swept.artifacts.len()
    };
    assert_eq!((sweep(), world.files().len()), (0, 3));
    world.apply(erased.id, Event::Erase);
    world.pass(Duration::from_secs(10));
    assert_eq!(
        (sweep(), world.files()),
        (2, vec![(stays.id.0.to_string(), 5)])
    );
    assert_eq!(sweep(), 0, "nothing is left to tell of");
}

/// Bytes that somebody else has deleted are no reason to be told of them for ever.
#[test]
fn bytes_that_are_gone_are_forgotten() {
    let world = World::new();
    let job = world.run();
    world.keep(&job, "", b"bytes");
    std::fs::remove_file(world.folder.path().join(format!("jobs/{}", job.id.0)))
        .expect("it is there");
    let reader = world.run();
    let line = format!("GET /api/v4/projects/1/jobs/{}/artifacts", job.id.0);
    assert_eq!(world.public(&line).job(&reader).status(), 404);
    world.apply(job.id, Event::Erase);
    for told in [1, 0] {
        let swept = world.service.sweep().expect("it works");
        assert_eq!(swept.artifacts.len(), told);
        world
            .runtime
            .block_on(world.service.delete_artifacts(&swept.artifacts));
    }
}

/// A process that was killed in an upload leaves a file that nothing is known of.
#[test]
fn what_was_begun_long_ago_is_deleted_at_the_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let jobs = folder.path().join("jobs");
    fs::create_dir(&jobs).expect("a folder");
    let day = Duration::from_secs(24 * 3600);
    for (name, age) in [("1", 2 * day), ("2#1", 2 * day), ("3#1", day / 2)] {
        let file = fs::File::create(jobs.join(name)).expect("a file");
        let modified = file.set_modified(SystemTime::now() - age);
        modified.expect("the time of a file can be set");
    }
    Artifacts::in_folder(folder.path()).expect("a folder");
    let left = ["1", "2#1", "3#1"].map(|name| jobs.join(name).exists());
    assert_eq!(left, [true, false, true]);
}
