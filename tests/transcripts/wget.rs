//! "Unauthorized package download".

use super::check;

const SCRIPT: &str = r#"
url=http://$HOST/api/v4/projects/1234/packages/generic/my_package/0.0.1/file.txt
wget --header="JOB-TOKEN: $CI_JOB_TOKEN" $url
"#;

#[test]
fn an_unauthorized_package_download() {
    let shown = [
        "+ wget '--header=JOB-TOKEN: [MASKED]' http://{host}/api/v4/projects/1234/packages/",
        "HTTP request sent, awaiting response... 404 Not Found\n",
        "ERROR 404: Not Found.\n",
    ];
    check(&["wget"], SCRIPT, &shown);
}

/// Where the server asks for a password the token is not sent, but the URL may have it.
#[test]
fn what_the_server_sends_back_and_what_a_url_has() {
    let script = format!(
        "{SCRIPT}
        wget --content-on-error -O- --header=\"JOB-TOKEN: $CI_JOB_TOKEN\" $url
        wget --content-on-error -O- http://gitlab-ci-token:$CI_JOB_TOKEN@$HOST/private/file.txt
        wget http://$HOST/file.txt?job_token=$CI_JOB_TOKEN"
    );
    let shown = [
        "\nJOB-TOKEN: [MASKED]\r\n",
        "Authorization: Basic Z2l0bGFiLWNpLXRva2VuOm[MASKED]\r\n",
        "http://{host}/file.txt?job_token=[MASKED]\n",
    ];
    check(&["wget"], &script, &shown);
}

#[test]
fn a_download_with_all_it_can_tell() {
    let script = "
        wget -d --header=\"JOB-TOKEN: $CI_JOB_TOKEN\" http://$HOST/file.txt
        wget --debug http://gitlab-ci-token:$CI_JOB_TOKEN@$HOST/private/file.txt";
    let shown = [
        "+ wget --debug http://gitlab-ci-token:[MASKED]@{host}/private/file.txt\n",
        "+ wget -d '--header=JOB-TOKEN: [MASKED]' http://{host}/file.txt\n",
        "\nJOB-TOKEN: [MASKED]\r\n",
    ];
    check(&["wget"], script, &shown);
}
