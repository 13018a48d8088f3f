//! The real twine and pip, at the real pypiserver behind nginx.

use super::site::Site;
use crate::support::programs::of_ci;
use crate::support::service::{Service, free_port, wait_for};

/// A wheel with one module.
const WHEEL: &str = r"
import zipfile
with zipfile.ZipFile('tool-1.0-py3-none-any.whl', 'w') as wheel:
    info = 'tool-1.0.dist-info/'
    wheel.writestr('tool.py', 'answer = 42\n')
    wheel.writestr(info + 'METADATA', 'Metadata-Version: 2.1\nName: tool\nVersion: 1.0\n')
    wheel.writestr(info + 'WHEEL', 'Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n')
    wheel.writestr(info + 'RECORD', 'tool.py,,\n')
";

/// The package registry by HTTP Basic, as the page of GitLab on PyPI has it.
#[test]
fn twine_uploads_and_pip_downloads_as_the_job_may() {
    let (Some(twine), Some(pip), Some(python)) = (of_ci("twine"), of_ci("pip"), of_ci("python"))
    else {
        return;
    };
    let Some(site) = site() else { return };
    std::fs::write(site.path("wheel.py"), WHEEL).expect("a file can be written");
    site.script("", &format!("{python} wheel.py")).has_status(0);
    let upload = |project: u64, token: &str| {
        let url = format!("http://$HOST/api/v4/projects/{project}/packages/pypi");
        let twine = format!("{twine} upload --non-interactive --disable-progress-bar");
        let login = "-u gitlab-ci-token -p $CI_JOB_TOKEN";
        site.script(
            token,
            &format!("{twine} --repository-url {url} {login} *.whl"),
        )
    };
    let download = |project: u64, token: &str| {
        let path = format!("/api/v4/projects/{project}/packages/pypi/simple");
        let index = format!("http://gitlab-ci-token:$CI_JOB_TOKEN@$HOST{path}");
        let pip = format!("{pip} --isolated --no-cache-dir --disable-pip-version-check download");
        let script = format!("{pip} --retries 0 --no-deps -d down --index-url {index} tool");
        site.script(token, &format!("rm -rf down; {script}"))
    };
    let job = site.job_of("g/a");
    upload(1, &job.token).has_status(0);
    download(1, &job.token).has_status(0);
    let wheel = "tool-1.0-py3-none-any.whl";
    let read = |path: &str| std::fs::read(site.path(path)).expect("a file");
    assert_eq!(read(&format!("down/{wheel}")), read(wheel));
    // Alice reads the packages of b, and writes none; of c she sees nothing.
    download(2, &job.token).has_status(0);
    assert_ne!(upload(2, &job.token).status.code(), Some(0));
    assert_ne!(download(3, &job.token).status.code(), Some(0));
    site.finish(&job);
    assert_ne!(download(1, &job.token).status.code(), Some(0));
    assert_ne!(upload(1, &job.token).status.code(), Some(0));
}

/// A site with a package server where everybody may do anything: who may is decided before.
fn site() -> Option<Site> {
    let server = of_ci("pypi-server")?;
    let port = free_port();
    let location = r"
        location ~ ^/api/v4/projects/(?<project>[^/]+)/packages/pypi/?(?<package>.*)$ {
            proxy_pass http://pypi/$package$is_args$args;
            proxy_set_header X-Forwarded-Host $http_host/api/v4/projects/$project/packages/pypi;
            proxy_set_header Authorization '';
        }";
    let upstream = format!("upstream pypi {{ server 127.0.0.1:{port}; }}");
    let mut site = Site::start_with(&[], &upstream, location)?;
    let kept = site.path("pypi");
    std::fs::create_dir(&kept).expect("a folder can be made");
    let (kept, port_of) = (kept.display().to_string(), port.to_string());
    let program = [
        &*server,
        "run",
        "-P",
        ".",
        "-a",
        ".",
        "--server",
        "wsgiref",
        "-i",
        "127.0.0.1",
        "-p",
        &port_of,
        &kept,
    ];
    site.add(Service::start(&program, |_| {}));
    wait_for(port);
    Some(site)
}
