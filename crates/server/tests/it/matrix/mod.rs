//! Who may do what to whose record: someone of each role does everything that is asked of articles,
//! exceptions, boards, meetings, delegations, conflicts, approvals, conditions, running work,
//! windows that are asked of teams, scopes and their parts, reviews, feeds and tokens, to records
//! that stand to them in each way. Every answer is the one that the rule below gives, what a record
//! says of its actions agrees with it, and all of them together are a table that is read.

mod teams;
mod work;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use domain::identity::{Permission as P, Role, permissions};
use kernel::Timestamp;
use serde_json::{Value as Json, json};

use crate::support::{Answer, Client, Stage, at, on_both};

/// What each refusal is called in the table.
const MARKS: &[(&str, &str)] = &[
    ("request.not_permitted", "-"),
    ("exception.own_request", "own"),
    ("knowledge.own_draft", "own"),
    ("calendar.own_conflict", "own"),
    ("approval.own_work", "own"),
    ("approval.own_deputy", "own"),
    ("approval.approved_by_you", "own"),
    ("approval.not_a_voter", "seat"),
    ("approval.nothing_to_delegate", "seat"),
    ("approval.deputy_unfit", "seat"),
    ("cab.not_a_member", "seat"),
    ("cab.not_the_chair", "chair"),
    ("release.scope_owner", "scope"),
    ("release.not_of_team", "team"),
    ("approval.condition_of_another", "named"),
];

const LEGEND: &str = "x may · - the role lacks a permission · own it is their own work · seat they \
    are not among those who are asked · chair they do not lead it · scope another decides about it \
    · team they do not belong to the team · named another is named";

/// How a record stands to who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stand {
    /// Neither of theirs nor for them.
    Foreign,
    /// They asked for it.
    Asked,
    /// They carry out what it is for.
    Implements,
    /// They carry out what is in its way.
    OtherSide,
    /// They answer for it, or for what is on the agenda.
    Owns,
    /// They said yes to it.
    Approved,
    /// They decide about its scope.
    Decides,
    /// They lead it.
    Chairs,
    /// It names them.
    Named,
    /// They sit on it by name, or belong to its team.
    Member,
    /// They sit on it by their role.
    Seated,
    /// It is about themselves.
    Oneself,
    /// They are the deputy.
    Deputy,
}

/// What may be done: allowed, or refused with a code.
type Verdict = Result<(), &'static str>;

const NOT_PERMITTED: Verdict = Err("request.not_permitted");

fn needs(held: bool) -> Verdict {
    if held { Ok(()) } else { NOT_PERMITTED }
}

