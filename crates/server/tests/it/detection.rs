//! Conflicts as the product finds them in its database, against a finder that knows nothing but
//! steps of a quarter of an hour and pairs of CIs: random calendars around the nights in which
//! clocks change, with CI graphs, maintenance windows, peak hours, business events and blackouts,
//! built in a random order and then moved about. The checks of drafts, the guard of scheduling and
//! the conflicts that records get all have to agree with it. The rule alone is held against such a
//! finder on a thousand calendars, in the domain.

use std::collections::{BTreeMap, BTreeSet};

use interlock_server::calendar::CalendarReactor;
use serde_json::{Value as Json, json};

use crate::support::{Answer, Client, Random, Stage, at, on_both};

/// How many calendars are made on each database: in a soak, `INTERLOCK_CALENDARS` says more.
const CALENDARS: usize = 24;
/// Quarters of an hour.
const DAY: i64 = 96;
/// How many days a calendar has, and on which of them the clock changes.
const DAYS: i64 = 10;
const NIGHT: i64 = 5;
const CIS: usize = 7;
const SERVICES: usize = 3;
/// What is moved about, in each calendar.
const MOVES: usize = 6;

/// A night in which the clock changes, as the time zone database has it: the instant in 2027, and
/// the offsets before and after it in minutes.
type Night = (&'static str, &'static str, i64, i64);
const NIGHTS: &[Night] = &[
    ("Europe/Amsterdam", "2027-03-28T01:00:00Z", 60, 120),
    ("Europe/Amsterdam", "2027-10-31T01:00:00Z", 120, 60),
    ("America/New_York", "2027-03-14T07:00:00Z", -300, -240),
    ("America/New_York", "2027-11-07T06:00:00Z", -240, -300),
    ("Australia/Lord_Howe", "2027-04-03T15:00:00Z", 660, 630),
    ("Australia/Lord_Howe", "2027-10-02T15:30:00Z", 630, 660),
    ("America/Santiago", "2027-04-04T03:00:00Z", -180, -240),
    ("America/Santiago", "2027-09-05T04:00:00Z", -240, -180),
];

/// A half-open run of quarters, counted from the first of the calendar.
type Steps = (i64, i64);

/// A zone, as far as the calendar sees it.
#[derive(Clone, Copy)]
struct Clock {
    name: &'static str,
    before: i64,
    after: i64,
}

impl Clock {
    /// What the clock shows at a step, in quarters.
    fn wall(self, step: i64) -> i64 {
        step + if step < NIGHT * DAY { self.before } else { self.after } / 15
    }

    /// The first step at which it shows a time; where it never does, as long after the change as
    /// the time would have been.
    fn step(self, wall: i64) -> i64 {
        let around = wall - DAY..wall + DAY;
        let shows = around.clone().find(|step| self.wall(*step) == wall);
        let last_before = || around.rev().find(|step| self.wall(*step) < wall).expect("a step");
        shows.unwrap_or_else(|| {
            let last = last_before();
            last + (wall - self.wall(last))
        })
    }
}

#[derive(Clone)]
struct Record {
    path: String,
    number: String,
    at: Steps,
    /// The changes that it is: itself, or those of a release.
    changes: Vec<(BTreeSet<usize>, BTreeSet<usize>)>,
    /// Whether it states so.
    production: bool,
    emergency: bool,
    committed: bool,
}

#[derive(Clone)]
struct Rule {
    path: String,
    kind: &'static str,
    services: BTreeSet<usize>,
    /// Where, when only there.
    production: Option<bool>,
    clock: Clock,
    first: Steps,
    repeats: &'static str,
    /// The day that is left out, counted from that of the first occurrence.
    except: Option<i64>,
}

