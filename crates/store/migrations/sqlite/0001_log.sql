-- The log, the cache of states, and what commits together with them.

CREATE TABLE events (
    id TEXT NOT NULL PRIMARY KEY,
    stream TEXT NOT NULL,
    version BIGINT NOT NULL,
    name TEXT NOT NULL,
    payload TEXT NOT NULL,
    actor TEXT NOT NULL,
    at BIGINT NOT NULL,
    correlation TEXT NOT NULL,
    salt TEXT NOT NULL,
    digest TEXT NOT NULL,
    UNIQUE (stream, version)
);

-- Ids of committed events that wait for their place in the log.
CREATE TABLE unnumbered (
    seq INTEGER NOT NULL PRIMARY KEY,
    event_id TEXT NOT NULL
);

CREATE TABLE log (
    position INTEGER NOT NULL PRIMARY KEY,
    event_id TEXT NOT NULL UNIQUE
);

CREATE TABLE states (
    stream TEXT NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    format BIGINT NOT NULL,
    state TEXT NOT NULL
);

CREATE TABLE numbers (
    series TEXT NOT NULL PRIMARY KEY,
    last BIGINT NOT NULL
);

CREATE TABLE idempotency (
    actor TEXT NOT NULL,
    key TEXT NOT NULL,
    request_hash TEXT NOT NULL,
    at BIGINT NOT NULL,
    status BIGINT,
    body TEXT,
    PRIMARY KEY (actor, key)
);
CREATE INDEX idempotency_at ON idempotency (at);

CREATE TABLE timers (
    id TEXT NOT NULL PRIMARY KEY,
    due_at BIGINT NOT NULL,
    stream TEXT NOT NULL,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    lease_until BIGINT,
    attempts BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX timers_due_at ON timers (due_at);
CREATE INDEX timers_stream ON timers (stream);

CREATE TABLE followers (
    name TEXT NOT NULL PRIMARY KEY,
    position BIGINT NOT NULL
);

CREATE TABLE read_models (
    name TEXT NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL
);

CREATE TABLE attempts (
    actor TEXT NOT NULL,
    verb TEXT NOT NULL,
    subject TEXT NOT NULL,
    code TEXT NOT NULL,
    since BIGINT NOT NULL,
    count BIGINT NOT NULL,
    PRIMARY KEY (actor, verb, subject, code)
);

CREATE TABLE sessions (
    hash TEXT NOT NULL PRIMARY KEY,
    person TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX sessions_person ON sessions (person);
CREATE INDEX sessions_expires_at ON sessions (expires_at);

-- Hashes of passwords and tokens; they stay out of the log.
CREATE TABLE secrets (
    subject TEXT NOT NULL PRIMARY KEY,
    hash TEXT NOT NULL
);
CREATE INDEX secrets_hash ON secrets (hash);

CREATE TABLE settings (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

-- The words of a stream are kept under its row id, so that they are replaced without a scan.
CREATE TABLE searched (
    id INTEGER NOT NULL PRIMARY KEY,
    stream TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL
);
CREATE VIRTUAL TABLE searched_words USING fts5 (
    words, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 0'
);
