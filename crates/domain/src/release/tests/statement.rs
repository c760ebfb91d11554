//! Stating the scope, and freezing it.

use super::*;

fn outside(number: Option<u128>, what: &str, reason: &str) -> Outside {
    Outside { change: number.map(change), what: what.to_owned(), reason: reason.to_owned() }
}

fn stated(release: &Release, edit: &StatementEdit) -> Decision<ReleaseEvent> {
    state_scope(release, edit, &facts(release))
}

fn owned(owner: u128) -> Release {
    let owner = Some(Some(person(owner)));
    let planned = planned();
    after(&planned, stated(&planned, &StatementEdit { owner, ..StatementEdit::default() }))
}

fn frozen() -> Release {
    let planned = planned();
    after(&planned, freeze(&planned, "the rehearsal begins", &facts(&planned)))
}

#[test]
fn what_is_left_out_has_a_name_and_a_reason() {
    let excluded = Some(vec![outside(None, "", ""), outside(Some(41), "", "later")]);
    let edit = StatementEdit { excluded, ..StatementEdit::default() };
    assert_eq!(
        pointers(stated(&planned(), &edit)),
        ["/excluded/0/what", "/excluded/0/reason", "/excluded/1/change"]
    );
}

#[test]
fn a_change_that_is_left_out_does_not_join() {
    let excluded = Some(vec![outside(Some(43), "", "its supplier is late")]);
    let planned = planned();
    let edit = StatementEdit { excluded, ..StatementEdit::default() };
    let release = after(&planned, stated(&planned, &edit));
    let fact = fact(43);
    let joining = joining(&fact, change::Phase::Authorise);
    let refusal = attach(&release, joining, &facts(&release), &stamp()).expect_err("left out");
    assert_eq!(refusal.code, "release.change_not_attachable");
    assert!(refusal.detail.contains("its supplier is late"), "{}", refusal.detail);
}

#[test]
fn one_named_person_decides_and_another_can_be_named() {
    let release = owned(NOBODY);
    let edit =
        StatementEdit { excluded: Some(vec![outside(None, "App", "later")]), ..<_>::default() };
    assert_eq!(code(stated(&release, &edit)), "release.scope_owner");
    assert_eq!(code(freeze(&release, "now", &facts(&release))), "release.scope_owner");
    let theirs = Facts { person: Some(person(NOBODY)), ..facts(&release) };
    assert!(state_scope(&release, &edit, &theirs).is_ok());
    let named = StatementEdit { owner: Some(Some(person(MANAGERS[0]))), ..<_>::default() };
    assert!(stated(&release, &named).is_ok());
}

#[test]
fn nothing_joins_a_frozen_scope_without_an_exception() {
    let release = frozen();
    let fact = fact(43);
    let plain = joining(&fact, change::Phase::Authorise);
    let refused = attach(&release, plain.clone(), &facts(&release), &stamp());
    assert_eq!(code(refused), "release.scope_frozen");
    let exception = Some("EXC-1".to_owned());
    let events = attach(&release, Joining { exception, ..plain }, &facts(&release), &stamp());
    let under = vec!["EXC-1".to_owned()];
    assert_eq!(
        events.expect("allowed")[0],
        ReleaseEvent::ChangeAttached { change: change(43), under }
    );
    assert!(detach(&release, change(41), &facts(&release), &stamp()).is_ok());
}

#[test]
fn a_scope_freezes_at_its_date_and_is_opened_again() {
    let planned = planned();
    let edit = StatementEdit { freeze_at: Some(Some(minute(30))), ..<_>::default() };
    let release = after(&planned, stated(&planned, &edit));
    assert!(!release.is_frozen(minute(29)) && release.is_frozen(minute(30)));
    let opened = after(&release, unfreeze(&release, "put off", &at(40, &release)));
    assert!(!opened.is_frozen(minute(40)));
    assert_eq!(code(unfreeze(&opened, "again", &facts(&opened))), "release.scope_frozen");
    let past = StatementEdit { freeze_at: Some(Some(minute(0))), ..<_>::default() };
    assert_eq!(pointers(stated(&planned, &past)), ["/freeze_at"]);
}

#[test]
fn a_scope_is_frozen_once() {
    let release = frozen();
    assert_eq!(code(freeze(&release, "again", &facts(&release))), "release.scope_frozen");
}
