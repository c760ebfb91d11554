//! What is told of a deployment as long as it is under way: the step whose turn it is, what is to
//! be decided, and whether it is the reader's.

use api::deployment::DeploymentRow;
use domain::deployment::{Deployment, DeploymentState};
use domain::identity::Role;
use domain::release::Release;
use kernel::{PersonId, ReleaseId};
use ports::{Fault, Query};

use crate::bus::{Loaded, find_state};
use crate::deployment::{awaited, shown_decision};
use crate::names::Names;

/// Whom a release concerns while it is deployed: who owns it, and with it the rollback decision, or
/// leads it; who carries a change of it out; who owns a service that it touches.
const CONCERNS: &str = "SELECT 1 FROM releases WHERE id = $1 AND $2 IN (owner, release_manager) \
    UNION ALL SELECT 1 FROM release_changes JOIN changes ON changes.id = release_changes.change \
        WHERE release_changes.release = $1 AND changes.implementer = $2 \
    UNION ALL SELECT 1 FROM release_changes \
        JOIN change_services ON change_services.change = release_changes.change \
        JOIN services ON services.id = change_services.service \
        WHERE release_changes.release = $1 AND services.owner = $2 \
    UNION ALL SELECT 1 FROM release_changes \
        JOIN change_cis ON change_cis.change = release_changes.change \
        JOIN cis ON cis.id = change_cis.ci JOIN services ON services.id = cis.service \
        WHERE release_changes.release = $1 AND services.owner = $2 LIMIT 1";

/// Adds that to a line.
pub(super) fn tell(
    db: &mut dyn Query,
    names: &mut Names,
    row: &mut DeploymentRow,
    me: Option<PersonId>,
) -> Result<(), Fault> {
    let under_way = row.state.parse().is_ok_and(|state: DeploymentState| state.is_under_way());
    let Some(id) = row.release.id.parse().ok().filter(|_| under_way) else { return Ok(()) };
    let release: Option<Loaded<Release>> = find_state(db, id)?;
    if let Some(release) = &release {
        row.decision = shown_decision(db, release)?;
        row.waits = match me {
            Some(me) => waits_for(db, release, me)?,
            None => Vec::new(),
        };
    }
    let running = release.and_then(|found| found.state.deployment);
    row.update_overdue = running.as_ref().is_some_and(Deployment::is_update_overdue);
    let current = running.and_then(|running| running.current());
    row.current = names.opt(db, current)?;
    row.yours = match me {
        Some(me) => !row.waits.is_empty() || concerns(db, id, me)?,
        None => false,
    };
    Ok(())
}

/// What its run waits for from someone. Whoever began the deployment signs nothing off.
fn waits_for(
    db: &mut dyn Query,
    release: &Loaded<Release>,
    me: PersonId,
) -> Result<Vec<String>, Fault> {
    let owns = release.state.content.owner == Some(me);
    let running = release.state.deployment.as_ref();
    let began = running.and_then(|running| running.started_by.person()) == Some(me);
    let mut waits = Vec::new();
    for one in awaited(db, release.id, &release.state)? {
        let signs = match one.role.filter(|_| !began && !owns) {
            Some(role) => holds(db, me, role)?,
            None => false,
        };
        if owns || signs {
            waits.push(one.words);
        }
    }
    Ok(waits)
}

fn holds(db: &mut dyn Query, me: PersonId, role: Role) -> Result<bool, Fault> {
    let sql = "SELECT 1 FROM people_roles WHERE person = $1 AND role = $2";
    Ok(db.query_one(sql, &[me.to_string().into(), role.word().into()])?.is_some())
}

fn concerns(db: &mut dyn Query, id: ReleaseId, me: PersonId) -> Result<bool, Fault> {
    Ok(db.query_one(CONCERNS, &[id.to_string().into(), me.to_string().into()])?.is_some())
}
