//! The table. A row says only what differs from the row it is based on.

use super::{Action, Dialect, Method, Needed, RegistryAction, Route, ScopeRule, Setting};
use crate::token::carriers::{Carrier, Carriers};
use crate::token::directory::{Feature, Role};
use crate::token::lifecycle::Class;
use crate::token::permission::{Permission, Resource};

const GET: &[Method] = &[Method::Get, Method::Head];
const POST: &[Method] = &[Method::Post];
const PUT: &[Method] = &[Method::Put];
const DELETE: &[Method] = &[Method::Delete];
const POST_PUT: &[Method] = &[Method::Post, Method::Put];
const POST_DELETE: &[Method] = &[Method::Post, Method::Delete];
const PUT_DELETE: &[Method] = &[Method::Put, Method::Delete];

const HEADER: Carriers = Carriers::NONE.with(Carrier::Header);
const API: Carriers = HEADER.with(Carrier::Query).with(Carrier::Body);
const DOWNLOADS: Carriers = HEADER.with(Carrier::Query);
const PACKAGES: Carriers = HEADER.with(Carrier::Basic).with(Carrier::Bearer);
const TERRAFORM: Carriers = HEADER.with(Carrier::Basic);
const BASIC: Carriers = Carriers::NONE.with(Carrier::Basic);

/// What most rows share.
const READ: Route = Route {
    number: 0,
    name: "",
    paths: &[],
    project: None,
    registry: None,
    action: Action::Read,
    needed: Needed::Role(Role::Reporter),
    scope: ScopeRule::Outbound,
    public_read: true,
    permission: None,
    carriers: API,
    class: Class::Resource,
    feature: None,
    setting: None,
    dialect: Dialect::Api,
    changes_artifacts: false,
};
const WRITE: Route = Route {
    action: Action::Write,
    needed: Needed::Role(Role::Developer),
    public_read: false,
    ..READ
};
const DELETES: Route = Route {
    action: Action::Delete,
    needed: Needed::Role(Role::Maintainer),
    ..WRITE
};

