//! Reporting an incident, editing it, and moving it from state to state.

use kernel::{LONG_TEXT_MAX, NAME_MAX, Timestamp};

use crate::aggregate::Decision;
use crate::incident::{
    CIS_MAX, Content, Edit, Incident, IncidentEvent, IncidentRefusal, SERVICES_MAX, State,
};
use crate::record::{ExtraCommand, Link};
use crate::refusal::{Check, Refusal};

/// What people ask for at once: new values, new links, another state.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Request {
    /// New values.
    pub edit: Edit,
    /// All links.
    pub links: Option<Vec<Link>>,
    /// Another state.
    pub state: Option<State>,
    /// When service was restored; null takes it away.
    pub resolved_at: Option<Option<Timestamp>>,
}

/// What the rule needs to know of the world.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SaveFacts {
    /// The number of a new incident; absent when the record is there already.
    pub number: Option<String>,
    /// When it is asked.
    pub now: Timestamp,
}

/// Reports an incident when it is new, edits and moves it otherwise.
pub fn save(incident: &Incident, request: &Request, facts: &SaveFacts) -> Decision<IncidentEvent> {
    let mut events = Vec::new();
    let content = saved_content(incident, request, facts, &mut events)?;
    if let Some(links) = &request.links {
        let set = incident.extras.decide(&ExtraCommand::SetLinks { links: links.clone() })?;
        events.extend(set.into_iter().filter_map(IncidentEvent::of_extra));
    }
    let target = request.state.unwrap_or(incident.state);
    may_move(incident, target)?;
    events.extend(moved(incident, request, &content, facts.now)?);
    Ok(events)
}

/// Remarks.
pub fn comment(incident: &Incident, text: &str) -> Decision<IncidentEvent> {
    let made = incident.extras.decide(&ExtraCommand::Comment { text: text.to_owned() })?;
    Ok(made.into_iter().filter_map(IncidentEvent::of_extra).collect())
}

/// Whether an incident may go to a state from where it stands.
pub fn may_move(incident: &Incident, wanted: State) -> Result<(), Refusal> {
    let mend = "reopen it first";
    match (incident.state, wanted) {
        (is @ State::Closed, State::Resolved) => {
            Err(IncidentRefusal::WrongState { is, wanted, mend }.into())
        }
        _ => Ok(()),
    }
}

/// The content that follows, with its event.
fn saved_content(
    incident: &Incident,
    request: &Request,
    facts: &SaveFacts,
    events: &mut Vec<IncidentEvent>,
) -> Result<Content, Refusal> {
    let edit = match facts.number {
        Some(_) => request.edit.clone(),
        None => request.edit.clone().against(&incident.content),
    };
    let mut content = incident.content.clone();
    content.apply(&edit);
    if content.opened_at.is_none() {
        content.opened_at = Some(facts.now);
    }
    check(&content, facts.now)?;
    if let Some(number) = facts.number.clone() {
        events.push(IncidentEvent::Reported { number, content: Box::new(content.clone()) });
    } else if !edit.is_empty() {
        events.push(IncidentEvent::Edited { edit: Box::new(edit) });
    }
    Ok(content)
}

fn check(content: &Content, now: Timestamp) -> Result<(), Refusal> {
    let mut check = Check::default();
    check.name("/title", &content.title, NAME_MAX);
    check.text("/description", &content.description, LONG_TEXT_MAX);
    check.count("/cis", content.cis.len(), CIS_MAX);
    check.count("/services", content.services.len(), SERVICES_MAX);
    if content.opened_at.is_some_and(|began| began > now) {
        check.wrong("/opened_at", "is in the future");
    }
    check.end()
}

