//! The evidence behind a change's risk, gathered from what is known of its CIs and services.

use std::collections::BTreeSet;

use api::risk::{Factor, Risk};
use domain::risk::Assessment;
use domain::vocabulary::Environment;
use kernel::{CiId, ServiceId};
use ports::{Fault, Query};

use crate::read::of_any;
use crate::service::{Direction, counted, neighbourhood};

/// The most CIs whose dependants are counted.
pub const CIS_MAX: usize = 200;
/// The most dependants that are counted.
pub const DEPENDANTS_MAX: usize = 200;

/// How many CIs depend on some that are touched, directly or through one other.
pub(crate) fn dependants<'a>(
    db: &mut dyn Query,
    touched: impl IntoIterator<Item = &'a CiId>,
) -> Result<i64, Fault> {
    let touched: BTreeSet<CiId> = touched.into_iter().copied().collect();
    let cis: Vec<CiId> = touched.into_iter().take(CIS_MAX).collect();
    let reaches = neighbourhood(db, &cis, 2, DEPENDANTS_MAX)?.reaches;
    let dependants = reaches.iter().filter(|reach| reach.direction == Direction::Downstream);
    let dependants: BTreeSet<CiId> = dependants.map(|reach| reach.ci).collect();
    Ok(i64::try_from(dependants.len()).unwrap_or(i64::MAX))
}

/// The environment that counts for what states one and touches some CIs.
pub(crate) fn environment<'a>(
    db: &mut dyn Query,
    stated: Environment,
    cis: impl IntoIterator<Item = &'a CiId>,
) -> Result<Environment, Fault> {
    Ok(counted(db, stated, cis)?.environment)
}

/// The lowest number, which is the most critical, among the CIs and services touched.
pub(crate) fn criticality<'a>(
    db: &mut dyn Query,
    cis: impl IntoIterator<Item = &'a CiId>,
    services: impl IntoIterator<Item = &'a ServiceId>,
) -> Result<Option<i64>, Fault> {
    let cis: Vec<String> = cis.into_iter().map(ToString::to_string).collect();
    let services: Vec<String> = services.into_iter().map(ToString::to_string).collect();
    let mut lowest: Option<i64> = None;
    for (table, ids) in [("cis", cis), ("services", services)] {
        let sql = &format!("SELECT MIN(criticality) FROM {table} WHERE ");
        for row in of_any(db, sql, "id", ids.iter().map(Into::into))? {
            let found = row.opt_int(0)?;
            lowest = [lowest, found].into_iter().flatten().min();
        }
    }
    Ok(lowest)
}

/// An assessment as it is shown.
pub fn shown(assessment: &Assessment, recorded: bool) -> Risk {
    Risk {
        tier: assessment.tier.word().to_owned(),
        points: assessment.points,
        recorded,
        factors: assessment
            .factors
            .iter()
            .map(|factor| Factor {
                name: factor.name.clone(),
                points: factor.points,
                points_max: factor.points_max,
                evidence: factor.evidence.clone(),
            })
            .collect(),
    }
}
