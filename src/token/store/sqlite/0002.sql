-- What a job is about.
ALTER TABLE jobs ADD COLUMN name TEXT NOT NULL DEFAULT 'default';
ALTER TABLE jobs ADD COLUMN git_ref TEXT;
ALTER TABLE jobs ADD COLUMN ref_protected INTEGER NOT NULL DEFAULT FALSE;
ALTER TABLE jobs ADD COLUMN pipeline_id INTEGER;
-- Names, each on a line; none at all where the job declared nothing.
ALTER TABLE jobs ADD COLUMN permissions TEXT;

CREATE INDEX successful_jobs ON jobs (project_id, git_ref, name, id) WHERE state = 'success';

-- Whose artifacts are over.
CREATE INDEX erased_jobs ON jobs (id) WHERE erased;

CREATE TABLE pipelines (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    project_id INTEGER NOT NULL,
    git_ref TEXT NOT NULL,
    ref_protected INTEGER NOT NULL,
    source TEXT NOT NULL,
    user_id INTEGER NOT NULL,
    -- The job that started it, and where that is.
    upstream_pipeline_id INTEGER,
    upstream_job_id INTEGER,
    upstream_project_id INTEGER,
    depth INTEGER NOT NULL,
    -- NAME=VALUE, each with a zero byte after it.
    variables BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    CHECK ((upstream_job_id IS NULL) = (upstream_project_id IS NULL))
) STRICT;

-- What the pipelines of a project are made of: names, each on a line.
CREATE TABLE plans (
    id INTEGER PRIMARY KEY REFERENCES projects (id),
    refs TEXT NOT NULL,
    protected_refs TEXT NOT NULL,
    job_names TEXT NOT NULL
) STRICT;

-- Tokens that start pipelines.
CREATE TABLE triggers (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    digest BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),
    key_id INTEGER NOT NULL,
    accessor TEXT NOT NULL UNIQUE,
    project_id INTEGER NOT NULL REFERENCES projects (id),
    owner_id INTEGER NOT NULL REFERENCES users (id),
    created_at INTEGER NOT NULL
) STRICT;

CREATE INDEX triggers_by_project ON triggers (project_id);

-- What is known of the artifacts of a job. Their bytes are elsewhere.
CREATE TABLE artifacts (
    id INTEGER PRIMARY KEY REFERENCES jobs (id),
    file_name TEXT NOT NULL,
    size INTEGER NOT NULL,
    expires_at INTEGER,
    is_private INTEGER NOT NULL
) STRICT;

CREATE INDEX expiring_artifacts ON artifacts (expires_at) WHERE expires_at IS NOT NULL;
