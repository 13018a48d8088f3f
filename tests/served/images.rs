//! Images: the real registry asks for a token of its own, and the real client fetches it.

use std::fs;

use super::site::Site;
use crate::support::service::{Service, wait_for};

/// An image of one empty layer, as the OCI image layout has it.
const IMAGE: &str = r#"
    add() { local sum=$(sha256sum <"$1" | cut -d' ' -f1); mv "$1" "image/blobs/sha256/$sum"; echo "sha256:$sum"; }
    size() { wc -c <"$1"; }
    mkdir -p image/blobs/sha256
    head -c 1024 /dev/zero | gzip -n >layer
    layer_size=$(size layer); layer=$(add layer)
    plain=$(head -c 1024 /dev/zero | sha256sum | cut -d' ' -f1)
    printf '{"architecture":"amd64","os":"linux","config":{},"rootfs":{"type":"layers","diff_ids":["sha256:%s"]}}' \
        "$plain" >config
    config_size=$(size config); config=$(add config)
    type=application/vnd.oci.image
    printf '{"schemaVersion":2,"config":{"mediaType":"%s","digest":"%s","size":%d},"layers":[{"mediaType":"%s","digest":"%s","size":%d}]}' \
        $type.config.v1+json $config $config_size $type.layer.v1.tar+gzip $layer $layer_size >manifest
    manifest_size=$(size manifest); manifest=$(add manifest)
    printf '{"schemaVersion":2,"manifests":[{"mediaType":"%s","digest":"%s","size":%d,"annotations":{"org.opencontainers.image.ref.name":"1"}}]}' \
        $type.manifest.v1+json $manifest $manifest_size >image/index.json
    printf '{"imageLayoutVersion":"1.0.0"}' >image/oci-layout
"#;

/// Statement 71.
#[test]
fn skopeo_pushes_and_pulls_as_the_job_may() {
    let Some(site) = site() else { return };
    let job = site.job_of("g/a");
    site.script("", IMAGE).has_status(0).says_nothing();
    let push = |project: &str| site.script(&job.token, &copy("dest", "oci:image:1", &of(project)));
    let pull = |project: &str| site.script(&job.token, &copy("src", &of(project), "dir:pulled"));
    push("g/a").has_status(0);
    pull("g/a").has_status(0);
    // It reads the project, but pushes to its own only.
    assert_ne!(push("g/b").status.code(), Some(0));
    let other = site.job_of("g/infrastructure");
    let pushed = site.script(
        &other.token,
        &copy("dest", "oci:image:1", &of("g/infrastructure")),
    );
    pushed.has_status(0);
    pull("g/infrastructure").has_status(0);
    // It does not see this one at all.
    assert_ne!(pull("g/c").status.code(), Some(0));
    site.finish(&job);
    assert_ne!(pull("g/a").status.code(), Some(0));
}

fn of(project: &str) -> String {
    format!("docker://$HOST/{project}:1")
}

fn copy(end: &str, from: &str, to: &str) -> String {
    format!(
        "skopeo --insecure-policy copy -q --{end}-tls-verify=false \
         --{end}-creds gitlab-ci-token:$CI_JOB_TOKEN {from} {to}"
    )
}

/// A site with a registry.
fn site() -> Option<Site> {
    let mut site = Site::start(&["docker-registry", "skopeo"])?;
    let port = site.registry_port();
    let folder = site.path("");
    let (folder, host) = (folder.display(), site.host());
    let configuration = format!(
        "version: 0.1
http: {{ addr: '127.0.0.1:{port}' }}
storage: {{ filesystem: {{ rootdirectory: '{folder}/images' }}, delete: {{ enabled: true }} }}
auth:
  token:
    realm: http://{host}/jwt/auth
    service: container_registry
    issuer: masker
    rootcertbundle: '{folder}/registry.crt'
"
    );
    fs::write(site.path("registry.yml"), configuration).expect("a file can be written");
    let file = site.path("registry.yml").display().to_string();
    site.add(Service::start(&["docker-registry", "serve", &file], |_| {}));
    wait_for(port);
    Some(site)
}