/// The rule.
fn expected(role: Role, action: &str, stand: Stand) -> Verdict {
    use Stand as S;
    let may = |permission| permissions(role).contains(&permission);
    let not_own = |code: &'static str| if stand == S::Foreign { Ok(()) } else { Err(code) };
    let (kind, verb) = action.split_once(' ').expect("a kind and a verb");
    match (kind, verb) {
        // One asks for what one may write, whoever carries it out.
        ("exception", "ask for a change") => needs(may(P::ExceptionRequest) && may(P::ChangeWrite)),
        ("exception", "ask for a release") => {
            needs(may(P::ExceptionRequest) && may(P::ReleaseWrite))
        }
        // Who asked takes back; others only if they could have decided.
        ("exception", "revoke") => {
            let own = stand == S::Asked;
            needs(may(P::ExceptionRequest) && (own || may(P::ExceptionDecide)))
        }
        ("exception", _) => needs(may(P::ExceptionDecide)).and(not_own("exception.own_request")),
        ("article", _) => {
            let own = if stand == S::Asked { Err("knowledge.own_draft") } else { Ok(()) };
            needs(may(P::KnowledgeApprove)).and(own)
        }
        ("conflict", _) => needs(may(P::ConflictAccept)).and(not_own("calendar.own_conflict")),
        ("work" | "scope" | "review" | "feed" | "token", _) => work::expected(role, action, stand),
        ("window" | "part" | "condition", _) => teams::expected(role, action, stand),
        ("change" | "release", _) => {
            let asked = if kind == "change" { Role::ServiceOwner } else { Role::ReleaseManager };
            let sits = if role == asked { Ok(()) } else { Err("approval.not_a_voter") };
            needs(may(P::Approve)).and(not_own("approval.own_work")).and(sits)
        }
        // To chair a board is not to keep it.
        ("board", _) | ("meeting", "plan") => needs(may(P::CabWrite)),
        ("meeting", verb) => {
            let leads = may(P::CabWrite) || stand == S::Chairs;
            let sits = leads || matches!(stand, S::Member | S::Seated | S::Owns);
            needs(may(P::CabAttend)).and(match verb {
                "attend" | "remark" | "attend for another" if !sits => Err("cab.not_a_member"),
                "attend" | "remark" => Ok(()),
                _ if leads => Ok(()),
                _ => Err("cab.not_the_chair"),
            })
        }
        ("delegation", "set") if stand == S::Oneself => {
            if may(P::Approve) {
                Ok(())
            } else {
                Err("approval.nothing_to_delegate")
            }
        }
        ("delegation", "set") if stand == S::Deputy => {
            let fit = if may(P::Approve) { Ok(()) } else { Err("approval.deputy_unfit") };
            needs(may(P::IdentityWrite)).and(fit)
        }
        ("delegation", _) => {
            let own = matches!(stand, S::Oneself | S::Deputy);
            needs(own || may(P::IdentityWrite))
        }
        other => panic!("no rule for {other:?}"),
    }
}

/// Someone who holds one role.
struct Actor<'a> {
    role: Role,
    login: String,
    client: Client<'a>,
}

/// Those who keep the world going.
struct World<'a> {
    stage: &'a Stage,
    admin: Client<'a>,
    anna: Client<'a>,
    ivan: Client<'a>,
    sara: Client<'a>,
    rosa: Client<'a>,
    rita: Client<'a>,
    actors: Vec<Actor<'a>>,
    cells: BTreeMap<(&'static str, Stand), BTreeMap<Role, &'static str>>,
    /// Every claim on the calendar has an hour of its own.
    hour: i64,
}

fn number(written: &Json) -> String {
    written["number"].as_str().or(written["id"].as_str()).expect("a name").to_owned()
}

impl<'a> World<'a> {
    async fn new(stage: &'a Stage) -> Self {
        let admin = stage.person("ada_administrator", &["administrator"]).await;
        admin.post("/cis", json!({"name": "pay-db", "kind": "server"})).await.ok();
        let mut actors = Vec::new();
        for role in Role::ALL {
            let login = format!("actor_{role}");
            let client = stage.person(&login, &[role.word()]).await;
            actors.push(Actor { role: *role, login, client });
        }
        // There is always somebody left who may decide.
        let rita = stage.person("rita_release_manager", &["release_manager"]).await;
        Self {
            stage,
            admin,
            anna: stage.person("anna_requester", &["requester"]).await,
            ivan: stage.person("ivan_implementer", &["implementer"]).await,
            sara: stage.person("sara_service_owner", &["service_owner"]).await,
            rosa: stage.person("rosa_release_manager", &["release_manager"]).await,
            rita,
            actors,
            cells: BTreeMap::new(),
            hour: 0,
        }
    }

