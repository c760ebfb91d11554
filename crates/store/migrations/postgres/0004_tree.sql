-- The Merkle tree over the log (RFC 6962): the hash of each complete subtree, from the leaves up,
-- and the signed checkpoints of it. Its size is the position of the follower that grows it.

CREATE TABLE tree (
    level BIGINT NOT NULL,
    place BIGINT NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (level, place)
);

CREATE TABLE checkpoints (
    size BIGINT NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL,
    note TEXT NOT NULL
);
