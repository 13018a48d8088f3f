//! Terraform's protocol for states, as its HTTP backend speaks it.

use super::site::Site;

const STATE: &str = "/api/v4/projects/4/terraform/state/production";

/// Terraform itself, with the backend that GitLab's page on its states has.
#[test]
fn terraform_keeps_its_state_as_the_job_may() {
    let Some(site) = Site::start(&["terraform"]) else {
        return;
    };
    let plan = r#"
        terraform {
          backend "http" {}
        }
        resource "terraform_data" "thing" {
          input = "one"
        }
    "#;
    std::fs::create_dir(site.path("plan")).expect("a folder can be made");
    std::fs::write(site.path("plan/main.tf"), plan).expect("a file can be written");
    let terraform = |project: u64, command: &str, token: &str| {
        let state = format!("http://$HOST/api/v4/projects/{project}/terraform/state/production");
        let script = format!(
            "cd plan; rm -rf .terraform; export CHECKPOINT_DISABLE=1 TF_IN_AUTOMATION=1
             export TF_HTTP_ADDRESS={state} TF_HTTP_LOCK_ADDRESS={state}/lock
             export TF_HTTP_UNLOCK_ADDRESS={state}/lock TF_HTTP_LOCK_METHOD=POST
             export TF_HTTP_UNLOCK_METHOD=DELETE TF_HTTP_RETRY_MAX=0
             export TF_HTTP_USERNAME=gitlab-ci-token TF_HTTP_PASSWORD=$CI_JOB_TOKEN
             terraform init -input=false -no-color && terraform {command} -input=false -no-color"
        );
        site.script(token, &script)
    };
    let job = site.job_of("g/a");
    terraform(4, "apply -auto-approve", &job.token).has_status(0);
    let again = terraform(4, "plan -detailed-exitcode", &job.token);
    again.has_status(0);
    // A Developer reads the state, and neither locks nor writes it.
    terraform(1, "plan -lock=false", &job.token).has_status(0);
    assert_ne!(
        terraform(1, "apply -auto-approve", &job.token)
            .status
            .code(),
        Some(0)
    );
    // A Reporter does not even read it.
    assert_ne!(
        terraform(2, "plan -lock=false", &job.token).status.code(),
        Some(0)
    );
    site.finish(&job);
    assert_ne!(
        terraform(4, "plan -lock=false", &job.token).status.code(),
        Some(0)
    );
}

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