/// The events of the move, if it is one.
fn moved(
    incident: &Incident,
    request: &Request,
    content: &Content,
    now: Timestamp,
) -> Result<Vec<IncidentEvent>, Refusal> {
    let target = request.state.unwrap_or(incident.state);
    let given = request.resolved_at.flatten();
    let kept = given.or(incident.resolved_at);
    let mut check = Check::default();
    let mut events = Vec::new();
    if target == State::Open {
        if given.is_some() {
            check.wrong("/resolved_at", "needs the state `resolved` or `closed` beside it");
        }
        if incident.state != State::Open {
            events.push(IncidentEvent::Reopened {});
        }
    } else {
        let asked = incident.origin.is_none() || incident.state == State::Open || given.is_some();
        let cleared = request.resolved_at == Some(None) && incident.resolved_at.is_some();
        if asked {
            check_resolution(&mut check, kept.filter(|_| !cleared), content, now);
        }
        events.extend(towards(incident, target, kept));
    }
    check.end()?;
    Ok(events)
}

fn check_resolution(
    check: &mut Check,
    resolved_at: Option<Timestamp>,
    content: &Content,
    now: Timestamp,
) {
    match resolved_at {
        None => check.wrong("/resolved_at", "is missing: say when service was restored"),
        Some(end) if content.opened_at.is_some_and(|began| end < began) => {
            check.wrong("/resolved_at", "is before the incident began");
        }
        Some(end) if end > now => check.wrong("/resolved_at", "is in the future"),
        Some(_) => {}
    }
}

