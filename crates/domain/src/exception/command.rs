//! Asking for an exception, deciding about it, taking it back, and its end.

use kernel::{NOTE_MAX, PersonId, Timestamp};

use crate::aggregate::Decision;
use crate::calendar::Side;
use crate::exception::{Exception, ExceptionEvent, Refusal, Rule, State};
use crate::refusal::{Check, reasoned};
use crate::vocabulary::words;

/// The longest time for which an exception is granted, in days.
pub const UNTIL_DAYS_MAX: i64 = 366;

words! {
    /// What can be done to an exception.
    Verb {
        /// Let the record pass.
        Grant = "grant",
        /// Turn it down.
        Refuse = "refuse",
        /// Take it back.
        Revoke = "revoke",
    }
}

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Ask {
    /// `EXC-…`.
    pub number: String,
    /// The rule.
    pub rule: Rule,
    /// The record that is to pass.
    pub subject: Side,
    /// What the rule holds against it.
    pub with: Side,
    /// Why.
    pub reason: String,
    /// When it ends.
    pub until: Timestamp,
    /// Who asks.
    pub by: Option<PersonId>,
}

/// Who decides, and when.
#[derive(Debug, Clone)]
pub struct Judge {
    /// Now.
    pub now: Timestamp,
    /// The person who decides.
    pub person: Option<PersonId>,
    /// The people whose work the exception is for.
    pub own: Vec<PersonId>,
}

/// Asks for an exception.
pub fn request(ask: Ask, now: Timestamp) -> Decision<ExceptionEvent> {
    let mut check = Check::default();
    check.name("/reason", &ask.reason, NOTE_MAX);
    if ask.until <= now {
        check.wrong("/until", "must be in the future");
    }
    if ask.until > now.plus_minutes(UNTIL_DAYS_MAX * 24 * 60) {
        check.wrong("/until", format!("is at most {UNTIL_DAYS_MAX} days ahead"));
    }
    if let Some(wrong) = unfit(ask.rule, ask.subject, ask.with) {
        check.wrong("/rule", wrong);
    }
    check.end()?;
    Ok(vec![ExceptionEvent::Requested {
        number: ask.number,
        rule: ask.rule,
        subject: ask.subject,
        with: ask.with,
        reason: ask.reason,
        until: ask.until,
        asked_by: ask.by,
    }])
}

/// Why a rule is not about such a record, if it is not.
fn unfit(rule: Rule, subject: Side, with: Side) -> Option<&'static str> {
    use Side::{Change, Period, Release};
    let fits = match rule {
        Rule::Blackout | Rule::OutsideWindow | Rule::PeakHours | Rule::BusinessEvent => {
            matches!((subject, with), (Change(_) | Release(_), Period(_)))
        }
        Rule::SameCi | Rule::Dependency => {
            let record = |side| matches!(side, Change(_) | Release(_));
            record(subject) && record(with) && subject != with
        }
        Rule::ReleaseOrder => {
            matches!((subject, with), (Release(_), Release(_))) && subject != with
        }
        Rule::ScopeFreeze => match (subject, with) {
            (Change(_), Release(_)) => true,
            // What the release itself ships.
            (Release(package), Release(frozen)) => package == frozen,
            _ => false,
        },
    };
    let wrong = match rule {
        Rule::Blackout => "lets a change or release pass one blackout: name both",
        Rule::PeakHours => "lets a change or release be carried out in peak hours: name both",
        Rule::BusinessEvent => {
            "lets a change or release be carried out during one business event: name both"
        }
        Rule::OutsideWindow => "lets a change or release leave one maintenance window: name both",
        Rule::SameCi | Rule::Dependency => "lets a change or release pass another one: name both",
        Rule::ReleaseOrder => "lets a release go before one that it depends on: name both",
        Rule::ScopeFreeze => {
            "lets a change join a release whose scope is frozen, or its own package grow: name \
             the change and the release, or the release twice"
        }
    };
    (!fits).then_some(wrong)
}

