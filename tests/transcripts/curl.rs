//! "Unauthorized API request".

use masker::{Form, Forms, MaskSet, Masker, Secret};

use super::{check, record, reflect};
use crate::support::chunkers;

#[test]
fn an_unauthorized_api_request() {
    let script = r#"curl --verbose --request POST --form "token=$CI_JOB_TOKEN" --form ref=master \
        "http://$HOST/api/v4/projects/1234/trigger/pipeline""#;
    let shown = [
        "+ curl --verbose --request POST --form token=[MASKED] --form ref=master \
         http://{host}/api/v4/projects/1234/trigger/pipeline\n",
        "< HTTP/1.1 404 Not Found",
        // The body of the request, sent back.
        "name=\"token\"\r\n\r\n[MASKED]\r\n",
    ];
    check(&["curl"], script, &shown);
}

#[test]
fn a_password_in_the_headers() {
    let script = "
        curl -v -u gitlab-ci-token:$CI_JOB_TOKEN http://$HOST/user
        curl -v http://gitlab-ci-token:$CI_JOB_TOKEN@$HOST/user
        curl --verbose --anyauth -u gitlab-ci-token:$CI_JOB_TOKEN http://$HOST/private";
    let shown = [
        "+ curl -v -u gitlab-ci-token:[MASKED] http://{host}/user\n",
        "+ curl -v http://gitlab-ci-token:[MASKED]@{host}/user\n",
        "> Authorization: Basic Z2l0bGFiLWNpLXRva2VuOm[MASKED]\r\n",
        "< HTTP/1.1 401 Unauthorized",
        "\nAuthorization: Basic Z2l0bGFiLWNpLXRva2VuOm[MASKED]\r\n",
    ];
    check(&["curl"], script, &shown);
}

#[test]
fn tokens_in_other_headers_and_in_urls() {
    let script = r#"
        curl -v --header "PRIVATE-TOKEN: $CI_JOB_TOKEN" http://$HOST/user
        curl -v --header "Authorization: Bearer $CI_JOB_TOKEN" http://$HOST/user
        curl --verbose --location --output artifacts.zip \
            "http://$HOST/artifacts/main/download?job=test&job_token=$CI_JOB_TOKEN"
        curl -v --data-urlencode "token=$CI_JOB_TOKEN" http://$HOST/api/v4/trigger"#;
    let shown = [
        "+ curl -v --header 'PRIVATE-TOKEN: [MASKED]' http://{host}/user\n",
        "> PRIVATE-TOKEN: [MASKED]\r\n",
        "> Authorization: Bearer [MASKED]\r\n",
        "> GET /artifacts/main/download?job=test&job_token=[MASKED] HTTP/1.1\r\n",
        "\ntoken=[MASKED]\n",
    ];
    check(&["curl"], script, &shown);
}

/// It cuts lines at 64 characters: what is not longer with its header is masked as anywhere.
#[test]
fn a_trace_that_need_not_cut_the_token() {
    let script = r#"curl --trace-ascii - --header "JOB-TOKEN: $CI_JOB_TOKEN" http://$HOST/user"#;
    let shown = [
        "+ curl --trace-ascii - --header 'JOB-TOKEN: [MASKED]' http://{host}/user\n",
        ": JOB-TOKEN: [MASKED]\n",
    ];
    check(&["curl"], script, &shown);
}

/// What is longer takes a form that has to be asked for.
#[test]
fn a_trace_that_cuts_the_token() {
    let script = r#"
        curl --trace-ascii - --header "PRIVATE-TOKEN: $CI_JOB_TOKEN" http://$HOST/user
        curl --trace-ascii - -u gitlab-ci-token:$CI_JOB_TOKEN http://$HOST/user
        curl --trace-ascii - --request POST --form "token=$CI_JOB_TOKEN" http://$HOST/trigger"#;
    for job in record(&["curl"], script, |_| reflect) {
        let secret = Secret::new("CI_JOB_TOKEN", job.token.as_str());
        let builder = MaskSet::builder().secret(secret);
        let forms = Forms::ALL.with(Form::Pieces);
        let set = builder.forms(forms).build().expect("a token builds");
        let mut masker = Masker::new(&set);
        let mut masked = Vec::new();
        for chunk in chunkers::by_cuts(&[1, 64, 7, 500], &job.transcript) {
            masker.push(chunk, &mut masked);
        }
        masker.finish(&mut masked);
        job.tells_nothing(&masked);
    }
}