pub(super) const TABLE: &[Route] = &[
    Route {
        number: 1,
        name: "package_registry_read",
        paths: &[
            (GET, "/api/v4/projects/:id/packages/:type/*"),
            (GET, "/api/v4/groups/:name/-/packages/:type/*"),
            (GET, "/api/v4/packages/:type/*"),
        ],
        permission: Some(Permission::Read(Resource::Packages)),
        carriers: PACKAGES,
        feature: Some(Feature::PackageRegistry),
        ..READ
    },
    Route {
        number: 2,
        name: "package_registry_write",
        paths: &[
            (POST_PUT, "/api/v4/projects/:id/packages/:type/*"),
            (POST_PUT, "/api/v4/groups/:name/-/packages/:type/*"),
            (POST_PUT, "/api/v4/packages/:type/*"),
        ],
        permission: Some(Permission::Admin(Resource::Packages)),
        carriers: PACKAGES,
        feature: Some(Feature::PackageRegistry),
        ..WRITE
    },
    Route {
        number: 3,
        name: "packages_read",
        paths: &[
            (GET, "/api/v4/projects/:id/packages"),
            (GET, "/api/v4/projects/:id/packages/:number"),
            (GET, "/api/v4/projects/:id/packages/:number/package_files"),
        ],
        permission: Some(Permission::Read(Resource::Packages)),
        feature: Some(Feature::PackageRegistry),
        ..READ
    },
    Route {
        number: 4,
        name: "packages_delete",
        paths: &[
            (DELETE, "/api/v4/projects/:id/packages/:number"),
            (
                DELETE,
                "/api/v4/projects/:id/packages/:number/package_files/:number",
            ),
        ],
        permission: Some(Permission::Admin(Resource::Packages)),
        feature: Some(Feature::PackageRegistry),
        ..DELETES
    },
    Route {
        number: 5,
        name: "registry_pull",
        registry: Some(RegistryAction::Pull),
        needed: Needed::ElsewhereRole(Role::Reporter),
        ..REGISTRY
    },
    Route {
        number: 6,
        name: "registry_push",
        registry: Some(RegistryAction::Push),
        action: Action::Write,
        ..REGISTRY_CHANGE
    },
    Route {
        number: 7,
        name: "registry_delete",
        registry: Some(RegistryAction::Delete),
        action: Action::Delete,
        ..REGISTRY_CHANGE
    },
    Route {
        number: 8,
        name: "registry_api_read",
        paths: &[
            (GET, "/api/v4/projects/:id/registry/repositories"),
            (
                GET,
                "/api/v4/projects/:id/registry/repositories/:number/tags",
            ),
            (
                GET,
                "/api/v4/projects/:id/registry/repositories/:number/tags/:name",
            ),
        ],
        action: Action::Read,
        needed: Needed::Role(Role::Reporter),
        ..REGISTRY_API
    },
    Route {
        number: 9,
        name: "registry_api_delete_tag",
        paths: &[(
            DELETE,
            "/api/v4/projects/:id/registry/repositories/:number/tags/:name",
        )],
        needed: Needed::Role(Role::Developer),
        ..REGISTRY_API
    },
    Route {
        number: 9,
        name: "registry_api_delete",
        paths: &[
            (
                DELETE,
                "/api/v4/projects/:id/registry/repositories/:number/tags",
            ),
            (DELETE, "/api/v4/projects/:id/registry/repositories/:number"),
        ],
        ..REGISTRY_API
    },
    Route {
        number: 10,
        name: "artifacts_by_ref",
        paths: &[
            (GET, "/api/v4/projects/:id/jobs/artifacts/+/download"),
            (GET, "/api/v4/projects/:id/jobs/artifacts/+/raw/+"),
        ],
        ..ARTIFACTS
    },
    Route {
        number: 11,
        name: "artifacts_by_job",
        paths: &[
            (GET, "/api/v4/projects/:id/jobs/:number/artifacts"),
            (GET, "/api/v4/projects/:id/jobs/:number/artifacts/+"),
        ],
        ..ARTIFACTS
    },
    Route {
        number: 12,
        name: "artifacts_keep",
        paths: &[(POST, "/api/v4/projects/:id/jobs/:number/artifacts/keep")],
        needed: Needed::Role(Role::Developer),
        action: Action::Write,
        ..ARTIFACTS_CHANGE
    },
    Route {
        number: 12,
        name: "artifacts_delete",
        paths: &[(DELETE, "/api/v4/projects/:id/jobs/:number/artifacts")],
        ..ARTIFACTS_CHANGE
    },
    Route {
        number: 13,
        name: "job",
        paths: &[(GET, "/api/v4/job")],
        needed: Needed::Role(Role::None),
        scope: ScopeRule::None,
        public_read: false,
        carriers: DOWNLOADS.with(Carrier::Bearer),
        ..READ
    },
    Route {
        number: 14,
        name: "trigger",
        paths: &[
            (POST, "/api/v4/projects/:id/trigger/pipeline"),
            (POST, "/api/v4/projects/:id/ref/+/trigger/pipeline"),
        ],
        permission: Some(Permission::Admin(Resource::Pipelines)),
        carriers: HEADER.with(Carrier::TokenParameter),
        feature: Some(Feature::Builds),
        dialect: Dialect::Trigger,
        ..WRITE
    },
    Route {
        number: 15,
        name: "releases_read",
        paths: &[
            (GET, "/api/v4/projects/:id/releases"),
            (GET, "/api/v4/projects/:id/releases/permalink/latest"),
            (GET, "/api/v4/projects/:id/releases/:name"),
            (GET, "/api/v4/projects/:id/releases/:name/downloads/+"),
        ],
        ..RELEASES_READ
    },
    Route {
        number: 16,
        name: "releases_write",
        paths: &[
            (POST, "/api/v4/projects/:id/releases"),
            (PUT_DELETE, "/api/v4/projects/:id/releases/:name"),
            (POST, "/api/v4/projects/:id/releases/:name/evidence"),
        ],
        ..RELEASES_WRITE
    },
    Route {
        number: 17,
        name: "release_links_read",
        paths: &[
            (GET, "/api/v4/projects/:id/releases/:name/assets/links"),
            (
                GET,
                "/api/v4/projects/:id/releases/:name/assets/links/:number",
            ),
        ],
        ..RELEASES_READ
    },
    Route {
        number: 17,
        name: "release_links_write",
        paths: &[
            (POST, "/api/v4/projects/:id/releases/:name/assets/links"),
            (
                PUT_DELETE,
                "/api/v4/projects/:id/releases/:name/assets/links/:number",
            ),
        ],
        ..RELEASES_WRITE
    },
    Route {
        number: 18,
        name: "terraform_state_read",
        paths: &[
            (GET, "/api/v4/projects/:id/terraform/state/:name"),
            (
                GET,
                "/api/v4/projects/:id/terraform/state/:name/versions/:number",
            ),
        ],
        needed: Needed::Role(Role::Developer),
        public_read: false,
        permission: Some(Permission::Read(Resource::TerraformState)),
        carriers: TERRAFORM,
        ..READ
    },
    Route {
        number: 19,
        name: "terraform_state_write",
        paths: &[
            (POST_DELETE, "/api/v4/projects/:id/terraform/state/:name"),
            (
                POST_DELETE,
                "/api/v4/projects/:id/terraform/state/:name/lock",
            ),
            (
                DELETE,
                "/api/v4/projects/:id/terraform/state/:name/versions/:number",
            ),
        ],
        needed: Needed::Role(Role::Maintainer),
        permission: Some(Permission::Admin(Resource::TerraformState)),
        carriers: TERRAFORM,
        ..WRITE
    },
    Route {
        number: 20,
        name: "git_fetch",
        paths: &[
            (GET, "/:path.git/info/refs?service=git-upload-pack"),
            (POST, "/:path.git/git-upload-pack"),
            (
                POST,
                "/:path.git/info/lfs/objects/batch body operation=download",
            ),
            (GET, "/:path.git/gitlab-lfs/objects/:name"),
        ],
        permission: Some(Permission::Read(Resource::Repositories)),
        carriers: BASIC,
        feature: Some(Feature::Repository),
        dialect: Dialect::Git,
        ..READ
    },
    Route {
        number: 21,
        name: "git_push",
        paths: &[
            (GET, "/:path.git/info/refs?service=git-receive-pack"),
            (POST, "/:path.git/git-receive-pack"),
            // A batch that does not say that it downloads may be about to upload.
            (POST, "/:path.git/info/lfs/objects/batch"),
            (PUT, "/:path.git/gitlab-lfs/objects/:name/:number"),
            (PUT, "/:path.git/gitlab-lfs/objects/:name/:number/authorize"),
        ],
        scope: ScopeRule::Own,
        carriers: BASIC,
        feature: Some(Feature::Repository),
        setting: Some(Setting::JobTokenPush),
        dialect: Dialect::Git,
        ..WRITE
    },
    Route {
        number: 30,
        name: "runner_artifacts_read",
        // The project is that of the job, which whoever looks up the facts knows.
        paths: &[(GET, "/api/v4/jobs/:number/artifacts")],
        carriers: HEADER.with(Carrier::TokenParameter),
        dialect: Dialect::Runner,
        ..ARTIFACTS
    },
    Route {
        number: 30,
        name: "runner_artifacts_write",
        paths: &[(POST, "/api/v4/jobs/:number/artifacts")],
        needed: Needed::Role(Role::None),
        scope: ScopeRule::None,
        carriers: HEADER.with(Carrier::TokenParameter),
        class: Class::Runner,
        dialect: Dialect::Runner,
        ..WRITE
    },
];

