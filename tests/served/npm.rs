//! The real npm, publishing to the real verdaccio behind nginx.

use std::fs;

use super::site::Site;
use crate::support::programs::of_ci;
use crate::support::service::{Service, free_port, wait_for};

/// A registry where everybody may do anything: who may is decided before.
const VERDACCIO: &str = "
storage: ./storage
packages: { '**': { access: $all, publish: $all, unpublish: $all } }
log: { type: stdout, level: error }
";

const REGISTRY: &str = "http://$HOST/api/v4/projects/1/packages/npm/";

/// Statement 38.
#[test]
fn npm_publishes_and_installs_with_a_bearer_token() {
    let Some(site) = site() else { return };
    let job = site.job_of("g/a");
    let make = r#"mkdir -p tool used; printf '{"name":"tool","version":"1.0.0"}' >tool/package.json
        printf '{"name":"used","version":"1.0.0"}' >used/package.json"#;
    site.script("", make).has_status(0);
    let npm = |token: &str, folder: &str, what: &str| {
        let login = "npm config set --location=project \"//$HOST/api/v4/projects/1/packages/npm/:_authToken\" '${CI_JOB_TOKEN}'";
        site.script(
            token,
            &format!("cd {folder} && {login} && npm {what} --registry {REGISTRY}"),
        )
    };
    npm(&job.token, "tool", "publish").has_status(0);
    npm(&job.token, "used", "install tool").has_status(0);
    assert!(site.path("used/node_modules/tool/package.json").exists());
    // The project of which Alice is a Reporter: she installs from it, and publishes nothing.
    let other = site.job_of("g/b");
    npm(&other.token, "used", "install tool").has_status(0);
    site.finish(&job);
    let late = npm(&job.token, "tool", "publish");
    assert_ne!(late.status.code(), Some(0));
    late.says("401");
}

fn site() -> Option<Site> {
    let verdaccio = of_ci("verdaccio")?;
    let port = free_port();
    let location = r"
        location ~ ^/api/v4/projects/[^/]+/packages/npm/(?<package>.*)$ {
            proxy_pass http://verdaccio/$package$is_args$args;
            proxy_set_header Host $http_host;
            proxy_set_header Authorization '';
        }";
    let upstream = format!("upstream verdaccio {{ server 127.0.0.1:{port}; }}");
    let mut site = Site::start_with(&["npm", "node"], &upstream, location)?;
    let folder = site.path("npm");
    fs::create_dir(&folder).expect("a folder can be made");
    let prefix = format!("url_prefix: /api/v4/projects/1/packages/npm/\n{VERDACCIO}");
    fs::write(folder.join("config.yaml"), prefix).expect("a file can be written");
    let listen = format!("127.0.0.1:{port}");
    let program = [&*verdaccio, "--config", "config.yaml", "--listen", &listen];
    let service = Service::start(&program, |command| {
        command.current_dir(&folder).env("HOME", &folder);
    });
    site.add(service);
    wait_for(port);
    Some(site)
}
