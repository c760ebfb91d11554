//! A transaction on a connection. A statement that failed spoils the transaction until it returns
//! to a savepoint, as on PostgreSQL, so that no job keeps half of what it meant to write.

use kernel::Version;
use ports::{Fault, LoggedEvent, NewEvent, Query, Row, StoredState, Tx, Value};
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, Connection};

use super::connection::fault;
use crate::Recorder;
use crate::{log, words};

const STREAM_VERSION: &str =
    "SELECT version FROM events WHERE stream = $1 ORDER BY version DESC LIMIT 1";
const INSERT_EVENT: &str = "INSERT INTO events (id, stream, version, name, payload, actor, at, \
     correlation, salt, digest) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
const INSERT_UNNUMBERED: &str = "INSERT INTO unnumbered (event_id) VALUES ($1)";
const NEXT_NUMBER: &str = "INSERT INTO numbers (series, last) VALUES ($1, 1) \
     ON CONFLICT (series) DO UPDATE SET last = last + 1 RETURNING last";
const SEARCHED_ID: &str = "INSERT INTO searched (stream, kind) VALUES ($1, $2) \
     ON CONFLICT (stream) DO UPDATE SET kind = excluded.kind RETURNING id";
const INDEX_WORDS: &str = "INSERT OR REPLACE INTO searched_words (rowid, words) VALUES ($1, $2)";
const FORGET_STREAM: &str = "DELETE FROM searched WHERE stream = $1 RETURNING id";
const FORGET_WORDS: &str = "DELETE FROM searched_words WHERE rowid = $1";
const SEARCH: &str = "SELECT stream FROM (SELECT searched.stream AS stream, \
     searched_words.rank AS score FROM searched_words \
     JOIN searched ON searched.id = searched_words.rowid \
     WHERE searched_words MATCH $1 AND ($2 IS NULL OR searched.kind = $2) \
     ORDER BY searched_words.rowid DESC LIMIT $3) ORDER BY score, stream LIMIT $4";

/// A transaction, or a snapshot, on a borrowed connection.
pub(crate) struct SqliteTx<'c> {
    conn: &'c Connection,
    record: Option<&'c dyn Recorder>,
    /// How many savepoints are open.
    depth: usize,
    /// The number of open savepoints when a statement failed.
    failed: Option<usize>,
    appended: bool,
}

impl<'c> SqliteTx<'c> {
    pub(crate) fn new(conn: &'c Connection, record: Option<&'c dyn Recorder>) -> Self {
        Self { conn, record, depth: 0, failed: None, appended: false }
    }

    /// True when events wait for their place in the log.
    pub(super) fn has_appended(&self) -> bool {
        self.appended
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

    fn control(&mut self, sql: &str) -> Result<(), Fault> {
        let answer = self.execute_unchecked(sql, &[]).map(drop);
        self.check(answer)
    }

    fn execute_unchecked(&mut self, sql: &str, params: &[Value]) -> Result<u64, Fault> {
        let attempted = "running a statement";
        let mut statement = self.prepare(sql, params)?;
        let touched = statement.raw_execute().map_err(|error| fault(attempted, error))?;
        Ok(touched as u64)
    }

    fn query_unchecked(&mut self, sql: &str, params: &[Value]) -> Result<Vec<Row>, Fault> {
        let attempted = "running a query";
        let mut statement = self.prepare(sql, params)?;
        let columns = statement.column_count();
        let mut rows = statement.raw_query();
        let mut found = Vec::new();
        while let Some(row) = rows.next().map_err(|error| fault(attempted, error))? {
            let mut values = Vec::with_capacity(columns);
            for column in 0..columns {
                let value = row.get_ref(column).map_err(|error| fault(attempted, error))?;
                values.push(read(value)?);
            }
            found.push(Row(values));
        }
        Ok(found)
    }

    /// Parameters are numbered by their first appearance, so `$n` must appear in order.
    fn prepare(&self, sql: &str, params: &[Value]) -> Result<CachedStatement<'c>, Fault> {
        if let Some(record) = self.record {
            record.statement(sql, params);
        }
        let attempted = "preparing a statement";
        let mut statement = self.conn.prepare_cached(sql).map_err(|e| fault(attempted, e))?;
        if statement.parameter_count() != params.len() {
            let why = format!("{} parameters were given for: {sql}", params.len());
            return Err(Fault::permanent(attempted, why));
        }
        for (index, value) in params.iter().enumerate() {
            let number = statement.parameter_name(index + 1).and_then(|name| name.get(1..));
            if number.and_then(|digits| digits.parse().ok()) != Some(index + 1) {
                let why = format!("parameters must first appear in order, in: {sql}");
                return Err(Fault::permanent(attempted, why));
            }
            let value = write(value)?;
            statement.raw_bind_parameter(index + 1, value).map_err(|e| fault(attempted, e))?;
        }
        Ok(statement)
    }

    fn check<T>(&mut self, answer: Result<T, Fault>) -> Result<T, Fault> {
        if answer.is_err() && self.failed.is_none() {
            self.failed = Some(self.depth);
        }
        answer
    }

    fn refuse_if_spoilt(&self) -> Result<(), Fault> {
        if self.failed.is_some() { Err(spoilt()) } else { Ok(()) }
    }