const REGISTRY: Route = Route {
    carriers: BASIC,
    feature: Some(Feature::ContainerRegistry),
    dialect: Dialect::Registry,
    ..READ
};
const REGISTRY_CHANGE: Route = Route {
    needed: Needed::Role(Role::Developer),
    scope: ScopeRule::Own,
    public_read: false,
    ..REGISTRY
};
const REGISTRY_API: Route = Route {
    scope: ScopeRule::Own,
    feature: Some(Feature::ContainerRegistry),
    setting: Some(Setting::ContainerRegistryApi),
    ..DELETES
};
const ARTIFACTS: Route = Route {
    needed: Needed::Artifact,
    permission: Some(Permission::Read(Resource::Jobs)),
    carriers: DOWNLOADS,
    feature: Some(Feature::Builds),
    ..READ
};
const ARTIFACTS_CHANGE: Route = Route {
    permission: Some(Permission::Admin(Resource::Jobs)),
    carriers: HEADER.with(Carrier::Body),
    feature: Some(Feature::Builds),
    changes_artifacts: true,
    ..DELETES
};
const RELEASES_READ: Route = Route {
    needed: Needed::Role(Role::Guest),
    permission: Some(Permission::Read(Resource::Releases)),
    feature: Some(Feature::Releases),
    ..READ
};
const RELEASES_WRITE: Route = Route {
    permission: Some(Permission::Admin(Resource::Releases)),
    feature: Some(Feature::Releases),
    ..WRITE
};
