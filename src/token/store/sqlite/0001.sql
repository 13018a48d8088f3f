-- Numbers are never given twice, not even after the last row is gone.
CREATE TABLE jobs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    project_id INTEGER NOT NULL,
    user_id INTEGER,
    timeout INTEGER NOT NULL,
    lease INTEGER,
    state TEXT NOT NULL,
    failure TEXT,
    erased INTEGER NOT NULL DEFAULT FALSE,
    attempt INTEGER NOT NULL DEFAULT 0,
    runner_id INTEGER,
    cancels_gracefully INTEGER NOT NULL DEFAULT FALSE,
    last_call_at INTEGER,
    reported TEXT,
    -- The token of the last attempt: its own row is deleted in time.
    issued_at INTEGER,
    acked_at INTEGER,
    runner_until INTEGER,
    resource_until INTEGER,
    revoked_at INTEGER,
    revoke_reason TEXT
) STRICT;

CREATE INDEX pending_jobs ON jobs (id) WHERE state = 'pending';
CREATE INDEX executing_jobs ON jobs (id) WHERE state IN ('running', 'canceling');

CREATE TABLE tokens (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    digest BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),
    key_id INTEGER NOT NULL,
    accessor TEXT NOT NULL UNIQUE,
    job_id INTEGER NOT NULL REFERENCES jobs (id),
    attempt INTEGER NOT NULL,
    issued_at INTEGER NOT NULL,
    acked_at INTEGER,
    runner_until INTEGER NOT NULL,
    resource_until INTEGER NOT NULL,
    revoked_at INTEGER,
    revoke_reason TEXT,
    CHECK ((revoked_at IS NULL) = (revoke_reason IS NULL)),
    UNIQUE (job_id, attempt)
) STRICT;

CREATE UNIQUE INDEX one_live_token ON tokens (job_id) WHERE revoked_at IS NULL;
CREATE INDEX revoked_tokens ON tokens (revoked_at) WHERE revoked_at IS NOT NULL;

CREATE TABLE projects (
    id INTEGER PRIMARY KEY,
    path TEXT NOT NULL,
    -- The path in lower case: paths are the same in any.
    path_key TEXT NOT NULL UNIQUE,
    visibility TEXT NOT NULL,
    pending_delete INTEGER NOT NULL,
    outbound_limit INTEGER NOT NULL,
    job_token_push INTEGER NOT NULL,
    container_registry_api INTEGER NOT NULL,
    public_pipelines INTEGER NOT NULL,
    -- Who has each feature.
    repository TEXT NOT NULL,
    builds TEXT NOT NULL,
    container_registry TEXT NOT NULL,
    package_registry TEXT NOT NULL,
    releases TEXT NOT NULL,
    environments TEXT NOT NULL
) STRICT;

CREATE TABLE users (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    external INTEGER NOT NULL,
    state TEXT NOT NULL
) STRICT;

CREATE INDEX users_by_name ON users (name);

CREATE TABLE members (
    user_id INTEGER NOT NULL REFERENCES users (id),
    project_id INTEGER NOT NULL REFERENCES projects (id),
    role TEXT NOT NULL,
    PRIMARY KEY (user_id, project_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE listed_projects (
    source_id INTEGER NOT NULL REFERENCES projects (id),
    target_id INTEGER NOT NULL REFERENCES projects (id),
    PRIMARY KEY (source_id, target_id),
    CHECK (source_id <> target_id)
) STRICT, WITHOUT ROWID;

-- The highest time that was persisted, and the epoch of the keys.
CREATE TABLE authority (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    highest INTEGER,
    epoch INTEGER
) STRICT;

INSERT INTO authority (id) VALUES (1);
