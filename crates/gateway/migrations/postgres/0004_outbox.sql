-- What is still to be sent: registrations to an upstream, what happened to a merchant's endpoint, mails. A row is added in the same
-- transaction as what it tells of.

CREATE TABLE outbox (
    -- Sorts by the time it was made; receivers may be told it.
    id              TEXT COLLATE "C" PRIMARY KEY,
    merchant_id     TEXT COLLATE "C" NOT NULL REFERENCES merchants (id),
    kind            TEXT NOT NULL CHECK (kind IN ('forward', 'webhook', 'mail')),
    -- Which of the merchant's endpoints; empty where there is only one.
    endpoint        TEXT COLLATE "C" NOT NULL,
    -- Rows of one endpoint about the same thing are sent in the order of `seq`.
    aggregate       TEXT COLLATE "C" NOT NULL,
    seq             BIGINT NOT NULL,
    -- JSON. Empty once the row is settled: what a customer typed is not kept longer than it takes.
    payload         TEXT NOT NULL,
    -- How often it was claimed. Also the fence: an attempt that has lost its lease changes nothing any more.
    attempt         BIGINT NOT NULL,
    next_at         BIGINT NOT NULL,
    lease_until     BIGINT NOT NULL,
    -- Set if an attempt may have reached the receiver: until when that may be at work on it.
    unsettled_until BIGINT,
    state           TEXT NOT NULL CHECK (state IN ('waiting', 'done', 'rejected', 'unknown', 'exhausted', 'discarded')),
    last_error      TEXT,
    created_at      BIGINT NOT NULL,
    changed_at      BIGINT NOT NULL
);
CREATE INDEX outbox_due ON outbox (kind, next_at) WHERE state = 'waiting';
CREATE INDEX outbox_in_order ON outbox (aggregate, seq) WHERE state = 'waiting';
CREATE INDEX outbox_settled ON outbox (changed_at) WHERE state IN ('done', 'discarded');

-- Until when an upstream is not called, because it refuses the access token. A new token lifts it.
ALTER TABLE merchants ADD COLUMN upstream_held_until BIGINT NOT NULL DEFAULT 0;

-- A submit may be 'queued' now: taken on, and on its way.
ALTER TABLE submits DROP CONSTRAINT submits_state_check;
ALTER TABLE submits ADD CONSTRAINT submits_state_check CHECK (state IN ('registered', 'sending', 'queued', 'refused', 'unknown'));
UPDATE submits SET state = 'unknown' WHERE state = 'sending';
