-- What waits for the end of somebody's quiet hours, what does not, and what goes out with others in
-- one mail.

ALTER TABLE deliveries ADD COLUMN urgent BIGINT NOT NULL DEFAULT 0;
ALTER TABLE deliveries ADD COLUMN held BIGINT NOT NULL DEFAULT 0;
ALTER TABLE deliveries ADD COLUMN digest TEXT;
CREATE INDEX deliveries_waiting_for ON deliveries (person, channel) WHERE state = 'waiting';
CREATE INDEX deliveries_by_digest ON deliveries (digest) WHERE digest IS NOT NULL;