impl Rule {
    /// Its occurrences, and those left out, day by day.
    fn walked(&self) -> Vec<(bool, Steps)> {
        let (from, to) = (self.clock.wall(self.first.0), self.clock.wall(self.first.1));
        let mut found = Vec::new();
        for day in 0..2 * DAYS {
            let occurs = match self.repeats {
                "none" => day == 0,
                "FREQ=DAILY;INTERVAL=2" => day % 2 == 0,
                "weekly" => day % 7 == 0,
                "FREQ=DAILY;COUNT=3" => day < 3,
                _ => true,
            };
            let at = match day {
                0 => self.first,
                _ => (self.clock.step(from + day * DAY), self.clock.step(to + day * DAY)),
            };
            if occurs {
                found.push((self.except != Some(day), at));
            }
        }
        found
    }

    fn occurrences(&self) -> impl Iterator<Item = Steps> {
        self.walked().into_iter().filter(|(occurs, _)| *occurs).map(|(_, at)| at)
    }
}

/// What is known of a calendar.
struct World<'a> {
    client: &'a Client<'a>,
    keeper: &'a Client<'a>,
    approver: &'a Client<'a>,
    number: usize,
    first: kernel::Timestamp,
    clocks: [Clock; 3],
    /// The service of each CI.
    serves: Vec<Option<usize>>,
    /// Which CIs stand in production.
    live: Vec<bool>,
    needs: BTreeSet<(usize, &'static str, usize)>,
    records: Vec<Record>,
    rules: Vec<Rule>,
}

