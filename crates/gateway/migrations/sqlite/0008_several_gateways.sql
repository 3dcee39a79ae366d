-- How much sessions and addresses have asked for, where several gateways count together. No names: hashes of them.
CREATE TABLE budgets (
    name    BLOB PRIMARY KEY,
    used    INTEGER NOT NULL,
    -- Seconds since 1970.
    ends_at INTEGER NOT NULL
) STRICT;
CREATE INDEX budgets_ended ON budgets (ends_at);

-- The widget's files of this version and the ones before, for tabs that are open while a gateway is updated.
CREATE TABLE assets (
    name     TEXT PRIMARY KEY,
    bytes    BLOB NOT NULL,
    filed_at INTEGER NOT NULL
) STRICT;
