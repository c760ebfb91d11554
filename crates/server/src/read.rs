//! Reading: a question is asked of one snapshot on the store's own threads.

use api::common::{Action, Page};
use domain::{General, Missing, Refusal};
use ports::{Fault, Query, Row, Store, Value};

use crate::bus::Stop;

/// The most records on a page of a list.
pub const LIMIT_MAX: u32 = 200;
/// How many when nothing is said.
pub const LIMIT_DEFAULT: u32 = 50;
/// The most values that one statement chooses from.
pub const ANY_MAX: usize = 128;

/// The rows that a text finds with any of some values in a column, which it ends before: asked in
/// slices of [`ANY_MAX`].
pub fn of_any(
    db: &mut dyn Query,
    sql: &str,
    column: &str,
    values: impl IntoIterator<Item = Value>,
) -> Result<Vec<Row>, Fault> {
    let values: Vec<Value> = values.into_iter().collect();
    let mut rows = Vec::new();
    for slice in values.chunks(ANY_MAX) {
        let mut statement = Statement::new(sql);
        statement.bind_any(column, slice.iter().cloned());
        rows.extend(statement.query(db)?);
    }
    Ok(rows)
}

/// Asks from async code.
pub async fn ask<T: Send + 'static>(
    store: &dyn Store,
    question: impl FnOnce(&mut dyn Query) -> Result<T, Fault> + Send + 'static,
) -> Result<T, Fault> {
    let (sender, receiver) = tokio::sync::oneshot::channel();
    store.read(Box::new(move |db| {
        let _ = sender.send(db.and_then(question));
    }));
    receiver.await.unwrap_or_else(|_| Err(lost()))
}

/// Asks from a thread of ours.
pub fn wait<T: Send + 'static>(
    store: &dyn Store,
    question: impl FnOnce(&mut dyn Query) -> Result<T, Fault> + Send + 'static,
) -> Result<T, Fault> {
    let (sender, receiver) = std::sync::mpsc::channel();
    store.read(Box::new(move |db| {
        let _ = sender.send(db.and_then(question));
    }));
    receiver.recv().unwrap_or_else(|_| Err(lost()))
}

/// A full queue answers that it is full; a question that is dropped without an answer panicked.
fn lost() -> Fault {
    Fault::permanent("reading", "the question ended without an answer")
}

/// The answer of a question that a rule may refuse.
pub fn refused<T>(end: Result<T, Stop>) -> Result<Result<T, Refusal>, Fault> {
    match end {
        Ok(answer) => Ok(Ok(answer)),
        Err(Stop::Refused(refusal)) => Ok(Err(refusal)),
        Err(Stop::Fault(fault)) => Err(fault),
        Err(Stop::Again(_)) => Err(Fault::permanent("reading", "a read takes no lock")),
    }
}

/// A parameter of a list that names no record is a wrong parameter.
pub fn wrong_name<T>(parameter: &str, end: Result<T, Stop>) -> Result<T, Stop> {
    end.map_err(|stop| match stop {
        Stop::Refused(refusal) => {
            let missing = Missing::new(format!("/{parameter}"), refusal.detail);
            General::Invalid(vec![missing]).into()
        }
        stop => stop,
    })
}

/// A query put together of fixed pieces in a fixed order, so that each combination of filters is
/// one text on both engines.
#[derive(Debug, Default)]
pub struct Statement {
    sql: String,
    params: Vec<Value>,
}

impl Statement {
    /// A statement that starts with a piece.
    pub fn new(sql: &str) -> Self {
        Self { sql: sql.to_owned(), params: Vec::new() }
    }

    /// A piece without values.
    pub fn push(&mut self, sql: &str) {
        self.sql.push_str(sql);
    }

    /// A piece in which every `?` stands for the next value.
    ///
    /// # Panics
    /// When the values are not as many as the `?`.
    pub fn bind(&mut self, sql: &str, values: impl IntoIterator<Item = Value>) {
        let mut values = values.into_iter();
        for part in sql.split_inclusive('?') {
            let Some(text) = part.strip_suffix('?') else {
                self.sql.push_str(part);
                continue;
            };
            self.params.push(values.next().expect("a value for each ? of a piece"));
            self.sql.push_str(text);
            self.sql.push('$');
            self.sql.push_str(&self.params.len().to_string());
        }
        assert!(values.next().is_none(), "more values than ? in a piece: {sql}");
    }

