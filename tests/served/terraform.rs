//! Terraform's protocol for states, as its HTTP backend speaks it.

use super::site::Site;

const STATE: &str = "/api/v4/projects/4/terraform/state/production";

/// Statement 76, through nginx, with locks.
#[test]
fn a_state_is_locked_written_read_and_unlocked() {
    let Some(site) = Site::start(&[]) else { return };
    let job = site.job_of("g/a");
    let basic = "-u gitlab-ci-token:$CI_JOB_TOKEN";
    let lock = format!("{STATE}/lock");
    let ask = |arguments: &str, path: &str| {
        site.status(&format!("{basic} {arguments}"), path, &job.token)
    };
    assert_eq!(ask("-d '{\"ID\":\"1\"}'", &lock), "200");
    assert_eq!(ask("-d '{\"ID\":\"2\"}'", &lock), "423");
    assert_eq!(ask("-d '{\"serial\":1}'", &format!("{STATE}?ID=1")), "200");
    assert_eq!(ask("", STATE), "200");
    assert_eq!(site.body(), "{\"serial\":1}");
    assert_eq!(ask("-X DELETE", &lock), "200");
    // Alice is a Developer there: she may read the state, if there is one.
    let own = "/api/v4/projects/1/terraform/state/production";
    assert_eq!(ask("-d '{\"serial\":1}'", own), "403");
    assert_eq!(ask("-d '{\"ID\":\"1\"}'", &format!("{own}/lock")), "403");
    assert_eq!(ask("", own), "404");
    assert_eq!(site.body(), "there is no such file\n");
    // And a Reporter here.
    assert_eq!(
        ask("", "/api/v4/projects/2/terraform/state/production"),
        "403"
    );
}
