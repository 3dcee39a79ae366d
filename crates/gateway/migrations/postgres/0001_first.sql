-- What SQLite has after its first two migrations. Instants are milliseconds since 1970, days are text, identifiers are text, flags are 0 and 1.
-- Texts are compared byte by byte, as SQLite does: COLLATE "C" wherever an order or an index hangs on it.

CREATE TABLE merchants (
    id              TEXT COLLATE "C" PRIMARY KEY,
    name            TEXT NOT NULL,
    -- Raising it ends every session.
    epoch           BIGINT NOT NULL DEFAULT 1,
    -- Both set: another registration API holds the registrations, and this is how it is reached.
    upstream_url    TEXT,
    upstream_sealed TEXT,
    created_at      BIGINT NOT NULL
);

CREATE TABLE merchant_forms (
    merchant_id TEXT COLLATE "C" NOT NULL REFERENCES merchants (id),
    position    BIGINT NOT NULL,
    slug        TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (merchant_id, slug)
);

CREATE TABLE merchant_origins (
    merchant_id TEXT COLLATE "C" NOT NULL REFERENCES merchants (id),
    origin      TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (merchant_id, origin)
);
-- A preflight names an origin and no merchant.
CREATE INDEX origins_of_all ON merchant_origins (origin);

-- Where an upstream's uploads go, for the hosted page's policy.
CREATE TABLE upload_origins (
    merchant_id TEXT COLLATE "C" NOT NULL REFERENCES merchants (id),
    origin      TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (merchant_id, origin)
);

CREATE TABLE api_keys (
    -- The publishable key itself; of an access token the part by which it is found.
    id          TEXT COLLATE "C" PRIMARY KEY,
    merchant_id TEXT COLLATE "C" NOT NULL REFERENCES merchants (id),
    kind        TEXT NOT NULL CHECK (kind IN ('publishable', 'access')),
    -- Of an access token, and all that is kept of it.
    hash        BYTEA,
    created_at  BIGINT NOT NULL,
    disabled_at BIGINT
);
CREATE INDEX keys_of_merchant ON api_keys (merchant_id);

CREATE TABLE serials (
    merchant_id   TEXT COLLATE "C" NOT NULL REFERENCES merchants (id),
    -- As it is compared; `serial` is as it was loaded, and what is shown and stored.
    folded        TEXT COLLATE "C" NOT NULL,
    dashless      TEXT COLLATE "C" NOT NULL,
    look          TEXT COLLATE "C" NOT NULL,
    serial        TEXT NOT NULL,
    sku           TEXT,
    customer_tags TEXT,
    product_name  TEXT,
    added_at      BIGINT NOT NULL,
    PRIMARY KEY (merchant_id, folded)
);
CREATE INDEX serials_without_dashes ON serials (merchant_id, dashless);
CREATE INDEX serials_that_look_alike ON serials (merchant_id, look);

CREATE TABLE registrations (
    id             TEXT COLLATE "C" PRIMARY KEY,
    merchant_id    TEXT COLLATE "C" NOT NULL REFERENCES merchants (id),
    form           TEXT NOT NULL,
    customer_name  TEXT,
    customer_email TEXT NOT NULL,
    email_folded   TEXT COLLATE "C" NOT NULL,
    product_name   TEXT,
    purchase_date  TEXT,
    -- The merchant's own fields, a JSON object. Receipts stand in registration_receipts.
    fields         TEXT NOT NULL,
    created_at     BIGINT NOT NULL
);
CREATE INDEX registrations_newest ON registrations (merchant_id, created_at DESC, id DESC);
CREATE INDEX registrations_of_customer ON registrations (merchant_id, email_folded, created_at DESC, id DESC);

CREATE TABLE registration_serials (
    registration_id TEXT COLLATE "C" NOT NULL REFERENCES registrations (id),
    position        BIGINT NOT NULL,
    merchant_id     TEXT COLLATE "C" NOT NULL REFERENCES merchants (id),
    folded          TEXT COLLATE "C" NOT NULL,
    serial          TEXT NOT NULL,
    -- Whether the form let it be registered once only.
    one_time        BIGINT NOT NULL CHECK (one_time IN (0, 1)),
    PRIMARY KEY (registration_id, position)
);
CREATE INDEX registrations_of_serial ON registration_serials (merchant_id, folded);
-- Of fifty who register one number at once, the database lets one.
CREATE UNIQUE INDEX one_owner ON registration_serials (merchant_id, folded) WHERE one_time = 1;

CREATE TABLE uploads (
    id           TEXT COLLATE "C" PRIMARY KEY,
    -- 128 random bits: the receipt's address.
    receipt      TEXT COLLATE "C" NOT NULL UNIQUE,
    merchant_id  TEXT COLLATE "C" NOT NULL REFERENCES merchants (id),
    -- The session it belongs to; none for a merchant's server.
    sid          TEXT,
    file_name    TEXT NOT NULL,
    file_type    TEXT NOT NULL,
    file_size    BIGINT NOT NULL,
    state        TEXT NOT NULL CHECK (state IN ('granted', 'stored', 'attached')),
    hash         BYTEA,
    -- Where an upstream keeps it.
    upstream_url TEXT,
    created_at   BIGINT NOT NULL
);
CREATE INDEX uploads_left_behind ON uploads (created_at) WHERE state <> 'attached';

-- A field may take several files. They have an order, and one file of such a field is still a list of one.
CREATE TABLE registration_receipts (
    registration_id TEXT COLLATE "C" NOT NULL REFERENCES registrations (id),
    field           TEXT COLLATE "C" NOT NULL,
    position        BIGINT NOT NULL,
    -- Whether the field takes several.
    several         BIGINT NOT NULL CHECK (several IN (0, 1)),
    upload_id       TEXT NOT NULL REFERENCES uploads (id),
    PRIMARY KEY (registration_id, field, position)
);

-- One row for each submit that carried a key. No personal data: hashes, numbers and how it ended.
CREATE TABLE submits (
    merchant_id  TEXT COLLATE "C" NOT NULL REFERENCES merchants (id),
    -- Which interface the key came by: a page's keys and a server's do not meet.
    interface    TEXT NOT NULL CHECK (interface IN ('browser', 'merchant')),
    key_hash     BYTEA NOT NULL,
    fingerprint  BYTEA NOT NULL,
    -- 'sending' was on its way upstream; after a restart nobody knows how it ended, and it is 'unknown'.
    state        TEXT NOT NULL CHECK (state IN ('registered', 'sending', 'refused', 'unknown')),
    -- The registrations' numbers, or what was wrong, as JSON.
    outcome      TEXT NOT NULL,
    status_token TEXT NOT NULL,
    created_at   BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,
    PRIMARY KEY (merchant_id, interface, key_hash)
);
CREATE INDEX submits_by_key ON submits (key_hash);
CREATE INDEX submits_expired ON submits (expires_at);
