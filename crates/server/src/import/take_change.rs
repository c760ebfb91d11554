//! Takes a change over from another system, once: the same number of the same system again changes
//! nothing.

use std::sync::Arc;

use api::common::Written;
use domain::change::{Change, Imported, import};
use domain::identity::Permission;
use kernel::ChangeId;
use ports::{Fault, Query};
use serde::{Deserialize, Serialize};

use crate::bus::{Command, Loaded, Lock, Stop, Work};
use crate::change::SERIES;

/// The command. Its CIs are known; its number here is given when it is carried out.
#[derive(Debug, Clone)]
pub struct ImportChange {
    /// What the source says of it; shared, because a command may run more than once.
    pub change: Arc<Imported>,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeTaken {
    /// Where it is now.
    pub written: Written,
    /// False when it had been there already.
    pub created: bool,
}

impl ImportChange {
    /// A command that takes `change` over. Its `number` is left empty.
    pub fn new(change: Imported) -> Self {
        Self { change: Arc::new(change) }
    }
}

impl Command for ImportChange {
    type Answer = ChangeTaken;

    fn verb(&self) -> &'static str {
        "change.import"
    }

    fn permission(&self) -> Permission {
        Permission::ImportRun
    }

    fn run(&self, work: &mut Work<'_>) -> Result<ChangeTaken, Stop> {
        let origin = &self.change.origin;
        if self.change.scheduled {
            // It claims its window, which others may be about to claim.
            work.lock(Lock::calendar())?;
        }
        let name = format!("{}/{}", origin.source, origin.number);
        work.lock(Lock::name("imported change", &name))?;
        if let Some(written) = find(work.tx, &origin.source, &origin.number)? {
            return Ok(ChangeTaken { written, created: false });
        }
        let number = format!("{SERIES}-{}", work.tx.next_number(SERIES)?);
        let events = import(Imported { number: number.clone(), ..(*self.change).clone() })?;
        let mut change: Loaded<Change> = work.fresh();
        work.append(&mut change, events)?;
        let (id, version) = (change.id.to_string(), change.version.0);
        Ok(ChangeTaken { written: Written { id, number: Some(number), version }, created: true })
    }
}

/// The change that came from a system under a number.
fn find(db: &mut dyn Query, source: &str, number: &str) -> Result<Option<Written>, Fault> {
    let sql = "SELECT id, number, version FROM changes WHERE source = $1 AND source_number = $2";
    let row = db.query_one(sql, &[source.into(), number.into()])?;
    row.map(|row| {
        let id: ChangeId = row.parsed(0)?;
        let number = Some(row.text(1)?.to_owned());
        Ok(Written { id: id.to_string(), number, version: row.int(2)? })
    })
    .transpose()
}
