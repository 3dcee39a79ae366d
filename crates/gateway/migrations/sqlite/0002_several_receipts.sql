-- A field may take several files. They have an order, and one file of such a field is still a list of one.

CREATE TABLE receipts_in_order (
    registration_id TEXT NOT NULL REFERENCES registrations (id),
    field           TEXT NOT NULL,
    position        INTEGER NOT NULL,
    -- Whether the field takes several.
    several         INTEGER NOT NULL CHECK (several IN (0, 1)),
    upload_id       TEXT NOT NULL REFERENCES uploads (id),
    PRIMARY KEY (registration_id, field, position)
) STRICT;

INSERT INTO receipts_in_order SELECT registration_id, field, 0, 0, upload_id FROM registration_receipts;
DROP TABLE registration_receipts;
ALTER TABLE receipts_in_order RENAME TO registration_receipts;
