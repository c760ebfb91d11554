//! Whatever groups, roles, absences, edits, votes, leavers and time there are: nobody approves
//! their own work, nobody counts twice, no approval survives a change of what it covers, and every
//! round ends, at the latest when those act whom it asks for. A group that said yes had the votes
//! for it, and no veto stands.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use kernel::{Id, PersonId, Timestamp};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde_json::json;

use super::*;
use crate::identity::Role;

const PEOPLE: std::ops::Range<u128> = 1..9;
const ROLES: [Role; 3] = [Role::ServiceOwner, Role::CabMember, Role::ReleaseAuthority];
const PARTS: [PartName; 3] = [PartName::Plans, PartName::Window, PartName::Bundle];
/// As many newcomers as a plan can ask for at once: six groups of three votes.
const NEWCOMERS_MAX: usize = 18;

fn person(number: u128) -> PersonId {
    PersonId::from_uuid(uuid::Uuid::from_u128(number))
}

fn hour(hour: i64) -> Timestamp {
    Timestamp::from_micros(hour * 3_600_000_000)
}

/// What is approved, at some state of each part.
fn content(parts: [u8; 3]) -> Content {
    Content::new(PARTS.into_iter().zip(parts).map(|(name, at)| (name, json!(at))))
}

/// What may happen to a round.
#[derive(Debug, Clone)]
enum Step {
    Vote { by: u128, answer: Answer, stale: bool },
    Edit(usize),
    Bar(u128),
    Leave(u128),
    RoleLost { who: u128, role: usize },
    RoleGained { who: u128, role: usize },
    Away { who: u128, deputy: u128 },
    Back(u128),
    Hold(bool),
    Hours(i64),
}

fn steps() -> impl Strategy<Value = Step> {
    let vote = (PEOPLE, prop::sample::select(Answer::ALL), prop::bool::weighted(0.1));
    let approve = PEOPLE.prop_map(|by| Step::Vote { by, answer: Answer::Approve, stale: false });
    prop_oneof![
        3 => vote.prop_map(|(by, answer, stale)| Step::Vote { by, answer, stale }),
        12 => approve,
        1 => (0..PARTS.len()).prop_map(Step::Edit),
        1 => PEOPLE.prop_map(Step::Bar),
        1 => PEOPLE.prop_map(Step::Leave),
        1 => (PEOPLE, 0..ROLES.len()).prop_map(|(who, role)| Step::RoleLost { who, role }),
        1 => (PEOPLE, 0..ROLES.len()).prop_map(|(who, role)| Step::RoleGained { who, role }),
        3 => (PEOPLE, PEOPLE).prop_map(|(who, deputy)| Step::Away { who, deputy }),
        1 => PEOPLE.prop_map(Step::Back),
        1 => any::<bool>().prop_map(Step::Hold),
        3 => (1_i64..60).prop_map(Step::Hours),
    ]
}

fn roles() -> impl Strategy<Value = BTreeSet<Role>> {
    prop::collection::btree_set(prop::sample::select(ROLES.to_vec()), 1..3)
}

fn groups() -> impl Strategy<Value = GroupPlan> {
    let quorum = prop_oneof![
        2 => Just(Quorum::First),
        1 => (1_u32..4).prop_map(Quorum::Count),
        1 => Just(Quorum::Majority),
        1 => (1_u32..=100).prop_map(Quorum::Percent),
        1 => Just(Quorum::All),
    ];
    let covers = prop::collection::btree_set(prop::sample::select(PARTS.to_vec()), 0..3);
    let limits = (prop::option::of(1_u32..20), prop::option::of(20_u32..50));
    let on_limit = prop::option::of(prop::sample::select(OnLimit::ALL));
    (roles(), quorum, any::<bool>(), covers, limits, on_limit, roles()).prop_map(
        |(roles, quorum, veto, covers, (reminder_hours, limit_hours), on_limit, escalate_to)| {
            GroupPlan {
                name: "group".to_owned(),
                roles,
                quorum,
                veto,
                covers,
                reminder_hours,
                limit_hours,
                on_limit: on_limit.filter(|_| limit_hours.is_some()),
                escalate_to,
            }
        },
    )
}

