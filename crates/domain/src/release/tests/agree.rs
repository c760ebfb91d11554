//! What the teams that own the affected services say of the window.

use kernel::{ServiceId, TeamId};
use proptest::prelude::*;

use super::*;

const MEMBER: u128 = 20;

fn service(number: u128) -> ServiceId {
    ServiceId::from_uuid(uuid(number))
}

fn team(number: u128, services: &[u128], yours: bool) -> OwningTeam {
    OwningTeam {
        id: TeamId::from_uuid(uuid(number)),
        name: format!("Team {number}"),
        services: services.iter().copied().map(service).collect(),
        yours,
    }
}

fn payments(yours: bool) -> OwningTeam {
    team(61, &[71], yours)
}

/// The manager who asks, with the teams that own what the release touches.
fn owned(release: &Release, owning: &[OwningTeam]) -> Facts {
    Facts { owning: owning.to_vec(), window_answer_required: true, ..facts(release) }
}

/// A member of the payments team.
fn member(release: &Release) -> Facts {
    Facts { person: Some(person(MEMBER)), ..owned(release, &[payments(true)]) }
}

/// The events of one person.
fn by_person(release: &Release, who: u128, decided: Decision<ReleaseEvent>) -> Release {
    let stamp = Stamp { at: minute(0), by: Actor::Person { id: person(who) } };
    let fold = |release: Release, event: &ReleaseEvent| release.evolve(event, &stamp);
    decided.expect("allowed").iter().fold(release.clone(), fold)
}

fn asking(release: &Release) -> Release {
    let facts = owned(release, &[payments(false)]);
    let asked = ask_window(release, None, &BTreeSet::new(), "is the night free?", &facts);
    by_person(release, MANAGERS[1], asked)
}

fn saying<'a>(seen: &'a Window, said: WindowAnswer, instead: Option<&'a Window>) -> Answering<'a> {
    Answering { team: None, seen, said, instead, reason: "we migrate that night" }
}

fn said(release: &Release, said: WindowAnswer, instead: Option<&Window>) -> Release {
    let seen = release.content.window.clone().expect("a window");
    let answered = answer_window(release, &saying(&seen, said, instead), &member(release));
    by_person(release, MEMBER, answered)
}

fn stands(release: &Release) -> Agreement {
    agreement(release, &payments(false))
}

fn placed(release: &Release, window: Option<&Window>) -> Decision<ReleaseEvent> {
    super::schedule(release, window, &owned(release, &[payments(false)]), &stamp())
}

#[test]
fn without_the_yes_that_a_model_requires_nothing_is_committed() {
    let release = approved();
    let refused = placed(&release, None).unwrap_err();
    assert_eq!(refused.code, "release.window_not_agreed");
    assert_eq!(refused.missing[0].detail, "Team 61 is not asked about the window");
    let asked = asking(&release);
    assert_eq!(stands(&asked), Agreement::Asked);
    assert_eq!(code(placed(&asked, None)), "release.window_not_agreed");
    let refused = said(&asked, WindowAnswer::Refused, None);
    assert_eq!(code(placed(&refused, None)), "release.window_not_agreed");
    // It may change its mind.
    let accepted = said(&refused, WindowAnswer::Accepted, None);
    assert_eq!(stands(&accepted), Agreement::Accepted);
    assert!(placed(&accepted, None).is_ok());
    let informs = Facts { window_answer_required: false, ..owned(&release, &[payments(false)]) };
    assert!(super::schedule(&release, None, &informs, &stamp()).is_ok());
}

#[test]
fn an_answer_lapses_when_the_window_moves_and_does_not_come_back() {
    let accepted = said(&asking(&asked()), WindowAnswer::Accepted, None);
    let edit_to = |release: &Release, window: Window| {
        let edit = Edit { window: Some(Some(window)), ..Edit::default() };
        after(release, super::edit(release, &edit, None, &facts(release), &stamp()))
    };
    let moved = edit_to(&accepted, window(200, 260));
    assert_eq!(stands(&moved), Agreement::Lapsed);
    assert_eq!(stands(&edit_to(&moved, window(60, 120))), Agreement::Lapsed);
}

#[test]
fn an_answer_lapses_when_the_team_owns_something_else_of_it() {
    let accepted = said(&asking(&approved()), WindowAnswer::Accepted, None);
    let grown = team(61, &[71, 72], false);
    assert_eq!(agreement(&accepted, &grown), Agreement::Lapsed);
    let facts = owned(&accepted, &[grown]);
    assert_eq!(
        code(super::schedule(&accepted, None, &facts, &stamp())),
        "release.window_not_agreed"
    );
}

