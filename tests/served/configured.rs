//! `masker serve --config`: what an operator chooses, asked over HTTP.

use serde_json::{Value, json};

use super::attacked::{Attacked, http};
use crate::authority::sweep::pass_in;

impl Attacked {
    /// A job that lets itself be canceled, with its token: what the claim is answered.
    fn claim(&self) -> Value {
        let job = json!({ "project": 1, "user": "alice" });
        assert_eq!(self.operate("POST /admin/jobs", &[], &job).0, 201);
        let claim = json!({ "cancels_gracefully": true });
        let (status, claimed) = self.operate("POST /admin/jobs/claim", &[], &claim);
        assert_eq!(status, 201);
        claimed
    }

    fn cancel(&self, job: &Value) {
        let line = format!("POST /admin/jobs/{}/cancel", job["id"]);
        let (status, canceled) = self.operate(&line, &[], &json!({}));
        assert_eq!((status, &canceled["status"]), (200, &json!("canceling")));
    }
}

fn token(claimed: &Value) -> &str {
    claimed["token"].as_str().expect("a token")
}

#[test]
fn s11_a_claim_tells_the_prefix_that_was_chosen() {
    let attacked = Attacked::configured("token_prefix = 'acme_'");
    let claimed = attacked.claim();
    assert!(token(&claimed).starts_with("acme_"));
    assert_eq!(claimed["features"]["token_mask_prefixes"], json!(["acme_"]));
    assert_eq!(attacked.works(token(&claimed)), 200);
}

#[test]
fn s19_a_canceled_token_ends_after_the_grace_that_was_chosen() {
    let attacked = Attacked::configured("canceling_grace = '2m'");
    let claimed = attacked.claim();
    attacked.cancel(&claimed);
    let store = attacked.folder.path().join("store.db");
    pass_in(&store, 110);
    assert_eq!(attacked.works(token(&claimed)), 200);
    pass_in(&store, 20);
    assert_eq!(attacked.works(token(&claimed)), 401);
    // By its own sweep, or by this one.
    attacked.ask(&["job", "sweep"]);
    let (_, shown) = attacked.operate(
        &format!("GET /admin/jobs/{}", claimed["id"]),
        &[],
        &json!({}),
    );
    assert_eq!(shown["status"], "canceled");
}

#[test]
fn s20_a_canceled_token_is_for_the_runner_where_that_was_chosen() {
    let attacked = Attacked::configured("canceling_access = 'runner_only'");
    let claimed = attacked.claim();
    attacked.cancel(&claimed);
    assert_eq!(attacked.works(token(&claimed)), 401);
    let line = format!("POST /api/v4/jobs/{}/artifacts", claimed["id"]);
    let header = format!("JOB-TOKEN: {}", token(&claimed));
    let (status, _) = http(attacked.port, &line, &[&header], "");
    // It is let in; there is no place for artifacts here.
    assert_eq!(status, 501);
}

/// Statement 115, where the policy is not said with the leak.
#[test]
fn s115_a_token_that_was_seen_ends_where_that_was_chosen() {
    let attacked = Attacked::configured("on_leak = 'revoke_foreign'");
    let (own, foreign) = (attacked.claim(), attacked.claim());
    let line = format!("POST /admin/jobs/{}/leaks", own["id"]);
    let seen = |claimed: &Value, policy: &Value| {
        let mut leak = json!({ "token": token(claimed) });
        if policy.is_string() {
            leak["on_leak"] = policy.clone();
        }
        assert_eq!(attacked.operate(&line, &[], &leak).0, 200);
        attacked.works(token(claimed))
    };
    assert_eq!(seen(&own, &Value::Null), 200);
    assert_eq!(seen(&foreign, &json!("log")), 200);
    assert_eq!(seen(&foreign, &Value::Null), 401);
}
