//! Random commands by people of random roles, with deputies and leavers, through the same requests
//! as real ones. After each that succeeds, what the records say is held against what was seen to
//! happen: nobody's own work rests on their vote, one person counts once, no vote counts for what
//! was edited since it was cast, no leaver's vote counts, and nothing is carried out on no other
//! person's yes.

use std::collections::{BTreeMap, BTreeSet};

use domain::identity::Role;
use interlock_server::follow::rounds::Leavers;
use kernel::PersonId;
use serde_json::{Value as Json, json};

use crate::support::{Client, Random, Stage, on_both};

/// How many commands are tried on each database.
const COMMANDS: usize = 700;
const PEOPLE: usize = 14;
const CIS: i64 = 12;
/// No more records than these are moved at a time.
const RECORDS_MAX: usize = 6;

struct Person<'a> {
    id: PersonId,
    login: String,
    client: Client<'a>,
    roles: BTreeSet<Role>,
    active: bool,
}

/// What was seen of a record.
#[derive(Default)]
struct Seen {
    /// Who wrote it.
    authors: BTreeSet<String>,
    /// What each voted on, by round and person.
    voted_on: BTreeMap<(i64, String), Json>,
    is_carried_out: bool,
}

struct World<'a> {
    stage: &'a Stage,
    admin: Client<'a>,
    people: Vec<Person<'a>>,
    records: BTreeMap<String, Seen>,
    delegations: Vec<String>,
    random: Random,
    /// How often each verb succeeded.
    done: BTreeMap<&'static str, usize>,
    counted: usize,
}

/// What is done to a record, as its actions are called; what leads on more often.
const VERBS: &[&str] = &[
    "submit", "submit", "assess", "assess", "approve", "approve", "approve", "approve", "reject",
    "abstain", "schedule", "schedule", "start", "start", "advance", "deploy", "deploy", "hold",
    "resume", "cancel",
];
/// The fields of a change that an approval covers; its window is the release's, or free to move.
const OF_CHANGE: &[&str] = &[
    "title",
    "description",
    "type",
    "environment",
    "implementer",
    "implementation_plan",
    "test_plan",
    "backout_plan",
    "backout_minutes",
    "cis",
];
const OF_RELEASE: &[&str] = &["title", "description", "environment", "window", "rollout"];

fn login(person: &Json) -> Option<String> {
    Some(person["name"].as_str()?.trim_end_matches(" Example").to_owned())
}

fn list(of: &Json) -> &[Json] {
    of.as_array().map_or(&[], Vec::as_slice)
}

fn picked(record: &Json, fields: &[&str]) -> Json {
    fields.iter().map(|name| ((*name).to_owned(), record[*name].clone())).collect()
}

/// The votes of a round, each with its group.
fn votes(round: &Json) -> impl Iterator<Item = (&Json, &Json)> {
    let groups = list(&round["stages"]).iter().flat_map(|stage| list(&stage["groups"]));
    groups.flat_map(|group| list(&group["votes"]).iter().map(move |vote| (group, vote)))
}

impl<'a> World<'a> {
    async fn new(stage: &'a Stage, seed: u64) -> Self {
        let mut random = Random::new(seed);
        let admin = stage.person("ada", &["administrator"]).await;
        for index in 0..CIS {
            admin.post("/cis", json!({"name": format!("ci-{index}"), "kind": "server"})).await.ok();
        }
        let mut people = Vec::new();
        for index in 0..PEOPLE {
            // Somebody of each role, and most of several.
            let mut roles: BTreeSet<Role> = [Role::ALL[index % Role::ALL.len()]].into();
            while random.one_in(2) {
                roles.insert(*random.pick(Role::ALL));
            }
            let login = format!("person_{index}");
            let words: Vec<&str> = roles.iter().map(|role| role.word()).collect();
            let id = stage.account(&login, &words).await;
            let client = stage.sign_in(id, &format!("session-of-{login}")).await;
            people.push(Person { id, login, client, roles, active: true });
        }
        let (records, delegations) = (BTreeMap::new(), Vec::new());
        let (done, counted) = (BTreeMap::new(), 0);
        Self { stage, admin, people, records, delegations, random, done, counted }
    }

    async fn read(&self, path: &str) -> Json {
        self.admin.get(path).await.ok()
    }

    /// What an approval of a record covers, read from the record itself.
    async fn covered(&self, path: &str, record: &Json) -> Json {
        if path.starts_with("/changes") {
            return picked(record, OF_CHANGE);
        }
        let mut all = picked(record, OF_RELEASE);
        for change in list(&record["changes"]) {
            let number = change["number"].as_str().expect("a change").to_owned();
            let change = self.read(&format!("/changes/{number}")).await;
            all[&number] = picked(&change, OF_CHANGE);
        }
        all
    }