#[test]
fn a_countered_window_is_taken_and_is_agreed_to_by_that() {
    let later = window(300, 360);
    let countered = said(&asking(&asked()), WindowAnswer::Countered, Some(&later));
    assert_eq!(stands(&countered), Agreement::Countered);
    let facts = owned(&countered, &[payments(false)]);
    let taken = take_window(&countered, payments(false).id, &facts, &stamp());
    let taken = after(&countered, taken);
    assert_eq!((taken.content.window.as_ref(), taken.scheduled), (Some(&later), false));
    assert_eq!(stands(&taken), Agreement::Accepted);
    assert!(placed(&taken, None).is_ok());
    assert_eq!(
        code(take_window(&taken, payments(false).id, &facts, &stamp())),
        "release.window_not_asked"
    );
}

#[test]
fn a_committed_window_moves_to_the_one_that_was_asked_about_ahead() {
    let accepted = said(&asking(&approved()), WindowAnswer::Accepted, None);
    let scheduled = after(&accepted, placed(&accepted, None));
    let later = window(300, 360);
    assert_eq!(code(placed(&scheduled, Some(&later))), "release.window_not_agreed");
    let facts = owned(&scheduled, &[payments(false)]);
    let ahead = ask_window(&scheduled, Some(&later), &BTreeSet::new(), "", &facts);
    let ahead = by_person(&scheduled, MANAGERS[1], ahead);
    let yes = saying(&later, WindowAnswer::Accepted, None);
    let agreed = by_person(&ahead, MEMBER, answer_window(&ahead, &yes, &member(&ahead)));
    let moved = after(&agreed, placed(&agreed, Some(&later)));
    assert_eq!(
        (moved.content.window.as_ref(), stands(&moved)),
        (Some(&later), Agreement::Accepted)
    );
}

#[test]
fn only_a_member_who_did_not_ask_answers_and_says_why() {
    let release = asking(&asked());
    let seen = window(60, 120);
    let yes = saying(&seen, WindowAnswer::Accepted, None);
    let stranger = Facts { person: Some(person(NOBODY)), ..owned(&release, &[payments(false)]) };
    assert_eq!(code(answer_window(&release, &yes, &stranger)), "release.not_of_team");
    let asker = owned(&release, &[payments(true)]);
    assert_eq!(code(answer_window(&release, &yes, &asker)), "approval.own_work");
    let machine = Facts { person: None, ..member(&release) };
    assert_eq!(code(answer_window(&release, &yes, &machine)), "identity.people_only");
    let (other, unasked) = (window(90, 120), asked());
    let other = saying(&other, WindowAnswer::Accepted, None);
    assert_eq!(
        code(answer_window(&release, &other, &member(&release))),
        "release.window_not_asked"
    );
    assert_eq!(code(answer_window(&unasked, &yes, &member(&unasked))), "release.window_not_asked");
    let no = Answering { reason: " ", ..saying(&seen, WindowAnswer::Refused, None) };
    assert_eq!(pointers(answer_window(&release, &no, &member(&release))), ["/reason"]);
    for instead in [None, Some(&seen), Some(&window(-5, 20))] {
        let counter = saying(&seen, WindowAnswer::Countered, instead);
        assert_eq!(pointers(answer_window(&release, &counter, &member(&release))), ["/window"]);
    }
}

#[test]
fn one_who_belongs_to_several_teams_names_the_one_that_answers() {
    let two = [payments(true), team(62, &[72], true)];
    let release = asked();
    let facts = owned(&release, &two);
    let asked = ask_window(&release, None, &BTreeSet::new(), "", &facts);
    let asked = by_person(&release, MANAGERS[1], asked);
    let facts = Facts { person: Some(person(MEMBER)), ..facts };
    let seen = window(60, 120);
    let yes = saying(&seen, WindowAnswer::Accepted, None);
    assert_eq!(pointers(answer_window(&asked, &yes, &facts)), ["/team"]);
    let named = Answering { team: Some(two[1].id), ..yes };
    let answered = by_person(&asked, MEMBER, answer_window(&asked, &named, &facts));
    let stands = two.each_ref().map(|team| agreement(&answered, team));
    assert_eq!(stands, [Agreement::Asked, Agreement::Accepted]);
}

