//! What a run waits for from a person beside a decision: a step of theirs, a word on one of which
//! nobody knows, and a step back that failed. It is told, and stands on Home.

use domain::identity::Role;
use domain::release::Release;
use kernel::{ReleaseId, Timestamp};
use orchestrator::{Waits, Way, waits};
use ports::{Fault, Query};

use crate::bus::find_state;
use crate::deployment::file::PlanFile;
use crate::deployment::run::Run;
use crate::deployment::steer::file_of;
use crate::deployment::tell::is_run;

/// Something that a run waits for.
pub(crate) struct Awaited {
    /// What, and for which attempt.
    pub(crate) wait: Waits,
    /// Since when.
    pub(crate) since: Option<Timestamp>,
    /// Whose word the step takes; else it is for the owner of the release.
    pub(crate) role: Option<Role>,
    /// What is to be done, in sentences.
    pub(crate) words: String,
}

/// What the run of a release waits for, if one carries it out.
pub(crate) fn awaited(
    db: &mut dyn Query,
    id: ReleaseId,
    release: &Release,
) -> Result<Vec<Awaited>, Fault> {
    if !is_run(release) {
        return Ok(Vec::new());
    }
    let Some(run) = find_state::<Run>(db, id)? else { return Ok(Vec::new()) };
    let run = run.state.0;
    let waits = waits(&run);
    if waits.is_empty() {
        return Ok(Vec::new());
    }
    let file = file_of(db, release)?;
    Ok(waits.into_iter().filter_map(|wait| of(&run, file.as_ref(), wait)).collect())
}

fn of(run: &orchestrator::Run, file: Option<&PlanFile>, wait: Waits) -> Option<Awaited> {
    let (attempt, role, words) = match &wait {
        Waits::Decision | Waits::Resume => return None,
        Waits::Act(attempt) => {
            let (step, way) = (attempt.step.as_str(), attempt.way);
            let role = file.and_then(|file| file.signs_off(step));
            let text = file.and_then(|file| file.instructions(step, way)).unwrap_or_default();
            let words = match (role, way) {
                (Some(role), _) => {
                    format!("Step {step} waits for the sign-off of a {role}: {text}")
                }
                (None, Way::Forward) => format!("Step {step} is to be done and reported: {text}"),
                (None, Way::Back) => {
                    format!("Step {step} is to be taken back and reported: {text}")
                }
            };
            (attempt, role, words)
        }
        Waits::Tell(attempt) => {
            let is_job = file.is_some_and(|file| file.is_job(attempt));
            let results = if is_job && !run.is_unwanted(attempt) {
                "done or failed"
            } else {
                "done, failed or not begun"
            };
            let words = format!(
                "Nobody knows what became of step {}, {}: look, and report it as {results}.",
                attempt.step, attempt.way
            );
            (attempt, None, words)
        }
        Waits::Mend(attempt) => {
            let note = run.leg(&attempt.step, Way::Back).and_then(|leg| leg.note.as_deref());
            let words = format!(
                "Step {} could not be taken back: {}. Retry it, leave it out with a reason, or give \
                the way back up.",
                attempt.step,
                note.unwrap_or_default()
            );
            (attempt, None, words)
        }
    };
    let since = run.leg(&attempt.step, attempt.way).and_then(|leg| leg.at);
    Some(Awaited { wait, since, role, words })
}
