//! "Unauthorized Git clone", and one that is not.

use super::{backend, check, check_with};

const CLONE: &str = "git clone http://gitlab-ci-token:$CI_JOB_TOKEN@$HOST/private/test2.git";

#[test]
fn an_unauthorized_git_clone() {
    let shown = [
        "+ git clone http://gitlab-ci-token:[MASKED]@{host}/private/test2.git\n",
        "Cloning into 'test2'...\n",
        "remote: 404 Not Found. You asked for:",
        "remote: Authorization: Basic Z2l0bGFiLWNpLXRva2VuOm[MASKED]",
        // Since some version the user is not in this URL; before, it was.
        "fatal: repository 'http://",
    ];
    check(&["git"], CLONE, &shown);
}

#[test]
fn a_clone_with_all_it_can_tell() {
    let script = format!(
        "export GIT_CURL_VERBOSE=1 GIT_TRACE_CURL=1 GIT_TRACE_REDACT=0 GIT_TRACE=1 GIT_TRACE_SETUP=1
        {CLONE}"
    );
    let shown = [
        "+ git clone http://gitlab-ci-token:[MASKED]@{host}/private/test2.git\n",
        "git clone http://gitlab-ci-token:[MASKED]@{host}/private/test2.git\n",
        "=> Send header: Authorization: Basic Z2l0bGFiLWNpLXRva2VuOm[MASKED]\n",
    ];
    check(&["git"], &script, &shown);
}

#[test]
fn a_clone_a_fetch_and_a_push_that_succeed() {
    let script = format!(
        "export GIT_CURL_VERBOSE=1 GIT_TRACE_CURL=1 GIT_TRACE_REDACT=0 GIT_TRACE=1
        {CLONE} && cd test2 && git fetch --verbose && git push origin main:other
        git remote --verbose
        git config --list
        cat .git/config
        git config --null --list"
    );
    let shown = [
        "=> Send header: Authorization: Basic Z2l0bGFiLWNpLXRva2VuOm[MASKED]\n",
        "-> other\n",
        "origin\thttp://gitlab-ci-token:[MASKED]@{host}/private/test2.git (fetch)\n",
        "remote.origin.url=http://gitlab-ci-token:[MASKED]@{host}/private/test2.git\n",
        "\turl = http://gitlab-ci-token:[MASKED]@{host}/private/test2.git\n",
    ];
    check_with(&["git"], &script, &shown, backend::of_new_repository);
}
