//! Work under way, its longer window and its review; scopes of releases; what is kept for oneself.

use domain::identity::{Permission as P, Role, permissions};
use serde_json::{Value as Json, json};

use super::{Stand, Verdict, World, needs, number, says, vote};
use crate::support::Client;

const IVAN: &str = "ivan_implementer";
/// Every piece of work is on a CI of its own, open now and for long enough.
const START: &str = "2026-11-21T07:00:00Z";
const END: &str = "2026-11-21T20:00:00Z";
const LONGER: &str = "2026-11-21T21:00:00Z";

/// The rule.
pub(super) fn expected(role: Role, action: &str, stand: Stand) -> Verdict {
    use Stand as S;
    let may = |permission| permissions(role).contains(&permission);
    // Who said yes does not carry it out.
    let not_approved = if stand == S::Approved { Err("approval.approved_by_you") } else { Ok(()) };
    let another = if stand == S::Decides { Ok(()) } else { Err("release.scope_owner") };
    match action {
        "work start a change" => needs(may(P::ChangeImplement)).and(not_approved),
        "work deploy a release" | "work report a step" => {
            needs(may(P::ReleaseDeploy)).and(not_approved)
        }
        "work ask for longer" => needs(may(P::WindowExtend)),
        "work grant longer" | "work refuse longer" => {
            let own = stand != S::Foreign;
            let decide = [Role::ReleaseManager, Role::EcabMember, Role::ReleaseAuthority];
            needs(may(P::Approve))
                .and(if own { Err("approval.own_work") } else { Ok(()) })
                .and(if decide.contains(&role) { Ok(()) } else { Err("approval.not_a_voter") })
        }
        "review write" => needs(may(P::ReviewWrite)),
        // Whoever decides about the scope needs no role for it.
        "scope state" | "scope freeze" | "scope open" => {
            needs(stand == S::Decides || may(P::ReleaseWrite)).and(another)
        }
        // Who answers for the release takes it back from whoever was named.
        "scope name another" => {
            let answers = matches!(stand, S::Owns | S::Decides);
            let may_name = answers || role == Role::ReleaseAuthority;
            needs(stand == S::Decides || may(P::ReleaseWrite)).and(if may_name {
                Ok(())
            } else {
                Err("release.scope_owner")
            })
        }
        "feed revoke" | "token revoke" => needs(stand == S::Oneself || may(P::IdentityWrite)),
        other => panic!("no rule for {other:?}"),
    }
}

/// A change of Anna's that is approved and has its window, now; answers its path.
async fn scheduled(world: &mut World<'_>, implementer: &str, approver: Option<usize>) -> String {
    let path = approved(world, implementer, approver).await;
    world.anna.post(&format!("{path}/schedule"), json!({})).await.ok();
    path
}

async fn approved(world: &mut World<'_>, implementer: &str, approver: Option<usize>) -> String {
    world.hour += 2;
    let ci = format!("ci-{}", world.hour);
    world.admin.post("/cis", json!({"name": ci, "kind": "server"})).await.ok();
    let fields = json!({
        "title": "Router", "type": "normal", "description": "Replace it.", "reason": "Old.",
        "category": "application", "cis": [ci], "customer_impact": "none",
        "implementer": implementer, "implementation_plan": "Install.", "test_plan": "Ask.",
        "backout_plan": "Go back.", "backout_minutes": 5,
        "window": {"start": START, "end": END, "zone": "UTC"},
    });
    let path = format!("/changes/{}", number(&world.anna.post("/changes", fields).await.ok()));
    for verb in ["submit", "assess"] {
        world.anna.post(&format!("{path}/{verb}"), json!({})).await.ok();
    }
    said_yes(world, &path, approver, "service_owner").await;
    path
}