/// How a conflict is told apart: its class, with whom, whether it blocks.
type Collision = (&'static str, String, bool);

/// The phrase of a relation, and the same from the other side.
const PHRASES: &[(&str, &str, &str)] = &[
    ("runs_on", "runs on", "carries"),
    ("uses", "uses", "is used by"),
    ("part_of", "is part of", "contains"),
    ("connects_to", "connects to", "is connected from"),
];

impl World<'_> {
    fn ci(&self, index: usize) -> String {
        format!("ci-{}-{index}", self.number)
    }

    fn service(&self, index: usize) -> String {
        format!("service-{}-{index}", self.number)
    }

    fn window(&self, (from, to): Steps, zone: &str) -> Json {
        let time = |step: i64| self.first.plus_minutes(15 * step);
        json!({"start": time(from), "end": time(to), "zone": zone})
    }

    fn cis(record: &Record) -> BTreeSet<usize> {
        record.changes.iter().flat_map(|(cis, _)| cis.iter().copied()).collect()
    }

    fn services(&self, record: &Record) -> BTreeSet<usize> {
        let named = record.changes.iter().flat_map(|(_, services)| services.iter().copied());
        named.chain(Self::cis(record).into_iter().filter_map(|ci| self.serves[ci])).collect()
    }

    fn is_needed(&self, from: usize, to: usize) -> bool {
        self.needs.iter().any(|(one, _, other)| (*one, *other) == (from, to))
    }

    /// How many relations lie between two CIs, all led the same way.
    fn apart(&self, one: usize, other: usize) -> Option<usize> {
        let direct = self.is_needed(one, other) || self.is_needed(other, one);
        let over = |middle: usize| {
            (self.is_needed(one, middle) && self.is_needed(middle, other))
                || (self.is_needed(other, middle) && self.is_needed(middle, one))
        };
        if direct { Some(1) } else { (0..CIS).any(over).then_some(2) }
    }

    /// Those for where a record happens: in production, once it states so or one of its CIs stands
    /// there.
    fn rules_of(&self, record: &Record, kind: &str) -> Vec<&Rule> {
        let production = record.production || Self::cis(record).into_iter().any(|ci| self.live[ci]);
        let holds = |rule: &&Rule| {
            rule.kind == kind && rule.production.is_none_or(|only| only == production)
        };
        self.rules.iter().filter(holds).collect()
    }

    /// Every collision of a record but those with maintenance windows.
    fn brute(&self, mine: &Record) -> BTreeSet<Collision> {
        let mut found = BTreeSet::new();
        let meets = |other: Steps| (mine.at.0..mine.at.1).any(|s| other.0 <= s && s < other.1);
        let others = self.records.iter().filter(|other| other.number != mine.number);
        for other in others.filter(|other| meets(other.at)) {
            let (ours, theirs) = (Self::cis(mine), Self::cis(other));
            if !ours.is_disjoint(&theirs) {
                found.insert(("same_ci", other.number.clone(), other.committed));
            }
            let pairs = ours.iter().flat_map(|one| theirs.iter().map(|other| (*one, *other)));
            let ways = pairs.filter(|(one, other)| one != other);
            if let Some(nearest) = ways.filter_map(|(one, other)| self.apart(one, other)).min() {
                let blocks = other.committed && nearest == 1;
                found.insert(("dependency", other.number.clone(), blocks));
            }
        }
        let services = self.services(mine);
        for (kind, class, blocks) in [
            ("blackouts", "blackout", true),
            ("peaks", "peak_hours", false),
            ("business-events", "business_event", false),
        ] {
            for rule in self.rules_of(mine, kind) {
                let concerns = rule.services.is_empty() || !rule.services.is_disjoint(&services);
                if concerns && rule.occurrences().any(meets) {
                    found.insert((class, rule.path.clone(), blocks));
                }
            }
        }
        found
    }

    /// The services of a record that have maintenance windows, none of which it lies in. One that
    /// is over is none any more.
    fn outside(&self, mine: &Record) -> BTreeSet<usize> {
        let windows = self.rules_of(mine, "windows");
        let outside = |service: &usize| {
            let goes_on = |rule: &Rule| {
                let ends = rule.walked().iter().map(|(_, at)| at.1).max();
                !matches!(rule.repeats, "none" | "FREQ=DAILY;COUNT=3") || ends > Some(mine.at.0)
            };
            let own = || windows.iter().filter(|rule| rule.services.contains(service));
            let holds = |at: Steps| at.0 <= mine.at.0 && mine.at.1 <= at.1;
            own().any(|rule| goes_on(rule)) && !own().any(|rule| rule.occurrences().any(holds))
        };
        self.services(mine).into_iter().filter(outside).collect()
    }

    fn is_blocked(&self, mine: &Record) -> bool {
        let left = !mine.emergency && !self.outside(mine).is_empty();
        left || self.brute(mine).iter().any(|(.., blocks)| *blocks)
    }

    /// Holds conflicts that the product told of against what the finder finds.
    fn compare(&self, mine: &Record, told: &Json, how: &str) -> usize {
        let told = told.as_array().expect("conflicts");
        let mut found = BTreeSet::new();
        let mut explained = BTreeSet::new();
        for one in told {
            let told = format!("calendar {}, {how} {}: {one:#}", self.number, mine.number);
            let with = &one["with"];
            let with = with["number"].as_str().or(with["id"].as_str()).expect("the other side");
            let blocks = one["severity"] == "blocking";
            let rule = self.rules.iter().find(|rule| rule.path.ends_with(with));
            let class = match one["kind"].as_str().expect("a kind") {
                "same_ci" => "same_ci",
                "upstream_ci" | "downstream_ci" => "dependency",
                "blackout" => "blackout",
                "peak_hours" => "peak_hours",
                "business_event" => "business_event",
                "outside_window" => {
                    assert_eq!(blocks, !mine.emergency, "{told}");
                    explained.extend(rule.expect("a window").services.iter().copied());
                    continue;
                }
                other => panic!("{other} was not made: {told}"),
            };
            let side = rule.map_or(with.to_owned(), |rule| rule.path.clone());
            assert!(found.insert((class, side, blocks)), "told twice: {told}");
            if let Some(other) = self.records.iter().find(|record| record.number == with) {
                self.check_hits(mine, other, class, one, &told);
                let from = mine.at.0.max(other.at.0);
                let both = self.window((from, mine.at.1.min(other.at.1)), "");
                assert_eq!(one["overlap"]["start"], both["start"], "{told}");
                assert_eq!(one["overlap"]["end"], both["end"], "{told}");
            }
        }
        let expected = self.brute(mine);
        let what = format!("calendar {}, {how} {}", self.number, mine.number);
        assert_eq!(found, expected, "{what}: {told:#?}");
        let outside = self.outside(mine);
        assert!(outside.is_subset(&explained), "{what}: outside {outside:?}: {told:#?}");
        assert!(!outside.is_empty() || explained.is_empty(), "{what}: it is inside: {told:#?}");
        expected.len() + outside.len()
    }

    /// Every CI that is hit is named, each by a way that is there.
    fn check_hits(&self, mine: &Record, other: &Record, class: &str, one: &Json, told: &str) {
        let theirs = Self::cis(other);
        let is_hit = |ci: &usize| match class {
            "same_ci" => theirs.contains(ci),
            _ => theirs.iter().any(|other| other != ci && self.apart(*ci, *other).is_some()),
        };
        let expected: BTreeSet<String> =
            Self::cis(mine).into_iter().filter(is_hit).map(|ci| self.ci(ci)).collect();
        let mut hit = BTreeSet::new();
        for way in one["hits"].as_array().expect("hits") {
            hit.insert(way["ci"]["name"].as_str().expect("a name").to_owned());
            let steps: Vec<&str> = way["path"].as_str().expect("a path").split(" → ").collect();
            assert!(steps.len() <= 5, "{told}");
            for step in steps.windows(3).step_by(2) {
                let [from, phrase, to] = step else { panic!("{told}") };
                let leads = |(one, kind, other): &(usize, &str, usize)| {
                    let (_, there, back) =
                        PHRASES.iter().find(|(word, ..)| word == kind).expect("a phrase");
                    let ends = (self.ci(*one), self.ci(*other));
                    (phrase == there && ends == ((*from).to_owned(), (*to).to_owned()))
                        || (phrase == back && ends == ((*to).to_owned(), (*from).to_owned()))
                };
                assert!(self.needs.iter().any(leads), "no such relation, {step:?}: {told}");
            }
            let last = steps.last().expect("an end");
            assert!(theirs.iter().any(|ci| self.ci(*ci) == **last), "it ends elsewhere: {told}");
        }
        assert_eq!(hit, expected, "{told}");
    }
}

