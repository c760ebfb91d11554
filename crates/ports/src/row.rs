//! Values in and rows out of the database: 64-bit integers and text, nothing else. Times are
//! microseconds UTC, truth values are 0 and 1, structures are JSON text.

use kernel::{Timestamp, Version};

use crate::Fault;

/// One value of a row or a parameter.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    /// Absent.
    Null,
    /// A number, a time, a truth value.
    Int(i64),
    /// Text.
    Text(String),
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Int(i64::from(value))
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<&String> for Value {
    fn from(value: &String) -> Self {
        Self::Text(value.clone())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl From<Timestamp> for Value {
    fn from(value: Timestamp) -> Self {
        Self::Int(value.micros())
    }
}

impl From<Version> for Value {
    fn from(value: Version) -> Self {
        Self::Int(value.0)
    }
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// One row of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row(pub Vec<Value>);

impl Row {
    /// The text in a column.
    pub fn text(&self, column: usize) -> Result<&str, Fault> {
        self.opt_text(column)?.ok_or_else(|| unexpected(column))
    }

    /// The text in a column, if it is not null.
    pub fn opt_text(&self, column: usize) -> Result<Option<&str>, Fault> {
        match self.0.get(column) {
            Some(Value::Text(text)) => Ok(Some(text)),
            Some(Value::Null) => Ok(None),
            _ => Err(unexpected(column)),
        }
    }

    /// The number in a column.
    pub fn int(&self, column: usize) -> Result<i64, Fault> {
        self.opt_int(column)?.ok_or_else(|| unexpected(column))
    }

    /// The number in a column, if it is not null.
    pub fn opt_int(&self, column: usize) -> Result<Option<i64>, Fault> {
        match self.0.get(column) {
            Some(Value::Int(number)) => Ok(Some(*number)),
            Some(Value::Null) => Ok(None),
            _ => Err(unexpected(column)),
        }
    }

    /// The truth value in a column.
    pub fn bool(&self, column: usize) -> Result<bool, Fault> {
        self.int(column).map(|number| number != 0)
    }

    /// The time in a column.
    pub fn time(&self, column: usize) -> Result<Timestamp, Fault> {
        self.int(column).map(Timestamp::from_micros)
    }

    /// The time in a column, if it is not null.
    pub fn opt_time(&self, column: usize) -> Result<Option<Timestamp>, Fault> {
        Ok(self.opt_int(column)?.map(Timestamp::from_micros))
    }

    /// The text in a column, parsed: an id, a JSON-free enumeration.
    pub fn parsed<T: std::str::FromStr>(&self, column: usize) -> Result<T, Fault> {
        self.text(column)?.parse().map_err(|_| unexpected(column))
    }
}

fn unexpected(column: usize) -> Fault {
    Fault::permanent("reading a row", format!("column {column} holds another type"))
}
