-- Whom a merchant wants to be told of new registrations, by mail.
ALTER TABLE merchants ADD COLUMN notice_to TEXT;
