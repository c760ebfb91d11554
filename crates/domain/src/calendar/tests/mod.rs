//! What the calendar guarantees: conflicts and periods case by case, finding over random claims.

mod backlog;
mod brute;
mod conflicts;
mod detecting;
mod periods;
mod slots;

use std::collections::{BTreeMap, BTreeSet};

use kernel::{
    Actor, ChangeId, CiId, Id, Interval, PeriodId, PersonId, ReleaseId, ServiceId, Timestamp, Zone,
};

use super::*;
use crate::aggregate::{Aggregate, Decision, Stamp};
use crate::vocabulary::{Environment, Window};

fn uuid(number: u128) -> uuid::Uuid {
    uuid::Uuid::from_u128(number)
}

fn person(number: u128) -> PersonId {
    PersonId::from_uuid(uuid(number))
}

fn ci(number: u128) -> CiId {
    CiId::from_uuid(uuid(number))
}

fn service(number: u128) -> ServiceId {
    ServiceId::from_uuid(uuid(number))
}

fn change(number: u128) -> Side {
    Side::Change(ChangeId::from_uuid(uuid(number)))
}

fn minute(minute: i64) -> Timestamp {
    Timestamp::from_micros(0).plus_minutes(minute)
}

fn minutes(start: i64, end: i64) -> Interval {
    Interval::try_new(minute(start), minute(end)).expect("an interval")
}

fn window(start: &str, end: &str, zone: &str) -> Window {
    let at = |text: &str| text.parse().expect("a time");
    Window::try_new(at(start), at(end), zone.parse().expect("a zone")).expect("a window")
}

fn stamp() -> Stamp {
    Stamp { at: minute(0), by: Actor::Person { id: person(1) } }
}

fn code<T: std::fmt::Debug>(decided: Result<T, crate::Refusal>) -> &'static str {
    decided.expect_err("a refusal").code
}

fn pointers<T: std::fmt::Debug>(decided: Result<T, crate::Refusal>) -> Vec<String> {
    let refusal = decided.expect_err("a refusal");
    refusal.missing.into_iter().map(|missing| missing.pointer).collect()
}
