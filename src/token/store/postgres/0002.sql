-- What a job is about.
ALTER TABLE jobs ADD COLUMN name TEXT NOT NULL DEFAULT 'default';
ALTER TABLE jobs ADD COLUMN git_ref TEXT;
ALTER TABLE jobs ADD COLUMN ref_protected BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE jobs ADD COLUMN pipeline_id BIGINT;
-- Names, each on a line; none at all where the job declared nothing.
ALTER TABLE jobs ADD COLUMN permissions TEXT;

CREATE INDEX successful_jobs ON jobs (project_id, git_ref, name, id) WHERE state = 'success';

-- Whose artifacts are over.
CREATE INDEX erased_jobs ON jobs (id) WHERE erased;

CREATE TABLE pipelines (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    project_id BIGINT NOT NULL,
    git_ref TEXT NOT NULL,
    ref_protected BOOLEAN NOT NULL,
    source TEXT NOT NULL,
    user_id BIGINT NOT NULL,
    -- The job that started it, and where that is.
    upstream_pipeline_id BIGINT,
    upstream_job_id BIGINT,
    upstream_project_id BIGINT,
    depth BIGINT NOT NULL,
    -- NAME=VALUE, each with a zero byte after it.
    variables BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    CHECK ((upstream_job_id IS NULL) = (upstream_project_id IS NULL))
);

-- What the pipelines of a project are made of: names, each on a line.
CREATE TABLE plans (
    id BIGINT PRIMARY KEY REFERENCES projects (id),
    refs TEXT NOT NULL,
    protected_refs TEXT NOT NULL,
    job_names TEXT NOT NULL
);

-- Tokens that start pipelines.
CREATE TABLE triggers (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    digest BYTEA NOT NULL UNIQUE CHECK (length(digest) = 32),
    key_id BIGINT NOT NULL,
    accessor TEXT NOT NULL UNIQUE,
    project_id BIGINT NOT NULL REFERENCES projects (id),
    owner_id BIGINT NOT NULL REFERENCES users (id),
    created_at BIGINT NOT NULL
);

CREATE INDEX triggers_by_project ON triggers (project_id);

-- What is known of the artifacts of a job. Their bytes are elsewhere.
CREATE TABLE artifacts (
    id BIGINT PRIMARY KEY REFERENCES jobs (id),
    file_name TEXT NOT NULL,
    size BIGINT NOT NULL,
    expires_at BIGINT,
    is_private BOOLEAN NOT NULL
);

CREATE INDEX expiring_artifacts ON artifacts (expires_at) WHERE expires_at IS NOT NULL;
