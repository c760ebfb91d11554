//! What the people of a release plan to tell about it, beside what its record says already.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{NAME_MAX, NOTE_MAX, PersonId, ReleaseId, UserGroupId};
use serde::{Deserialize, Serialize};

use crate::aggregate::{Aggregate, Decision, Stamp};
use crate::edit::editable;
use crate::notice::{CommunicationEvent, GROUPS_MAX};
use crate::refusal::Check;
use crate::vocabulary::Moment;

/// The longest downtime that is told, in minutes: two weeks.
const DOWNTIME_MAX: u32 = 14 * 24 * 60;

editable! {
    /// What is planned to be told.
    PlanContent, PlanEdit {
        /// What those who use the services will notice.
        impact: String,
        /// What they are asked to do.
        action: String,
        /// For how many minutes they cannot use them.
        downtime_minutes: Option<u32>,
        /// Whom they ask.
        contact: String,
        /// Who is responsible that a moment is told, and answers questions about it.
        responsible: BTreeMap<Moment, PersonId>,
        /// The moments that nothing is told at.
        off: BTreeSet<Moment>,
        /// The groups that are told beside those of the affected services.
        groups: BTreeSet<UserGroupId>,
    }
}

/// What is planned to be told about a release.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Communication {
    /// What people wrote.
    pub content: PlanContent,
}

impl Aggregate for Communication {
    type Id = ReleaseId;
    type Event = CommunicationEvent;
    const KIND: &'static str = "communication";
    const FORMAT: i64 = 1;

    fn evolve(mut self, event: &CommunicationEvent, _: &Stamp) -> Self {
        match event {
            CommunicationEvent::Edited { edit } => self.content.apply(edit),
        }
        self
    }
}

/// Plans what is told.
pub fn plan(communication: &Communication, edit: &PlanEdit) -> Decision<CommunicationEvent> {
    let edit = edit.clone().against(&communication.content);
    let mut content = communication.content.clone();
    content.apply(&edit);
    let mut check = Check::default();
    check.text("/impact", &content.impact, NOTE_MAX);
    check.text("/action", &content.action, NOTE_MAX);
    check.text("/contact", &content.contact, NAME_MAX);
    check.count("/groups", content.groups.len(), GROUPS_MAX);
    if content.downtime_minutes.is_some_and(|minutes| minutes > DOWNTIME_MAX) {
        check.wrong("/downtime_minutes", format!("is at most {DOWNTIME_MAX}, which is two weeks"));
    }
    for moment in [Moment::Moved, Moment::Rollback, Moment::Cancelled] {
        if content.off.contains(&moment) {
            let wrong = format!("`{moment}` cannot be left out: whoever was told must hear of it");
            check.wrong("/off", wrong);
        }
    }
    check.end()?;
    Ok(if edit.is_empty() { vec![] } else { vec![CommunicationEvent::Edited { edit }] })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_corrects_a_notice_cannot_be_left_out() {
        let off = |moment: Moment| PlanEdit { off: Some([moment].into()), ..PlanEdit::default() };
        for moment in [Moment::Moved, Moment::Rollback, Moment::Cancelled] {
            let refusal = plan(&Communication::default(), &off(moment)).expect_err("it corrects");
            assert_eq!(refusal.missing[0].pointer, "/off");
        }
        for moment in [Moment::Before, Moment::Start, Moment::Success] {
            assert!(plan(&Communication::default(), &off(moment)).is_ok());
        }
    }

    #[test]
    fn planning_the_same_again_is_no_event() {
        let edit = PlanEdit { impact: Some("A pause.".to_owned()), ..PlanEdit::default() };
        let events = plan(&Communication::default(), &edit).expect("sound");
        assert_eq!(events, vec![CommunicationEvent::Edited { edit: edit.clone() }]);
        let mut planned = Communication::default();
        planned.content.apply(&edit);
        assert_eq!(plan(&planned, &edit), Ok(vec![]));
    }
}
