//! A conflict is a record: open, accepted with a reason, or resolved.

use kernel::{Actor, ConflictId, Interval, NOTE_MAX, PersonId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::aggregate::{Aggregate, Decision, Stamp};
use crate::calendar::{ConflictEvent, ConflictKind, Found, Hit, Refusal, Side, key};
use crate::edit::is_default;
use crate::refusal::Check;
use crate::vocabulary::words;

words! {
    /// Where a conflict stands.
    ConflictState {
        /// It blocks or warns.
        Open = "open",
        /// Someone answers for it.
        Accepted = "accepted",
        /// It is no more.
        Resolved = "resolved",
    }
}

/// Who answers for a conflict, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acceptance {
    /// Who.
    pub by: Actor,
    /// Why.
    pub reason: String,
    /// When.
    pub at: Timestamp,
    /// Until when it holds; as long as nothing moves when absent.
    pub until: Option<Timestamp>,
}

/// A conflict.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conflict {
    /// What was found last.
    pub found: Option<Found>,
    /// Whether it was resolved.
    #[serde(default, skip_serializing_if = "is_default")]
    pub resolved: bool,
    /// Its acceptance.
    #[serde(default, skip_serializing_if = "is_default")]
    pub accepted: Option<Acceptance>,
}

impl Conflict {
    /// Where it stands.
    pub fn state(&self) -> ConflictState {
        match (self.resolved, &self.accepted) {
            (true, _) => ConflictState::Resolved,
            (false, Some(_)) => ConflictState::Accepted,
            (false, None) => ConflictState::Open,
        }
    }

    /// Whether someone answers for exactly what was found.
    pub fn covers(&self, fingerprint: &str, now: Timestamp) -> bool {
        let same = self.found.as_ref().is_some_and(|found| found.fingerprint == fingerprint);
        let holds = |accepted: &Acceptance| accepted.until.is_none_or(|until| until > now);
        same && !self.resolved && self.accepted.as_ref().is_some_and(holds)
    }

    /// The name it has whichever side looks.
    pub fn key(&self) -> Option<String> {
        self.found.as_ref().map(|found| key(found.kind, found.subject, found.with))
    }
}

impl Aggregate for Conflict {
    type Id = ConflictId;
    type Event = ConflictEvent;
    const KIND: &'static str = "conflict";
    const FORMAT: i64 = 1;

    fn evolve(mut self, event: &ConflictEvent, stamp: &Stamp) -> Self {
        match event {
            ConflictEvent::Found { found } | ConflictEvent::Moved { found } => {
                let binds = |before: &Found| !self.resolved && before.binds_as(found);
                if !self.found.as_ref().is_some_and(binds) {
                    self.accepted = None;
                }
                self.found = Some(found.clone());
                self.resolved = false;
            }
            ConflictEvent::Accepted { reason, until } => {
                self.accepted = Some(Acceptance {
                    by: stamp.by.clone(),
                    reason: reason.clone(),
                    at: stamp.at,
                    until: *until,
                });
            }
            ConflictEvent::AcceptanceEnded {} => self.accepted = None,
            ConflictEvent::Resolved {} => self.resolved = true,
        }
        self
    }
}

/// What follows from finding it (again).
pub fn found(conflict: &Conflict, found: &Found) -> Vec<ConflictEvent> {
    match conflict.found.as_ref().filter(|_| !conflict.resolved) {
        None => vec![ConflictEvent::Found { found: found.clone() }],
        Some(before) if before.tells_as(found) => vec![],
        Some(_) => vec![ConflictEvent::Moved { found: found.clone() }],
    }
}

/// What follows from not finding it any more.
pub fn resolve(conflict: &Conflict) -> Vec<ConflictEvent> {
    if conflict.resolved { vec![] } else { vec![ConflictEvent::Resolved {}] }
}

