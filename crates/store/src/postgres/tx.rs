//! A transaction on a session. The first statement that fails spoils it until it returns to a
//! savepoint, and is remembered: the writer decides by it whether the work is run again.

use kernel::Version;
use ports::{Fault, LoggedEvent, NewEvent, Query, Row, StoredState, Tx, Value};
use sha2::{Digest, Sha256};

use super::session::{Connector, Session};
use super::trouble::{Remedy, Trouble};
use crate::{Recorder, log, words};

/// Appends one event when the stream stands just before it, and queues it for the log. Two who
/// append at the same version meet at the unique key; the later one finds no row inserted.
const APPEND: &str = "WITH kept AS (INSERT INTO events (id, stream, version, name, payload, \
     actor, at, correlation, salt, digest) SELECT CAST($1 AS TEXT), CAST($2 AS TEXT), \
     CAST($3 AS BIGINT), $4, $5, $6, CAST($7 AS BIGINT), $8, $9, $10 WHERE CAST($3 AS BIGINT) = \
     (SELECT coalesce(max(version), 0) + 1 FROM events WHERE stream = CAST($2 AS TEXT)) \
     ON CONFLICT (stream, version) DO NOTHING RETURNING id) \
     INSERT INTO unnumbered (event_id) SELECT id FROM kept";
const NEXT_NUMBER: &str = "SELECT nextval(CAST(CAST($1 AS TEXT) AS REGCLASS))";
const INDEX_WORDS: &str = "INSERT INTO searched (stream, kind, words) \
     VALUES ($1, $2, CAST(CAST($3 AS TEXT) AS TSVECTOR)) \
     ON CONFLICT (stream) DO UPDATE SET words = excluded.words";
const FORGET_WORDS: &str = "DELETE FROM searched WHERE stream = $1";
const SEARCH: &str = "SELECT stream FROM (SELECT stream, words FROM searched \
     WHERE words @@ CAST(CAST($1 AS TEXT) AS TSQUERY) \
     AND (CAST($2 AS TEXT) IS NULL OR kind = CAST($2 AS TEXT)) LIMIT $3) AS matching \
     ORDER BY ts_rank(words, CAST(CAST($1 AS TEXT) AS TSQUERY)) DESC, stream LIMIT $4";
/// The highest position of a word that PostgreSQL keeps.
const WORD_POSITION_MAX: usize = 16_383;

/// A transaction, or a snapshot, on a borrowed session.
pub(super) struct PgTx<'s> {
    session: &'s mut Session,
    connector: &'s Connector,
    record: Option<&'s dyn Recorder>,
    /// How many savepoints are open.
    depth: usize,
    /// The number of open savepoints when a statement failed, and what could be done about it.
    failed: Option<(usize, Remedy)>,
    appended: bool,
}

impl<'s> PgTx<'s> {
    pub(super) fn new(
        session: &'s mut Session,
        connector: &'s Connector,
        record: Option<&'s dyn Recorder>,
    ) -> Self {
        Self { session, connector, record, depth: 0, failed: None, appended: false }
    }

    /// True when events wait for their place in the log.
    pub(super) fn has_appended(&self) -> bool {
        self.appended
    }

    /// What could be done about the statement that spoilt the transaction.
    pub(super) fn remedy(&self) -> Option<Remedy> {
        self.failed.map(|(_, remedy)| remedy)
    }

    /// The fault of a job that wants to keep a spoilt or unfinished transaction.
    pub(super) fn check_whole(&self) -> Result<(), Fault> {
        if self.failed.is_some() {
            return Err(spoilt());
        }
        if self.depth > 0 {
            return Err(Fault::permanent("ending the work", "a savepoint was left open"));
        }
        Ok(())
    }

    /// Runs a file of several statements.
    pub(super) fn script(&mut self, sql: &str) -> Result<(), Fault> {
        let sql = byte_ordered(sql);
        self.run(&sql, &[], |session| session.control(&sql))
    }