/// The yes that a record waits for: of one of those who are looked at, or of somebody else. Who
/// gave it may hold another role by now: what follows from that is told elsewhere.
async fn said_yes(world: &World<'_>, path: &str, approver: Option<usize>, asked: &str) {
    let Some(index) = approver else {
        let other = if asked == "service_owner" { &world.sara } else { &world.rita };
        vote(other, path).await.ok();
        return;
    };
    world.also(index, Some(asked)).await;
    vote(&world.actors[index].client, path).await.ok();
    world.also(index, None).await;
}

/// A release of Rosa's with the go and its window, now, and its change; both by their paths.
async fn ready(world: &mut World<'_>, approver: Option<usize>) -> (String, String) {
    let change = approved(world, IVAN, None).await;
    let window = json!({"start": START, "end": END, "zone": "UTC"});
    let fields = json!({"title": "R", "type": "minor", "owner": "rosa_release_manager",
        "window": window});
    let path = format!("/releases/{}", number(&world.rosa.post("/releases", fields).await.ok()));
    world.rosa.put(&format!("{path}{change}"), "*", json!({})).await.ok();
    world.rosa.post(&format!("{path}/submit"), json!({})).await.ok();
    said_yes(world, &path, approver, "release_manager").await;
    world.rosa.post(&format!("{path}/schedule"), json!({})).await.ok();
    let tasks = world.rosa.get(&path).await.ok()["tasks"].clone();
    for task in tasks.as_array().expect("tasks") {
        let task = format!("{path}/tasks/{}", task["number"]);
        world.rosa.patch(&task, "*", json!({"done": true})).await.ok();
    }
    (path, change)
}

pub(super) async fn running(world: &mut World<'_>) {
    for index in 0..world.actors.len() {
        for (stand, approver) in [(Stand::Foreign, None), (Stand::Approved, Some(index))] {
            let path = scheduled(world, IVAN, approver).await;
            does(world, index, ("work start a change", stand), &path, ("start", json!({}))).await;
            let (path, _) = ready(world, approver).await;
            does(world, index, ("work deploy a release", stand), &path, ("deploy", json!({})))
                .await;
            let (path, change) = ready(world, approver).await;
            world.ivan.post(&format!("{path}/deploy"), json!({})).await.ok();
            let change = change.trim_start_matches("/changes/");
            let step = format!("{path}/deployment/steps/{change}");
            let shown = says(&world.actors[index].client.get(&path).await.ok(), "step");
            let answer = world.actors[index].client.post(&step, json!({"result": "done"})).await;
            world.check(index, ("work report a step", stand), Some(shown), &answer);
        }
        longer(world, index).await;
        reviews(world, index).await;
    }
}

async fn reviews(world: &mut World<'_>, index: usize) {
    let login = world.actors[index].login.clone();
    for (stand, implementer) in [(Stand::Foreign, IVAN), (Stand::Implements, &*login)] {
        let path = scheduled(world, implementer, None).await;
        world.ivan.post(&format!("{path}/start"), json!({})).await.ok();
        let failed = json!({"outcome": "failed_not_backed_out", "note": "it hangs"});
        world.ivan.post(&format!("{path}/complete"), failed).await.ok();
        let wrote = json!({"went_well": "nothing"});
        let answer = world.actors[index].client.put(&format!("{path}/review"), "*", wrote).await;
        world.check(index, ("review write", stand), None, &answer);
    }
}

