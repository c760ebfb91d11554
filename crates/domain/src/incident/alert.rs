//! An incident that monitoring opens and resolves. A group of alerts is one incident. An alert is
//! known by its fingerprint and by when it began; of two tellings the later beginning counts, and
//! an end that was told stays told. So telling again, late, or in another order changes nothing.

use std::collections::BTreeMap;

use kernel::{NAME_MAX, Timestamp};
use serde::{Deserialize, Serialize};

use crate::aggregate::Decision;
use crate::incident::{Content, Incident, IncidentEvent, State};

/// The most alerts of one incident.
pub const ALERTS_MAX: usize = 1_000;

/// An alert as it was told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alert {
    /// What stays the same when it is told again.
    pub fingerprint: String,
    /// What it is called.
    pub name: String,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
}

impl Alert {
    /// Whether it still lasts.
    pub fn is_firing(&self) -> bool {
        self.ended_at.is_none()
    }

    /// What is known after both were told, in whichever order.
    fn joined(&self, other: &Self) -> Self {
        let (earlier, later) =
            if self.started_at <= other.started_at { (self, other) } else { (other, self) };
        let mut joined = later.clone();
        if earlier.started_at == later.started_at {
            joined.ended_at = earlier.ended_at.max(later.ended_at);
        }
        joined
    }
}

/// The alerts of an incident.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alerts {
    /// What they have in common, as monitoring calls it.
    pub group: String,
    /// By fingerprint.
    pub all: BTreeMap<String, Alert>,
}

impl Alerts {
    /// The same with what was told.
    #[must_use]
    pub fn told(mut self, group: &str, alerts: &[Alert]) -> Self {
        group.clone_into(&mut self.group);
        for alert in alerts {
            let known = self.all.get(&alert.fingerprint);
            let joined = known.map_or_else(|| alert.clone(), |known| known.joined(alert));
            self.all.insert(alert.fingerprint.clone(), joined);
        }
        self
    }

    /// Whether any of them lasts.
    pub fn is_firing(&self) -> bool {
        self.all.values().any(Alert::is_firing)
    }

    fn ended_at(&self) -> Option<Timestamp> {
        self.all.values().filter_map(|alert| alert.ended_at).max()
    }
}

/// A group of alerts, as it was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notification {
    /// What they have in common.
    pub group: String,
    /// The alerts.
    pub alerts: Vec<Alert>,
    /// What a new incident says.
    pub content: Content,
}

impl Notification {
    /// Whether it tells something new of an incident that is closed: then another one is opened.
    pub fn begins_anew(&self, closed: &Incident) -> bool {
        if closed.state != State::Closed {
            return false;
        }
        let known = closed.alerts.clone().unwrap_or_default();
        let after = known.clone().told(&self.group, &self.alerts);
        after != known && after.is_firing()
    }
}

/// What follows from a notification: nothing when all of it was told before.
pub fn alerted(
    incident: &Incident,
    told: &Notification,
    number: Option<String>,
    now: Timestamp,
) -> Decision<IncidentEvent> {
    let known = incident.alerts.clone().unwrap_or_default();
    let mut alerts = told.alerts.clone();
    alerts.truncate(ALERTS_MAX.saturating_sub(known.all.len()).max(1));
    let after = known.clone().told(&told.group, &alerts);
    if after == known || (number.is_none() && incident.state == State::Closed) {
        return Ok(Vec::new());
    }
    let mut events = Vec::new();
    let mut content = incident.content.clone();
    if let Some(number) = number {
        content = told.content.clone();
        let began = alerts.iter().map(|alert| alert.started_at).min().unwrap_or(now);
        content.opened_at = Some(began.min(now));
        content.title = content.title.chars().take(NAME_MAX).collect();
        events.push(IncidentEvent::Reported { number, content: Box::new(content.clone()) });
    }
    let is_news = |alert: &&Alert| after.all.get(&alert.fingerprint) == Some(*alert);
    let news = alerts.iter().filter(is_news).cloned().collect();
    events.push(IncidentEvent::Alerted { group: told.group.clone(), alerts: news });
    match (incident.state, after.is_firing()) {
        (State::Open, false) => {
            let ended = after.ended_at().unwrap_or(now).min(now);
            let resolved_at = content.opened_at.map_or(ended, |began| ended.max(began));
            events.push(IncidentEvent::Resolved { resolved_at });
        }
        // It came back: whoever resolved it is told so.
        (State::Resolved, true) => events.push(IncidentEvent::Reopened {}),
        _ => {}
    }
    Ok(events)
}

