-- Raised with each change of a merchant, its origins, forms or keys: gateways have them in memory, and see by this row whether they still are so.

CREATE TABLE directory (
    one     BIGINT PRIMARY KEY CHECK (one = 1),
    version BIGINT NOT NULL
);
INSERT INTO directory (one, version) VALUES (1, 1);
