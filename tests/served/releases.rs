//! Releases and their links, of a service that knows nothing of job tokens.

use super::site::Site;

const TOKEN: &str = "-H \"JOB-TOKEN: $CI_JOB_TOKEN\"";

/// Statement 75.
#[test]
fn releases_are_made_and_read_where_the_job_may() {
    let Some(site) = Site::start(&[]) else {
        return;
    };
    let job = site.job_of("g/a");
    let ask = |arguments: &str, path: &str| {
        site.status(&format!("{TOKEN} {arguments}"), path, &job.token)
    };
    let releases = "/api/v4/projects/g%2Fa/releases";
    assert_eq!(ask("-d '{\"tag_name\":\"v1\"}'", releases), "201");
    assert_eq!(ask("", releases), "200");
    let links = format!("{releases}/v1/assets/links");
    assert_eq!(ask("-d '{\"name\":\"a\"}'", &links), "201");
    // A Reporter reads them.
    assert_eq!(
        ask("-d '{\"tag_name\":\"v1\"}'", "/api/v4/projects/2/releases"),
        "403"
    );
    assert_eq!(ask("", "/api/v4/projects/2/releases"), "404");
    assert_eq!(site.body(), "there is no such file\n");
    // With the limit on, and b not in the list, b is not there.
    site.limit("g/a");
    assert_eq!(ask("", "/api/v4/projects/2/releases"), "404");
    assert_eq!(site.body(), r#"{"message":"404 Project Not Found"}"#);
    assert_eq!(ask("", releases), "200");
}
