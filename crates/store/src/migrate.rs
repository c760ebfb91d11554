//! Numbered migrations of the log's own tables, each applied once and never edited afterwards.
//! Read models are not migrated; they are filled again from the log.

use ports::{Fault, Query, Tx, hex};
use sha2::{Digest, Sha256};

/// One step of the schema.
pub(crate) struct Migration {
    pub(crate) number: i64,
    pub(crate) name: &'static str,
    pub(crate) sql: &'static str,
}

pub(crate) const SQLITE: &[Migration] = &[
    Migration { number: 1, name: "log", sql: include_str!("../migrations/sqlite/0001_log.sql") },
    Migration {
        number: 2,
        name: "audit",
        sql: include_str!("../migrations/sqlite/0002_audit.sql"),
    },
    Migration {
        number: 3,
        name: "job_output",
        sql: include_str!("../migrations/sqlite/0003_job_output.sql"),
    },
    Migration { number: 4, name: "tree", sql: include_str!("../migrations/sqlite/0004_tree.sql") },
    Migration {
        number: 5,
        name: "notices",
        sql: include_str!("../migrations/sqlite/0005_notices.sql"),
    },
    Migration {
        number: 6,
        name: "deliveries",
        sql: include_str!("../migrations/sqlite/0006_deliveries.sql"),
    },
    Migration {
        number: 7,
        name: "quiet",
        sql: include_str!("../migrations/sqlite/0007_quiet.sql"),
    },
];

pub(crate) const POSTGRES: &[Migration] = &[
    Migration { number: 1, name: "log", sql: include_str!("../migrations/postgres/0001_log.sql") },
    Migration {
        number: 2,
        name: "audit",
        sql: include_str!("../migrations/postgres/0002_audit.sql"),
    },
    Migration {
        number: 3,
        name: "job_output",
        sql: include_str!("../migrations/postgres/0003_job_output.sql"),
    },
    Migration {
        number: 4,
        name: "tree",
        sql: include_str!("../migrations/postgres/0004_tree.sql"),
    },
    Migration {
        number: 5,
        name: "notices",
        sql: include_str!("../migrations/postgres/0005_notices.sql"),
    },
    Migration {
        number: 6,
        name: "deliveries",
        sql: include_str!("../migrations/postgres/0006_deliveries.sql"),
    },
    Migration {
        number: 7,
        name: "quiet",
        sql: include_str!("../migrations/postgres/0007_quiet.sql"),
    },
];

const TABLE: &str = "CREATE TABLE IF NOT EXISTS migrations \
     (number BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL)";
/// What was applied, in order.
pub(crate) const APPLIED: &str = "SELECT number, checksum FROM migrations ORDER BY number";
const RECORD: &str = "INSERT INTO migrations (number, name, checksum) VALUES ($1, $2, $3)";

/// Brings the schema up to date inside the caller's transaction. `script` runs a whole file.
pub(crate) fn apply<T: Tx>(
    tx: &mut T,
    migrations: &[Migration],
    mut script: impl FnMut(&mut T, &str) -> Result<(), Fault>,
) -> Result<(), Fault> {
    tx.execute(TABLE, &[])?;
    let applied = applied(tx, migrations)?;
    for migration in migrations.iter().filter(|step| step.number > applied) {
        script(tx, migration.sql)?;
        let sum = checksum(migration.sql);
        let params = [migration.number.into(), migration.name.into(), sum.into()];
        tx.execute(RECORD, &params)?;
    }
    Ok(())
}

/// Refuses a database whose schema is not the newest; for those who must not write.
pub(crate) fn verify(tx: &mut dyn Query, migrations: &[Migration]) -> Result<(), Fault> {
    let applied = applied(tx, migrations)?;
    let newest = migrations.last().map_or(0, |step| step.number);
    if applied < newest {
        return Err(wrong("the database is of an older version: start the server once"));
    }
    Ok(())
}

/// All checksums as one text, by which a prepared template is recognised.
#[cfg(feature = "testing")]
pub(crate) fn fingerprint(migrations: &[Migration]) -> String {
    checksum(&migrations.iter().map(|step| checksum(step.sql)).collect::<String>())
}

/// The last migration that was applied. A database of an older version has fewer than are known
/// here, which is for its reader to judge; one of a newer version is refused.
pub(crate) fn applied(tx: &mut dyn Query, migrations: &[Migration]) -> Result<i64, Fault> {
    let rows = tx.query(APPLIED, &[])?;
    let rows = rows.iter().map(|row| Ok((row.int(0)?, row.text(1)?.to_owned())));
    known(&rows.collect::<Result<Vec<_>, Fault>>()?, migrations)
}

/// The same from the rows of [`APPLIED`].
pub(crate) fn known(applied: &[(i64, String)], migrations: &[Migration]) -> Result<i64, Fault> {
    for (number, sum) in applied {
        let Some(known) = migrations.iter().find(|step| step.number == *number) else {
            return Err(wrong("the database was written by a newer version of Interlock"));
        };
        if *sum != checksum(known.sql) {
            return Err(wrong("a migration of the database differs from the one known here"));
        }
    }
    Ok(applied.last().map_or(0, |(number, _)| *number))
}

fn wrong(why: &'static str) -> Fault {
    Fault::permanent("checking the version of the database", why)
}

fn checksum(sql: &str) -> String {
    hex(&Sha256::digest(sql.as_bytes()))
}