fn plans() -> impl Strategy<Value = Plan> {
    let stage = prop::collection::vec(groups(), 1..3);
    prop::collection::vec(stage, 1..4).prop_map(|stages| Plan {
        policy: "test 1".to_owned(),
        stages: stages
            .into_iter()
            .map(|groups| StagePlan { name: "stage".to_owned(), groups })
            .collect(),
        observed: vec![],
    })
}

/// A round in its world.
struct World {
    round: Option<Round>,
    electorate: Electorate,
    parts: [u8; 3],
    barred: Vec<Barred>,
    held: bool,
    now: i64,
    reminders: Vec<(usize, usize, Timestamp)>,
}

impl World {
    fn round(&self) -> &Round {
        self.round.as_ref().expect("a round")
    }

    fn take(&mut self, events: Vec<RoundEvent>) {
        let before = self.round().clone();
        for event in events {
            if let RoundEvent::Reminded { stage, group, .. } = &event {
                let since = self.round().asked_since.expect("it is asked");
                self.reminders.push((*stage, *group, since));
            }
            self.round = evolve(self.round.take(), &event, hour(self.now));
        }
        // A group has its quorum when it comes to say yes, and when it loses a vote and stands.
        for seat in &self.round().approved {
            let (yes, needed) = (yes(self.round(), *seat), self.needed(*seat));
            if !before.approved.contains(seat) || yes < self::yes(&before, *seat) {
                assert!(yes >= needed, "{yes} of {needed}, {seat:?}: {:#?}", self.round());
            }
        }
    }

    /// How many must say yes in a group, of those who hold its roles, have no part in the work and
    /// answer nowhere else.
    fn needed(&self, seat: (usize, usize)) -> usize {
        let (round, plan) = (self.round(), &self.round().plan.stages[seat.0].groups[seat.1]);
        let counting = || round.votes.iter().filter(|vote| vote.counts());
        let asked = self.electorate.holders.iter().filter(|(who, held)| {
            let here = |vote: &Vote| (vote.stage, vote.group) == seat && vote.holder() == **who;
            let spent = counting().any(|vote| vote.person == **who || vote.holder() == **who);
            let bars = round.barred.iter().any(|barred| barred.person == **who);
            !bars && !held.is_disjoint(&plan.roles) && (!spent || counting().any(here))
        });
        let asked = asked.count();
        match plan.quorum {
            Quorum::First => 1,
            Quorum::Count(count) => count as usize,
            Quorum::Majority => asked / 2 + 1,
            Quorum::Percent(share) => (asked * share as usize).div_ceil(100).max(1),
            Quorum::All => asked.max(1),
        }
    }

    fn vote(&mut self, by: u128, answer: Answer, stale: bool) -> bool {
        let hash = if stale { "other".to_owned() } else { self.round().content.hash() };
        let cast = Cast {
            person: person(by),
            answer,
            round: self.round().number,
            content_hash: hash,
            reason: Some("so".to_owned()),
            condition: None,
        };
        let roles = self.electorate.holders.get(&person(by)).cloned().unwrap_or_default();
        let voted = vote(Some(self.round()), &cast, &roles, &self.electorate);
        let taken = voted.is_ok() && !self.held;
        if taken {
            self.take(voted.unwrap_or_default());
        }
        taken
    }

    fn lapse(&mut self, who: u128) {
        let active = self.electorate.holders.contains_key(&person(who));
        let events = lapse(self.round.as_ref(), person(who), active, &self.electorate);
        self.take(events);
    }

    fn edit(&mut self) {
        let (content, barred) = (content(self.parts), self.barred.clone());
        let before = self.round().clone();
        let touched = before.content.touched(&content);
        if let Ok(events) = edit(self.round.as_ref(), content, barred, &self.electorate) {
            self.take(events);
        }
        self.keeps(&before, &touched);
        // What was refused did not happen.
        let round = self.round();
        let says = |name| round.content.parts[&name].says.as_u64();
        let parts = PARTS.map(|name| says(name).and_then(|at| u8::try_from(at).ok()));
        let barred = round.barred.clone();
        self.parts = parts.map(Option::unwrap_or_default);
        self.barred = barred;
    }

