//! The floors: the recorded statements, reads included, in the same groups, by a bare loop over the
//! driver.

use anyhow::{Context, Result};
use ports::Value;
use postgres::types::{IsNull, ToSql, Type, to_sql_checked};

use crate::report::seconds;
use crate::trace::{Statement, Trace};

/// Replays a trace on a SQLite file; answers the seconds it took.
pub(crate) fn sqlite(path: &str, trace: &Trace) -> Result<f64> {
    let db = rusqlite::Connection::open(path)?;
    db.set_prepared_statement_cache_capacity(512);
    // As the product's writer is set up.
    db.execute_batch(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=4000; \
         PRAGMA cache_size=-65536; PRAGMA foreign_keys=ON;",
    )?;
    let (took, end) = seconds(|| -> Result<()> {
        for statement in trace.writers.iter().flatten() {
            let sql = &trace.texts[statement.sql];
            let mut prepared = db.prepare_cached(sql).with_context(|| sql.clone())?;
            for (index, value) in statement.params.iter().enumerate() {
                match value {
                    Value::Null => prepared.raw_bind_parameter(index + 1, None::<i64>)?,
                    Value::Int(number) => prepared.raw_bind_parameter(index + 1, number)?,
                    Value::Text(text) => prepared.raw_bind_parameter(index + 1, text)?,
                }
            }
            let mut rows = prepared.raw_query();
            while rows.next().with_context(|| sql.clone())?.is_some() {}
        }
        Ok(())
    });
    end.map(|()| took)
}

/// A value as PostgreSQL takes it.
#[derive(Debug)]
struct Bound<'a>(&'a Value);

impl ToSql for Bound<'_> {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut postgres::types::private::BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self.0 {
            Value::Null => Ok(IsNull::Yes),
            Value::Int(number) if *ty == Type::INT4 => i32::try_from(*number)?.to_sql(ty, out),
            Value::Int(number) => number.to_sql(ty, out),
            Value::Text(text) => text.to_sql(ty, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

/// Replays a trace on PostgreSQL, a connection for each writer of the pool; answers the seconds.
pub(crate) fn postgres(url: &str, trace: &Trace) -> Result<f64> {
    let mut clients = Vec::new();
    for _ in &trace.writers {
        clients.push(postgres::Client::connect(url, postgres::NoTls)?);
    }
    let (took, ends) = seconds(|| {
        std::thread::scope(|scope| {
            let threads: Vec<_> = clients
                .iter_mut()
                .zip(&trace.writers)
                .map(|(client, writer)| scope.spawn(|| replay(client, &trace.texts, writer)))
                .collect();
            threads.into_iter().map(|thread| thread.join().expect("no panic")).collect::<Vec<_>>()
        })
    });
    ends.into_iter().collect::<Result<Vec<()>>>()?;
    Ok(took)
}

fn replay(client: &mut postgres::Client, texts: &[String], writer: &[Statement]) -> Result<()> {
    let mut prepared: Vec<Option<postgres::Statement>> = vec![None; texts.len()];
    for statement in writer {
        let sql = &texts[statement.sql];
        if statement.params.is_empty() {
            client.batch_execute(sql).with_context(|| sql.clone())?;
            continue;
        }
        let known = &mut prepared[statement.sql];
        let text = match known {
            Some(known) => known.clone(),
            None => known.insert(client.prepare(sql)?).clone(),
        };
        let bound: Vec<Bound<'_>> = statement.params.iter().map(Bound).collect();
        let params: Vec<&(dyn ToSql + Sync)> =
            bound.iter().map(|value| value as &(dyn ToSql + Sync)).collect();
        client.query(&text, &params).with_context(|| sql.clone())?;
    }
    Ok(())
}