fn named(written: &Json) -> String {
    written["number"].as_str().or(written["id"].as_str()).expect("a name").to_owned()
}

fn place(production: bool) -> &'static str {
    if production { "production" } else { "test" }
}

/// What is built, in any order.
enum Part {
    Relations(usize),
    Rule,
    Record,
    Release,
}

impl<'a> World<'a> {
    async fn new(clients: &'a [Client<'a>; 3], number: usize, random: &mut Random) -> Self {
        let [client, keeper, approver] = clients;
        let (zone, night, before, after) = NIGHTS[number % NIGHTS.len()];
        let still = |name, offset| Clock { name, before: offset, after: offset };
        let clocks =
            [Clock { name: zone, before, after }, still("UTC", 0), still("Asia/Kathmandu", 345)];
        let first = at(night).plus_minutes(-15 * DAY * NIGHT);
        let serves = (0..CIS).map(|_| random.one_in(2).then(|| random.index(SERVICES)));
        let serves = serves.collect();
        let live = (0..CIS).map(|_| random.one_in(3)).collect();
        let (needs, records, rules) = (BTreeSet::new(), Vec::new(), Vec::new());
        let world = Self {
            client,
            keeper,
            approver,
            number,
            first,
            clocks,
            serves,
            live,
            needs,
            records,
            rules,
        };
        for index in 0..SERVICES {
            keeper.post("/services", json!({"name": world.service(index)})).await.ok();
        }
        for index in 0..CIS {
            let service = world.serves[index].map(|service| world.service(service));
            let fields = json!({"name": world.ci(index), "kind": "server", "service": service,
                "environment": place(world.live[index])});
            keeper.post("/cis", fields).await.ok();
        }
        world
    }

    async fn build(&mut self, part: &Part, random: &mut Random) {
        match part {
            Part::Relations(ci) => self.relate(*ci, random).await,
            Part::Rule => self.rule(random).await,
            Part::Record => self.record(random).await,
            Part::Release => self.release(random).await,
        }
    }

    /// Gives a CI other relations.
    async fn relate(&mut self, ci: usize, random: &mut Random) {
        self.needs.retain(|(from, ..)| *from != ci);
        for to in random.some(CIS, 2).into_iter().filter(|to| *to != ci) {
            self.needs.insert((ci, PHRASES[random.index(PHRASES.len())].0, to));
        }
        let own = self.needs.iter().filter(|(from, ..)| *from == ci);
        let own = own.map(|(_, kind, to)| json!({"kind": kind, "to": self.ci(*to)}));
        let body = json!({"relations": own.collect::<Vec<_>>()});
        let path = format!("/cis/{}/relations", self.ci(ci));
        self.keeper.put(&path, "*", body).await.ok();
    }

    async fn rule(&mut self, random: &mut Random) {
        let kind = ["windows", "blackouts", "peaks", "business-events"][random.index(4)];
        let repeats = ["none", "daily", "FREQ=DAILY;INTERVAL=2", "weekly", "FREQ=DAILY;COUNT=3"];
        let repeats = repeats[random.index(repeats.len())];
        let everyone = kind == "blackouts" && random.one_in(3);
        // The first ends before the clock changes; longer than a day at times.
        let from = random.below(3 * DAY);
        let first = (from, from + 1 + random.below(DAY + 40));
        let clock = self.clocks[random.index(self.clocks.len())];
        let except = (repeats != "none" && random.one_in(2)).then(|| random.below(DAYS));
        let mut rule = Rule {
            path: String::new(),
            kind,
            services: if everyone { BTreeSet::new() } else { random.some(SERVICES, 2) },
            production: random.one_in(3).then(|| !random.one_in(3)),
            clock,
            first,
            repeats,
            except,
        };
        let services: Vec<String> = rule.services.iter().map(|one| self.service(*one)).collect();
        let mut fields = json!({
            "name": format!("{kind} of {}", self.number), "services": services,
            "window": self.window(first, clock.name), "repeats": repeats,
            "environment": rule.production.map(place),
            "reason": if kind == "blackouts" { "It is closed." } else { "" },
        });
        if let Some(day) = except {
            // As its own zone names that day: a date is read at the first wall time in it.
            let offset = clock.before;
            let wall = self.first.plus_minutes(15 * (first.0 + day * DAY) + offset).to_string();
            fields["except"] = json!([&wall[..10]]);
        }
        let written = self.client.post(&format!("/{kind}"), fields).await.ok();
        rule.path = format!("/{kind}/{}", named(&written));
        self.rules.push(rule);
    }

    fn fields(&self, (cis, services): &(BTreeSet<usize>, BTreeSet<usize>)) -> Json {
        let cis: Vec<String> = cis.iter().map(|ci| self.ci(*ci)).collect();
        let services: Vec<String> = services.iter().map(|one| self.service(*one)).collect();
        json!({
            "title": "A part", "type": "normal", "description": "Replace it.", "reason": "Old.",
            "category": "application", "cis": cis, "services": services,
            "customer_impact": "none", "implementer": "ivan", "implementation_plan": "Install.",
            "test_plan": "Ask.", "backout_plan": "Go back.", "backout_minutes": 5,
        })
    }

    fn touched(random: &mut Random) -> (BTreeSet<usize>, BTreeSet<usize>) {
        let services = if random.one_in(3) { random.some(SERVICES, 1) } else { BTreeSet::new() };
        (random.some(CIS, 3), services)
    }

    fn time(random: &mut Random) -> Steps {
        let from = random.below(DAYS * DAY);
        (from, from + 1 + random.below(DAY / 2))
    }

    /// A change, planned, and some of them approved and scheduled where nothing is in the way.
    async fn record(&mut self, random: &mut Random) {
        let (at, change) = (Self::time(random), Self::touched(random));
        let (production, emergency) = (random.one_in(3), random.one_in(4));
        let mut fields = self.fields(&change);
        fields["window"] = self.window(at, self.clocks[0].name);
        fields["environment"] = json!(place(production));
        if emergency {
            fields["type"] = json!("emergency");
        }
        let number = named(&self.client.post("/changes", fields).await.ok());
        let path = format!("/changes/{number}");
        let (changes, committed) = (vec![change], false);
        let record = Record { path, number, at, changes, production, emergency, committed };
        self.records.push(record);
        if !emergency && random.one_in(2) {
            self.commit(self.records.len() - 1).await;
        }
    }

    async fn commit(&mut self, index: usize) {
        let path = self.records[index].path.clone();
        for verb in ["submit", "assess"] {
            self.client.post(&format!("{path}/{verb}"), json!({})).await.ok();
        }
        let round = &self.client.get(&path).await.ok()["rounds"][0];
        let vote = json!({"round": round["number"], "content_hash": round["content_hash"]});
        self.approver.post(&format!("{path}/approve"), vote).await.ok();
        let answer = self.client.post(&format!("{path}/schedule"), json!({})).await;
        self.expect(index, answer);
    }

    /// The guard refuses exactly what is blocked.
    fn expect(&mut self, index: usize, answer: Answer) {
        if self.is_blocked(&self.records[index]) {
            answer.refused(409, "calendar.conflict_blocks");
        } else {
            answer.ok();
            self.records[index].committed = true;
        }
    }

    async fn release(&mut self, random: &mut Random) {
        let (at, production) = (Self::time(random), random.one_in(3));
        let fields = json!({"title": "R", "type": "minor", "environment": place(production),
            "window": self.window(at, self.clocks[0].name)});
        let number = named(&self.client.post("/releases", fields).await.ok());
        let path = format!("/releases/{number}");
        let mut changes = Vec::new();
        for _ in 0..=random.below(2) {
            let change = Self::touched(random);
            let fields = self.fields(&change);
            let number = named(&self.client.post("/changes", fields).await.ok());
            self.client.put(&format!("{path}/changes/{number}"), "*", json!({})).await.ok();
            changes.push(change);
        }
        let (emergency, committed) = (false, false);
        let record = Record { path, number, at, changes, production, emergency, committed };
        self.records.push(record);
    }

    /// Moves something: a planned record, the relations, the service or the place of a CI, a rule.
    async fn shift(&mut self, random: &mut Random) {
        match random.below(7) {
            0 => {
                let index = random.index(self.records.len());
                if self.records[index].committed {
                    return;
                }
                let at = Self::time(random);
                let body = json!({"window": self.window(at, self.clocks[0].name)});
                self.client.patch(&self.records[index].path, "*", body).await.ok();
                self.records[index].at = at;
            }
            1 => {
                let index = random.index(self.records.len());
                if self.records[index].committed || !self.records[index].path.contains("changes") {
                    return;
                }
                let emergency = !self.records[index].emergency;
                let kind = if emergency { "emergency" } else { "normal" };
                let path = self.records[index].path.clone();
                if self.client.patch(&path, "*", json!({"type": kind})).await.status == 200 {
                    self.records[index].emergency = emergency;
                }
            }
            2 => {
                let ci = random.index(CIS);
                let service = random.one_in(2).then(|| random.index(SERVICES));
                let body = json!({"service": service.map(|service| self.service(service))});
                self.keeper.patch(&format!("/cis/{}", self.ci(ci)), "*", body).await.ok();
                self.serves[ci] = service;
            }
            3 if !self.rules.is_empty() => {
                let rule = self.rules.swap_remove(random.index(self.rules.len()));
                self.client.delete(&rule.path, "*").await.ok();
            }
            4 => self.rule(random).await,
            5 => {
                let ci = random.index(CIS);
                self.live[ci] = !self.live[ci];
                let body = json!({"environment": place(self.live[ci])});
                self.keeper.patch(&format!("/cis/{}", self.ci(ci)), "*", body).await.ok();
            }
            _ => self.relate(random.index(CIS), random).await,
        }
    }

    /// Every record, as a draft and by the conflicts that it got; and a draft of nothing.
    async fn agrees(&self, stage: &Stage, random: &mut Random) -> usize {
        stage.follow(CalendarReactor).await;
        let mut compared = 0;
        for mine in &self.records {
            let window = self.window(mine.at, "UTC");
            let draft = json!({"subject": mine.number, "window": window});
            let checked = self.client.post("/conflicts/check", draft).await.ok();
            compared += self.compare(mine, &checked["conflicts"], "the check of");
            let blocking = checked["conflicts"].as_array().expect("a list").iter();
            let blocking = blocking.filter(|one| one["severity"] == "blocking").count();
            assert_eq!(checked["blocking"], blocking);
            let path = format!("/conflicts?subject={}&state=open&limit=200", mine.number);
            let kept = self.client.get(&path).await.ok();
            compared += self.compare(mine, &kept["items"], "the conflicts of");
        }
        let (cis, at) = (random.some(CIS, 3), Self::time(random));
        let named: Vec<String> = cis.iter().map(|ci| self.ci(*ci)).collect();
        let draft = json!({"cis": named, "window": self.window(at, "UTC")});
        let checked = self.client.post("/conflicts/check", draft).await.ok();
        let draft = Record {
            path: String::new(),
            number: "a draft".to_owned(),
            at,
            changes: vec![(cis, BTreeSet::new())],
            production: true,
            emergency: false,
            committed: false,
        };
        compared + self.compare(&draft, &checked["conflicts"], "the check of")
    }
}