/// What leads to `resolved` or `closed`.
fn towards(
    incident: &Incident,
    target: State,
    resolved_at: Option<Timestamp>,
) -> Vec<IncidentEvent> {
    let mut events = Vec::new();
    if let Some(resolved_at) = resolved_at {
        if incident.state == State::Open {
            events.push(IncidentEvent::Resolved { resolved_at });
        } else if incident.resolved_at != Some(resolved_at) {
            events.push(IncidentEvent::ResolutionCorrected { resolved_at });
        }
    }
    if target == State::Closed && incident.state != State::Closed {
        events.push(IncidentEvent::Closed {});
    }
    events
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aggregate::{Aggregate, Stamp};
    use crate::record::LinkKind;
    use kernel::Actor;

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_micros(0).plus_minutes(minute)
    }

    fn new(minute: i64) -> SaveFacts {
        SaveFacts { number: Some("INC-7".to_owned()), now: at(minute) }
    }

    fn known(minute: i64) -> SaveFacts {
        SaveFacts { number: None, now: at(minute) }
    }

    fn titled(title: &str) -> Request {
        let edit = Edit { title: Some(title.to_owned()), ..Edit::default() };
        Request { edit, ..Request::default() }
    }

    fn to(state: State, resolved_at: Option<i64>) -> Request {
        Request {
            state: Some(state),
            resolved_at: resolved_at.map(|minute| Some(at(minute))),
            ..Request::default()
        }
    }

    fn folded(incident: Incident, events: &[IncidentEvent]) -> Incident {
        let by = Actor::System { part: "test".to_owned() };
        let stamp = Stamp { at: at(0), by };
        events.iter().fold(incident, |incident, event| incident.evolve(event, &stamp))
    }

    fn reported() -> Incident {
        let events = save(&Incident::default(), &titled("Checkout fails"), &new(10));
        folded(Incident::default(), &events.expect("fine"))
    }

    fn after(incident: &Incident, request: &Request) -> Incident {
        folded(incident.clone(), &save(incident, request, &known(100)).expect("fine"))
    }

    #[test]
    fn an_incident_begins_when_it_is_reported_unless_said_otherwise() {
        assert_eq!(reported().content.opened_at, Some(at(10)));
        let mut earlier = titled("Checkout fails");
        earlier.edit.opened_at = Some(Some(at(3)));
        let events = save(&Incident::default(), &earlier, &new(10)).expect("fine");
        let incident = folded(Incident::default(), &events);
        assert_eq!(incident.content.opened_at, Some(at(3)));
        earlier.edit.opened_at = Some(Some(at(11)));
        let refusal = save(&Incident::default(), &earlier, &new(10)).expect_err("the future");
        assert_eq!(refusal.missing[0].pointer, "/opened_at");
    }

    #[test]
    fn a_title_is_required() {
        let refusal = save(&Incident::default(), &Request::default(), &new(0));
        assert_eq!(refusal.expect_err("no title").missing[0].pointer, "/title");
    }

    #[test]
    fn to_resolve_it_one_says_when() {
        let refusal = save(&reported(), &to(State::Resolved, None), &known(100));
        assert_eq!(refusal.expect_err("no time").missing[0].pointer, "/resolved_at");
        for wrong in [9, 101] {
            let refusal = save(&reported(), &to(State::Resolved, Some(wrong)), &known(100));
            assert_eq!(refusal.expect_err("a wrong time").missing[0].pointer, "/resolved_at");
        }
        let incident = after(&reported(), &to(State::Resolved, Some(20)));
        assert_eq!((incident.state, incident.resolved_at), (State::Resolved, Some(at(20))));
    }

    #[test]
    fn resolved_becomes_closed_without_saying_when_again() {
        let resolved = after(&reported(), &to(State::Resolved, Some(20)));
        let events = save(&resolved, &to(State::Closed, None), &known(100));
        assert_eq!(events, Ok(vec![IncidentEvent::Closed {}]));
    }

    #[test]
    fn an_open_one_may_be_closed_at_once_and_passes_through_resolved() {
        let events = save(&reported(), &to(State::Closed, Some(20)), &known(100));
        let resolved = IncidentEvent::Resolved { resolved_at: at(20) };
        assert_eq!(events, Ok(vec![resolved, IncidentEvent::Closed {}]));
        assert!(save(&reported(), &to(State::Closed, None), &known(100)).is_err());
    }

    #[test]
    fn a_closed_one_is_reopened_before_it_is_resolved_again() {
        let closed = after(&reported(), &to(State::Closed, Some(20)));
        let refusal = save(&closed, &to(State::Resolved, Some(30)), &known(100));
        assert_eq!(refusal.expect_err("closed").code, "incident.wrong_state");
        let open = after(&closed, &to(State::Open, None));
        assert_eq!((open.state, open.resolved_at), (State::Open, None));
        let resolved = after(&open, &to(State::Resolved, Some(30)));
        assert_eq!(resolved.resolved_at, Some(at(30)));
    }

    #[test]
    fn the_time_of_resolution_can_be_corrected_but_not_taken_away() {
        let resolved = after(&reported(), &to(State::Resolved, Some(20)));
        let correct = Request { resolved_at: Some(Some(at(25))), ..Request::default() };
        let corrected = IncidentEvent::ResolutionCorrected { resolved_at: at(25) };
        assert_eq!(save(&resolved, &correct, &known(100)), Ok(vec![corrected]));
        let clear = Request { resolved_at: Some(None), ..Request::default() };
        assert!(save(&resolved, &clear, &known(100)).is_err());
    }

    #[test]
    fn its_beginning_cannot_move_behind_its_end() {
        let resolved = after(&reported(), &to(State::Resolved, Some(20)));
        let edit = Edit { opened_at: Some(Some(at(21))), ..Edit::default() };
        let refusal = save(&resolved, &Request { edit, ..Request::default() }, &known(100));
        assert_eq!(refusal.expect_err("too late").missing[0].pointer, "/resolved_at");
    }

    #[test]
    fn an_open_one_takes_no_time_of_resolution() {
        let request = Request { resolved_at: Some(Some(at(20))), ..Request::default() };
        assert!(save(&reported(), &request, &known(100)).is_err());
    }

    #[test]
    fn links_and_remarks_are_kept() {
        let link = Link {
            kind: LinkKind::Problem,
            target: "PRB-3".to_owned(),
            url: Some("https://example.org/PRB-3".to_owned()),
            ..Link::new(LinkKind::Problem, "")
        };
        let request = Request { links: Some(vec![link.clone()]), ..Request::default() };
        let incident = after(&reported(), &request);
        assert_eq!(incident.extras.links, vec![link]);
        assert_eq!(save(&incident, &request, &known(100)), Ok(vec![]));
        let events = comment(&incident, "rolled back").expect("fine");
        assert_eq!(folded(incident, &events).extras.comments[0].text, "rolled back");
        assert!(comment(&reported(), " ").is_err());
    }
}