    /// One of several values, at least one and at most [`ANY_MAX`]: `column IN ($1, $2)`. The last
    /// one is repeated up to a power of two, so that few texts serve all lengths.
    ///
    /// # Panics
    /// When there is no value, or more than [`ANY_MAX`].
    pub fn bind_any(&mut self, column: &str, values: impl IntoIterator<Item = Value>) {
        let mut values: Vec<Value> = values.into_iter().collect();
        let last = values.last().expect("a value to choose from").clone();
        assert!(values.len() <= ANY_MAX, "ask for {column} in slices of {ANY_MAX}");
        values.resize(values.len().next_power_of_two(), last);
        let marks = vec!["?"; values.len()].join(", ");
        self.bind(&format!("{column} IN ({marks})"), values);
    }

    /// Asks it.
    pub fn query(&self, db: &mut dyn Query) -> Result<Vec<Row>, Fault> {
        db.query(&self.sql, &self.params)
    }

    /// Asks for one row more than a page holds. The rest of the rows is cut off; `cursor` names
    /// the place after the last row that is kept.
    pub fn page(
        mut self,
        db: &mut dyn Query,
        limit: u32,
        cursor: impl Fn(&Row) -> Result<String, Fault>,
    ) -> Result<Page<Row>, Fault> {
        self.bind(" LIMIT ?", [Value::from(i64::from(limit) + 1)]);
        let mut rows = self.query(db)?;
        let more = rows.len() > limit as usize;
        rows.truncate(limit as usize);
        let last = rows.last().filter(|_| more);
        let next = last.map(cursor).transpose()?;
        Ok(Page { items: rows, next })
    }
}

/// Turns each item of a page into what is shown.
pub fn present<A, B>(
    page: Page<A>,
    show: impl FnMut(A) -> Result<B, Fault>,
) -> Result<Page<B>, Fault> {
    let items = page.items.into_iter().map(show).collect::<Result<_, _>>()?;
    Ok(Page { items, next: page.next })
}

/// The records of a kind that the search index finds, best first, by id.
pub fn found(
    db: &mut dyn Query,
    kind: &str,
    words: &str,
    limit: u32,
) -> Result<Vec<String>, Fault> {
    let streams = db.search(Some(kind), words, limit as usize)?;
    let ids = streams.iter().filter_map(|stream| stream.split_once(':').map(|(_, id)| id));
    Ok(ids.map(str::to_owned).collect())
}

/// A verb and whether the reader may do it, by its command's own guard.
pub fn action(name: &str, guard: Result<(), Refusal>) -> Action {
    let shown = |refusal: Refusal| {
        let problem = crate::problem::of_refusal(&refusal);
        api::common::Refusal { code: problem.code, detail: problem.detail, errors: problem.errors }
    };
    let refusal = guard.err().map(shown);
    Action { name: name.to_owned(), allowed: refusal.is_none(), refusal }
}

/// The half-open range of the texts that start with a prefix.
pub fn prefix_range(prefix: &str) -> [Value; 2] {
    [Value::from(prefix), Value::from(format!("{prefix}\u{10FFFF}"))]
}

/// A cursor of a number and an id, as it is written.
pub fn cursor_text(number: i64, id: &str) -> String {
    format!("{number}.{id}")
}

/// A cursor of a number and an id, read back; nothing when it is no such cursor.
pub fn cursor_parts(cursor: &str) -> Option<(i64, &str)> {
    let (number, id) = cursor.split_once('.')?;
    Some((number.parse().ok()?, id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_numbered_as_they_appear() {
        let mut statement = Statement::new("SELECT id FROM cis WHERE 1 = 1");
        statement.bind(" AND name_key >= ? AND name_key < ?", prefix_range("db"));
        statement.push(" AND ");
        statement.bind_any("kind", ["server", "database", "disk"].map(Value::from));
        let expected = "SELECT id FROM cis WHERE 1 = 1 AND name_key >= $1 AND name_key < $2 \
            AND kind IN ($3, $4, $5, $6)";
        assert_eq!(statement.sql, expected);
        assert_eq!(statement.params[5], Value::from("disk"));
    }

    #[test]
    fn a_cursor_reads_back() {
        assert_eq!(cursor_parts(&cursor_text(-7, "inc_1.2")), Some((-7, "inc_1.2")));
        assert_eq!(cursor_parts("x.y"), None);
    }
}
