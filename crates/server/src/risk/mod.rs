//! The evidence behind a change's risk, gathered from what is known of its CIs and services.

use api::risk::{Factor, Risk};
use domain::change::Change;
use domain::risk::{Assessment, Evidence, assess};
use kernel::CiId;
use ports::{Fault, Query};

use crate::read::{ANY_MAX, Statement};
use crate::service::{Direction, neighbourhood};

/// The most CIs whose dependants are counted.
pub const CIS_MAX: usize = 200;
/// The most dependants that are counted.
pub const DEPENDANTS_MAX: usize = 200;

/// The risk of a change as it is now.
pub fn assess_change(db: &mut dyn Query, change: &Change) -> Result<Assessment, Fault> {
    let content = &change.content;
    let cis: Vec<CiId> = content.cis.iter().copied().take(CIS_MAX).collect();
    let reaches = neighbourhood(db, &cis, 2, DEPENDANTS_MAX)?.reaches;
    let dependants = reaches.iter().filter(|reach| reach.direction == Direction::Downstream);
    let dependants: std::collections::BTreeSet<CiId> = dependants.map(|reach| reach.ci).collect();
    Ok(assess(&Evidence {
        criticality: criticality(db, change)?,
        dependants: dependants.len(),
        environment: content.environment,
        customer_impact: content.customer_impact,
        has_backout: !content.backout_plan.trim().is_empty(),
        has_minutes: content.backout_minutes.is_some(),
        irreversible: !content.cannot_be_undone.trim().is_empty(),
    }))
}

/// The lowest number, which is the most critical, among the CIs and services touched.
fn criticality(db: &mut dyn Query, change: &Change) -> Result<Option<u8>, Fault> {
    let cis: Vec<String> = change.content.cis.iter().map(ToString::to_string).collect();
    let services: Vec<String> = change.content.services.iter().map(ToString::to_string).collect();
    let mut lowest: Option<i64> = None;
    for (table, ids) in [("cis", cis), ("services", services)] {
        for slice in ids.chunks(ANY_MAX) {
            let mut statement =
                Statement::new(&format!("SELECT MIN(criticality) FROM {table} WHERE "));
            statement.bind_any("id", slice.iter().map(Into::into));
            for row in statement.query(db)? {
                let found = row.opt_int(0)?;
                lowest = [lowest, found].into_iter().flatten().min();
            }
        }
    }
    Ok(lowest.and_then(|level| u8::try_from(level).ok()))
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
                name: factor.name.word().to_owned(),
                points: factor.points,
                points_max: factor.points_max,
                evidence: factor.evidence.clone(),
            })
            .collect(),
    }
}
