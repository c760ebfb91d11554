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
    assert!(state_scope(&release, &named, &theirs).is_ok());
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

#[test]
fn a_freeze_whose_date_passed_is_opened_with_a_reason_only() {
    let planned = planned();
    let date = |freeze_at| StatementEdit { freeze_at: Some(freeze_at), ..<_>::default() };
    let release = after(&planned, stated(&planned, &date(Some(minute(30)))));
    let put_off = date(Some(minute(90)));
    assert!(state_scope(&release, &put_off, &at(29, &release)).is_ok(), "it is not frozen yet");
    for edit in [date(None), put_off] {
        let refusal = state_scope(&release, &edit, &at(30, &release)).expect_err("frozen");
        assert_eq!(refusal.code, "release.scope_frozen");
        assert!(refusal.detail.contains("`unfreeze`"), "{}", refusal.detail);
    }
    let same = date(Some(minute(30)));
    assert_eq!(state_scope(&release, &same, &at(30, &release)), Ok(vec![]));
}

#[test]
fn a_named_scope_owner_is_replaced_by_those_who_answer_for_the_release() {
    let release = owned(CAB[0]);
    let owner = Some(Some(person(MANAGERS[1])));
    let take = StatementEdit { owner, ..<_>::default() };
    assert_eq!(code(stated(&release, &take)), "release.scope_owner");
    let by = |number: u128| Facts { person: Some(person(number)), ..facts(&release) };
    for number in [CAB[0], NOBODY] {
        assert!(state_scope(&release, &take, &by(number)).is_ok(), "{number}");
    }
    let authority = Facts { roles: [Role::ReleaseAuthority].into(), ..facts(&release) };
    assert!(state_scope(&release, &take, &authority).is_ok());
    let mut led = release;
    led.content.release_manager = Some(person(MANAGERS[1]));
    assert!(stated(&led, &take).is_ok());
}

fn ships(names: &[&str]) -> Edit {
    let item = |name: &&str| PackageItem {
        kind: ItemKind::Artifact,
        name: (*name).to_owned(),
        version: "1".to_owned(),
        digest: None,
        service: None,
        ci: None,
    };
    Edit { package: Some(names.iter().map(item).collect()), ..Edit::default() }
}

fn packed(release: &Release, edit: &Edit, exception: Option<&str>) -> Decision<ReleaseEvent> {
    super::edit(release, edit, exception.map(str::to_owned), &facts(release), &stamp())
}

#[test]
fn a_package_grows_in_a_frozen_scope_by_an_exception_only() {
    let open = planned();
    let open = after(&open, packed(&open, &ships(&["app", "job"]), None));
    let release = after(&open, freeze(&open, "the rehearsal begins", &facts(&open)));
    for more in [&["app", "job", "web"][..], &["app", "app", "job"], &["web"]] {
        assert_eq!(code(packed(&release, &ships(more), None)), "release.scope_frozen", "{more:?}");
    }
    let under = vec!["EXC-1".to_owned()];
    let events = packed(&release, &ships(&["app", "job", "web"]), Some("EXC-1")).expect("allowed");
    assert_eq!(events[0], ReleaseEvent::ScopeGrown { change: None, under });
    assert!(matches!(events[1], ReleaseEvent::Edited { .. }));

    // Less, another order, or another version is no growth; neither is anything else.
    let mut newer = ships(&["job", "app"]);
    newer.package.iter_mut().flatten().for_each(|item| "2".clone_into(&mut item.version));
    let titled = Edit { title: Some("Another".to_owned()), ..Edit::default() };
    for edit in [ships(&["job"]), newer, titled] {
        let events = packed(&release, &edit, Some("EXC-1")).expect("allowed");
        assert!(matches!(events[0], ReleaseEvent::Edited { .. }), "{edit:?}");
    }
}

#[test]
fn a_change_of_a_frozen_scope_gains_nothing_without_an_exception() {
    let gains = |release: &Release, exception: Option<&str>| {
        let named = (change(41), "CHG-41");
        grow(release, named, exception.map(str::to_owned), minute(0))
    };
    assert_eq!(gains(&planned(), None), Ok(vec![]));
    let refusal = gains(&frozen(), None).expect_err("frozen");
    assert_eq!(refusal.code, "release.scope_frozen");
    assert!(refusal.detail.contains("what CHG-41 gains"), "{}", refusal.detail);
    let under = vec!["EXC-1".to_owned()];
    let event = ReleaseEvent::ScopeGrown { change: Some(change(41)), under };
    assert_eq!(gains(&frozen(), Some("EXC-1")), Ok(vec![event]));
}
