//! What may be done where: a table of all verbs and phases, by the guards that commands and pages
//! ask.

use std::fmt::Write as _;

use super::*;

/// As someone asks who could vote and has not, within the window.
fn asking() -> Facts {
    Facts { person: Some(person(NOBODY)), roles: roles(OWNER), ..at(60) }
}

/// A change in each phase.
fn phases() -> Vec<(&'static str, Change)> {
    vec![
        ("draft", draft()),
        ("assess", assessing()),
        ("authorise", authorising()),
        ("approved", approved_without_window()),
        ("scheduled", scheduled()),
        ("implement", implementing()),
        ("review", reviewing(Outcome::Successful)),
        ("closed", closed()),
        ("held", held()),
        ("emergency", approved_by(&emergency(None), &ECAB)),
    ]
}

/// For each verb the phases by what the guard answers.
fn table(facts: &Facts) -> String {
    let mut table = String::new();
    for verb in Verb::ALL {
        let mut answers: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (phase, change) in phases() {
            let answer = guard(*verb, &change, facts).err().map_or("yes", |refusal| refusal.code);
            answers.entry(answer).or_default().push(phase);
        }
        let _ = writeln!(table, "{verb}");
        for (answer, phases) in answers.iter().rev() {
            let _ = writeln!(table, "  {answer:<22} {}", phases.join(", "));
        }
    }
    table
}

#[test]
fn what_may_be_done_to_a_change_alone() {
    insta::assert_snapshot!(table(&asking()));
}

#[test]
fn what_may_be_done_to_a_change_in_a_release() {
    insta::assert_snapshot!(table(&travelling(asking())));
}

#[test]
fn a_refusal_of_phase_says_where_the_verb_belongs() {
    let refusal = guard(Verb::Start, &draft(), &facts()).expect_err("a draft");
    assert_eq!(refusal.detail, "`start` is done in scheduled; this change is in draft");
    let refusal = guard(Verb::Submit, &closed(), &facts()).expect_err("closed");
    assert_eq!(refusal.detail, "this change is closed: clone it to do it again");
}

#[test]
fn every_code_of_a_refusal_is_listed() {
    let listed = Refusal::CODES;
    for (_, change) in phases() {
        for verb in Verb::ALL {
            if let Err(refusal) = guard(*verb, &change, &at(60)) {
                let known = !refusal.code.starts_with("change.") || listed.contains(&refusal.code);
                assert!(known, "{}", refusal.code);
            }
        }
    }
}
