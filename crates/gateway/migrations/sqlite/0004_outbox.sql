-- What is still to be sent: registrations to an upstream, what happened to a merchant's endpoint, mails. A row is added in the same
-- transaction as what it tells of.

CREATE TABLE outbox (
    -- Sorts by the time it was made; receivers may be told it.
    id              TEXT PRIMARY KEY,
    merchant_id     TEXT NOT NULL REFERENCES merchants (id),
    kind            TEXT NOT NULL CHECK (kind IN ('forward', 'webhook', 'mail')),
    -- Which of the merchant's endpoints; empty where there is only one.
    endpoint        TEXT NOT NULL,
    -- Rows of one endpoint about the same thing are sent in the order of `seq`.
    aggregate       TEXT NOT NULL,
    seq             INTEGER NOT NULL,
    -- JSON. Empty once the row is settled: what a customer typed is not kept longer than it takes.
    payload         TEXT NOT NULL,
    -- How often it was claimed. Also the fence: an attempt that has lost its lease changes nothing any more.
    attempt         INTEGER NOT NULL,
    next_at         INTEGER NOT NULL,
    lease_until     INTEGER NOT NULL,
    -- Set if an attempt may have reached the receiver: until when that may be at work on it.
    unsettled_until INTEGER,
    state           TEXT NOT NULL CHECK (state IN ('waiting', 'done', 'rejected', 'unknown', 'exhausted', 'discarded')),
    last_error      TEXT,
    created_at      INTEGER NOT NULL,
    changed_at      INTEGER NOT NULL
) STRICT;
CREATE INDEX outbox_due ON outbox (kind, next_at) WHERE state = 'waiting';
CREATE INDEX outbox_in_order ON outbox (aggregate, seq) WHERE state = 'waiting';
CREATE INDEX outbox_settled ON outbox (changed_at) WHERE state IN ('done', 'discarded');

-- Until when an upstream is not called, because it refuses the access token. A new token lifts it.
ALTER TABLE merchants ADD COLUMN upstream_held_until INTEGER NOT NULL DEFAULT 0;

-- A submit may be 'queued' now: taken on, and on its way. What an earlier version left on its way has no row in the outbox: nobody knows.
CREATE TABLE submits_with_queued (
    merchant_id  TEXT NOT NULL REFERENCES merchants (id),
    interface    TEXT NOT NULL CHECK (interface IN ('browser', 'merchant')),
    key_hash     BLOB NOT NULL,
    fingerprint  BLOB NOT NULL,
    state        TEXT NOT NULL CHECK (state IN ('registered', 'sending', 'queued', 'refused', 'unknown')),
    outcome      TEXT NOT NULL,
    status_token TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    PRIMARY KEY (merchant_id, interface, key_hash)
) STRICT;
INSERT INTO submits_with_queued
    SELECT merchant_id, interface, key_hash, fingerprint, CASE state WHEN 'sending' THEN 'unknown' ELSE state END,
           outcome, status_token, created_at, expires_at FROM submits;
DROP TABLE submits;
ALTER TABLE submits_with_queued RENAME TO submits;
CREATE INDEX submits_by_key ON submits (key_hash);
CREATE INDEX submits_expired ON submits (expires_at);
