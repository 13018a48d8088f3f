-- Never a token, a query or a body. Found by the newest and by the name of a request.
CREATE TABLE decisions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    request_id TEXT NOT NULL,
    step TEXT NOT NULL,
    reason TEXT NOT NULL,
    status INTEGER NOT NULL,
    job_id INTEGER,
    pipeline_id INTEGER,
    user_id INTEGER,
    source_id INTEGER,
    target_id INTEGER,
    action TEXT,
    route TEXT,
    accessor TEXT,
    client TEXT,
    user_agent TEXT,
    latency INTEGER NOT NULL
) STRICT;

CREATE INDEX decisions_by_request ON decisions (request_id);
CREATE INDEX decisions_by_time ON decisions (at);

CREATE TABLE audit_events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    who TEXT NOT NULL,
    what TEXT NOT NULL,
    project_id INTEGER,
    user_id INTEGER,
    job_id INTEGER,
    accessor TEXT,
    before TEXT,
    after TEXT
) STRICT;

CREATE INDEX audit_events_by_time ON audit_events (at);

ALTER TABLE tokens ADD COLUMN last_used_at INTEGER;

-- Tells the marks of stores apart that lie beside one file of keys.
ALTER TABLE authority ADD COLUMN identity TEXT;
UPDATE authority SET identity = lower(hex(randomblob(8)));
