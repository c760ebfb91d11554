-- What jobs said, piece by piece. It is no part of the log: the end of a job keeps its last lines.

CREATE TABLE job_output (
    job TEXT NOT NULL,
    start BIGINT NOT NULL,
    bytes BIGINT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (job, start)
);