    fn run<T>(
        &mut self,
        sql: &str,
        params: &[Value],
        work: impl FnOnce(&mut Session) -> Result<T, Trouble>,
    ) -> Result<T, Fault> {
        if self.failed.is_some() {
            return Err(spoilt());
        }
        if let Some(record) = self.record {
            record.statement(sql, params);
        }
        work(self.session).map_err(|trouble| {
            self.failed = Some((self.depth, trouble.remedy));
            trouble.fault
        })
    }

    fn control(&mut self, sql: &str) -> Result<(), Fault> {
        self.run(sql, &[], |session| session.control(sql))
    }

    fn end_point(&mut self) -> Result<String, Fault> {
        if self.depth == 0 {
            return Err(Fault::permanent("ending a savepoint", "none is open"));
        }
        self.depth -= 1;
        Ok(format!("point{}", self.depth))
    }
}

impl Query for PgTx<'_> {
    fn query(&mut self, sql: &str, params: &[Value]) -> Result<Vec<Row>, Fault> {
        self.run(sql, params, |session| session.query(sql, params))
    }

    fn search(
        &mut self,
        kind: Option<&str>,
        words: &str,
        limit: usize,
    ) -> Result<Vec<String>, Fault> {
        let words = words::question(words);
        if words.is_empty() {
            return Ok(Vec::new());
        }
        let question = format!("{}:*", words.join(" & "));
        let ranked = i64::try_from(words::RANKED_MAX.max(limit)).unwrap_or(i64::MAX);
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let params = [question.into(), kind.into(), ranked.into(), limit.into()];
        self.query(SEARCH, &params)?.iter().map(|row| row.text(0).map(str::to_owned)).collect()
    }
}

impl Tx for PgTx<'_> {
    fn execute(&mut self, sql: &str, params: &[Value]) -> Result<u64, Fault> {
        if is_definition(sql) {
            return self.script(sql).map(|()| 0);
        }
        self.run(sql, params, |session| session.execute(sql, params))
    }

    /// Statements of their own: each later statement sees what was committed before the lock.
    fn lock(&mut self, names: &[String]) -> Result<(), Fault> {
        let take = |name: &String| format!("SELECT pg_advisory_xact_lock({});", lock_key(name));
        let sql: String = names.iter().map(take).collect();
        if sql.is_empty() { Ok(()) } else { self.control(&sql) }
    }

    fn savepoint(&mut self) -> Result<(), Fault> {
        self.control(&format!("SAVEPOINT point{}", self.depth))?;
        self.depth += 1;
        Ok(())
    }

    fn rollback_to_savepoint(&mut self) -> Result<(), Fault> {
        let point = self.end_point()?;
        let earlier = self.failed.take();
        self.control(&format!("ROLLBACK TO SAVEPOINT {point}; RELEASE SAVEPOINT {point}"))?;
        self.failed = earlier.filter(|(depth, _)| *depth <= self.depth);
        Ok(())
    }

    fn release_savepoint(&mut self) -> Result<(), Fault> {
        if self.failed.is_some() {
            return Err(spoilt());
        }
        let point = self.end_point()?;
        self.control(&format!("RELEASE SAVEPOINT {point}"))
    }

    fn next_number(&mut self, series: &str) -> Result<i64, Fault> {
        let name = sequence_name(series);
        self.connector.ensure_sequence(&name)?;
        let row = self.query_one(NEXT_NUMBER, &[format!("\"{name}\"").into()])?;
        row.ok_or_else(|| Fault::permanent("drawing a number", "no number came back"))?.int(0)
    }

    fn append(
        &mut self,
        stream: &str,
        expected: Version,
        events: &[NewEvent],
    ) -> Result<(), Fault> {
        for (offset, event) in events.iter().enumerate() {
            let params = [
                event.id.to_string().into(),
                stream.into(),
                expected.plus(offset + 1).into(),
                event.name.as_str().into(),
                event.payload.as_str().into(),
                event.actor.as_str().into(),
                event.at.into(),
                event.correlation.as_str().into(),
                event.salt.as_str().into(),
                event.digest.as_str().into(),
            ];
            if self.execute(APPEND, &params)? == 0 {
                return Err(Fault::WrongVersion { stream: stream.to_owned() });
            }
            self.appended = true;
        }
        Ok(())
    }

    fn load_state(&mut self, stream: &str) -> Result<Option<StoredState>, Fault> {
        log::load_state(self, stream)
    }

    fn save_state(&mut self, stream: &str, state: &StoredState) -> Result<(), Fault> {
        log::save_state(self, stream, state)
    }

    fn events(&mut self, stream: &str, after: Version) -> Result<Vec<LoggedEvent>, Fault> {
        log::events(self, stream, after)
    }

    fn index_text(&mut self, stream: &str, text: &str) -> Result<(), Fault> {
        let words = words::words(text);
        if words.is_empty() {
            return self.execute(FORGET_WORDS, &[stream.into()]).map(drop);
        }
        // Letters and digits only: nothing needs quoting.
        let placed: Vec<_> = words
            .iter()
            .zip(1..)
            .map(|(word, place)| format!("{word}:{}", WORD_POSITION_MAX.min(place)))
            .collect();
        let params = [stream.into(), log::kind(stream).into(), placed.join(" ").into()];
        self.execute(INDEX_WORDS, &params).map(drop)
    }
}

