-- What waits is claimed in its order, and what is open of a release or unread by a person is
-- counted, without walking past all the rest.

DROP INDEX deliveries_waiting;
CREATE INDEX deliveries_waiting ON deliveries (channel, next_at, place) WHERE state = 'waiting';
CREATE INDEX deliveries_open ON deliveries (release, state)
    WHERE state IN ('waiting', 'sending', 'dead');
CREATE INDEX deliveries_unread ON deliveries (person) WHERE channel = 'page' AND read_at IS NULL;