/// Whether a verb may be done now.
pub fn guard(verb: Verb, exception: &Exception, judge: &Judge) -> Result<(), crate::Refusal> {
    let state = exception.state_at(judge.now);
    let open = match verb {
        Verb::Grant | Verb::Refuse => state == State::Requested,
        Verb::Revoke => matches!(state, State::Requested | State::Granted),
    };
    if !open {
        return Err(Refusal::Decided(state).into());
    }
    if verb == Verb::Revoke {
        return Ok(());
    }
    let person = judge.person.ok_or(Refusal::NoPerson)?;
    if exception.asked_by == Some(person) {
        return Err(Refusal::OwnRequest.into());
    }
    if judge.own.contains(&person) {
        return Err(Refusal::OwnWork.into());
    }
    Ok(())
}

/// Lets the record pass.
pub fn grant(exception: &Exception, note: Option<&str>, judge: &Judge) -> Decision<ExceptionEvent> {
    guard(Verb::Grant, exception, judge)?;
    let by = judge.person.ok_or(Refusal::NoPerson)?;
    let mut check = Check::default();
    check.text("/reason", note.unwrap_or_default(), NOTE_MAX);
    check.end()?;
    let note = note.filter(|note| !note.trim().is_empty()).map(str::to_owned);
    Ok(vec![ExceptionEvent::Granted { by, note }])
}

/// Turns it down, with a reason.
pub fn refuse(exception: &Exception, reason: &str, judge: &Judge) -> Decision<ExceptionEvent> {
    guard(Verb::Refuse, exception, judge)?;
    reasoned(reason)?;
    Ok(vec![ExceptionEvent::Refused { reason: reason.to_owned() }])
}

/// Takes it back before its end, with a reason.
pub fn revoke(exception: &Exception, reason: &str, judge: &Judge) -> Decision<ExceptionEvent> {
    guard(Verb::Revoke, exception, judge)?;
    reasoned(reason)?;
    Ok(vec![ExceptionEvent::Revoked { reason: reason.to_owned() }])
}

/// What follows when its end is reached; nothing when it was over before.
pub fn expire(exception: &Exception, now: Timestamp) -> Vec<ExceptionEvent> {
    let ends = exception.state != State::Expired && exception.state_at(now) == State::Expired;
    if ends { vec![ExceptionEvent::Expired {}] } else { vec![] }
}

#[cfg(test)]
mod tests {
    use kernel::{Actor, ChangeId, Id, PeriodId, ReleaseId};

    use super::*;
    use crate::aggregate::{Aggregate, Stamp};

    const ANNA: u128 = 1;
    const ROSA: u128 = 2;

    fn uuid(number: u128) -> uuid::Uuid {
        uuid::Uuid::from_u128(number)
    }

    fn person(number: u128) -> PersonId {
        PersonId::from_uuid(uuid(number))
    }

    fn minute(minute: i64) -> Timestamp {
        Timestamp::from_micros(0).plus_minutes(minute)
    }

    fn change() -> Side {
        Side::Change(ChangeId::from_uuid(uuid(7)))
    }

    fn blackout() -> Side {
        Side::Period(PeriodId::from_uuid(uuid(8)))
    }

    fn release(number: u128) -> Side {
        Side::Release(ReleaseId::from_uuid(uuid(number)))
    }

    fn ask() -> Ask {
        Ask {
            number: "EXC-1".to_owned(),
            rule: Rule::Blackout,
            subject: change(),
            with: blackout(),
            reason: "the supplier leaves on Friday".to_owned(),
            until: minute(60),
            by: Some(person(ANNA)),
        }
    }

    fn judge(number: u128, now: i64) -> Judge {
        Judge { now: minute(now), person: Some(person(number)), own: vec![] }
    }

    fn after(exception: &Exception, events: &[ExceptionEvent]) -> Exception {
        let by = Actor::Person { id: person(ROSA) };
        let stamp = Stamp { at: minute(0), by };
        let fold = |one: Exception, event: &ExceptionEvent| one.evolve(event, &stamp);
        let after = events.iter().fold(exception.clone(), fold);
        assert_eq!(after.broken_invariant(), None);
        after
    }

    fn requested() -> Exception {
        after(&Exception::default(), &request(ask(), minute(0)).expect("allowed"))
    }

    fn granted() -> Exception {
        let requested = requested();
        after(&requested, &grant(&requested, None, &judge(ROSA, 0)).expect("allowed"))
    }

