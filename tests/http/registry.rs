//! The bearer token of a container registry.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use masker::http::{RegistryError, RegistryKey};
use masker::token::directory::Role;
use masker::token::lifecycle::{Event, Outcome};
use rcgen::{CertificateParams, KeyPair};
use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use serde_json::{Value, json};

use super::world::{A, ALICE, B, HOUR, Job, Reply, World, basic};

struct Pem {
    key: String,
    certificate: String,
    point: Vec<u8>,
}

fn pem() -> Pem {
    let key = KeyPair::generate().expect("a key");
    let certificate = CertificateParams::default().self_signed(&key);
    Pem {
        key: key.serialize_pem(),
        certificate: certificate.expect("a certificate").pem(),
        point: key.public_key_raw().to_vec(),
    }
}

/// A key of a test's own, where what it signs does not matter.
#[cfg(feature = "artifacts")]
pub fn registry_key() -> RegistryKey {
    let pem = pem();
    let (key, chain) = (pem.key.as_bytes(), pem.certificate.as_bytes());
    RegistryKey::from_pem(key, chain, "masker").expect("a key and its certificate")
}

fn world_with(pem: &Pem, ttl: u64) -> World {
    World::with(|options| {
        let (key, chain) = (pem.key.as_bytes(), pem.certificate.as_bytes());
        let key = RegistryKey::from_pem(key, chain, "masker").expect("a key and its certificate");
        options.registry = Some(key.ttl(Duration::from_secs(ttl)).expect("not too short"));
    })
}

fn ask(world: &World, job: &Job, scopes: &[&str]) -> Reply {
    let scopes: String = scopes
        .iter()
        .map(|scope| format!("&scope={scope}"))
        .collect();
    let line = format!("GET /jwt/auth?service=registry.example&account=gitlab-ci-token{scopes}");
    let reply = world
        .public(&line)
        .header("authorization", &job.basic())
        .send();
    assert_eq!(reply.status, 200, "{reply:?}");
    reply
}

fn claims(reply: &Reply) -> Value {
    let answered = reply.json();
    let token = answered["token"].as_str().expect("a token").to_owned();
    let part = |index: usize| {
        let part = token.split('.').nth(index).expect("three parts");
        URL_SAFE_NO_PAD.decode(part).expect("base64")
    };
    serde_json::from_slice(&part(1)).expect("JSON")
}

fn access(reply: &Reply) -> Value {
    claims(reply)["access"].clone()
}

#[test]
fn s71_the_token_is_signed_as_the_certificate_says() {
    let pem = pem();
    let world = world_with(&pem, 300);
    let job = world.run();
    let reply = ask(&world, &job, &["repository:g/a:pull,push"]);
    let answered = reply.json();
    let token = answered["token"].as_str().expect("a token");
    let (signed, signature) = token.rsplit_once('.').expect("a signature");
    let signature = URL_SAFE_NO_PAD.decode(signature).expect("base64");
    let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, &pem.point);
    assert!(key.verify(signed.as_bytes(), &signature).is_ok());
    let header = signed.split_once('.').expect("a header").0;
    let header = URL_SAFE_NO_PAD.decode(header).expect("base64");
    let header: Value = serde_json::from_slice(&header).expect("JSON");
    assert_eq!(
        (&header["typ"], &header["alg"]),
        (&json!("JWT"), &json!("ES256"))
    );
    let certificate = header["x5c"][0].as_str().expect("a certificate");
    assert!(STANDARD.decode(certificate).is_ok());
    let claims = claims(&reply);
    assert_eq!(claims["iss"], "masker");
    assert_eq!(claims["aud"], "registry.example");
    assert_eq!(claims["sub"], format!("job:{}", job.id.0));
    assert_eq!(
        claims["access"],
        json!([{ "type": "repository", "name": "g/a", "actions": ["pull", "push"] }])
    );
    assert!(
        answered["issued_at"]
            .as_str()
            .is_some_and(|at| at.ends_with('Z'))
    );
}

#[test]
fn s71_only_what_is_allowed_is_in_it() {
    let pem = pem();
    let world = world_with(&pem, 300);
    let job = world.run();
    let all = "pull,push,delete,unknown";
    let (own, other) = (
        format!("repository:g/a:{all}"),
        format!("repository:g/sub/b:{all}"),
    );
    assert_eq!(access(&ask(&world, &job, &[&other])), json!([]));
    assert_eq!(
        access(&ask(&world, &job, &["registry:catalog:*"])),
        json!([])
    );
    world.role(ALICE, B, Role::Owner);
    let both = access(&ask(&world, &job, &[&own, &other]));
    let name = |name: &str, actions: &[&str]| json!({ "type": "repository", "name": name, "actions": actions });
    let expected = json!([
        name("g/a", &["pull", "push", "delete"]),
        name("g/sub/b", &["pull"])
    ]);
    assert_eq!(both, expected);
    assert_eq!(
        access(&ask(&world, &job, &[&format!("{own}%20{other}")])),
        expected
    );
    world.role(ALICE, A, Role::Reporter);
    assert_eq!(
        access(&ask(&world, &job, &[&own])),
        json!([name("g/a", &["pull"])])
    );
    assert_eq!(
        access(&ask(&world, &job, &[])),
        json!([]),
        "a login asks for nothing"
    );
}

