-- How much sessions and addresses have asked for, where several gateways count together. No names: hashes of them.
CREATE TABLE budgets (
    name    BYTEA PRIMARY KEY,
    used    BIGINT NOT NULL,
    -- Seconds since 1970.
    ends_at BIGINT NOT NULL
);
CREATE INDEX budgets_ended ON budgets (ends_at);

-- The widget's files of this version and the ones before, for tabs that are open while a gateway is updated.
CREATE TABLE assets (
    name     TEXT COLLATE "C" PRIMARY KEY,
    bytes    BYTEA NOT NULL,
    filed_at BIGINT NOT NULL
);