/// Whether someone may answer for a conflict. `own` are the people whose work it is. Asked by
/// `actions` too.
pub fn may_accept(
    conflict: &Conflict,
    person: Option<PersonId>,
    own: &[PersonId],
) -> Result<(), crate::Refusal> {
    if conflict.resolved || conflict.found.is_none() {
        return Err(Refusal::ConflictEnded.into());
    }
    if person.is_some_and(|person| own.contains(&person)) {
        return Err(Refusal::OwnConflict.into());
    }
    match conflict.kind() {
        Some(ConflictKind::Blackout) => Err(Refusal::ExceptionNeeded("a blackout").into()),
        Some(ConflictKind::ReleaseOrder) => {
            Err(Refusal::ExceptionNeeded("the order of releases").into())
        }
        _ => Ok(()),
    }
}

/// Answers for a conflict.
pub fn accept(
    conflict: &Conflict,
    reason: &str,
    until: Option<Timestamp>,
    person: Option<PersonId>,
    own: &[PersonId],
    now: Timestamp,
) -> Decision<ConflictEvent> {
    may_accept(conflict, person, own)?;
    let mut check = Check::default();
    check.name("/reason", reason, NOTE_MAX);
    if until.is_some_and(|until| until <= now) {
        check.wrong("/until", "must be in the future");
    }
    check.end()?;
    Ok(vec![ConflictEvent::Accepted { reason: reason.to_owned(), until }])
}

/// Ends an acceptance whose time has come.
pub fn lapse(conflict: &Conflict, now: Timestamp) -> Vec<ConflictEvent> {
    let until = conflict.accepted.as_ref().and_then(|accepted| accepted.until);
    match until {
        Some(until) if until <= now && !conflict.resolved => {
            vec![ConflictEvent::AcceptanceEnded {}]
        }
        _ => vec![],
    }
}

/// The interval both sides claim, and what it is.
impl Conflict {
    /// What both claim.
    pub fn overlap(&self) -> Option<Interval> {
        self.found.as_ref().map(|found| found.overlap)
    }

    /// What collides.
    pub fn kind(&self) -> Option<ConflictKind> {
        self.found.as_ref().map(|found| found.kind)
    }

    /// Every CI that is hit.
    pub fn hits(&self) -> &[Hit] {
        self.found.as_ref().map_or(&[], |found| &found.hits)
    }

