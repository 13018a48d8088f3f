//! "Unauthorized API request".

use super::check;

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
