//! Two people schedule overlapping changes on one CI at the same instant: exactly one wins, each
//! time, on each engine. And a blackout is set while a change is scheduled into it: whichever comes
//! first, it is not missed. `INTERLOCK_RACES` says how often (50 by hand and in CI, 500 in a soak).

use std::sync::{Arc, Barrier};

use api::approval::Vote;
use api::calendar::BandFields;
use api::change::{ChangeFields, Schedule};
use api::common::{Reason, Window};
use api::identity::PersonFields;
use api::service::CiFields;
use domain::approval::Answer;
use domain::calendar::PeriodKind;
use domain::change::Change;
use kernel::{Actor, ChangeId, PersonId, Timestamp};
use ports::Store;
use server::bus::{Bus, Command, Envelope, Failure, find_state};
use server::calendar::{CalendarReactor, SavePeriod};
use server::change::{MoveChange, RaiseChange, Verb};
use server::follow::followers::step;
use server::identity::SavePerson;
use server::read::wait;
use server::service::SaveCi;

use crate::shared::{bus, on_both};

fn rounds() -> usize {
    std::env::var("INTERLOCK_RACES").ok().and_then(|count| count.parse().ok()).unwrap_or(50)
}

fn send<C: Command>(bus: &Bus, actor: &Actor, command: C) -> C::Answer {
    let end = bus.call(Envelope::new(actor.clone()), command);
    end.unwrap_or_else(|failure| panic!("{failure:?}")).answer
}

fn person(bus: &Bus, login: &str, roles: &[&str]) -> Actor {
    let operator = Actor::Operator { name: "root".to_owned() };
    let fields = PersonFields {
        login: Some(login.to_owned()),
        name: Some(login.to_owned()),
        roles: Some(roles.iter().map(ToString::to_string).collect()),
        ..PersonFields::default()
    };
    let hash = Some("unused".to_owned());
    let id: PersonId =
        send(bus, &operator, SavePerson { person: None, fields, hash }).id.parse().unwrap();
    Actor::Person { id }
}

/// Who raises changes, who approves them and who keeps the calendar, beside who carries them out on
/// one CI.
fn cast(bus: &Bus) -> [Actor; 3] {
    let operator = Actor::Operator { name: "root".to_owned() };
    person(bus, "ivan", &["implementer"]);
    let fields = CiFields { name: Some("db-1".to_owned()), ..CiFields::default() };
    send(bus, &operator, SaveCi { ci: None, fields });
    [("anna", "requester"), ("sara", "service_owner"), ("rosa", "release_manager")]
        .map(|(login, role)| person(bus, login, &[role]))
}

fn approved(bus: &Bus, store: &Arc<dyn Store>, anna: &Actor, sara: &Actor) -> String {
    let fields = ChangeFields {
        title: Some("Restart".to_owned()),
        change_type: Some("normal".to_owned()),
        description: Some("Restart it.".to_owned()),
        reason: Some("It leaks.".to_owned()),
        category: Some(Some("application".to_owned())),
        cis: Some(vec!["db-1".to_owned()]),
        customer_impact: Some(Some("none".to_owned())),
        implementer: Some(Some("ivan".to_owned())),
        implementation_plan: Some("Restart.".to_owned()),
        test_plan: Some("Look.".to_owned()),
        backout_plan: Some("Start the old one.".to_owned()),
        backout_minutes: Some(Some(5)),
        ..ChangeFields::default()
    };
    let raised = send(bus, anna, RaiseChange { fields });
    let change = raised.number.expect("a number");
    for verb in [Verb::Submit, Verb::Assess] {
        send(bus, anna, MoveChange { change: change.clone(), verb });
    }
    let id: ChangeId = raised.id.parse().unwrap();
    let found = wait(&**store, move |db| find_state::<Change>(db, id)).unwrap();
    let round = found.expect("the change").state.round.expect("a round");
    let (content_hash, round) = (round.content.hash(), round.number);
    let vote = Vote { round, content_hash, reason: None, condition: None };
    send(bus, sara, MoveChange { change: change.clone(), verb: Verb::Vote(Answer::Approve, vote) });
    change
}