#[test]
fn s72_it_ends_with_the_job_and_after_five_minutes() {
    let pem = pem();
    for (ttl, timeout, lives) in [(300, 3600, 300), (30, 3600, 30), (300, 45, 45)] {
        let world = world_with(&pem, ttl);
        let job = world.run_for(A, ALICE, Duration::from_secs(timeout));
        let reply = ask(&world, &job, &["repository:g/a:pull"]);
        let claims = claims(&reply);
        let now = world.now().micros() / 1_000_000;
        assert_eq!(claims["exp"], now + lives);
        assert_eq!((&claims["iat"], &claims["nbf"]), (&json!(now), &json!(now)));
        assert_eq!(reply.json()["expires_in"], lives);
    }
}

/// A token is for one registry: if there are names of some, for no other.
#[test]
fn a_token_is_for_a_registry_that_is_known() {
    let pem = pem();
    let world = World::with(|options| {
        let (key, chain) = (pem.key.as_bytes(), pem.certificate.as_bytes());
        let key = RegistryKey::from_pem(key, chain, "masker").expect("a key and its certificate");
        let names = ["one", "registry.example"].map(str::to_owned);
        options.registry = Some(key.services(names));
    });
    let job = world.run();
    let ask = |service: &str| {
        let line = format!("GET /jwt/auth?{service}&scope=repository:g/a:pull");
        let ask = world.public(&line).header("authorization", &job.basic());
        ask.send()
    };
    for name in ["one", "registry.example"] {
        let reply = ask(&format!("service={name}"));
        assert_eq!((reply.status, &claims(&reply)["aud"]), (200, &json!(name)));
    }
    for others in [
        "service=another",
        "service=",
        "service=One",
        "service=one%20",
        "service=another&service=one",
        "",
    ] {
        let reply = ask(others);
        assert_eq!(reply.status, 400, "{others}");
        assert_eq!(reply.json()["errors"][0]["code"], "UNSUPPORTED");
        assert!(reply.json().get("token").is_none());
    }
}

#[test]
fn whoever_has_no_valid_token_gets_none() {
    let world = world_with(&pem(), 300);
    let job = world.run();
    let line = "GET /jwt/auth?service=registry.example&scope=repository:g/a:pull";
    let ask = |authorization: &str| {
        world
            .public(line)
            .header("authorization", authorization)
            .send()
    };
    let nobody = world.public(line).send();
    for reply in [
        nobody,
        ask(&basic("alice", job.token())),
        ask(&basic("gitlab-ci-token", "mjt_x")),
    ] {
        assert_eq!(reply.status, 401);
        assert_eq!(reply.json()["errors"][0]["code"], "UNAUTHORIZED");
        assert!(reply.header("www-authenticate").starts_with("Basic"));
    }
    let no_service = world
        .public("GET /jwt/auth")
        .header("authorization", &job.basic());
    assert_eq!(no_service.status(), 400);
    world.apply(job.id, Event::Report(Outcome::Success));
    assert_eq!(ask(&job.basic()).status, 401);
    let without = World::new();
    let job = without.run_for(A, ALICE, HOUR);
    assert_eq!(
        without
            .public(line)
            .header("authorization", &job.basic())
            .status(),
        404
    );
}

#[test]
fn a_key_that_cannot_be_used_is_told() {
    let (one, other) = (pem(), pem());
    let read = |key: &str, chain: &str| {
        RegistryKey::from_pem(key.as_bytes(), chain.as_bytes(), "masker").err()
    };
    assert_eq!(read("", &one.certificate), Some(RegistryError::Key));
    assert_eq!(read(&one.key, ""), Some(RegistryError::Certificate));
    assert_eq!(
        read(&one.key, &other.certificate),
        Some(RegistryError::Mismatch)
    );
    let key = || RegistryKey::from_pem(one.key.as_bytes(), one.certificate.as_bytes(), "masker");
    for seconds in [0, 29, 301] {
        let ttl = key().expect("a key").ttl(Duration::from_secs(seconds));
        assert_eq!(ttl.err(), Some(RegistryError::Ttl));
    }
    let shown = format!("{:?}", key().expect("a key"));
    assert!(!shown.contains(&one.key[40..60]), "it shows its key");
}
