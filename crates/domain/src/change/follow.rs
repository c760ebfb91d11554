//! What a release does to the changes it carries. The release has decided; here is what follows.

use kernel::ReleaseId;

use crate::approval::{self, Plan};
use crate::change::{Change, ChangeEvent, Outcome, Phase};

/// A step of the release.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Its window is committed.
    Scheduled,
    /// Its window is no longer committed.
    Unscheduled,
    /// Its deployment began.
    Deployed,
    /// The change's own step ended.
    Ended(Outcome),
    /// The release was taken back before the change's own step was begun.
    NotBegun,
    /// The release is over.
    Closed,
}

/// The change joins a release.
pub fn attach(change: &Change, release: ReleaseId) -> Vec<ChangeEvent> {
    if change.release == Some(release) {
        return vec![];
    }
    let mut events = vec![ChangeEvent::Attached { release }];
    if change.phase == Phase::Scheduled {
        let reason = "it joined a release, whose window it takes".to_owned();
        events.push(ChangeEvent::Unscheduled { reason });
    }
    events
}

/// The change leaves its release. Where policy asks for another approval of one that travels alone,
/// `alone`, what was given inside the release does not stand outside it.
pub fn detach(change: &Change, alone: &Plan) -> Vec<ChangeEvent> {
    let Some(release) = change.release else { return vec![] };
    let mut events = follow(change, Step::Unscheduled);
    events.push(ChangeEvent::Detached { release });
    let withdrawn = approval::withdraw(change.round());
    let other = change.round().is_some_and(|round| round.plan.stages != alone.stages);
    if other && !withdrawn.is_empty() {
        events.extend(withdrawn.into_iter().map(ChangeEvent::Round));
        let reason = "outside its release it needs another approval".to_owned();
        events.push(ChangeEvent::ReturnedToDraft { reason });
    }
    events
}

/// What a step of the release means for the change. One whose approval does not stand takes no
/// window and no part.
pub fn follow(change: &Change, step: Step) -> Vec<ChangeEvent> {
    match (step, change.phase) {
        (Step::Scheduled, Phase::Authorise) if change.is_approved() => {
            vec![ChangeEvent::Scheduled { window: None, under: vec![] }]
        }
        (Step::Unscheduled, Phase::Scheduled) => {
            let reason = "its release is no longer scheduled".to_owned();
            vec![ChangeEvent::Unscheduled { reason }]
        }
        (Step::Deployed, Phase::Scheduled) => {
            vec![ChangeEvent::Started { under: vec![], window: None }]
        }
        // Approved after the release's window was committed.
        (Step::Deployed, Phase::Authorise) if change.is_approved() => {
            vec![
                ChangeEvent::Scheduled { window: None, under: vec![] },
                ChangeEvent::Started { under: vec![], window: None },
            ]
        }
        (Step::Ended(outcome), Phase::Implement) => {
            vec![ChangeEvent::Completed { outcome, note: None }]
        }
        // What was planned did not happen, so it has no outcome either.
        (Step::NotBegun, Phase::Implement) => {
            let reason = "not begun: its release was taken back before".to_owned();
            vec![ChangeEvent::Cancelled { reason }]
        }
        (Step::Closed, Phase::Review) => vec![ChangeEvent::Closed {}],
        _ => vec![],
    }
}
