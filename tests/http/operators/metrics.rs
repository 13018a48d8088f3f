//! The page of metrics: what the store counts is there as long as the store is.

use crate::http::world::{JOB, World};

const LIVE: &str = "jobtoken_live ";

fn live(page: &str) -> Option<&str> {
    let mut lines = page.lines();
    lines.find_map(|line| line.strip_prefix(LIVE))
}

#[test]
fn live_tokens_are_a_gauge() {
    let world = World::new();
    let page = || world.admin("GET /metrics").send();
    assert_eq!(live(page().text()), Some("0"));
    let jobs = [world.run(), world.run()];
    assert_eq!(live(page().text()), Some("2"));
    let line = format!("POST /admin/jobs/{}/cancel", jobs[0].id.0);
    world.admin(&line).send();
    let page = page();
    assert_eq!(live(page.text()), Some("1"));
    assert!(page.text().contains("# TYPE jobtoken_live gauge"));
    assert!(page.text().ends_with("# EOF\n"), "it is one page");
}

#[test]
fn without_a_store_the_rest_of_the_page_is_there() {
    let world = World::new();
    world.run();
    world.public(JOB).send();
    world.store.fail(true);
    let page = world.admin("GET /metrics").send();
    assert_eq!((page.status, live(page.text())), (200, None));
    for line in [
        r#"jobtoken_decisions_total{outcome="denied",step="D4",route="job"} 1"#,
        "# EOF",
    ] {
        assert!(page.text().contains(line), "{}", page.text());
    }
    world.store.fail(false);
    let page = world.admin("GET /metrics").send();
    assert_eq!(live(page.text()), Some("1"));
    let failed = r#"jobtoken_store_errors_total{op="live_tokens"} 1"#;
    assert!(page.text().contains(failed), "{}", page.text());
}
