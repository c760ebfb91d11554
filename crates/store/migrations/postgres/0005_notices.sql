-- What notices became of, one row for each reader and channel. It is no part of the log: the log
-- keeps the notice itself, its texts and how many it was for.

CREATE TABLE deliveries (
    notice TEXT NOT NULL,
    channel TEXT NOT NULL,
    recipient TEXT NOT NULL,
    release TEXT NOT NULL,
    place BIGINT NOT NULL,
    person TEXT,
    audience TEXT NOT NULL,
    zone TEXT NOT NULL,
    state TEXT NOT NULL,
    in_doubt BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    next_at BIGINT NOT NULL,
    sent_at BIGINT,
    read_at BIGINT,
    reason TEXT,
    PRIMARY KEY (notice, channel, recipient)
);
CREATE INDEX deliveries_waiting ON deliveries (channel, next_at) WHERE state = 'waiting';
CREATE INDEX deliveries_sending ON deliveries (channel) WHERE state = 'sending';
CREATE INDEX deliveries_dead ON deliveries (channel) WHERE state = 'dead';
CREATE INDEX deliveries_of_release ON deliveries (release, channel, recipient, place);
CREATE INDEX deliveries_of_person ON deliveries (person, sent_at) WHERE channel = 'page';

-- The secrets of channels; they stay out of the log.
CREATE TABLE channel_secrets (
    channel TEXT NOT NULL PRIMARY KEY,
    url TEXT NOT NULL,
    secret TEXT NOT NULL
);