    /// Those whose own work a record is.
    async fn own(&self, path: &str, record: &Json) -> BTreeSet<String> {
        let fields = ["requester", "implementer", "owner", "release_manager"];
        let mut own: BTreeSet<String> =
            fields.iter().filter_map(|field| login(&record[*field])).collect();
        own.extend(self.records[path].authors.iter().cloned());
        for change in list(&record["changes"]) {
            let number = change["number"].as_str().expect("a change");
            let change = self.read(&format!("/changes/{number}")).await;
            own.extend(["requester", "implementer"].iter().filter_map(|one| login(&change[*one])));
        }
        own
    }

    /// Holds what a record says against what was seen.
    async fn check(&mut self, path: &str) {
        let record = self.read(path).await;
        let own = self.own(path, &record).await;
        let covered = self.covered(path, &record).await;
        let phase = record["phase"].as_str().expect("a phase").to_owned();
        let is_carried_out = ["implement", "deployment", "verification"].contains(&phase.as_str());
        let round = &record["rounds"][0];
        let is_live = ["open", "approved"].contains(&round["state"].as_str().unwrap_or_default())
            && !["cancelled", "closed", "review", "draft"].contains(&phase.as_str());
        let mut used = BTreeSet::new();
        let mut yes = 0;
        if is_live {
            for (group, vote) in votes(round).filter(|(_, vote)| vote["voided"].is_null()) {
                let told = format!("{path} in {phase}: {vote:#}\n{own:?}\n{record:#}");
                let person = login(&vote["person"]).expect("a person");
                let absent = login(&vote["on_behalf_of"]);
                for who in absent.iter().chain([&person]) {
                    assert!(used.insert(who.clone()), "{who} counts twice: {told}");
                    assert!(!own.contains(who), "{who} decides on their own work: {told}");
                }
                let holder = absent.unwrap_or_else(|| person.clone());
                let find = |login: &str| self.people.iter().find(|one| one.login == login);
                let holder = find(&holder).expect("a person");
                let asked: BTreeSet<&str> =
                    list(&group["roles"]).iter().filter_map(Json::as_str).collect();
                let holds = holder.roles.iter().any(|role| asked.contains(role.word()));
                let stays = holder.active && find(&person).expect("a person").active && holds;
                assert!(stays || is_carried_out, "the vote of a leaver counts: {told}");
                let number = round["number"].as_i64().expect("a number");
                let on = &self.records[path].voted_on[&(number, person)];
                assert_eq!(on, &covered, "a vote outlived an edit: {told}");
                yes += usize::from(vote["answer"] == "approve");
                self.counted += 1;
            }
        }
        let seen = self.records.get_mut(path).expect("seen");
        let begins = is_carried_out && !seen.is_carried_out;
        assert!(!begins || yes > 0, "nobody else said yes: {path} {record:#}");
        seen.is_carried_out |= is_carried_out;
    }

    async fn check_all(&mut self) {
        let paths: Vec<String> = self.records.keys().cloned().collect();
        for path in paths {
            self.check(&path).await;
        }
    }

    /// One command of somebody, on something.
    async fn step(&mut self) {
        let by = self.random.index(PEOPLE);
        let path = self.some_record();
        match self.random.below(40) {
            0 => self.raise(by).await,
            1 => self.create(by).await,
            2..6 => self.edit(by, path).await,
            6..8 => self.attach(by).await,
            8 => self.people_move().await,
            9..11 => self.delegate(by).await,
            _ => self.act(by, path).await,
        }
    }

    fn some_record(&mut self) -> Option<String> {
        let paths: Vec<&String> = self.records.keys().collect();
        if paths.is_empty() { None } else { Some((*self.random.pick(&paths)).clone()) }
    }

    /// Keeps the newest records in play.
    fn keep(&mut self, path: String, by: usize) {
        let authors = [self.people[by].login.clone()].into();
        self.records.insert(path, Seen { authors, ..Seen::default() });
        let kind = |path: &str| path.starts_with("/changes");
        for changes in [true, false] {
            let all = self.records.keys().filter(|path| kind(path) == changes);
            let number = |path: &String| path.rsplit('-').next().unwrap().parse::<u32>().unwrap();
            let oldest = all.clone().min_by_key(|path| number(path)).cloned();
            if let Some(oldest) = oldest.filter(|_| all.count() > RECORDS_MAX) {
                self.records.remove(&oldest);
            }
        }
    }

    fn note(&mut self, verb: &'static str) {
        *self.done.entry(verb).or_default() += 1;
    }

