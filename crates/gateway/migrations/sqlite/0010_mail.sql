-- How often a registration was confirmed is counted by this.

CREATE INDEX outbox_of_mail ON outbox (aggregate, created_at) WHERE kind = 'mail';
