-- Of a file in the bucket: which content of it was judged. Without one the file is on the disk.
ALTER TABLE uploads ADD COLUMN etag TEXT;

-- Receipts to be erased, of which nothing else is known any more. A row goes once its receipt is gone.
CREATE TABLE erasures (
    receipt     TEXT PRIMARY KEY,
    upload_id   TEXT NOT NULL,
    merchant_id TEXT NOT NULL,
    in_bucket   INTEGER NOT NULL CHECK (in_bucket IN (0, 1))
) STRICT;