fn calendars() -> usize {
    let wanted = std::env::var("INTERLOCK_CALENDARS").ok();
    wanted.map_or(CALENDARS, |count| count.parse().expect("INTERLOCK_CALENDARS is a number"))
}

#[test]
fn a_finder_of_steps_and_pairs_agrees_with_what_the_database_is_asked() {
    on_both(async |stage| {
        stage.account("ivan", &["implementer"]).await;
        let clients = [
            stage.person("rosa", &["release_manager"]).await,
            stage.person("ada", &["administrator"]).await,
            stage.person("sara", &["service_owner"]).await,
        ];
        let mut random = Random::new(0x9e37_79b9_7f4a_7c15);
        let (mut compared, mut committed) = (0, 0);
        let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
        let calendars = calendars();
        for number in 0..calendars {
            let mut world = World::new(&clients, number, &mut random).await;
            let mut parts: Vec<Part> = (0..CIS).map(Part::Relations).collect();
            parts.extend((0..4).map(|_| Part::Rule));
            parts.extend((0..6).map(|_| Part::Record));
            parts.push(Part::Release);
            random.shuffle(&mut parts);
            for part in &parts {
                world.build(part, &mut random).await;
            }
            compared += world.agrees(&stage, &mut random).await;
            for _ in 0..MOVES {
                world.shift(&mut random).await;
            }
            compared += world.agrees(&stage, &mut random).await;
            committed += world.records.iter().filter(|record| record.committed).count();
            for record in &world.records {
                let outside = (!world.outside(record).is_empty()).then_some("outside_window");
                for class in world.brute(record).iter().map(|one| one.0).chain(outside) {
                    *kinds.entry(class).or_default() += 1;
                }
            }
            // One for everybody would concern the calendars to come.
            for rule in world.rules {
                clients[0].delete(&rule.path, "*").await.ok();
            }
            stage.follow(CalendarReactor).await;
        }
        assert_eq!(kinds.len(), 6, "every kind was met: {kinds:?}");
        assert!(compared > 20 * calendars, "only {compared} were compared");
        assert!(committed > calendars, "only {committed} were committed");
    });
}