    fn somebody(&mut self) -> String {
        let index = self.random.index(PEOPLE);
        self.people[index].login.clone()
    }

    async fn raise(&mut self, by: usize) {
        let kind = if self.random.one_in(3) { "emergency" } else { "normal" };
        let ci = format!("ci-{}", self.random.below(CIS));
        let fields = json!({
            "title": "Change", "type": kind, "description": "Replace it.", "reason": "Old.",
            "category": "application", "cis": [ci], "customer_impact": "none",
            "implementer": self.somebody(), "implementation_plan": "Install.", "test_plan": "Ask.",
            "backout_plan": "Go back.", "backout_minutes": 5, "window": self.window(),
        });
        let answer = self.people[by].client.post("/changes", fields).await;
        if answer.status.is_success() {
            let number = answer.ok()["number"].as_str().expect("a number").to_owned();
            self.keep(format!("/changes/{number}"), by);
            self.note("raise");
        }
    }

    /// Around now, so that work may begin; each in an hour of its own.
    fn window(&mut self) -> Json {
        let start = self.stage.now().plus_minutes(-60 * self.random.below(20));
        json!({"start": start, "end": start.plus_minutes(60 * 24 * 7), "zone": "UTC"})
    }

    async fn create(&mut self, by: usize) {
        let kind = if self.random.one_in(2) { "emergency" } else { "minor" };
        let owner = self.somebody();
        let fields = json!({"title": "R", "type": kind, "owner": owner, "window": self.window()});
        let answer = self.people[by].client.post("/releases", fields).await;
        if answer.status.is_success() {
            let number = answer.ok()["number"].as_str().expect("a number").to_owned();
            self.keep(format!("/releases/{number}"), by);
            self.note("create");
        }
    }

    async fn edit(&mut self, by: usize, path: Option<String>) {
        let Some(path) = path else { return };
        let text = format!("Edited {}", self.random.below(i64::MAX));
        let is_change = path.starts_with("/changes");
        // Who does it and when is planning, and makes nobody an author.
        let (verb, edit) = match self.random.below(6) {
            0 => ("edit", json!({"title": text})),
            1 => ("edit", json!({"description": text})),
            2 if is_change => ("edit", json!({"test_plan": text})),
            3 if is_change => {
                let ci = format!("ci-{}", self.random.below(CIS));
                ("edit", json!({"description": text, "cis": [ci]}))
            }
            2 | 3 => ("edit", json!({"rollout": text})),
            4 if is_change => ("plan", json!({"implementer": self.somebody()})),
            4 => ("plan", json!({"owner": self.somebody()})),
            _ => ("plan", json!({"window": self.window()})),
        };
        let answer = self.people[by].client.patch(&path, "*", edit).await;
        self.written(by, &path, verb, answer.status.is_success()).await;
    }

    async fn attach(&mut self, by: usize) {
        let (changes, releases): (Vec<String>, Vec<String>) =
            self.records.keys().cloned().partition(|path| path.starts_with("/changes"));
        if changes.is_empty() || releases.is_empty() {
            return;
        }
        let release = self.random.pick(&releases).clone();
        let change = self.random.pick(&changes).clone();
        let is_there = self.read(&change).await["release"].is_object();
        let path = format!("{release}{change}");
        let answer = self.people[by].client.put(&path, "*", json!({})).await;
        let is_done = answer.status.is_success() && !is_there;
        self.written(by, &release, "attach", is_done).await;
    }

    /// What was done to a record, if it was.
    async fn written(&mut self, by: usize, path: &str, verb: &'static str, is_done: bool) {
        if !is_done {
            return;
        }
        self.note(verb);
        if ["edit", "attach", "submit"].contains(&verb) {
            let author = self.people[by].login.clone();
            self.records.get_mut(path).expect("seen").authors.insert(author);
        }
        if ["start", "deploy"].contains(&verb) {
            let record = self.read(path).await;
            let who = Some(self.people[by].login.clone());
            let counts = |vote: &Json| vote["voided"].is_null() && vote["answer"] == "approve";
            let theirs = |vote: &Json| {
                [&vote["person"], &vote["on_behalf_of"]].into_iter().any(|one| login(one) == who)
            };
            let mut all = votes(&record["rounds"][0]);
            let approved = all.any(|(_, vote)| counts(vote) && theirs(vote));
            assert!(!approved, "{who:?} carries out what they approved: {path} {record:#}");
        }
        self.check(path).await;
        if path.starts_with("/changes") && ["edit", "plan"].contains(&verb) {
            // The release that it travels in is touched too.
            let release = self.read(path).await["release"]["number"].clone();
            let release = release.as_str().map(|number| format!("/releases/{number}"));
            if let Some(release) = release.filter(|path| self.records.contains_key(path)) {
                self.check(&release).await;
            }
        }
    }

