-- Instants are milliseconds since 1970, days are text, identifiers are text. STRICT: a column holds its type alone.

CREATE TABLE merchants (
    id              TEXT PRIMARY KEY,
    name            TEXT NOT NULL,
    -- Raising it ends every session.
    epoch           INTEGER NOT NULL DEFAULT 1,
    -- Both set: another registration API holds the registrations, and this is how it is reached.
    upstream_url    TEXT,
    upstream_sealed TEXT,
    created_at      INTEGER NOT NULL
) STRICT;

CREATE TABLE merchant_forms (
    merchant_id TEXT NOT NULL REFERENCES merchants (id),
    position    INTEGER NOT NULL,
    slug        TEXT NOT NULL,
    PRIMARY KEY (merchant_id, slug)
) STRICT;

CREATE TABLE merchant_origins (
    merchant_id TEXT NOT NULL REFERENCES merchants (id),
    origin      TEXT NOT NULL,
    PRIMARY KEY (merchant_id, origin)
) STRICT;
-- A preflight names an origin and no merchant.
CREATE INDEX origins_of_all ON merchant_origins (origin);

-- Where an upstream's uploads go, for the hosted page's policy.
CREATE TABLE upload_origins (
    merchant_id TEXT NOT NULL REFERENCES merchants (id),
    origin      TEXT NOT NULL,
    PRIMARY KEY (merchant_id, origin)
) STRICT;

CREATE TABLE api_keys (
    -- The publishable key itself; of an access token the part by which it is found.
    id          TEXT PRIMARY KEY,
    merchant_id TEXT NOT NULL REFERENCES merchants (id),
    kind        TEXT NOT NULL CHECK (kind IN ('publishable', 'access')),
    -- Of an access token, and all that is kept of it.
    hash        BLOB,
    created_at  INTEGER NOT NULL,
    disabled_at INTEGER
) STRICT;
CREATE INDEX keys_of_merchant ON api_keys (merchant_id);

CREATE TABLE serials (
    merchant_id   TEXT NOT NULL REFERENCES merchants (id),
    -- As it is compared; `serial` is as it was loaded, and what is shown and stored.
    folded        TEXT NOT NULL,
    dashless      TEXT NOT NULL,
    look          TEXT NOT NULL,
    serial        TEXT NOT NULL,
    sku           TEXT,
    customer_tags TEXT,
    product_name  TEXT,
    added_at      INTEGER NOT NULL,
    PRIMARY KEY (merchant_id, folded)
) STRICT;
CREATE INDEX serials_without_dashes ON serials (merchant_id, dashless);
CREATE INDEX serials_that_look_alike ON serials (merchant_id, look);

CREATE TABLE registrations (
    id             TEXT PRIMARY KEY,
    merchant_id    TEXT NOT NULL REFERENCES merchants (id),
    form           TEXT NOT NULL,
    customer_name  TEXT,
    customer_email TEXT NOT NULL,
    email_folded   TEXT NOT NULL,
    product_name   TEXT,
    purchase_date  TEXT,
    -- The merchant's own fields, a JSON object. Receipts stand in registration_receipts.
    fields         TEXT NOT NULL,
    created_at     INTEGER NOT NULL
) STRICT;
CREATE INDEX registrations_newest ON registrations (merchant_id, created_at DESC, id DESC);
CREATE INDEX registrations_of_customer ON registrations (merchant_id, email_folded, created_at DESC, id DESC);

CREATE TABLE registration_serials (
    registration_id TEXT NOT NULL REFERENCES registrations (id),
    position        INTEGER NOT NULL,
    merchant_id     TEXT NOT NULL REFERENCES merchants (id),
    folded          TEXT NOT NULL,
    serial          TEXT NOT NULL,
    -- Whether the form let it be registered once only.
    one_time        INTEGER NOT NULL CHECK (one_time IN (0, 1)),
    PRIMARY KEY (registration_id, position)
) STRICT;
CREATE INDEX registrations_of_serial ON registration_serials (merchant_id, folded);
-- Of fifty who register one number at once, the database lets one.
CREATE UNIQUE INDEX one_owner ON registration_serials (merchant_id, folded) WHERE one_time = 1;

CREATE TABLE uploads (
    id           TEXT PRIMARY KEY,
    -- 128 random bits: the receipt's address.
    receipt      TEXT NOT NULL UNIQUE,
    merchant_id  TEXT NOT NULL REFERENCES merchants (id),
    -- The session it belongs to; none for a merchant's server.
    sid          TEXT,
    file_name    TEXT NOT NULL,
    file_type    TEXT NOT NULL,
    file_size    INTEGER NOT NULL,
    state        TEXT NOT NULL CHECK (state IN ('granted', 'stored', 'attached')),
    hash         BLOB,
    -- Where an upstream keeps it.
    upstream_url TEXT,
    created_at   INTEGER NOT NULL
) STRICT;
CREATE INDEX uploads_left_behind ON uploads (created_at) WHERE state <> 'attached';

CREATE TABLE registration_receipts (
    registration_id TEXT NOT NULL REFERENCES registrations (id),
    field           TEXT NOT NULL,
    upload_id       TEXT NOT NULL REFERENCES uploads (id),
    PRIMARY KEY (registration_id, field)
) STRICT;

-- One row for each submit that carried a key. No personal data: hashes, numbers and how it ended.
CREATE TABLE submits (
    merchant_id  TEXT NOT NULL REFERENCES merchants (id),
    -- Which interface the key came by: a page's keys and a server's do not meet.
    interface    TEXT NOT NULL CHECK (interface IN ('browser', 'merchant')),
    key_hash     BLOB NOT NULL,
    fingerprint  BLOB NOT NULL,
    -- 'sending' was on its way upstream; after a restart nobody knows how it ended, and it is 'unknown'.
    state        TEXT NOT NULL CHECK (state IN ('registered', 'sending', 'refused', 'unknown')),
    -- The registrations' numbers, or what was wrong, as JSON.
    outcome      TEXT NOT NULL,
    status_token TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    PRIMARY KEY (merchant_id, interface, key_hash)
) STRICT;
CREATE INDEX submits_by_key ON submits (key_hash);
CREATE INDEX submits_expired ON submits (expires_at);
