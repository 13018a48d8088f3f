//! Where a token may stand in a request.

use masker::token::authorizer::{Door, Policy};

use super::TOKEN;
use super::requests::bare;
use super::world::{ALLOWED, World};

const JOB: &str = "GET /api/v4/job";
const ARTIFACT: &str = "GET /api/v4/projects/1/jobs/artifacts/main/download?job=test";
const TRIGGER: &str = "POST /api/v4/projects/1/trigger/pipeline";
const FETCH: &str = "GET /g/a.git/info/refs?service=git-upload-pack";
const PUBLISH: &str = "PUT /api/v4/projects/1/packages/npm/@g%2Ftool";
const NONE: &str = "D4 no_credential 401";

fn world() -> World {
    World::with_role_in_b("owner")
}

#[test]
fn s34_case_does_not_matter_in_the_header() {
    for name in ["JOB-TOKEN", "job-token", "Job-Token"] {
        assert_eq!(world().says(&bare(JOB).header(name, TOKEN)), ALLOWED);
    }
}

#[test]
fn s35_s41_a_query_has_the_token_unless_that_is_denied() {
    let asking = bare(&format!("{ARTIFACT}&job_token={TOKEN}"));
    let decision = world().decide(&asking);
    assert!(decision.is_allowed());
    assert_eq!(
        decision.answer().headers(),
        [("Referrer-Policy", "no-referrer".to_owned())]
    );
    let mut denying = world();
    denying.policy = Policy::default().deny_query_tokens(true);
    assert_eq!(denying.says(&asking), NONE);
    let denied = denying.decide(&asking);
    assert!(
        denied
            .answer()
            .headers()
            .iter()
            .any(|(name, _)| *name == "Referrer-Policy")
    );
    assert_eq!(denying.says(&asking.header("JOB-TOKEN", TOKEN)), ALLOWED);
    let writes = bare(&format!(
        "POST /api/v4/projects/1/releases?job_token={TOKEN}"
    ));
    assert_eq!(world().says(&writes), NONE);
    assert_eq!(world().says(&writes.body("job_token", TOKEN)), ALLOWED);
}

#[test]
fn s36_the_parameter_token_is_for_triggers() {
    assert_eq!(world().says(&bare(TRIGGER).body("token", TOKEN)), ALLOWED);
    assert_eq!(
        world().says(&bare(&format!("{TRIGGER}?token={TOKEN}"))),
        ALLOWED
    );
    assert_eq!(world().says(&bare(&format!("{JOB}?token={TOKEN}"))), NONE);
    assert_eq!(world().says(&bare(JOB).body("token", TOKEN)), NONE);
    // A header that is sent along does not count, whatever it says.
    let both = bare(TRIGGER)
        .body("token", TOKEN)
        .header("JOB-TOKEN", "mjt_other");
    assert_eq!(world().says(&both), ALLOWED);
    assert_eq!(
        world().says(&bare(TRIGGER).header("JOB-TOKEN", TOKEN)),
        ALLOWED
    );
}

#[test]
fn s37_a_password_is_of_one_user() {
    for line in [
        FETCH,
        PUBLISH,
        "repository:g/a:pull",
        "GET /api/v4/projects/1/terraform/state/x",
    ] {
        let with_user = |user| {
            world()
                .decide(&bare(line).basic(user, TOKEN))
                .answer()
                .status()
        };
        // The Terraform state takes a Developer to read, which dana is.
        assert_eq!(with_user("gitlab-ci-token"), 200, "{line}");
        assert_eq!(with_user("alice"), 401, "{line}");
        assert_eq!(with_user(""), 401, "{line}");
        assert_eq!(with_user("Gitlab-CI-Token"), 401, "{line}");
    }
    let none = world().decide(&bare(FETCH));
    assert_eq!(none.answer().headers()[0].0, "WWW-Authenticate");
}

#[test]
fn s38_packages_take_a_bearer() {
    assert_eq!(world().says(&bare(PUBLISH).bearer(TOKEN)), ALLOWED);
    assert_eq!(world().says(&bare(JOB).bearer(TOKEN)), ALLOWED);
    assert_eq!(world().says(&bare(TRIGGER).bearer(TOKEN)), NONE);
}

#[test]
fn s39_two_carriers_have_one_token() {
    let one = bare(PUBLISH).header("JOB-TOKEN", TOKEN).bearer(TOKEN);
    assert_eq!(world().says(&one), ALLOWED);
    let two = bare(PUBLISH).header("JOB-TOKEN", TOKEN).bearer("mjt_other");
    assert_eq!(world().says(&two), "D4 carrier_conflict 401");
    let twice = bare(PUBLISH)
        .header("JOB-TOKEN", TOKEN)
        .header("Job-Token", "mjt_other");
    assert_eq!(world().says(&twice), "D4 carrier_conflict 401");
    let empty = bare(PUBLISH).header("JOB-TOKEN", "").bearer(TOKEN);
    assert_eq!(world().says(&empty), ALLOWED);
    // Another place is no carrier here, so nothing conflicts.
    let elsewhere = bare(PUBLISH).body("job_token", "mjt_other").bearer(TOKEN);
    assert_eq!(world().says(&elsewhere), ALLOWED);
}

#[test]
fn s40_a_private_token_is_none() {
    assert_eq!(
        world().says(&bare(JOB).header("PRIVATE-TOKEN", TOKEN)),
        NONE
    );
    let both = bare(JOB)
        .header("PRIVATE-TOKEN", "other")
        .header("JOB-TOKEN", TOKEN);
    assert_eq!(world().says(&both), ALLOWED);
}

#[test]
fn a_proxy_asks_with_headers() {
    let header = bare(FETCH).header("JOB-TOKEN", TOKEN);
    assert_eq!(world().says(&header), NONE);
    assert_eq!(world().says(&header.through(Door::ForwardAuth)), ALLOWED);
    let bearer = bare(FETCH).bearer(TOKEN).through(Door::ForwardAuth);
    assert_eq!(world().says(&bearer), ALLOWED);
}
