//! Status updates while a deployment is under way: from one template, at a set interval, to one
//! place and a named audience.

use std::collections::BTreeMap;

use kernel::{Actor, NAME_MAX, NOTE_MAX, Timestamp};
use serde::{Deserialize, Serialize};

use crate::deployment::{Deployment, DeploymentEvent};
use crate::refusal::{Check, General};

/// The most updates of one deployment.
pub const UPDATES_MAX: usize = 500;
/// The longest interval between two updates, in minutes: a day.
pub const EVERY_MINUTES_MAX: u32 = 24 * 60;
/// What a template may name in braces.
pub const PLACEHOLDERS: &[&str] =
    &["release", "title", "state", "done", "total", "now", "minutes_back", "window_end"];

/// How updates are given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UpdatePlan {
    /// How often.
    pub every_minutes: u32,
    /// Where they stand, such as a channel or an address.
    pub place: String,
    /// For whom.
    pub audience: String,
    /// What they say, with words in braces for what is known.
    pub template: String,
}

/// An update that was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Update {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: Actor,
    /// What it said.
    pub text: String,
}

impl UpdatePlan {
    /// Everything that is wrong with it.
    pub fn check(&self) -> Result<(), crate::Refusal> {
        let mut check = Check::default();
        if !(1..=EVERY_MINUTES_MAX).contains(&self.every_minutes) {
            check.wrong("/every_minutes", format!("is 1 to {EVERY_MINUTES_MAX}"));
        }
        check.name("/place", &self.place, NAME_MAX);
        check.name("/audience", &self.audience, NAME_MAX);
        check.name("/template", &self.template, NOTE_MAX);
        for name in named(&self.template).filter(|name| !PLACEHOLDERS.contains(name)) {
            let known: Vec<String> = PLACEHOLDERS.iter().map(|one| format!("{{{one}}}")).collect();
            let detail = format!("{{{name}}} is not known: use {}", known.join(", "));
            check.wrong("/template", detail);
        }
        check.end()
    }

    /// What an update would say now.
    pub fn filled(&self, known: &BTreeMap<&str, String>) -> String {
        let filled = |text: String, (name, value): (&&str, &String)| {
            text.replace(&format!("{{{name}}}"), value)
        };
        known.iter().fold(self.template.clone(), filled)
    }
}

/// The words that a text names in braces.
fn named(text: &str) -> impl Iterator<Item = &str> {
    text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name)
}

impl Deployment {
    /// When the next update is due: an interval after the last one, or after its owner was
    /// reminded, as long as someone is still to act.
    pub fn update_due(&self, plan: &UpdatePlan) -> Option<Timestamp> {
        let last = self.updates.last().map(|update| update.at);
        let since = [Some(self.started_at), last, self.update_reminded_at];
        let since = since.into_iter().flatten().max().filter(|_| self.state.is_under_way())?;
        Some(since.plus_minutes(i64::from(plan.every_minutes)))
    }

    /// Whether its owner was reminded of an update that was not given since.
    pub fn is_update_overdue(&self) -> bool {
        let last = self.updates.last().map(|update| update.at);
        self.state.is_under_way() && self.update_reminded_at.is_some_and(|at| last < Some(at))
    }
}

/// Gives an update.
pub fn send_update(
    deployment: &Deployment,
    text: &str,
) -> Result<Vec<DeploymentEvent>, crate::Refusal> {
    let mut check = Check::default();
    check.name("/text", text, NOTE_MAX);
    check.count("/text", deployment.updates.len() + 1, UPDATES_MAX);
    let wrong = check.found();
    if !wrong.is_empty() {
        return Err(General::Invalid(wrong).into());
    }
    Ok(vec![DeploymentEvent::UpdateSent { text: text.to_owned() }])
}

/// Reminds the owner of an update that is due and was not given.
pub fn remind_of_update(
    deployment: &Deployment,
    plan: &UpdatePlan,
    now: Timestamp,
) -> Vec<DeploymentEvent> {
    let due = deployment.update_due(plan).filter(|due| *due <= now);
    due.map(|due| DeploymentEvent::UpdateOverdue { due }).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aggregate::Stamp;
    use crate::deployment::evolve;

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_micros(0).plus_minutes(minute)
    }

    fn plan() -> UpdatePlan {
        UpdatePlan {
            every_minutes: 30,
            place: "#shop-releases".to_owned(),
            audience: "Support".to_owned(),
            template: "{release}: {state}, {done} of {total}".to_owned(),
        }
    }

    fn after(events: &[(i64, DeploymentEvent)]) -> Deployment {
        let by = Actor::System { part: "test".to_owned() };
        let started = (0, DeploymentEvent::Started { changes: vec![], under: vec![] });
        let all = std::iter::once(&started).chain(events);
        let fold = |deployment, (minute, event): &(i64, DeploymentEvent)| {
            evolve(deployment, event, &Stamp { at: at(*minute), by: by.clone() })
        };
        all.fold(None, fold).expect("it began")
    }

    fn sent(minute: i64) -> (i64, DeploymentEvent) {
        (minute, DeploymentEvent::UpdateSent { text: "all is well".to_owned() })
    }

    #[test]
    fn an_update_is_due_an_interval_after_the_last_one() {
        assert_eq!(after(&[]).update_due(&plan()), Some(at(30)));
        let running = after(&[sent(10)]);
        assert_eq!(running.update_due(&plan()), Some(at(40)));
        assert_eq!(remind_of_update(&running, &plan(), at(39)), []);
        let overdue = DeploymentEvent::UpdateOverdue { due: at(40) };
        assert_eq!(remind_of_update(&running, &plan(), at(40)), [overdue]);
        let finished = after(&[sent(10), (11, DeploymentEvent::RolledBack {})]);
        assert_eq!(finished.update_due(&plan()), None);
    }

    #[test]
    fn an_overdue_update_is_reminded_of_once_an_interval_until_it_is_given() {
        let reminded = (31, DeploymentEvent::UpdateOverdue { due: at(30) });
        let running = after(std::slice::from_ref(&reminded));
        assert!(running.is_update_overdue());
        assert_eq!(running.update_due(&plan()), Some(at(61)));
        let running = after(&[reminded, sent(32)]);
        assert!(!running.is_update_overdue());
        assert_eq!(running.update_due(&plan()), Some(at(62)));
    }

    #[test]
    fn a_template_is_filled_with_what_is_known_and_names_nothing_else() {
        let known = [("release", "REL-7".to_owned()), ("state", "running".to_owned())];
        let known = known.into_iter().chain([("done", "1".to_owned()), ("total", "3".to_owned())]);
        assert_eq!(plan().filled(&known.collect()), "REL-7: running, 1 of 3");
        let wrong = UpdatePlan {
            every_minutes: 0,
            place: " ".to_owned(),
            audience: String::new(),
            template: "{number}".to_owned(),
        };
        let missing = wrong.check().expect_err("wrong").missing;
        let pointers: Vec<&str> = missing.iter().map(|one| one.pointer.as_str()).collect();
        assert_eq!(pointers, ["/every_minutes", "/place", "/audience", "/template"]);
        assert!(missing[3].detail.contains("{release}"), "{}", missing[3].detail);
    }

    #[test]
    fn an_update_says_something() {
        let refusal = send_update(&after(&[]), " ").expect_err("empty");
        assert_eq!(refusal.missing[0].pointer, "/text");
    }
}
