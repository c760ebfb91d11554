//! The environment that counts for what touches some CIs.

use std::collections::BTreeMap;

use api::common::CountsAs;
use domain::vocabulary::Environment;
use kernel::CiId;
use ports::{Fault, Query, Value};

use crate::read::{ANY_MAX, Statement};

/// The environment that counts, and a CI that makes it another than is stated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    /// Which.
    pub environment: Environment,
    /// The name of a CI that stands there, where something else is stated.
    pub by: Option<String>,
}

impl Counted {
    /// What is told of it, where it is not as stated.
    pub fn shown(self) -> Option<CountsAs> {
        let environment = self.environment.word().to_owned();
        self.by.map(|ci| CountsAs { environment, ci })
    }
}

/// The environment that counts for a record that states one and touches some CIs.
pub fn counted<'a>(
    db: &mut dyn Query,
    stated: Environment,
    cis: impl IntoIterator<Item = &'a CiId>,
) -> Result<Counted, Fault> {
    let cis: Vec<Value> = cis.into_iter().map(|ci| ci.to_string().into()).collect();
    let mut there: BTreeMap<Environment, String> = BTreeMap::new();
    for slice in cis.chunks(ANY_MAX) {
        let mut statement = Statement::new("SELECT environment, MIN(name) FROM cis WHERE ");
        statement.bind_any("id", slice.iter().cloned());
        statement.push(" GROUP BY environment");
        for row in statement.query(db)? {
            there.entry(row.parsed(0)?).or_insert(row.text(1)?.to_owned());
        }
    }
    let environment = stated.counting(there.keys().copied());
    let by = there.remove(&environment).filter(|_| environment != stated);
    Ok(Counted { environment, by })
}