    /// Holds an answer against the rule, and what the record said of the verb before.
    fn check(
        &mut self,
        index: usize,
        (action, stand): (&'static str, Stand),
        shown: Option<bool>,
        answer: &Answer,
    ) {
        let role = self.actors[index].role;
        let found = if answer.status.is_success() {
            Ok(())
        } else {
            Err(answer.body["code"].as_str().unwrap_or_default())
        };
        let expected = expected(role, action, stand);
        assert_eq!(found, expected, "{role} {action} {stand:?}: {:#}", answer.body);
        let as_shown = shown.is_none_or(|shown| shown == expected.is_ok());
        assert!(as_shown, "{role} {action} {stand:?}: the record says otherwise");
        let mark = expected
            .err()
            .map_or("x", |code| MARKS.iter().find(|(named, _)| *named == code).expect("a mark").1);
        self.cells.entry((action, stand)).or_default().insert(role, mark);
    }

    /// A window of its own, next month.
    fn window(&mut self) -> Json {
        self.hour += 2;
        let start = at("2026-12-10T00:00:00Z").plus_minutes(60 * self.hour);
        json!({"start": start, "end": start.plus_minutes(60), "zone": "UTC"})
    }

    /// A change of Anna's.
    async fn change(&self, implementer: &str, window: &Json) -> String {
        let fields = json!({
            "title": "Database", "type": "normal", "description": "Replace it.", "reason": "Old.",
            "category": "application", "cis": ["pay-db"], "customer_impact": "none",
            "implementer": implementer, "implementation_plan": "Install.", "test_plan": "Ask.",
            "backout_plan": "Go back.", "backout_minutes": 5, "window": window,
        });
        number(&self.anna.post("/changes", fields).await.ok())
    }

    /// The same, waiting for its technical approval.
    async fn waiting(&self, implementer: &str, window: &Json) -> String {
        let change = self.change(implementer, window).await;
        for verb in ["submit", "assess"] {
            self.anna.post(&format!("/changes/{change}/{verb}"), json!({})).await.ok();
        }
        change
    }

    /// A release of Rosa's.
    async fn release(&self, owner: &str, window: &Json) -> String {
        let fields = json!({"title": "R", "type": "minor", "owner": owner, "window": window});
        number(&self.rosa.post("/releases", fields).await.ok())
    }

    /// The same with an approved change, waiting for its go.
    async fn submitted(
        &self,
        kind: &str,
        (implementer, owner): (&str, &str),
        window: &Json,
    ) -> String {
        let change = self.waiting(implementer, window).await;
        vote(&self.sara, &format!("/changes/{change}")).await.ok();
        let fields = json!({"title": "R", "type": kind, "owner": owner, "window": window});
        let release = number(&self.rosa.post("/releases", fields).await.ok());
        let path = format!("/releases/{release}");
        self.rosa.put(&format!("{path}/changes/{change}"), "*", json!({})).await.ok();
        self.rosa.post(&format!("{path}/submit"), json!({})).await.ok();
        release
    }

    /// Gives someone a role more, or takes it away again.
    async fn also(&self, index: usize, more: Option<&str>) {
        let actor = &self.actors[index];
        let roles: Vec<&str> = [actor.role.word()].into_iter().chain(more).collect();
        let path = format!("/people/{}", actor.login);
        self.admin.patch(&path, "*", json!({"roles": roles})).await.ok();
    }

    fn table(&self) -> String {
        let roles = Role::ALL.iter().map(|role| role.word());
        let mut table = format!("{LEGEND}\n\n{:<30} {:<11}", "action", "record");
        roles.for_each(|role| _ = write!(table, " {role}"));
        for ((action, stand), cells) in &self.cells {
            let _ = write!(table, "\n{action:<30} {:<11}", format!("{stand:?}").to_lowercase());
            for role in Role::ALL {
                let _ = write!(table, " {:<width$}", cells[role], width = role.word().len());
            }
            table.truncate(table.trim_end().len());
        }
        table
    }
}

/// Whether a record says that a verb is allowed.
fn says(record: &Json, verb: &str) -> bool {
    let actions = record["actions"].as_array().expect("actions").iter();
    let mut named = actions.filter(|action| action["name"] == verb);
    named.next().expect("the verb")["allowed"] == true
}

async fn vote(client: &Client<'_>, path: &str) -> Answer {
    answered(client, path, "approve").await
}

async fn answered(client: &Client<'_>, path: &str, verb: &str) -> Answer {
    let round = &client.get(path).await.ok()["rounds"][0];
    let vote = json!({"round": round["number"], "content_hash": round["content_hash"],
        "reason": "as it is"});
    client.post(&format!("{path}/{verb}"), vote).await
}

async fn articles(world: &mut World<'_>) {
    for index in 0..world.actors.len() {
        for stand in [Stand::Foreign, Stand::Asked] {
            let fields = json!({"title": "Restart it", "body": "Off, then on."});
            // Whoever wrote it may hold another role by now.
            world.also(index, Some("requester").filter(|_| stand == Stand::Asked)).await;
            let author =
                if stand == Stand::Asked { &world.actors[index].client } else { &world.anna };
            let article = number(&author.post("/knowledge", fields).await.ok());
            world.also(index, None).await;
            let path = format!("/knowledge/{article}");
            let actor = &world.actors[index].client;
            let shown = says(&actor.get(&path).await.ok(), "approve");
            let answer = actor.post(&format!("{path}/approve"), json!({})).await;
            world.check(index, ("article approve", stand), Some(shown), &answer);
        }
    }
}

async fn exceptions(world: &mut World<'_>) {
    let blackout = json!({"name": "Year end", "reason": "the books are closed",
        "window": {"start": "2026-12-10T00:00:00Z", "end": "2027-01-31T00:00:00Z"}});
    let blackout = number(&world.rosa.post("/blackouts", blackout).await.ok());
    let ask = |subject: &str| {
        json!({"rule": "blackout", "subject": subject, "with": blackout,
            "reason": "the supplier leaves", "until": "2027-01-01T00:00:00Z"})
    };
    for index in 0..world.actors.len() {
        let login = world.actors[index].login.clone();
        for (stand, theirs) in [(Stand::Foreign, "ivan_implementer"), (Stand::Implements, &*login)]
        {
            let window = world.window();
            let change = world.change(theirs, &window).await;
            let answer = world.actors[index].client.post("/exceptions", ask(&change)).await;
            world.check(index, ("exception ask for a change", stand), None, &answer);
            let stand = if stand == Stand::Foreign { stand } else { Stand::Owns };
            let release = world.release(theirs, &window).await;
            let answer = world.actors[index].client.post("/exceptions", ask(&release)).await;
            world.check(index, ("exception ask for a release", stand), None, &answer);
        }
        for stand in [Stand::Foreign, Stand::Implements, Stand::Asked] {
            let implementer = if stand == Stand::Implements { &*login } else { "ivan_implementer" };
            let window = world.window();
            let change = world.change(implementer, &window).await;
            for (verb, action) in [
                ("grant", "exception grant"),
                ("refuse", "exception refuse"),
                ("revoke", "exception revoke"),
            ] {
                // Whoever asked may hold another role by now.
                world.also(index, Some("requester").filter(|_| stand == Stand::Asked)).await;
                let actor = &world.actors[index].client;
                let asker = if stand == Stand::Asked { actor } else { &world.anna };
                let exception = number(&asker.post("/exceptions", ask(&change)).await.ok());
                world.also(index, None).await;
                let path = format!("/exceptions/{exception}");
                let shown = says(&actor.get(&path).await.ok(), verb);
                let because = json!({"reason": "as it is"});
                let answer = actor.post(&format!("{path}/{verb}"), because).await;
                world.check(index, (action, stand), Some(shown), &answer);
            }
        }
    }
    world.rosa.delete(&format!("/blackouts/{blackout}"), "*").await.ok();
}

async fn conflicts(world: &mut World<'_>) {
    for index in 0..world.actors.len() {
        let login = world.actors[index].login.clone();
        for stand in [Stand::Foreign, Stand::Implements, Stand::OtherSide, Stand::Owns] {
            let who = |wanted| if stand == wanted { &*login } else { "ivan_implementer" };
            let window = world.window();
            let first = world.change(who(Stand::Implements), &window).await;
            if stand == Stand::Owns {
                let release = world.release(&login, &window).await;
                let path = format!("/releases/{release}/changes/{first}");
                world.rosa.put(&path, "*", json!({})).await.ok();
            }
            world.change(who(Stand::OtherSide), &window).await;
            let found = world.anna.get(&format!("/conflicts?subject={first}")).await.ok();
            assert_eq!(found["items"].as_array().map(Vec::len), Some(1), "{found:#}");
            let path = format!("/conflicts/{}/accept", found["items"][0]["id"].as_str().unwrap());
            let because = json!({"reason": "one team does both"});
            let answer = world.actors[index].client.post(&path, because).await;
            world.check(index, ("conflict accept", stand), None, &answer);
        }
    }
}

/// The answers to what waits for a vote, each with how it is called for a change and a release.
const ANSWERS: [(&str, &str, &str); 3] = [
    ("approve", "change approve", "release approve"),
    ("reject", "change reject", "release reject"),
    ("abstain", "change abstain", "release abstain"),
];

async fn approvals(
    world: &mut World<'_>,
    (verb, on_change, on_release): (&str, &'static str, &'static str),
) {
    for index in 0..world.actors.len() {
        let login = world.actors[index].login.clone();
        for stand in [Stand::Foreign, Stand::Implements] {
            let implementer = if stand == Stand::Implements { &*login } else { "ivan_implementer" };
            let window = world.window();
            let path = format!("/changes/{}", world.waiting(implementer, &window).await);
            let actor = &world.actors[index].client;
            let shown = says(&actor.get(&path).await.ok(), verb);
            let answer = answered(actor, &path, verb).await;
            world.check(index, (on_change, stand), Some(shown), &answer);
        }
        for stand in [Stand::Foreign, Stand::Implements, Stand::Owns] {
            let who = |wanted| if stand == wanted { &*login } else { "ivan_implementer" };
            let window = world.window();
            let people = (who(Stand::Implements), who(Stand::Owns));
            let path = format!("/releases/{}", world.submitted("minor", people, &window).await);
            let actor = &world.actors[index].client;
            let shown = says(&actor.get(&path).await.ok(), verb);
            let answer = answered(actor, &path, verb).await;
            world.check(index, (on_release, stand), Some(shown), &answer);
        }
    }
}

async fn delegations(world: &mut World<'_>) {
    world.stage.account("dora_deputy", &["cab_member"]).await;
    for index in 0..world.actors.len() {
        let login = world.actors[index].login.clone();
        let vera = format!("vera_beside_{login}");
        world.stage.account(&vera, &["cab_member"]).await;
        let day = |day: i64| at("2027-02-01T00:00:00Z").plus_minutes(24 * 60 * day);
        let away = |person: &str, deputy: &str, on: i64| {
            json!({"person": person, "deputy": deputy, "from": day(on), "until": day(on + 1),
                "reason": "on leave"})
        };
        let about = [
            (Stand::Foreign, &*vera, "dora_deputy"),
            (Stand::Oneself, &*login, "dora_deputy"),
            (Stand::Deputy, &*vera, &*login),
        ];
        for (on, (stand, person, deputy)) in (0..).zip(about) {
            let actor = &world.actors[index].client;
            let answer = actor.post("/delegations", away(person, deputy, 2 * on)).await;
            world.check(index, ("delegation set", stand), None, &answer);
            // Whoever votes no more may still take back what was set before.
            world.also(index, Some("ecab_member")).await;
            let later = away(person, deputy, 2 * on + 1);
            let set = number(&world.admin.post("/delegations", later).await.ok());
            world.also(index, None).await;
            let path = format!("/delegations/{set}");
            let answer = world.actors[index].client.delete(&path, "*").await;
            world.check(index, ("delegation revoke", stand), None, &answer);
        }
    }
}

/// A meeting that someone stands to in some way.
struct Met {
    index: usize,
    stand: Stand,
    path: String,
    /// What comes before its board.
    on: [String; 2],
}

/// The verbs up to the cut-off, and those from it on, each with how it is called and its body.
type Verbs = &'static [(&'static str, &'static str, fn(&[String; 2]) -> Json)];
const BEFORE: Verbs = &[
    ("meeting add", "add", |on| json!({"subject": on[1]})),
    ("meeting arrange", "arrange", |on| json!({"order": [on[1], on[0]]})),
    ("meeting defer", "defer", |on| json!({"subject": on[1], "reason": "too early"})),
];
const AFTER: Verbs = &[
    ("meeting start", "start", |_| json!({})),
    ("meeting next", "next", |on| json!({"subject": on[0]})),
    ("meeting time", "time", |on| json!({"subject": on[0], "minutes": 20})),
    ("meeting attend", "attend", |_| json!({"present": true})),
    (
        "meeting attend for another",
        "attend",
        |_| json!({"person": "ivan_implementer", "present": true}),
    ),
    ("meeting remark", "remark", |on| json!({"subject": on[0], "text": "Seen."})),
    ("meeting end", "end", |_| json!({})),
];

/// Boards on which each sits, or not, in each way, with a meeting that is planned.
async fn boards(
    world: &mut World<'_>,
    cut_off: Timestamp,
    [waiting, passed]: &[[String; 2]; 2],
) -> Vec<Met> {
    let mut met = Vec::new();
    for index in 0..world.actors.len() {
        let Actor { role, login, .. } = &world.actors[index];
        let (role, login) = (*role, login.clone());
        for stand in [Stand::Foreign, Stand::Chairs, Stand::Member, Stand::Seated] {
            let other = if role == Role::Auditor { Role::Requester } else { Role::Auditor };
            let name = format!("Board of {login}, {stand:?}");
            let sits = if stand == Stand::Seated { role } else { other };
            let later = [Role::ReleaseManager, Role::CabMember].contains(&role);
            let asked = if later { Role::ReleaseAuthority } else { Role::CabMember };
            let fields = json!({
                "name": name,
                "roles": [sits.word(), asked.word()],
                "members": if stand == Stand::Member { vec![&login] } else { vec![] },
                "chair": if stand == Stand::Chairs { Some(&login) } else { None },
            });
            let board = number(&world.rosa.post("/boards", fields).await.ok());
            let actor = &world.actors[index].client;
            let edit = json!({"name": format!("{name}!")});
            let answer = actor.patch(&format!("/boards/{board}"), "*", edit).await;
            world.check(index, ("board edit", stand), None, &answer);
            let end = cut_off.plus_minutes(60);
            let call = json!({"board": board, "window": {"start": cut_off, "end": end}});
            let answer = world.actors[index].client.post("/meetings", call.clone()).await;
            world.check(index, ("meeting plan", stand), None, &answer);
            for verb in ["cancel", ""] {
                let path = number(&world.rosa.post("/meetings", call.clone()).await.ok());
                let path = format!("/meetings/{path}");
                if verb.is_empty() {
                    // What a later stage asks the board comes before it by hand.
                    let on = if role == Role::ReleaseManager { passed } else { waiting };
                    met.push(Met { index, stand, path, on: on.clone() });
                    continue;
                }
                let actor = &world.actors[index].client;
                let shown = says(&actor.get(&path).await.ok(), verb);
                let because = json!({"reason": "too few come"});
                let answer = actor.post(&format!("{path}/{verb}"), because).await;
                world.check(index, ("meeting cancel", stand), Some(shown), &answer);
            }
        }
        let fields = json!({"name": format!("Board by {login}"), "roles": ["cab_member"]});
        let answer = world.actors[index].client.post("/boards", fields).await;
        world.check(index, ("board create", Stand::Foreign), None, &answer);
    }
    met
}

/// Meetings before which releases come that each of them answers for, and sits on no board.
async fn owners(world: &mut World<'_>, cut_off: Timestamp) -> Vec<Met> {
    // Whose own release it is does not decide about it.
    world.stage.account("rolf_release_authority", &["release_authority"]).await;
    let fields = json!({"name": "Board of others", "roles": ["release_authority"],
        "chair": "rita_release_manager"});
    let board = number(&world.rosa.post("/boards", fields).await.ok());
    let mut met = Vec::new();
    for index in 0..world.actors.len() {
        let login = world.actors[index].login.clone();
        let window = world.window();
        let people = ("ivan_implementer", &*login);
        let on = [
            world.submitted("major", people, &window).await,
            world.submitted("major", people, &window).await,
        ];
        let end = cut_off.plus_minutes(60);
        let call = json!({"board": board, "window": {"start": cut_off, "end": end}});
        let path = format!("/meetings/{}", number(&world.rosa.post("/meetings", call).await.ok()));
        met.push(Met { index, stand: Stand::Owns, path, on });
    }
    met
}

/// Takes each meeting through its verbs; where the one who asks may not, who may does it.
async fn walked(world: &mut World<'_>, met: &[Met], verbs: Verbs) {
    for Met { index, stand, path, on } in met {
        for (action, verb, body) in verbs {
            let actor = &world.actors[*index].client;
            let is_shown = *action != "meeting attend for another";
            let record = actor.get(path).await.ok();
            let shown = is_shown.then(|| says(&record, verb));
            let answer = actor.post(&format!("{path}/{verb}"), body(on)).await;
            let is_refused = !answer.status.is_success();
            world.check(*index, (action, *stand), shown, &answer);
            if is_refused {
                world.rosa.post(&format!("{path}/{verb}"), body(on)).await.ok();
            }
        }
    }
}

#[test]
fn each_role_may_do_to_each_record_what_the_rule_says_and_the_table_shows_it() {
    on_both(async |stage| {
        let mut world = World::new(&stage).await;
        articles(&mut world).await;
        exceptions(&mut world).await;
        conflicts(&mut world).await;
        for answer in ANSWERS {
            approvals(&mut world, answer).await;
        }
        work::running(&mut world).await;
        work::scopes(&mut world).await;
        work::secrets(&mut world).await;
        delegations(&mut world).await;
        teams::windows(&mut world).await;
        teams::parts(&mut world).await;
        teams::conditions(&mut world).await;
        meetings(&mut world).await;
        insta::assert_snapshot!("who_may_do_what_to_whose_record", world.table());
    });
}

async fn meetings(world: &mut World<'_>) {
    let cut_off = at("2026-11-21T12:00:00Z");
    let window = world.window();
    let ivan = "ivan_implementer";
    let waiting = [
        world.submitted("major", (ivan, ivan), &window).await,
        world.submitted("major", (ivan, ivan), &window).await,
    ];
    let passed = [
        world.submitted("major", (ivan, ivan), &window).await,
        world.submitted("major", (ivan, ivan), &window).await,
    ];
    let mut managers = world.actors.iter().filter(|one| one.role == Role::ReleaseManager);
    let manager = &managers.next().expect("a release manager").client;
    for release in &passed {
        vote(manager, &format!("/releases/{release}")).await.ok();
    }
    let mut met = boards(world, cut_off, &[waiting, passed]).await;
    met.extend(owners(world, cut_off).await);
    for Met { path, on, .. } in &met {
        world.rosa.post(&format!("{path}/add"), json!({"subject": on[0]})).await.ok();
    }
    walked(world, &met, BEFORE).await;
    world.stage.clock.set(cut_off);
    walked(world, &met, AFTER).await;
}
