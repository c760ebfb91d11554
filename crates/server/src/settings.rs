//! What is remembered about a database as a whole, by name. No record and no rule rests on it.

use ports::{Fault, Query, Store, Tx};

use crate::read_models::write;

/// What is remembered under a name.
pub fn setting(db: &mut dyn Query, name: &str) -> Result<Option<String>, Fault> {
    let row = db.query_one("SELECT value FROM settings WHERE name = $1", &[name.into()])?;
    row.map(|row| row.text(0).map(str::to_owned)).transpose()
}

/// Remembers a value under a name, in place of the one before.
pub fn set(store: &dyn Store, name: &str, value: &str) -> Result<(), Fault> {
    let (name, value) = (name.to_owned(), value.to_owned());
    write(store, move |tx| remember(tx, &name, &value))
}

/// The same, within a transaction.
pub fn remember(tx: &mut dyn Tx, name: &str, value: &str) -> Result<(), Fault> {
    let sql = "INSERT INTO settings (name, value) VALUES ($1, $2) \
        ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    tx.execute(sql, &[name.into(), value.into()]).map(|_| ())
}

/// Remembers nothing under a name any more.
pub fn forget(tx: &mut dyn Tx, name: &str) -> Result<(), Fault> {
    tx.execute("DELETE FROM settings WHERE name = $1", &[name.into()]).map(|_| ())
}
