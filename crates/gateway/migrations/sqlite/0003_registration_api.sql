-- What the registration API needs beside adding and reading: changing, erasing, a random number, tokens for less than everything.

-- Counted up by each change, so that a change made from what was read is not made to something else.
ALTER TABLE registrations ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE registrations ADD COLUMN updated_at INTEGER;

-- What the merchant's list said of the number when it was registered: the customer was given these tags then.
ALTER TABLE registration_serials ADD COLUMN customer_tags TEXT;
ALTER TABLE registration_serials ADD COLUMN sku TEXT;
UPDATE registration_serials SET
    customer_tags = (SELECT s.customer_tags FROM serials s WHERE s.merchant_id = registration_serials.merchant_id AND s.folded = registration_serials.folded),
    sku = (SELECT s.sku FROM serials s WHERE s.merchant_id = registration_serials.merchant_id AND s.folded = registration_serials.folded);

-- A place by lot, so that a random number is the next one after a random place; and only those that nobody has registered have one.
ALTER TABLE serials ADD COLUMN lot INTEGER NOT NULL DEFAULT 0;
ALTER TABLE serials ADD COLUMN registered INTEGER NOT NULL DEFAULT 0;
UPDATE serials SET lot = random() & 9007199254740991;
UPDATE serials SET registered = 1 WHERE EXISTS
    (SELECT 1 FROM registration_serials r WHERE r.merchant_id = serials.merchant_id AND r.folded = serials.folded);
CREATE INDEX serials_by_lot ON serials (merchant_id, lot) WHERE registered = 0;

-- Of a registration that was erased: that there was one, and what it can be recognised by if somebody shows it.
CREATE TABLE erased_registrations (
    id          TEXT PRIMARY KEY,
    merchant_id TEXT NOT NULL REFERENCES merchants (id),
    hash        BLOB NOT NULL,
    erased_at   INTEGER NOT NULL
) STRICT;

CREATE INDEX registrations_of_receipt ON registration_receipts (upload_id);

-- What an access token may do, a bit each. `disabled_at` may lie ahead: a key that was replaced goes on until then.
ALTER TABLE api_keys ADD COLUMN scopes INTEGER NOT NULL DEFAULT 31;