    fn code<T: std::fmt::Debug>(end: Result<T, crate::Refusal>) -> &'static str {
        end.expect_err("a refusal").code
    }

    #[test]
    fn it_needs_a_reason_and_an_end_in_the_future() {
        let wrong = Ask { reason: " ".to_owned(), until: minute(0), ..ask() };
        let refusal = request(wrong, minute(0)).expect_err("wrong");
        let pointers: Vec<&str> = refusal.missing.iter().map(|m| m.pointer.as_str()).collect();
        assert_eq!(pointers, ["/reason", "/until"]);
        let long = Ask { until: minute(367 * 24 * 60), ..ask() };
        assert_eq!(request(long, minute(0)).expect_err("too long").missing[0].pointer, "/until");
    }

    #[test]
    fn a_rule_is_about_records_that_fit_it() {
        let fits = [
            (Rule::Blackout, change(), blackout()),
            (Rule::OutsideWindow, release(1), blackout()),
            (Rule::SameCi, change(), release(1)),
            (Rule::Dependency, release(1), release(2)),
            (Rule::ReleaseOrder, release(1), release(2)),
            (Rule::ScopeFreeze, change(), release(1)),
            (Rule::ScopeFreeze, release(1), release(1)),
        ];
        for (rule, subject, with) in fits {
            assert!(request(Ask { rule, subject, with, ..ask() }, minute(0)).is_ok(), "{rule}");
        }
        let wrong = [
            (Rule::Blackout, change(), release(1)),
            (Rule::SameCi, release(1), release(1)),
            (Rule::ReleaseOrder, change(), release(1)),
            (Rule::ScopeFreeze, release(1), release(2)),
        ];
        for (rule, subject, with) in wrong {
            let refusal = request(Ask { rule, subject, with, ..ask() }, minute(0));
            assert_eq!(refusal.expect_err("unfit").missing[0].pointer, "/rule", "{rule}");
        }
    }

    #[test]
    fn nobody_grants_what_they_asked_for_or_profit_from() {
        let requested = requested();
        assert_eq!(code(grant(&requested, None, &judge(ANNA, 0))), "exception.own_request");
        let own = Judge { own: vec![person(ROSA)], ..judge(ROSA, 0) };
        assert_eq!(code(grant(&requested, None, &own)), "exception.own_request");
        let nobody = Judge { person: None, ..judge(ROSA, 0) };
        assert_eq!(code(grant(&requested, None, &nobody)), "exception.no_person");
        assert_eq!(granted().state, State::Granted);
    }

    #[test]
    fn it_is_decided_once() {
        let granted = granted();
        assert_eq!(code(grant(&granted, None, &judge(ROSA, 1))), "exception.wrong_state");
        let requested = requested();
        let refused = refuse(&requested, "too risky", &judge(ROSA, 1)).expect("allowed");
        let refused = after(&requested, &refused);
        assert_eq!(code(revoke(&refused, "why", &judge(ROSA, 1))), "exception.wrong_state");
        assert_eq!(code(refuse(&requested, "", &judge(ROSA, 1))), "request.invalid");
    }

    #[test]
    fn it_ends_to_the_second_and_once() {
        let granted = granted();
        let almost = Timestamp::from_micros(minute(60).micros() - 1);
        assert_eq!(granted.state_at(almost), State::Granted);
        assert_eq!(expire(&granted, almost), []);
        assert_eq!(granted.state_at(minute(60)), State::Expired);
        assert_eq!(expire(&granted, minute(60)), [ExceptionEvent::Expired {}]);
        let expired = after(&granted, &[ExceptionEvent::Expired {}]);
        assert_eq!(expire(&expired, minute(61)), []);
        assert_eq!(code(revoke(&granted, "why", &judge(ROSA, 60))), "exception.wrong_state");
    }

    #[test]
    fn one_that_was_taken_back_does_not_expire() {
        let granted = granted();
        let revoked = revoke(&granted, "not needed", &judge(ANNA, 1)).expect("allowed");
        let revoked = after(&granted, &revoked);
        assert_eq!(expire(&revoked, minute(60)), []);
        assert_eq!(revoked.state_at(minute(60)), State::Revoked);
    }
}
