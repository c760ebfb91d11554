//! Releases that wait for others.

use super::*;

fn id(number: u128) -> ReleaseId {
    ReleaseId::from_uuid(uuid(number))
}

fn set(after: &[u128], waits: &[(u128, &[u128])]) -> Decision<ReleaseEvent> {
    let release = planned();
    let after: Vec<ReleaseId> = after.iter().copied().map(id).collect();
    let name = |id: ReleaseId| format!("REL-{}", id.uuid().as_u128());
    depend(&release, id(1), &after, &graph(waits), name, &facts(&release))
}

fn graph(waits: &[(u128, &[u128])]) -> Waits {
    let waits = waits.iter();
    waits.map(|(one, after)| (id(*one), after.iter().copied().map(id).collect())).collect()
}

fn between(start: i64, end: i64) -> Interval {
    Interval { start: minute(start), end: minute(end) }
}

fn before(verified: bool, exception: Option<&str>) -> Before {
    Before {
        id: id(2),
        number: "REL-2".to_owned(),
        phase: P::Verification,
        verified,
        exception: exception.map(str::to_owned),
    }
}

#[test]
fn a_circle_is_refused_and_its_way_named() {
    let refusal = set(&[2], &[(2, &[3]), (3, &[4, 1])]).expect_err("a circle");
    assert_eq!(refusal.code, "release.cycle");
    assert!(refusal.detail.starts_with("REL-1 → REL-2 → REL-3 → REL-1"), "{}", refusal.detail);
    let refusal = set(&[1], &[]).expect_err("itself");
    assert!(refusal.detail.starts_with("REL-1 → REL-1"), "{}", refusal.detail);
    assert!(set(&[2, 3], &[(2, &[4]), (3, &[4])]).is_ok());
}

#[test]
fn a_dependency_is_named_once() {
    assert_eq!(pointers(set(&[2, 2], &[])), ["/after"]);
}

#[test]
fn it_is_deployed_after_those_before_it_are_verified() {
    let release = scheduled();
    let with = |before| Facts { before: vec![before], ..at(60, &release) };
    let refused = deploy(&release, &with(before(false, None)));
    assert_eq!(pointers(refused.clone()), ["/after/REL-2"]);
    assert_eq!(code(refused), "release.out_of_order");
    assert!(deploy(&release, &with(before(true, None))).is_ok());
    let given_up = Before { phase: P::Cancelled, ..before(false, None) };
    assert!(deploy(&release, &with(given_up)).is_ok());
}

#[test]
fn an_exception_lets_it_go_first_and_is_named() {
    let release = scheduled();
    let facts = Facts { before: vec![before(false, Some("EXC-7"))], ..at(60, &release) };
    let events = deploy(&release, &facts).expect("allowed");
    let shown = serde_json::to_value(&events[0]).expect("JSON");
    assert_eq!(shown["data"]["started"]["under"], json!(["EXC-7"]));
}

#[test]
fn a_move_tells_every_follower_that_slips() {
    let waits = graph(&[(2, &[1]), (3, &[2]), (4, &[3]), (5, &[9])]);
    let planned: BTreeMap<ReleaseId, Interval> = [
        (id(2), between(100, 150)),
        (id(3), between(160, 200)),
        (id(4), between(900, 950)),
        (id(5), between(0, 10)),
    ]
    .into();
    let slips = slips(id(1), between(60, 120), &planned, &waits);
    let told: Vec<_> = slips.iter().map(|slip| (slip.release, slip.to, slip.because)).collect();
    assert_eq!(
        told,
        [(id(2), between(120, 170), id(1)), (id(3), between(170, 210), id(2))],
        "the fourth has time, the fifth waits for another"
    );
}

#[test]
fn a_move_that_leaves_time_slips_nobody() {
    let waits = graph(&[(2, &[1])]);
    let planned = [(id(2), between(100, 150))].into();
    assert_eq!(super::super::slips(id(1), between(0, 100), &planned, &waits), []);
}