    /// An edit takes no vote that it does not reach, and lets nobody vote who might not before.
    fn keeps(&self, before: &Round, touched: &[PartName]) {
        let round = self.round();
        let barred = |who: PersonId| round.barred.iter().any(|one| one.person == who);
        for (was, is) in before.votes.iter().zip(&round.votes) {
            let covers = &before.plan.stages[was.stage].groups[was.group].covers;
            let covered = |part: &PartName| covers.is_empty() || covers.contains(part);
            let reached =
                touched.iter().any(covered) || [was.person, was.holder()].map(barred) != [false; 2];
            assert!(!was.counts() || reached || is.counts(), "an edit took a vote: {is:#?}");
        }
        for one in &before.barred {
            assert!(barred(one.person), "{} may vote again: {round:#?}", one.person);
        }
    }

    fn step(&mut self, step: &Step) {
        match step {
            Step::Vote { by, answer, stale } => {
                self.vote(*by, *answer, *stale);
            }
            Step::Edit(part) => {
                self.parts[*part] = self.parts[*part].wrapping_add(1);
                self.edit();
            }
            Step::Bar(who) => {
                self.barred.push(Barred { person: person(*who), why: Why::Implements });
                self.edit();
            }
            Step::Leave(who) => {
                self.electorate.holders.remove(&person(*who));
                self.electorate.deputies.retain(|_, deputy| *deputy != person(*who));
                self.lapse(*who);
            }
            Step::RoleLost { who, role } => {
                if let Some(held) = self.electorate.holders.get_mut(&person(*who)) {
                    held.remove(&ROLES[*role]);
                    self.lapse(*who);
                }
            }
            Step::RoleGained { who, role } => {
                self.electorate.holders.entry(person(*who)).or_default().insert(ROLES[*role]);
            }
            Step::Away { who, deputy } if who != deputy => {
                self.electorate.deputies.insert(person(*who), person(*deputy));
            }
            Step::Away { .. } => {}
            Step::Back(who) => {
                self.electorate.deputies.remove(&person(*who));
            }
            Step::Hold(held) => {
                self.held = *held;
                self.round = pause(self.round.take(), *held, hour(self.now));
            }
            Step::Hours(hours) => {
                self.now += hours;
                // Late, and twice: the second time nothing is left to do.
                let due = call(self.round(), hour(self.now));
                self.take(due);
                assert_eq!(call(self.round(), hour(self.now)), vec![], "it fires once");
                let next = due_at(self.round());
                assert!(next.is_none_or(|next| next > hour(self.now)), "nothing is forgotten");
            }
        }
    }

    fn check(&self) -> Result<(), TestCaseError> {
        let round = self.round();
        let counting: Vec<&Vote> = round.votes.iter().filter(|vote| vote.counts()).collect();
        let mut used = BTreeSet::new();
        for vote in &counting {
            prop_assert!(used.insert(vote.person), "{} counts twice", vote.person);
            prop_assert!(vote.on_behalf_of.is_none_or(|absent| used.insert(absent)));
            prop_assert_ne!(vote.on_behalf_of, Some(vote.person));
            for who in [vote.person, vote.holder()] {
                prop_assert_eq!(round.barred(who), None, "someone approves their own work");
            }
        }
        for vote in &counting {
            let covers = &round.plan.stages[vote.stage].groups[vote.group].covers;
            let seen = self.seen(&vote.content_hash);
            let differs = seen.touched(&round.content);
            let covered = |part: &PartName| covers.is_empty() || covers.contains(part);
            prop_assert!(!differs.iter().any(covered), "a vote survived an edit");
        }
        if matches!(round.state, RoundState::Open | RoundState::Approved) {
            let group = |vote: &Vote| &round.plan.stages[vote.stage].groups[vote.group];
            let vetoes = |vote: &&&Vote| vote.answer == Answer::Reject && group(vote).veto;
            prop_assert_eq!(counting.iter().find(vetoes), None, "a veto stands");
        }
        for seat in &round.approved {
            let least = match round.plan.stages[seat.0].groups[seat.1].quorum {
                Quorum::Count(count) => count as usize,
                _ => 1,
            };
            prop_assert!(
                yes(round, *seat) >= least,
                "{:?} said yes on nobody's: {:#?}",
                seat,
                round
            );
        }
        if round.state == RoundState::Approved {
            let groups: usize = round.plan.stages.iter().map(|stage| stage.groups.len()).sum();
            prop_assert_eq!(round.approved.len(), groups, "a group did not say yes");
        }
        let unique: BTreeSet<_> = self.reminders.iter().collect();
        prop_assert_eq!(unique.len(), self.reminders.len(), "a reminder came twice");
        Ok(())
    }