#[test]
fn who_agrees_already_is_not_asked_again_unless_named() {
    let accepted = said(&asking(&asked()), WindowAnswer::Accepted, None);
    let facts = owned(&accepted, &[payments(false)]);
    assert_eq!(ask_window(&accepted, None, &BTreeSet::new(), "", &facts), Ok(vec![]));
    let named = [payments(false).id].into();
    let again = by_person(&accepted, MANAGERS[1], ask_window(&accepted, None, &named, "", &facts));
    assert_eq!(stands(&again), Agreement::Asked);
    let strange = [team(63, &[], false).id].into();
    assert_eq!(pointers(ask_window(&accepted, None, &strange, "", &facts)), ["/teams"]);
    let nobody = owned(&accepted, &[]);
    let refused = ask_window(&accepted, None, &BTreeSet::new(), "", &nobody);
    assert_eq!(code(refused), "release.nobody_to_ask");
}

#[test]
fn what_the_teams_say_stands_on_the_board() {
    let shown = |release: &Release, required: bool| {
        let facts = owned(release, &[payments(false)]);
        let facts = Facts { window_answer_required: required, ..facts };
        let points = super::points(release, &facts).into_iter();
        let of_team = |point: &Point| matches!(point.about, About::Team(_));
        points.filter(of_team).map(|point| (point.stand, point.detail)).next()
    };
    let release = asked();
    assert_eq!(shown(&release, false), None);
    assert_eq!(shown(&release, true).unwrap().0, Stand::Blocks);
    let refused = said(&asking(&release), WindowAnswer::Refused, None);
    let words = "Team 61 refuses the window: we migrate that night".to_owned();
    assert_eq!(shown(&refused, false), Some((Stand::Waits, words.clone())));
    assert_eq!(shown(&refused, true), Some((Stand::Blocks, words)));
    let accepted = said(&refused, WindowAnswer::Accepted, None);
    assert_eq!(shown(&accepted, true).unwrap().0, Stand::Ready);
}

proptest! {
    /// Whatever is asked, answered, moved and taken: a committed window is one that every owning
    /// team agreed to, by a member who did not ask, with the services as they are.
    #[test]
    fn no_window_is_committed_that_an_owner_did_not_agree_to(
        steps in prop::collection::vec((0_u8..6, 0_u8..3, 1_u128..3, any::<bool>()), 1..40)
    ) {
        let mut release = asked();
        let mut services = [71].to_vec();
        // What each step would have left, kept beside the product: the window that was agreed to.
        let mut agreed: Option<(Window, Vec<u128>)> = None;
        for (step, which, who, same) in steps {
            let wanted = window(200 + 100 * i64::from(which), 260 + 100 * i64::from(which));
            let seen = release.asked.values().next().map(|ask| ask.window.clone());
            let seen = seen.unwrap_or_else(|| wanted.clone());
            let owner = team(61, &services, who != 1);
            let facts = Facts {
                person: Some(person(19 + who)), ..owned(&release, std::slice::from_ref(&owner))
            };
            let decided = match step {
                0 => ask_window(&release, Some(&wanted), &BTreeSet::new(), "", &facts),
                1 => {
                    let said = WindowAnswer::ALL[usize::from(which)];
                    answer_window(&release, &saying(&seen, said, Some(&wanted)), &facts)
                }
                2 => {
                    let edit = Edit { window: Some(Some(wanted.clone())), ..Edit::default() };
                    super::edit(&release, &edit, None, &facts, &stamp())
                }
                3 => take_window(&release, owner.id, &facts, &stamp()),
                4 => super::schedule(&release, same.then_some(&wanted), &facts, &stamp()),
                _ => {
                    services = if same { vec![71] } else { vec![71, 72] };
                    continue;
                }
            };
            for event in decided.iter().flatten() {
                match event {
                    ReleaseEvent::WindowAsked { .. } => agreed = None,
                    ReleaseEvent::WindowAnswered { answer, instead, .. } => {
                        prop_assert_eq!(who, 2, "no stranger answers");
                        let about = instead.clone().unwrap_or(seen.clone());
                        let yes = *answer != WindowAnswer::Refused;
                        agreed = yes.then(|| (about, services.clone()));
                    }
                    ReleaseEvent::Scheduled { window, .. } => {
                        let known = Some((window.clone(), services.clone()));
                        prop_assert_eq!(&agreed, &known, "committed without its yes");
                    }
                    _ => {}
                }
            }
            let stamp = Stamp { at: minute(0), by: Actor::Person { id: person(19 + who) } };
            for event in decided.into_iter().flatten() {
                release = release.evolve(&event, &stamp);
            }
        }
    }
}
