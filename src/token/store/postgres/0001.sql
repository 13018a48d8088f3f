-- Numbers are never given twice, not even after the last row is gone.
CREATE TABLE jobs (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    project_id BIGINT NOT NULL,
    user_id BIGINT,
    timeout BIGINT NOT NULL,
    lease BIGINT,
    state TEXT NOT NULL,
    failure TEXT,
    erased BOOLEAN NOT NULL DEFAULT FALSE,
    attempt BIGINT NOT NULL DEFAULT 0,
    runner_id BIGINT,
    cancels_gracefully BOOLEAN NOT NULL DEFAULT FALSE,
    last_call_at BIGINT,
    reported TEXT,
    -- The token of the last attempt: its own row is deleted in time.
    issued_at BIGINT,
    acked_at BIGINT,
    runner_until BIGINT,
    resource_until BIGINT,
    revoked_at BIGINT,
    revoke_reason TEXT
);

CREATE INDEX pending_jobs ON jobs (id) WHERE state = 'pending';
CREATE INDEX executing_jobs ON jobs (id) WHERE state IN ('running', 'canceling');

CREATE TABLE tokens (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    digest BYTEA NOT NULL UNIQUE CHECK (length(digest) = 32),
    key_id BIGINT NOT NULL,
    accessor TEXT NOT NULL UNIQUE,
    job_id BIGINT NOT NULL REFERENCES jobs (id),
    attempt BIGINT NOT NULL,
    issued_at BIGINT NOT NULL,
    acked_at BIGINT,
    runner_until BIGINT NOT NULL,
    resource_until BIGINT NOT NULL,
    revoked_at BIGINT,
    revoke_reason TEXT,
    CHECK ((revoked_at IS NULL) = (revoke_reason IS NULL)),
    UNIQUE (job_id, attempt)
);

CREATE UNIQUE INDEX one_live_token ON tokens (job_id) WHERE revoked_at IS NULL;
CREATE INDEX revoked_tokens ON tokens (revoked_at) WHERE revoked_at IS NOT NULL;

CREATE TABLE projects (
    id BIGINT PRIMARY KEY,
    path TEXT NOT NULL,
    -- The path in lower case: paths are the same in any.
    path_key TEXT NOT NULL UNIQUE,
    visibility TEXT NOT NULL,
    pending_delete BOOLEAN NOT NULL,
    outbound_limit BOOLEAN NOT NULL,
    job_token_push BOOLEAN NOT NULL,
    container_registry_api BOOLEAN NOT NULL,
    public_pipelines BOOLEAN NOT NULL,
    -- Who has each feature.
    repository TEXT NOT NULL,
    builds TEXT NOT NULL,
    container_registry TEXT NOT NULL,
    package_registry TEXT NOT NULL,
    releases TEXT NOT NULL,
    environments TEXT NOT NULL
);

CREATE TABLE users (
    id BIGINT PRIMARY KEY,
    name TEXT NOT NULL,
    external BOOLEAN NOT NULL,
    state TEXT NOT NULL
);

CREATE INDEX users_by_name ON users (name);

CREATE TABLE members (
    user_id BIGINT NOT NULL REFERENCES users (id),
    project_id BIGINT NOT NULL REFERENCES projects (id),
    role TEXT NOT NULL,
    PRIMARY KEY (user_id, project_id)
);

CREATE TABLE listed_projects (
    source_id BIGINT NOT NULL REFERENCES projects (id),
    target_id BIGINT NOT NULL REFERENCES projects (id),
    PRIMARY KEY (source_id, target_id),
    CHECK (source_id <> target_id)
);

-- The epoch of the keys.
CREATE TABLE authority (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    epoch BIGINT
);

INSERT INTO authority (id) VALUES (1);

-- The highest time that was persisted is the highest of these: one row would make every change of
-- any job wait for the one before it to reach the disk.
CREATE TABLE clocks (
    id BIGINT PRIMARY KEY,
    highest BIGINT
) WITH (fillfactor = 20);

INSERT INTO clocks (id) SELECT generate_series(0, 15);
