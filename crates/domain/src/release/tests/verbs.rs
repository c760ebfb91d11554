//! What may be done where: a table of all verbs and phases, by the guards that commands and pages
//! ask.

use std::fmt::Write as _;

use super::*;

/// A release in each phase, all asked by someone who could vote, within the window.
fn phases() -> Vec<(&'static str, Release)> {
    vec![
        ("empty", empty()),
        ("planned", planned()),
        ("asked", asked()),
        ("approved", approved()),
        ("scheduled", scheduled()),
        ("deploying", deploying()),
        ("going_back", going_back()),
        ("verifying", verifying()),
        ("reviewing", reviewing()),
        ("taken_back", taken_back()),
        ("closed", closed()),
        ("held", held()),
    ]
}

#[test]
fn what_may_be_done_to_a_release() {
    let mut table = String::new();
    for verb in Verb::ALL {
        let mut answers: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (phase, release) in phases() {
            let refusal = guard(*verb, &release, &at(60, &release)).err();
            let answer = refusal.map_or("yes", |refusal| refusal.code);
            answers.entry(answer).or_default().push(phase);
        }
        let _ = writeln!(table, "{verb}");
        for (answer, phases) in answers.iter().rev() {
            let _ = writeln!(table, "  {answer:<24} {}", phases.join(", "));
        }
    }
    insta::assert_snapshot!(table);
}

#[test]
fn a_refusal_of_phase_says_where_the_verb_belongs() {
    let refusal = guard(Verb::Verify, &planned(), &facts(&planned())).expect_err("planning");
    let expected = "`verify` is done in deployment, verification; this release is in planning";
    assert_eq!(refusal.detail, expected);
}
