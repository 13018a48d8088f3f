//! Bodies of clients that nobody knows yet: no more of them is kept than may hold a credential.

use masker::token::directory::Role;

use super::world::{ALICE, B, FORM, World};

const TRIGGER: &str = "POST /api/v4/projects/2/trigger/pipeline";

fn form(token: &str, padding: usize) -> String {
    let last = "variables[LAST]=seen";
    let padding = "x".repeat(padding);
    format!("token={token}&ref=main&variables[PAD]={padding}&{last}")
}

#[test]
fn a_long_body_is_read_whole_once_its_token_is_known() {
    let world = World::new();
    world.role(ALICE, B, Role::Developer);
    let job = world.run();
    for (padding, status) in [(10, 201), (70_000, 201), (200_000, 201), (1 << 20, 413)] {
        let ask = world.public(TRIGGER);
        let reply = ask.body(FORM, form(job.token(), padding)).send();
        assert_eq!(reply.status, status, "{padding}");
        if status == 201 {
            assert_eq!(world.claim().variables["LAST"], "seen");
        }
    }
}

/// Rule g of section 5: what lies behind is not searched, and not waited for either.
#[test]
fn a_token_behind_the_first_64_kib_is_none() {
    let world = World::new();
    world.role(ALICE, B, Role::Developer);
    let job = world.run();
    let late = format!("pad={}&ref=main&token={}", "x".repeat(70_000), job.token());
    assert_eq!(world.public(TRIGGER).body(FORM, late).status(), 401);
}

/// Of so many bodies more than half of a MiB arrives, and none of it stays.
#[cfg(all(feature = "serve", unix))]
#[test]
fn half_sent_bodies_are_answered_and_not_kept() {
    use std::io::Write as _;

    use super::process::{Served, connect, read};
    const CLIENTS: usize = 100;
    let served = Served::start();
    let head = format!(
        "{TRIGGER} HTTP/1.1\r\nHost: x\r\nContent-Type: {FORM}\r\nContent-Length: 1000000\r\n\r\n"
    );
    let piece = form("mjt_unknown", 65_000);
    let before = std::time::Instant::now();
    let mut clients: Vec<_> = (0..CLIENTS)
        .map(|_| {
            let mut client = connect(served.public);
            client.write_all(head.as_bytes()).expect("it reads");
            client.write_all(&vec![b'a'; 60_000]).expect("it reads");
            client
        })
        .collect();
    for client in &mut clients {
        client.write_all(piece.as_bytes()).expect("it reads");
    }
    // Nobody sends the rest, and all are answered before the time for a body is over.
    for client in &mut clients {
        assert_eq!(read(client).0, 401);
    }
    assert!(before.elapsed().as_secs() < 25);
    // Who knows a token is served meanwhile.
    let (_, token) = served.run();
    assert_eq!(served.whose(&token), 200);
}

/// Whoever holds a token cannot fill the memory either: of long bodies there are so many at once.
#[cfg(all(feature = "serve", unix))]
#[test]
fn long_bodies_are_so_many_at_once() {
    use std::io::Write as _;

    use super::process::{Served, ask, connect};
    const AT_ONCE: usize = 64;
    let served = Served::start();
    let (_, token) = served.run();
    let line = "POST /api/v4/projects/1/trigger/pipeline";
    let kind = format!("Content-Type: {FORM}\r\n");
    let start = |padding| ask(served.public, line, &kind, &form(&token, padding)).0;
    assert_eq!(start(100_000), 201);
    let half = form(&token, 100_000);
    let clients: Vec<_> = (0..AT_ONCE)
        .map(|_| {
            let mut client = connect(served.public);
            let head =
                format!("{line} HTTP/1.1\r\nHost: x\r\n{kind}Content-Length: 1000000\r\n\r\n");
            client.write_all(head.as_bytes()).expect("it reads");
            client.write_all(half.as_bytes()).expect("it reads");
            client
        })
        .collect();
    let is_full = || (0..1_000).any(|_| start(100_000) == 503);
    assert!(is_full(), "all of them are kept");
    assert_eq!(start(10), 201, "short ones are read all the same");
    drop(clients);
    assert!(
        (0..1_000).any(|_| start(100_000) == 201),
        "there is no room again"
    );
}