    fn end_point(&mut self) -> Result<String, Fault> {
        if self.depth == 0 {
            return Err(Fault::permanent("ending a savepoint", "none is open"));
        }
        self.depth -= 1;
        Ok(format!("point{}", self.depth))
    }
}

impl Query for SqliteTx<'_> {
    fn query(&mut self, sql: &str, params: &[Value]) -> Result<Vec<Row>, Fault> {
        self.refuse_if_spoilt()?;
        let answer = self.query_unchecked(sql, params);
        self.check(answer)
    }

    fn search(
        &mut self,
        kind: Option<&str>,
        words: &str,
        limit: usize,
    ) -> Result<Vec<String>, Fault> {
        let words = words::question(words);
        let Some((last, others)) = words.split_last() else { return Ok(Vec::new()) };
        let mut terms: Vec<_> = others.iter().map(|word| format!("\"{word}\"")).collect();
        terms.push(format!("\"{last}\" *"));
        let question = terms.join(" AND ");
        let ranked = i64::try_from(words::RANKED_MAX.max(limit)).unwrap_or(i64::MAX);
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let params = [question.into(), kind.into(), ranked.into(), limit.into()];
        self.query(SEARCH, &params)?.iter().map(|row| row.text(0).map(str::to_owned)).collect()
    }
}

impl Tx for SqliteTx<'_> {
    fn execute(&mut self, sql: &str, params: &[Value]) -> Result<u64, Fault> {
        self.refuse_if_spoilt()?;
        let answer = self.execute_unchecked(sql, params);
        self.check(answer)
    }

    fn lock(&mut self, _names: &[String]) -> Result<(), Fault> {
        Ok(())
    }

    fn savepoint(&mut self) -> Result<(), Fault> {
        self.refuse_if_spoilt()?;
        self.control(&format!("SAVEPOINT point{}", self.depth))?;
        self.depth += 1;
        Ok(())
    }

    fn rollback_to_savepoint(&mut self) -> Result<(), Fault> {
        let point = self.end_point()?;
        self.control(&format!("ROLLBACK TO {point}"))?;
        self.control(&format!("RELEASE {point}"))?;
        if self.failed.is_some_and(|depth| depth > self.depth) {
            self.failed = None;
        }
        Ok(())
    }

    fn release_savepoint(&mut self) -> Result<(), Fault> {
        self.refuse_if_spoilt()?;
        let point = self.end_point()?;
        self.control(&format!("RELEASE {point}"))
    }

    fn next_number(&mut self, series: &str) -> Result<i64, Fault> {
        let row = self.query_one(NEXT_NUMBER, &[series.into()])?;
        row.ok_or_else(|| Fault::permanent("drawing a number", "no number came back"))?.int(0)
    }

    fn append(
        &mut self,
        stream: &str,
        expected: Version,
        events: &[NewEvent],
    ) -> Result<(), Fault> {
        let row = self.query_one(STREAM_VERSION, &[stream.into()])?;
        let current = row.map_or(Ok(0), |row| row.int(0))?;
        if current != expected.0 {
            return Err(Fault::WrongVersion { stream: stream.to_owned() });
        }
        for (offset, event) in events.iter().enumerate() {
            let id = Value::from(event.id.to_string());
            let params = [
                id.clone(),
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
            self.execute(INSERT_EVENT, &params)?;
            self.execute(INSERT_UNNUMBERED, &[id])?;
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
            if let Some(row) = self.query_one(FORGET_STREAM, &[stream.into()])? {
                self.execute(FORGET_WORDS, &[row.int(0)?.into()])?;
            }
            return Ok(());
        }
        let row = self.query_one(SEARCHED_ID, &[stream.into(), log::kind(stream).into()])?;
        let id = row.ok_or_else(|| Fault::permanent("indexing text", "no row came back"))?;
        self.execute(INDEX_WORDS, &[id.int(0)?.into(), words.join(" ").into()]).map(drop)
    }
}

fn spoilt() -> Fault {
    Fault::permanent("using the transaction", "an earlier statement of it failed")
}

fn read(value: ValueRef<'_>) -> Result<Value, Fault> {
    match value {
        ValueRef::Null => Ok(Value::Null),
        ValueRef::Integer(number) => Ok(Value::Int(number)),
        ValueRef::Text(text) => std::str::from_utf8(text)
            .map(Value::from)
            .map_err(|error| Fault::permanent("reading a column", error)),
        ValueRef::Real(_) | ValueRef::Blob(_) => {
            Err(Fault::permanent("reading a column", "only integers and text are portable"))
        }
    }
}

/// Text must not hold NUL, which PostgreSQL cannot store.
fn write(value: &Value) -> Result<ToSqlOutput<'_>, Fault> {
    match value {
        Value::Null => Ok(ToSqlOutput::Borrowed(ValueRef::Null)),
        Value::Int(number) => Ok(ToSqlOutput::Borrowed(ValueRef::Integer(*number))),
        Value::Text(text) if text.as_bytes().contains(&0) => {
            Err(Fault::permanent("writing a parameter", "text holds the character NUL"))
        }
        Value::Text(text) => Ok(ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes()))),
    }
}
