//! The parts of the teams, and that each signs off its own.

use kernel::TeamId;

use super::*;

const MEMBER: u128 = 20;

fn team(number: u128) -> TeamId {
    TeamId::from_uuid(uuid(number))
}

fn part(number: u128, changes: &[u128], yours: bool) -> PartFact {
    let changes = changes.iter().copied().map(change).collect();
    PartFact { team: team(number), name: format!("Team {number}"), changes, yours }
}

fn by_member(release: &Release, parts: Vec<PartFact>) -> Facts {
    Facts { person: Some(person(MEMBER)), parts, ..facts(release) }
}

/// Planned, with what some teams own.
fn stated(teams: &[(u128, &str)]) -> Release {
    let release = planned();
    let teams = teams.iter().map(|(number, owns)| Contribution {
        team: team(*number),
        owns: (*owns).to_owned(),
        signs_off: "it is reachable".to_owned(),
    });
    let edit = StatementEdit { teams: Some(teams.collect()), ..StatementEdit::default() };
    after(&release, state_scope(&release, &edit, &facts(&release)))
}

fn required(facts: Facts) -> Facts {
    Facts { sign_off_required: true, ..facts }
}

#[test]
fn a_member_signs_off_the_part_and_nobody_else() {
    let release = stated(&[(61, "the firewall")]);
    let mine = by_member(&release, vec![part(61, &[41], true)]);
    let other = by_member(&release, vec![part(61, &[41], false)]);
    assert_eq!(code(sign_off(&release, None, "", &other)), "release.not_of_team");
    let none = by_member(&release, vec![]);
    assert_eq!(code(sign_off(&release, None, "", &none)), "release.nothing_to_sign");
    let machine = Facts { person: None, ..mine.clone() };
    assert_eq!(code(sign_off(&release, None, "", &machine)), "identity.people_only");
    let signed_off = after(&release, sign_off(&release, None, "tried it", &mine));
    let signed_by = |release: &Release, part: &PartFact| {
        signed(release, part).map(|signed| signed.given.reason.clone())
    };
    assert_eq!(signed_by(&signed_off, &mine.parts[0]).as_deref(), Some("tried it"));
    assert_eq!(code(sign_off(&signed_off, None, "", &mine)), "release.nothing_to_sign");
    // Another change of the team, or other words, and it is to be signed off again.
    assert_eq!(signed_by(&signed_off, &part(61, &[41, 42], true)), None);
    let edit = StatementEdit { teams: Some(vec![]), ..StatementEdit::default() };
    let emptied = after(&signed_off, state_scope(&signed_off, &edit, &facts(&signed_off)));
    assert_eq!(signed_by(&emptied, &mine.parts[0]), None);
}

#[test]
fn one_of_several_teams_names_the_part() {
    let release = stated(&[(61, "the firewall"), (62, "the racks")]);
    let both = by_member(&release, vec![part(61, &[], true), part(62, &[], true)]);
    assert_eq!(pointers(sign_off(&release, None, "", &both)), ["/team"]);
    let signed_off = after(&release, sign_off(&release, Some(team(62)), "", &both));
    let stands = both.parts.iter().map(|part| signed(&signed_off, part).is_some());
    assert_eq!(stands.collect::<Vec<_>>(), [false, true]);
}

#[test]
fn what_is_not_signed_off_waits_or_stops_where_the_model_asks_for_it() {
    let release = stated(&[(61, "the firewall")]);
    let open = by_member(&release, vec![part(61, &[], true)]);
    let stand = |release: &Release, facts: &Facts| {
        let points = points(release, facts).into_iter();
        let of_part = points.filter(|point| matches!(point.about, About::Part(_)));
        of_part.map(|point| (point.stand, point.detail)).next().expect("a point")
    };
    let words = "Team 61 has not signed off its part".to_owned();
    assert_eq!(stand(&release, &open), (Stand::Waits, words.clone()));
    assert!(ready_to_submit(&release, &open).is_ok());
    let strict = required(open.clone());
    assert_eq!(stand(&release, &strict), (Stand::Blocks, words));
    assert_eq!(pointers(submit(&release, &strict, &stamp())), ["/teams/Team 61"]);
    let signed_off = after(&release, sign_off(&release, None, "", &open));
    assert_eq!(stand(&signed_off, &strict).0, Stand::Ready);
    assert!(submit(&signed_off, &strict, &stamp()).is_ok());
}
