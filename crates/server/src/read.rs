//! Reading: a question is asked of one snapshot on the store's own threads.

use api::common::Page;
use ports::{Fault, Query, Row, Store, Value};

/// The most records on a page of a list.
pub const LIMIT_MAX: u32 = 200;
/// How many when nothing is said.
pub const LIMIT_DEFAULT: u32 = 50;

/// Asks from async code.
pub async fn ask<T: Send + 'static>(
    store: &dyn Store,
    question: impl FnOnce(&mut dyn Query) -> Result<T, Fault> + Send + 'static,
) -> Result<T, Fault> {
    let (sender, receiver) = tokio::sync::oneshot::channel();
    store.read(Box::new(move |db| {
        let _ = sender.send(db.and_then(question));
    }));
    receiver.await.unwrap_or(Err(Fault::Busy))
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
    receiver.recv().unwrap_or(Err(Fault::Busy))
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

    /// One of several values, which must not be none: `column IN ($1, $2)`.
    pub fn bind_any(&mut self, column: &str, values: impl IntoIterator<Item = Value>) {
        let values: Vec<Value> = values.into_iter().collect();
        assert!(!values.is_empty(), "no value to choose from for {column}");
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
        statement.bind_any("kind", [Value::from("server"), Value::from("database")]);
        let expected = "SELECT id FROM cis WHERE 1 = 1 AND name_key >= $1 AND name_key < $2 \
            AND kind IN ($3, $4)";
        assert_eq!(statement.sql, expected);
        assert_eq!(statement.params.len(), 4);
    }

    #[test]
    fn a_cursor_reads_back() {
        assert_eq!(cursor_parts(&cursor_text(-7, "inc_1.2")), Some((-7, "inc_1.2")));
        assert_eq!(cursor_parts("x.y"), None);
    }
}
