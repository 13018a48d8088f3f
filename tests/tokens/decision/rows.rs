//! Every endpoint of the specification, written down a second time: as requests, with the least role
//! that is allowed.

/// Which projects a request may be for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// The job's own.
    Own,
    /// Any that the limit lets through.
    Any,
    /// Any, and those that are not private need no role.
    Public,
}

#[derive(Clone, Copy, Debug)]
pub struct Row {
    pub number: u8,
    pub reach: Reach,
    pub least_role: &'static str,
    /// The feature it belongs to, or `-`.
    pub feature: &'static str,
    /// The request, with `#` for the project's number and `@` for its path.
    pub line: &'static str,
}

pub fn rows() -> Vec<Row> {
    ROWS.lines().skip(1).map(row).collect()
}

fn row(text: &'static str) -> Row {
    let (columns, line) = text.split_at(COLUMNS);
    let columns: Vec<&str> = columns.split_whitespace().collect();
    let reach = match columns[1] {
        "own" => Reach::Own,
        "any" => Reach::Any,
        _ => Reach::Public,
    };
    Row {
        number: columns[0].parse().expect("a number"),
        reach,
        least_role: columns[2],
        feature: columns[3],
        line,
    }
}

/// Where the request begins in a line.
const COLUMNS: usize = 44;

const ROWS: &str = "
     1 public reporter   package_registry   GET /api/v4/projects/#/packages/generic/tool/1.0/f
     1 public reporter   package_registry   HEAD /api/v4/projects/#/packages/maven/g/tool/1/f.pom
     1 public reporter   package_registry   GET /api/v4/projects/#/packages/npm/@g%2Ftool
     1 public reporter   package_registry   GET /api/v4/projects/#/packages/pypi/simple/tool/
     2 any    developer  package_registry   PUT /api/v4/projects/#/packages/generic/tool/1.0/f
     2 any    developer  package_registry   POST /api/v4/projects/#/packages/pypi
     2 any    developer  package_registry   PUT /api/v4/projects/#/packages/npm/@g%2ftool
     3 public reporter   package_registry   GET /api/v4/projects/#/packages
     3 public reporter   package_registry   GET /api/v4/projects/#/packages/4
     3 public reporter   package_registry   GET /api/v4/projects/#/packages/4/package_files
     4 any    maintainer package_registry   DELETE /api/v4/projects/#/packages/4
     4 any    maintainer package_registry   DELETE /api/v4/projects/#/packages/4/package_files/5
     5 public reporter   container_registry repository:@:pull
     5 public reporter   container_registry repository:@/image:pull
     6 own    developer  container_registry repository:@:push
     7 own    developer  container_registry repository:@/image:delete
     8 own    reporter   container_registry GET /api/v4/projects/#/registry/repositories
     8 own    reporter   container_registry GET /api/v4/projects/#/registry/repositories/1/tags
     8 own    reporter   container_registry GET /api/v4/projects/#/registry/repositories/1/tags/v1
     9 own    developer  container_registry DELETE /api/v4/projects/#/registry/repositories/1/tags/v1
     9 own    maintainer container_registry DELETE /api/v4/projects/#/registry/repositories/1/tags
     9 own    maintainer container_registry DELETE /api/v4/projects/#/registry/repositories/1
    10 public reporter   builds             GET /api/v4/projects/#/jobs/artifacts/main/download?job=test
    10 public reporter   builds             GET /api/v4/projects/#/jobs/artifacts/a/b/raw/c/d.txt?job=test
    11 public reporter   builds             GET /api/v4/projects/#/jobs/3/artifacts
    11 public reporter   builds             GET /api/v4/projects/#/jobs/3/artifacts/c/d.txt
    12 any    developer  builds             POST /api/v4/projects/#/jobs/3/artifacts/keep
    12 any    maintainer builds             DELETE /api/v4/projects/#/jobs/3/artifacts
    14 any    developer  builds             POST /api/v4/projects/#/trigger/pipeline
    14 any    developer  builds             POST /api/v4/projects/#/ref/a/b/trigger/pipeline
    15 public guest      releases           GET /api/v4/projects/#/releases
    15 public guest      releases           GET /api/v4/projects/#/releases/v1
    15 public guest      releases           GET /api/v4/projects/#/releases/permalink/latest
    15 public guest      releases           GET /api/v4/projects/#/releases/v1/downloads/a/b
    16 any    developer  releases           POST /api/v4/projects/#/releases
    16 any    developer  releases           PUT /api/v4/projects/#/releases/v1
    16 any    developer  releases           DELETE /api/v4/projects/#/releases/v1
    16 any    developer  releases           POST /api/v4/projects/#/releases/v1/evidence
    17 public guest      releases           GET /api/v4/projects/#/releases/v1/assets/links
    17 public guest      releases           GET /api/v4/projects/#/releases/v1/assets/links/6
    17 any    developer  releases           POST /api/v4/projects/#/releases/v1/assets/links
    17 any    developer  releases           PUT /api/v4/projects/#/releases/v1/assets/links/6
    17 any    developer  releases           DELETE /api/v4/projects/#/releases/v1/assets/links/6
    18 any    developer  -                  GET /api/v4/projects/#/terraform/state/main
    18 any    developer  -                  GET /api/v4/projects/#/terraform/state/main/versions/2
    19 any    maintainer -                  POST /api/v4/projects/#/terraform/state/main
    19 any    maintainer -                  POST /api/v4/projects/#/terraform/state/main/lock
    19 any    maintainer -                  DELETE /api/v4/projects/#/terraform/state/main/lock
    19 any    maintainer -                  DELETE /api/v4/projects/#/terraform/state/main
    20 public reporter   repository         GET /@.git/info/refs?service=git-upload-pack
    20 public reporter   repository         POST /@.git/git-upload-pack
    21 own    developer  repository         GET /@.git/info/refs?service=git-receive-pack
    21 own    developer  repository         POST /@.git/git-receive-pack
    21 own    developer  repository         PUT /@.git/gitlab-lfs/objects/ab/12";