fn schedule(bus: &Bus, actor: &Actor, change: &str, start: &str, end: &str) -> Result<(), Failure> {
    let (start, end, zone) = (start.to_owned(), end.to_owned(), "UTC".to_owned());
    let verb = Verb::Schedule(Schedule { window: Some(Window { start, end, zone }) });
    let command = MoveChange { change: change.to_owned(), verb };
    bus.call(Envelope::new(actor.clone()), command).map(|_| ())
}

/// How one of the two ended: won, or refused for the other's sake.
fn won(end: Result<(), Failure>) -> bool {
    match end {
        Ok(()) => true,
        Err(Failure::Refused(refusal)) if refusal.code == "calendar.conflict_blocks" => false,
        Err(other) => panic!("neither won nor was blocked: {other:?}"),
    }
}

#[test]
fn race_of_two_schedules_on_one_ci_has_exactly_one_winner() {
    on_both(|database| {
        let store = database.open();
        let bus = bus(&store);
        let [anna, sara, _] = cast(&bus);
        for round in 0..rounds() {
            let both = [0, 1].map(|_| approved(&bus, &store, &anna, &sara));
            let gate = Barrier::new(2);
            let windows = [
                ("2035-01-01T20:00:00Z", "2035-01-01T22:00:00Z"),
                ("2035-01-01T21:00:00Z", "2035-01-01T23:00:00Z"),
            ];
            let ends = std::thread::scope(|scope| {
                let run = |index: usize| {
                    let (bus, anna, gate, change) = (&bus, &anna, &gate, &both[index]);
                    let (start, end) = windows[index];
                    scope.spawn(move || {
                        gate.wait();
                        schedule(bus, anna, change, start, end)
                    })
                };
                let threads = [run(0), run(1)];
                threads.map(|thread| won(thread.join().expect("no panic")))
            });
            assert_eq!(ends.iter().filter(|won| **won).count(), 1, "round {round}: {ends:?}");
            for change in both {
                let reason = Reason { reason: Some("the race is over".to_owned()) };
                send(&bus, &anna, MoveChange { change, verb: Verb::Cancel(reason) });
            }
        }
        store.close();
    });
}

#[test]
fn race_of_a_blackout_and_a_schedule_ends_refused_or_with_a_conflict_that_is_found() {
    on_both(|database| {
        let store = database.open();
        let bus = bus(&store);
        let [anna, sara, rosa] = cast(&bus);
        let first: Timestamp = "2035-01-01T20:00:00Z".parse().unwrap();
        let mut day = first;
        for round in 0..rounds() {
            day = day.plus_minutes(24 * 60);
            let [start, end] = [day, day.plus_minutes(60)].map(|at| at.to_string());
            let change = approved(&bus, &store, &anna, &sara);
            let blackout = SavePeriod {
                kind: PeriodKind::Blackout,
                period: None,
                fields: BandFields {
                    name: Some(format!("Blackout {round}")),
                    reason: Some("Closing.".to_owned()),
                    window: Some(Window {
                        start: day.plus_minutes(-60).to_string(),
                        end: day.plus_minutes(120).to_string(),
                        zone: "UTC".to_owned(),
                    }),
                    ..BandFields::default()
                },
            };
            let gate = Barrier::new(2);
            let won = std::thread::scope(|scope| {
                let scheduled = scope.spawn(|| {
                    gate.wait();
                    won(schedule(&bus, &anna, &change, &start, &end))
                });
                gate.wait();
                send(&bus, &rosa, blackout);
                scheduled.join().expect("no panic")
            });
            while step(&bus, &CalendarReactor).unwrap() > 0 {}
            let found = wait(&*store, move |db| {
                let sql = "SELECT COUNT(*) FROM conflicts WHERE kind = 'blackout' \
                    AND state = 'open' AND start_at = $1";
                db.query_one(sql, &[day.into()])?.expect("a count").int(0)
            });
            assert!(!won || found.unwrap() == 1, "round {round}: it was missed");
        }
        store.close();
    });
}