fn spoilt() -> Fault {
    Fault::permanent("using the transaction", "an earlier statement of it failed")
}

/// The same on every node and in every version.
fn lock_key(name: &str) -> i64 {
    let digest = Sha256::digest(name.as_bytes());
    i64::from_be_bytes(std::array::from_fn(|place| digest[place]))
}

/// A name that needs no trust in the series: a readable part, and a digest that keeps names apart.
fn sequence_name(series: &str) -> String {
    let plain = series.to_lowercase();
    let readable: String = plain.chars().filter(char::is_ascii_alphanumeric).take(24).collect();
    let digest = ports::hex(&Sha256::digest(series.as_bytes()));
    format!("number_{readable}_{}", &digest[..16])
}

fn is_definition(sql: &str) -> bool {
    let sql = sql.trim_start().as_bytes();
    [b"CREATE ".as_slice(), b"ALTER ", b"DROP "]
        .iter()
        .any(|word| sql.len() >= word.len() && sql[..word.len()].eq_ignore_ascii_case(word))
}

/// Text columns are compared by their bytes, as in SQLite, whatever the database's collation.
fn byte_ordered(sql: &str) -> String {
    let mut ordered = String::with_capacity(sql.len());
    let mut rest = sql;
    while let Some(found) = rest.find(" TEXT") {
        let (before, after) = rest.split_at(found + " TEXT".len());
        ordered.push_str(before);
        let ends = !after.starts_with(|next: char| next.is_alphanumeric() || next == '_');
        let is_cast = before.ends_with(" AS TEXT");
        if ends && !is_cast {
            ordered.push_str(" COLLATE \"C\"");
        }
        rest = after;
    }
    ordered + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_columns_are_ordered_by_bytes() {
        assert_eq!(
            byte_ordered("CREATE TABLE a (b TEXT PRIMARY KEY, c TEXT) -- CAST(b AS TEXT) TEXTS"),
            "CREATE TABLE a (b TEXT COLLATE \"C\" PRIMARY KEY, c TEXT COLLATE \"C\") \
             -- CAST(b AS TEXT) TEXTS"
        );
    }

    #[test]
    fn names_of_sequences_hold_nothing_of_sql_and_fit() {
        let name = sequence_name("CHG\"'; DROP TABLE events; -- and a very long name behind it");
        assert!(name.len() <= 63 && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'));
        assert_ne!(sequence_name("CHG"), sequence_name("chg"));
    }

    #[test]
    fn definitions_are_known_by_their_first_word() {
        assert!(is_definition(" create table a (b TEXT)") && is_definition("DROP TABLE a"));
        assert!(!is_definition("SELECT 1") && !is_definition("UPDATE a SET b = 1"));
    }
}