#[cfg(test)]
mod tests {
    use kernel::Actor;
    use proptest::prelude::*;

    use super::*;
    use crate::aggregate::{Aggregate, Stamp};

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_micros(0).plus_minutes(minute)
    }

    fn alert(fingerprint: u8, started: i64, ended: Option<i64>) -> Alert {
        Alert {
            fingerprint: fingerprint.to_string(),
            name: "HighErrorRate".to_owned(),
            started_at: at(started),
            ended_at: ended.map(at),
        }
    }

    fn told(alerts: Vec<Alert>) -> Notification {
        let content = Content { title: "HighErrorRate".to_owned(), ..Content::default() };
        Notification { group: "{}:{}".to_owned(), alerts, content }
    }

    fn after(incident: Incident, notification: &Notification) -> Incident {
        let number = incident.number.is_empty().then(|| "INC-1".to_owned());
        let events = alerted(&incident, notification, number, at(100)).expect("fine");
        let stamp = Stamp { at: at(100), by: Actor::System { part: "test".to_owned() } };
        events.iter().fold(incident, |incident, event| incident.evolve(event, &stamp))
    }

    fn all(notifications: &[Notification]) -> Incident {
        notifications.iter().fold(Incident::default(), after)
    }

    #[test]
    fn a_group_opens_one_incident_and_its_end_resolves_it() {
        let firing = told(vec![alert(1, 5, None), alert(2, 6, None)]);
        let opened = all(&[firing.clone(), firing.clone()]);
        assert_eq!((opened.state, opened.content.opened_at), (State::Open, Some(at(5))));
        let one = after(opened.clone(), &told(vec![alert(1, 5, Some(9)), alert(2, 6, None)]));
        assert_eq!(one.state, State::Open);
        let both = after(one, &told(vec![alert(1, 5, Some(9)), alert(2, 6, Some(11))]));
        assert_eq!((both.state, both.resolved_at), (State::Resolved, Some(at(11))));
        assert_eq!(after(both.clone(), &firing), both, "it comes late");
        let again = after(both, &told(vec![alert(1, 20, None)]));
        assert_eq!((again.state, again.resolved_at), (State::Open, None));
    }

    #[test]
    fn what_people_resolved_stays_so_until_something_new_is_told() {
        let firing = told(vec![alert(1, 5, None)]);
        let resolved = Incident { state: State::Resolved, ..all(std::slice::from_ref(&firing)) };
        assert_eq!(after(resolved.clone(), &firing), resolved);
        assert_eq!(after(resolved, &told(vec![alert(1, 7, None)])).state, State::Open);
    }

    #[test]
    fn a_closed_one_is_left_alone_and_another_begins_when_it_comes_back() {
        let firing = told(vec![alert(1, 5, None)]);
        let closed = Incident { state: State::Closed, ..all(std::slice::from_ref(&firing)) };
        assert!(!firing.begins_anew(&closed));
        assert!(!told(vec![alert(1, 5, Some(9))]).begins_anew(&closed));
        let anew = told(vec![alert(1, 12, None)]);
        assert!(anew.begins_anew(&closed));
        assert_eq!(after(closed.clone(), &anew), closed);
    }

    fn any_notification() -> impl Strategy<Value = Notification> {
        let alert = (0..3_u8, 0..4_i64, prop::option::of(4..8_i64))
            .prop_map(|(fingerprint, started, ended)| alert(fingerprint, started, ended));
        prop::collection::vec(alert, 1..4).prop_map(told)
    }

    proptest! {
        #[test]
        fn order_and_repetition_change_nothing(
            notifications in prop::collection::vec(any_notification(), 1..6),
            seed in any::<u64>(),
        ) {
            let mut shuffled = notifications.clone();
            shuffled.extend(notifications.iter().take(2).cloned());
            let length = shuffled.len();
            for (place, step) in (0..length).zip(1_u64..) {
                let other = usize::try_from(seed.wrapping_mul(step) % 97).expect("small") % length;
                shuffled.swap(place, other);
            }
            let (one, other) = (all(&notifications), all(&shuffled));
            prop_assert_eq!(one.state, other.state);
            prop_assert_eq!(one.alerts, other.alerts);
        }
    }
}
