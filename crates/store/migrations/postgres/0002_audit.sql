-- The log is asked by kind of event, by who did it, and by time without the many sign-ins.

CREATE INDEX events_by_name ON events (name, at);
CREATE INDEX events_by_actor ON events (actor, at);
CREATE INDEX events_without_sign_ins ON events (at)
    WHERE name NOT IN ('person.signed_in.v1', 'person.signed_out.v1');