/// A verb of a record, held against what the record said of it before.
async fn does(
    world: &mut World<'_>,
    index: usize,
    what: (&'static str, Stand),
    path: &str,
    (verb, body): (&str, Json),
) {
    let actor = &world.actors[index].client;
    let shown = says(&actor.get(path).await.ok(), verb);
    let answer = actor.post(&format!("{path}/{verb}"), body).await;
    world.check(index, what, Some(shown), &answer);
}

/// A longer window: asked for, granted and turned down.
async fn longer(world: &mut World<'_>, index: usize) {
    let login = world.actors[index].login.clone();
    let ask = || json!({"end": LONGER, "reason": "the copy is slow"});
    for stand in [Stand::Foreign, Stand::Implements] {
        let implementer = if stand == Stand::Implements { &*login } else { IVAN };
        let path = scheduled(world, implementer, None).await;
        world.ivan.post(&format!("{path}/start"), json!({})).await.ok();
        does(world, index, ("work ask for longer", stand), &path, ("extend", ask())).await;
    }
    for stand in [Stand::Foreign, Stand::Implements, Stand::Asked] {
        for (verb, action, shown, body) in [
            ("grant", "work grant longer", "grant_extension", json!({"end": LONGER})),
            ("refuse", "work refuse longer", "refuse_extension", json!({"reason": "too late"})),
        ] {
            let implementer = if stand == Stand::Implements { &*login } else { IVAN };
            let path = scheduled(world, implementer, None).await;
            world.ivan.post(&format!("{path}/start"), json!({})).await.ok();
            // Whoever asked may hold another role by now.
            world.also(index, Some("implementer").filter(|_| stand == Stand::Asked)).await;
            let actor = &world.actors[index].client;
            let asker = if stand == Stand::Asked { actor } else { &world.ivan };
            asker.post(&format!("{path}/extend"), ask()).await.ok();
            world.also(index, None).await;
            let actor = &world.actors[index].client;
            let shown = says(&actor.get(&path).await.ok(), shown);
            let answer = actor.post(&format!("{path}/extension/{verb}"), body).await;
            world.check(index, (action, stand), Some(shown), &answer);
        }
    }
}

pub(super) async fn scopes(world: &mut World<'_>) {
    let because = || json!({"reason": "the rehearsal begins"});
    for index in 0..world.actors.len() {
        let login = world.actors[index].login.clone();
        for stand in [Stand::Foreign, Stand::Owns, Stand::Decides] {
            let decides = if stand == Stand::Decides { &*login } else { IVAN };
            let owner = if stand == Stand::Owns { &*login } else { "rita_release_manager" };
            let window = world.window();
            let path = format!("/releases/{}", world.release(owner, &window).await);
            let scope = format!("{path}/scope");
            world.rosa.patch(&scope, "*", json!({"owner": decides})).await.ok();
            let actor = &world.actors[index].client;
            let excluded = json!({"excluded": [{"what": "Mobile app", "reason": "its review"}]});
            let answer = actor.patch(&scope, "*", excluded).await;
            world.check(index, ("scope state", stand), None, &answer);
            does(world, index, ("scope freeze", stand), &path, ("freeze", because())).await;
            if stand != Stand::Decides {
                world.ivan.post(&format!("{path}/freeze"), because()).await.ok();
            }
            does(world, index, ("scope open", stand), &path, ("unfreeze", because())).await;
            let named = json!({"owner": "sara_service_owner"});
            let answer = world.actors[index].client.patch(&scope, "*", named).await;
            world.check(index, ("scope name another", stand), None, &answer);
        }
    }
}

/// What is one's own: addresses of feeds, and tokens.
pub(super) async fn secrets(world: &mut World<'_>) {
    let token = json!({"name": "reads", "scopes": ["read"], "expires_at": "2027-01-01T00:00:00Z"});
    for index in 0..world.actors.len() {
        for stand in [Stand::Foreign, Stand::Oneself] {
            // Whoever may have no feed any more still takes theirs back.
            world.also(index, Some("requester")).await;
            let whose: &Client<'_> = match stand {
                Stand::Oneself => &world.actors[index].client,
                _ => &world.anna,
            };
            let feed = number(&whose.post("/feeds", json!({"name": "All of it"})).await.ok());
            let token = number(&whose.post("/tokens", token.clone()).await.ok());
            world.also(index, None).await;
            for (action, path) in [
                ("feed revoke", format!("/feeds/{feed}")),
                ("token revoke", format!("/tokens/{token}")),
            ] {
                let answer = world.actors[index].client.delete(&path, "*").await;
                world.check(index, (action, stand), None, &answer);
                if !answer.status.is_success() {
                    world.anna.delete(&path, "*").await.ok();
                }
            }
        }
    }
}
