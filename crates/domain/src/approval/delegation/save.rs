//! Naming a deputy, and taking the delegation back.

use kernel::{NOTE_MAX, PersonId, Timestamp};

use crate::aggregate::Decision;
use crate::approval::{DELEGATIONS_MAX, Delegation, DelegationEvent, Refusal};
use crate::refusal::Check;

/// What is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Who is absent.
    pub person: PersonId,
    /// Who votes in their place.
    pub deputy: PersonId,
    /// From when; at once when absent.
    pub from: Option<Timestamp>,
    /// Until when, exclusive; until it is revoked when absent.
    pub until: Option<Timestamp>,
    /// Why.
    pub reason: String,
}

/// What the rule needs to know of the world.
#[derive(Debug, Clone)]
pub struct SetFacts {
    /// Now.
    pub now: Timestamp,
    /// Who asks.
    pub asked_by: Option<PersonId>,
    /// Whether the absent person may vote at all.
    pub person_votes: bool,
    /// Whether the deputy may.
    pub deputy_votes: bool,
    /// The other delegations of the person that are in force or to come: from and until.
    pub others: Vec<(Option<Timestamp>, Option<Timestamp>)>,
}

/// Names a deputy for a span of time.
pub fn set(wanted: &Wanted, facts: &SetFacts) -> Decision<DelegationEvent> {
    let mut check = Check::default();
    check.name("/reason", &wanted.reason, NOTE_MAX);
    if wanted.person == wanted.deputy {
        check.wrong("/deputy", "is the absent person: name someone else");
    }
    let begins = wanted.from.unwrap_or(facts.now).max(facts.now);
    if wanted.until.is_some_and(|until| until <= begins) {
        check.wrong("/until", "is over before it begins: say a later time");
    }
    check.count("/person", facts.others.len() + 1, DELEGATIONS_MAX);
    check.end()?;
    if !facts.person_votes {
        return Err(Refusal::NothingToDelegate.into());
    }
    if !facts.deputy_votes {
        return Err(Refusal::DeputyUnfit.into());
    }
    if facts.asked_by == Some(wanted.deputy) {
        return Err(Refusal::OwnDeputy.into());
    }
    let span = (wanted.from, wanted.until);
    if let Some((from, until)) = facts.others.iter().find(|other| overlap(span, **other)) {
        let words = |at: &Option<Timestamp>| at.map_or("…".to_owned(), |at| at.to_string());
        return Err(Refusal::DeputyNamed { from: words(from), until: words(until) }.into());
    }
    Ok(vec![DelegationEvent::Set {
        person: wanted.person,
        deputy: wanted.deputy,
        from: wanted.from,
        until: wanted.until,
        reason: wanted.reason.clone(),
    }])
}

type Span = (Option<Timestamp>, Option<Timestamp>);

/// Whether two spans share a moment; an open end has no bound.
fn overlap((from, until): Span, (other_from, other_until): Span) -> bool {
    let before = |end: Option<Timestamp>, start: Option<Timestamp>| match (end, start) {
        (Some(end), Some(start)) => end <= start,
        _ => false,
    };
    !before(until, other_from) && !before(other_until, from)
}

/// Takes it back; what was voted meanwhile stands.
pub fn revoke(delegation: &Delegation) -> Vec<DelegationEvent> {
    if delegation.revoked { Vec::new() } else { vec![DelegationEvent::Revoked {}] }
}

#[cfg(test)]
mod tests {
    use kernel::Id;

    use super::*;

    fn person(number: u128) -> PersonId {
        PersonId::from_uuid(uuid::Uuid::from_u128(number))
    }

    fn hour(hour: i64) -> Timestamp {
        Timestamp::from_micros(hour * 3_600_000_000)
    }

    fn wanted(from: Option<i64>, until: Option<i64>) -> Wanted {
        let reason = "on leave".to_owned();
        let (from, until) = (from.map(hour), until.map(hour));
        Wanted { person: person(1), deputy: person(2), from, until, reason }
    }

    fn facts() -> SetFacts {
        SetFacts {
            now: hour(10),
            asked_by: Some(person(1)),
            person_votes: true,
            deputy_votes: true,
            others: vec![],
        }
    }

    fn code(wanted: &Wanted, facts: &SetFacts) -> &'static str {
        set(wanted, facts).expect_err("refused").code
    }

    #[test]
    fn a_deputy_is_named_with_or_without_bounds() {
        for (from, until) in [(None, None), (Some(12), Some(20)), (None, Some(11))] {
            assert_eq!(set(&wanted(from, until), &facts()).expect("fine").len(), 1);
        }
    }

    #[test]
    fn a_span_that_is_over_before_it_begins_is_refused() {
        for (from, until) in [(Some(12), Some(12)), (None, Some(10)), (Some(1), Some(9))] {
            assert_eq!(code(&wanted(from, until), &facts()), "request.invalid");
        }
    }

    #[test]
    fn both_must_be_people_who_vote_and_not_the_same() {
        let unfit = SetFacts { deputy_votes: false, ..facts() };
        assert_eq!(code(&wanted(None, None), &unfit), "approval.deputy_unfit");
        let nothing = SetFacts { person_votes: false, ..facts() };
        assert_eq!(code(&wanted(None, None), &nothing), "approval.nothing_to_delegate");
        let own = Wanted { deputy: person(1), ..wanted(None, None) };
        assert_eq!(code(&own, &facts()), "request.invalid");
    }

    #[test]
    fn nobody_makes_themselves_the_deputy_of_another() {
        let grasping = SetFacts { asked_by: Some(person(2)), ..facts() };
        assert_eq!(code(&wanted(None, None), &grasping), "approval.own_deputy");
    }

    #[test]
    fn a_person_has_one_deputy_at_a_time_and_spans_may_touch() {
        let taken = |from, until| SetFacts { others: vec![(from, until)], ..facts() };
        let busy = taken(Some(hour(12)), Some(hour(20)));
        assert_eq!(code(&wanted(Some(19), None), &busy), "approval.deputy_named");
        assert_eq!(code(&wanted(None, None), &busy), "approval.deputy_named");
        assert!(set(&wanted(Some(20), Some(30)), &busy).is_ok());
        assert!(set(&wanted(None, Some(12)), &busy).is_ok());
        assert_eq!(code(&wanted(Some(50), None), &taken(None, None)), "approval.deputy_named");
    }

    #[test]
    fn it_is_taken_back_once() {
        let delegation = Delegation::default();
        assert_eq!(revoke(&delegation), vec![DelegationEvent::Revoked {}]);
        assert_eq!(revoke(&Delegation { revoked: true, ..delegation }), vec![]);
    }
}