    /// Does what a record offers to somebody; now and then what it does not.
    async fn act(&mut self, by: usize, path: Option<String>) {
        let Some(path) = path else { return };
        let answer = self.people[by].client.get(&path).await;
        if !answer.status.is_success() {
            return;
        }
        let record = answer.ok();
        let tries = self.random.one_in(5);
        let is_allowed = |verb: &str| {
            let mut actions = list(&record["actions"]).iter();
            actions.any(|one| one["name"] == verb && one["allowed"] == true)
        };
        let verbs: Vec<&'static str> =
            VERBS.iter().copied().filter(|verb| tries || is_allowed(verb)).collect();
        if verbs.is_empty() {
            return;
        }
        let verb = *self.random.pick(&verbs);
        if ["hold", "cancel"].contains(&verb) && !self.random.one_in(6) {
            return;
        }
        if ["approve", "reject", "abstain"].contains(&verb) {
            return self.vote(by, &path, &record, verb).await;
        }
        let body = match verb {
            "hold" | "cancel" => json!({"reason": "wait"}),
            _ => json!({}),
        };
        let answer = self.people[by].client.post(&format!("{path}/{verb}"), body).await;
        self.written(by, &path, verb, answer.status.is_success()).await;
    }

    async fn vote(&mut self, by: usize, path: &str, record: &Json, verb: &'static str) {
        let round = &record["rounds"][0];
        // Now and then what was seen is something else.
        let is_stale = self.random.one_in(8);
        let hash = round["content_hash"].as_str().filter(|_| !is_stale).unwrap_or("another");
        let number = round["number"].as_i64().unwrap_or(1);
        let body = json!({"round": number, "content_hash": hash, "reason": "so it is"});
        let covered = self.covered(path, record).await;
        let answer = self.people[by].client.post(&format!("{path}/{verb}"), body).await;
        if answer.status.is_success() {
            assert!(!is_stale, "a vote on something else was taken: {path}");
            let login = self.people[by].login.clone();
            let seen = self.records.get_mut(path).expect("seen");
            seen.voted_on.insert((number, login), covered);
            self.written(by, path, verb, true).await;
        }
    }

    /// Someone leaves or comes back, or holds other roles.
    async fn people_move(&mut self) {
        let index = self.random.index(PEOPLE);
        let mut roles = self.people[index].roles.clone();
        let is_active = self.people[index].active;
        let body = if !is_active || self.random.one_in(3) {
            json!({"active": !is_active})
        } else {
            let role = *self.random.pick(Role::ALL);
            if roles.len() > 1 && roles.contains(&role) {
                roles.remove(&role);
            } else {
                roles.insert(role);
            }
            json!({"roles": roles.iter().map(|role| role.word()).collect::<Vec<_>>()})
        };
        let path = format!("/people/{}", self.people[index].login);
        self.admin.patch(&path, "*", body.clone()).await.ok();
        if let Some(active) = body["active"].as_bool() {
            self.people[index].active = active;
            if active {
                // A session ends with the account.
                let secret = format!("session {} of {index}", self.random.below(i64::MAX));
                let client = self.stage.sign_in(self.people[index].id, &secret).await;
                self.people[index].client = client;
            }
        }
        self.people[index].roles = roles;
        self.stage.follow(Leavers).await;
        self.note("people");
        self.check_all().await;
    }

    async fn delegate(&mut self, by: usize) {
        if let Some(delegation) = self.delegations.pop().filter(|_| self.random.one_in(3)) {
            self.admin.delete(&format!("/delegations/{delegation}"), "*").await.ok();
            self.note("revoke");
            return;
        }
        let deputy = self.somebody();
        let body = json!({"deputy": deputy, "reason": "on leave"});
        let answer = self.people[by].client.post("/delegations", body).await;
        if answer.status.is_success() {
            let id = answer.ok()["id"].as_str().expect("an id").to_owned();
            self.delegations.push(id);
            self.note("delegate");
        }
    }
}

#[test]
fn whoever_does_whatever_an_approval_is_of_others_and_of_what_is_there() {
    on_both(async |stage| {
        let mut world = World::new(&stage, 0x0002_0261_1130).await;
        for _ in 0..COMMANDS {
            world.step().await;
        }
        world.check_all().await;
        let World { done, counted, .. } = world;
        for verb in [
            "raise", "create", "edit", "plan", "attach", "submit", "approve", "schedule", "start",
            "people", "delegate", "revoke",
        ] {
            assert!(done.contains_key(verb), "nobody did {verb}: {done:?}");
        }
        assert!(counted > 30, "only {counted} votes were looked at: {done:?}");
    });
}
