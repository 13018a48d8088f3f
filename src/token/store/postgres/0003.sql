-- Never a token, a query or a body. Found by the newest and by the name of a request.
CREATE TABLE decisions (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at BIGINT NOT NULL,
    request_id TEXT NOT NULL,
    step TEXT NOT NULL,
    reason TEXT NOT NULL,
    status BIGINT NOT NULL,
    job_id BIGINT,
    pipeline_id BIGINT,
    user_id BIGINT,
    source_id BIGINT,
    target_id BIGINT,
    action TEXT,
    route TEXT,
    accessor TEXT,
    client TEXT,
    user_agent TEXT,
    latency BIGINT NOT NULL
);

CREATE INDEX decisions_by_request ON decisions (request_id);
CREATE INDEX decisions_by_time ON decisions (at);

CREATE TABLE audit_events (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at BIGINT NOT NULL,
    who TEXT NOT NULL,
    what TEXT NOT NULL,
    project_id BIGINT,
    user_id BIGINT,
    job_id BIGINT,
    accessor TEXT,
    before TEXT,
    after TEXT
);

CREATE INDEX audit_events_by_time ON audit_events (at);

ALTER TABLE tokens ADD COLUMN last_used_at BIGINT;

-- Tells the marks of stores apart that lie beside one file of keys.
ALTER TABLE authority ADD COLUMN identity TEXT;
UPDATE authority SET identity = left(md5(random()::text || clock_timestamp()::text), 16);