    /// Both sides.
    pub fn sides(&self) -> Option<(Side, Side)> {
        self.found.as_ref().map(|found| (found.subject, found.with))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::PathStep;
    use kernel::{ChangeId, CiId, Id, PeriodId};

    fn side(number: u128) -> Side {
        Side::Change(ChangeId::from_uuid(uuid::Uuid::from_u128(number)))
    }

    fn seen(fingerprint: &str) -> Found {
        let start = Timestamp::from_micros(0);
        Found {
            kind: ConflictKind::SameCi,
            subject: side(1),
            with: side(2),
            overlap: Interval { start, end: start.plus_minutes(60) },
            fingerprint: fingerprint.to_owned(),
            hits: vec![],
            blocking: true,
        }
    }

    fn after(events: &[ConflictEvent]) -> Conflict {
        let by = Actor::System { part: "test".to_owned() };
        let stamp = Stamp { at: Timestamp::from_micros(0), by };
        events.iter().fold(Conflict::default(), |conflict, event| conflict.evolve(event, &stamp))
    }

    /// The same two windows and CIs, so many relations apart.
    fn apart(relations: &[&str]) -> Found {
        let ci = |number: u128| CiId::from_uuid(uuid::Uuid::from_u128(number));
        let step = |(to, relation): (u128, &&str)| PathStep {
            relation: (*relation).to_owned(),
            ci: ci(to),
        };
        let path = (1..).zip(relations).map(step).collect();
        let hits = vec![Hit { ci: ci(0), path }];
        Found { kind: ConflictKind::UpstreamCi, hits, ..seen("a") }
    }

    fn accepted_as(found: &Found) -> Conflict {
        let (found, reason) = (found.clone(), "both teams agreed".to_owned());
        after(&[ConflictEvent::Found { found }, ConflictEvent::Accepted { reason, until: None }])
    }

    #[test]
    fn an_acceptance_of_what_was_far_is_none_of_what_is_near() {
        let mut conflict = accepted_as(&apart(&["uses", "runs on"]));
        let near = apart(&["uses"]);
        let moved = found(&conflict, &near);
        assert_eq!(moved, [ConflictEvent::Moved { found: near }]);
        let by = Actor::System { part: "test".to_owned() };
        conflict = conflict.evolve(&moved[0], &Stamp { at: Timestamp::from_micros(1), by });
        assert_eq!(conflict.state(), ConflictState::Open);
    }

    #[test]
    fn another_way_as_long_is_told_and_stays_accepted() {
        let mut conflict = accepted_as(&apart(&["uses", "runs on"]));
        let other = apart(&["uses", "is part of"]);
        let moved = found(&conflict, &other);
        assert_eq!(moved, [ConflictEvent::Moved { found: other.clone() }]);
        let by = Actor::System { part: "test".to_owned() };
        conflict = conflict.evolve(&moved[0], &Stamp { at: Timestamp::from_micros(1), by });
        assert_eq!(
            (conflict.state(), conflict.found.clone()),
            (ConflictState::Accepted, Some(other))
        );
        // The other side may know another way; that moves nothing.
        let (subject, with) = (side(2), side(1));
        let turned = Found { subject, with, ..apart(&["is used by", "carries"]) };
        assert_eq!(found(&conflict, &turned), []);
    }

    #[test]
    fn a_period_that_comes_to_block_is_told() {
        let with = Side::Period(PeriodId::from_uuid(uuid::Uuid::from_u128(7)));
        let warns = Found { with, blocking: false, ..seen("a") };
        let blocks = Found { blocking: true, ..warns.clone() };
        let conflict = accepted_as(&warns);
        assert_eq!(found(&conflict, &warns), []);
        assert_eq!(found(&conflict, &blocks), [ConflictEvent::Moved { found: blocks.clone() }]);
        let records = Found { with: side(2), ..blocks };
        assert_eq!(found(&accepted_as(&records), &Found { blocking: false, ..records }), []);
    }

    fn accepted(until: Option<Timestamp>) -> [ConflictEvent; 2] {
        let reason = "both teams agreed".to_owned();
        [ConflictEvent::Found { found: seen("a") }, ConflictEvent::Accepted { reason, until }]
    }

    #[test]
    fn an_acceptance_lapses_when_anything_moves() {
        let conflict = after(&accepted(None));
        assert!(conflict.covers("a", Timestamp::from_micros(1)));
        let moved = found(&conflict, &seen("b"));
        assert_eq!(moved, [ConflictEvent::Moved { found: seen("b") }]);
        let events = [accepted(None).to_vec(), moved].concat();
        assert_eq!(after(&events).state(), ConflictState::Open);
    }

    #[test]
    fn finding_the_same_again_is_no_event() {
        assert_eq!(found(&after(&accepted(None)), &seen("a")), []);
    }

    #[test]
    fn an_acceptance_ends_to_the_second() {
        let until = Timestamp::from_micros(60_000_000);
        let conflict = after(&accepted(Some(until)));
        assert!(conflict.covers("a", Timestamp::from_micros(59_999_999)));
        assert!(!conflict.covers("a", until));
        assert_eq!(lapse(&conflict, until), [ConflictEvent::AcceptanceEnded {}]);
    }

    #[test]
    fn nobody_accepts_a_conflict_of_their_own_work() {
        let me = PersonId::from_uuid(uuid::Uuid::from_u128(3));
        let conflict = after(&[ConflictEvent::Found { found: seen("a") }]);
        let refusal = accept(&conflict, "mine", None, Some(me), &[me], Timestamp::from_micros(0));
        assert_eq!(refusal.expect_err("own").code, "calendar.own_conflict");
    }

    #[test]
    fn a_blackout_and_the_order_of_releases_are_passed_by_exception_alone() {
        for kind in ConflictKind::ALL.iter().copied() {
            let found = Found { kind, ..seen("a") };
            let conflict = after(&[ConflictEvent::Found { found }]);
            let taken = accept(&conflict, "so", None, None, &[], Timestamp::from_micros(0));
            let by_exception = [ConflictKind::Blackout, ConflictKind::ReleaseOrder].contains(&kind);
            assert_eq!(taken.is_err(), by_exception, "{kind}");
        }
    }
}