    /// The content of a hash: every state of the parts so far is known by its numbers.
    fn seen(&self, hash: &str) -> Content {
        let [plans, window, bundle] = self.parts;
        for a in 0..=plans {
            for b in 0..=window {
                for c in 0..=bundle {
                    let content = content([a, b, c]);
                    if content.hash() == hash {
                        return content;
                    }
                }
            }
        }
        panic!("a vote for a content that never was");
    }

    /// Lets the clock run out and everybody answer who may, and does what a stuck round asks for.
    fn drive_to_its_end(&mut self) {
        self.step(&Step::Hold(false));
        // Each stage takes one turn of everybody, and one more for those escalated to.
        let turns = 2 * self.round().plan.stages.len() + 2;
        for _ in 0..turns {
            self.step(&Step::Hours(100));
            self.everybody(Answer::Approve);
        }
        // One group may take up all who come, and leave the next one short: it asks again.
        for _ in 0..turns {
            self.give_roles();
            self.everybody(Answer::Approve);
        }
        // Those whose yes is needed elsewhere may always say no.
        self.everybody(Answer::Reject);
    }

    /// Everybody answers who may, newcomers last, while the round is open.
    fn everybody(&mut self, answer: Answer) {
        for by in PEOPLE.start..self.newcomer() {
            if self.round().state == RoundState::Open {
                self.vote(by, answer, false);
            }
        }
    }

    /// Gives the roles to people without a part in the work, as a stuck round asks an administrator
    /// to. Where all must agree and somebody did not, no number of them is enough.
    fn give_roles(&mut self) {
        for _ in 0..NEWCOMERS_MAX {
            if stuck(self.round(), &self.electorate).is_none() {
                return;
            }
            let newcomer = person(self.newcomer());
            self.electorate.holders.insert(newcomer, BTreeSet::from(ROLES));
        }
    }

    /// The number of the next one who comes: nobody has it, and nobody had it.
    fn newcomer(&self) -> u128 {
        PEOPLE.end + self.electorate.holders.len() as u128
    }
}

/// How many say yes in a group.
fn yes(round: &Round, seat: (usize, usize)) -> usize {
    let here = |vote: &&Vote| vote.counts() && (vote.stage, vote.group) == seat;
    round.votes.iter().filter(here).filter(|vote| vote.answer == Answer::Approve).count()
}

/// A plan, who holds what, who has a part in the work, and what happens.
type Story = (Plan, BTreeMap<u128, BTreeSet<Role>>, BTreeSet<u128>, Vec<Step>);

/// Plays a story to the end of its round; answers whether one could be opened.
fn played((plan, held, barred, steps): Story) -> Result<bool, TestCaseError> {
    let holders = held.into_iter().map(|(number, roles)| (person(number), roles)).collect();
    let barred: Vec<Barred> =
        barred.into_iter().map(|n| Barred { person: person(n), why: Why::Requested }).collect();
    let electorate = Electorate::of(holders);
    let opened = open(None, plan, content([0; 3]), barred.clone(), &electorate);
    let Ok(opened) = opened else { return Ok(false) };
    let mut world = World {
        round: evolve(None, &opened[0], hour(0)),
        electorate,
        parts: [0; 3],
        barred,
        held: false,
        now: 0,
        reminders: Vec::new(),
    };
    for step in &steps {
        world.step(step);
        world.check()?;
    }
    world.drive_to_its_end();
    world.check()?;
    let round = world.round();
    prop_assert_ne!(round.state, RoundState::Open, "a round never ends: {:#?}", round);
    Ok(true)
}

#[test]
fn whatever_happens_an_approval_means_what_it_says() {
    let stories = (
        plans(),
        prop::collection::btree_map(PEOPLE, roles(), 2..8),
        prop::collection::btree_set(PEOPLE, 0..2),
        prop::collection::vec(steps(), 0..50),
    );
    let config = ProptestConfig { source_file: Some(file!()), ..ProptestConfig::with_cases(768) };
    let ended = Cell::new(0_u32);
    let played = TestRunner::new(config).run(&stories, |story| {
        ended.set(ended.get() + u32::from(played(story)?));
        Ok(())
    });
    played.unwrap_or_else(|failed| panic!("{failed}"));
    assert!(ended.get() > 100, "few rounds could be opened: {}", ended.get());
}
