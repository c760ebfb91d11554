//! The read model of exceptions: a row each, by which rules find the one that lets a record pass,
//! and a row for each side, by which records list theirs.

use domain::calendar::Side;
use domain::exception::{Exception, Rule};
use kernel::{ExceptionId, PersonId, Timestamp, Version};
use ports::{Fault, Tx};

use crate::bus::Record;
use crate::listing::serial;

impl Record for Exception {
    const MODEL: i64 = 1;
    const TABLE_NAMES: &'static [&'static str] = &["exceptions", "exception_sides"];
    const TABLES: &'static [&'static str] = &[
        "CREATE TABLE exceptions (id TEXT PRIMARY KEY, version BIGINT NOT NULL, \
            number TEXT NOT NULL, serial BIGINT NOT NULL, rule TEXT NOT NULL, \
            subject TEXT NOT NULL, other TEXT NOT NULL, state TEXT NOT NULL, \
            until_at BIGINT NOT NULL, asked_by TEXT)",
        "CREATE UNIQUE INDEX exceptions_by_number ON exceptions (number)",
        "CREATE INDEX exceptions_by_serial ON exceptions (serial)",
        "CREATE INDEX exceptions_by_state ON exceptions (state, serial)",
        "CREATE INDEX exceptions_by_subject ON exceptions (subject, other, rule, until_at)",
        "CREATE TABLE exception_sides (side TEXT NOT NULL, serial BIGINT NOT NULL, \
            exception TEXT NOT NULL, state TEXT NOT NULL, PRIMARY KEY (side, serial))",
        "CREATE INDEX exception_sides_by_state ON exception_sides (side, state, serial)",
    ];

    fn project(
        &self,
        id: ExceptionId,
        version: Version,
        _: Timestamp,
        tx: &mut dyn Tx,
    ) -> Result<(), Fault> {
        let (id, state) = (id.to_string(), self.state.word());
        let number = serial(&self.number);
        tx.execute(
            "INSERT INTO exceptions (id, version, number, serial, rule, subject, other, state, \
            until_at, asked_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) \
            ON CONFLICT (id) DO UPDATE SET version = excluded.version, state = excluded.state",
            &[
                (&id).into(),
                version.into(),
                (&self.number).into(),
                number.into(),
                self.rule.map_or("", Rule::word).into(),
                self.subject.map_or_else(String::new, |side| side.id()).into(),
                self.with.map_or_else(String::new, |side| side.id()).into(),
                state.into(),
                self.until.map_or(0, Timestamp::micros).into(),
                self.asked_by.map(|person: PersonId| person.to_string()).into(),
            ],
        )?;
        for side in [self.subject, self.with].iter().flatten().map(Side::id) {
            let sql = "INSERT INTO exception_sides (side, serial, exception, state) \
                VALUES ($1, $2, $3, $4) \
                ON CONFLICT (side, serial) DO UPDATE SET state = excluded.state";
            tx.execute(sql, &[side.into(), number.into(), (&id).into(), state.into()])?;
        }
        Ok(())
    }

    fn search_text(&self) -> String {
        format!("{} {}", self.number, self.reason)
    }
}
