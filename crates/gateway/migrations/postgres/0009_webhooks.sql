-- Where a merchant is told what happens to registrations. What is to be sent stands in the outbox, a row for each endpoint and event.

CREATE TABLE webhook_endpoints (
    id              TEXT PRIMARY KEY,
    merchant_id     TEXT NOT NULL REFERENCES merchants (id),
    url             TEXT NOT NULL,
    -- Which events, with commas between.
    events          TEXT NOT NULL,
    -- The secret that signs, sealed; and while it is being replaced, the one before, with the instant until which that signs as well.
    secret_sealed   TEXT NOT NULL,
    previous_sealed TEXT,
    previous_until  BIGINT,
    -- Set once nothing is sent there any more, with the reason.
    disabled_at     BIGINT,
    disabled_why    TEXT,
    -- Since when no attempt has succeeded.
    failing_since   BIGINT,
    created_at      BIGINT NOT NULL,
    UNIQUE (merchant_id, url)
);
CREATE INDEX outbox_of_endpoint ON outbox (endpoint, id) WHERE kind = 'webhook';
