//! What a record asks of one team or one person, whatever their role: a window that is asked of the
//! teams, the part that a team signs off, the condition of a vote.

use domain::identity::{Permission as P, Role, permissions};
use serde_json::{Value as Json, json};

use super::{Stand, Verdict, World, needs, number, says};
use crate::support::{Answer, Client};

const IVAN: &str = "ivan_implementer";
const RITA: &str = "rita_release_manager";
const OTHERS: &str = "Others";

/// The rule: who belongs to the team answers for it, unless they asked; who is named by a condition
/// marks it met, and so does who set it.
pub(super) fn expected(role: Role, action: &str, stand: Stand) -> Verdict {
    use Stand as S;
    match (action, stand) {
        ("window ask" | "window take", _) => needs(permissions(role).contains(&P::ReleaseWrite)),
        ("window accept" | "window counter" | "window refuse", S::Asked) => {
            Err("approval.own_work")
        }
        ("window accept" | "window counter" | "window refuse" | "part sign off", S::Member) => {
            Ok(())
        }
        ("window accept" | "window counter" | "window refuse" | "part sign off", _) => {
            Err("release.not_of_team")
        }
        ("condition meet of a change" | "condition meet of a release", S::Named | S::Approved) => {
            Ok(())
        }
        ("condition meet of a change" | "condition meet of a release", _) => {
            Err("approval.condition_of_another")
        }
        other => panic!("no rule for {other:?}"),
    }
}

/// A team with a service of its own, which a change can touch.
async fn team(world: &World<'_>, name: &str, member: &str) {
    let fields = json!({"name": name, "members": [member]});
    world.admin.post("/teams", fields).await.ok();
    world.admin.post("/services", json!({"name": name, "team": name})).await.ok();
    let ci = json!({"name": ci(name), "kind": "server", "service": name});
    world.admin.post("/cis", ci).await.ok();
}

fn ci(team: &str) -> String {
    format!("ci of {team}")
}

/// A release with a change that touches the service of a team; answers its path.
async fn touching(world: &mut World<'_>, team: &str, owner: &str) -> String {
    let window = world.window();
    let fields = json!({"title": "Server", "type": "normal", "cis": [ci(team)]});
    let change = number(&world.anna.post("/changes", fields).await.ok());
    let path = format!("/releases/{}", world.release(owner, &window).await);
    world.rosa.put(&format!("{path}/changes/{change}"), "*", json!({})).await.ok();
    path
}

async fn does(
    world: &mut World<'_>,
    index: usize,
    what: (&'static str, Stand),
    (path, verb, shown): (&str, &str, &str),
    body: Json,
) {
    let actor = &world.actors[index].client;
    let shown = says(&actor.get(path).await.ok(), shown);
    let answer = actor.post(&format!("{path}/{verb}"), body).await;
    world.check(index, what, Some(shown), &answer);
}

/// A window that is asked of a team, and what it says; it may change its mind.
pub(super) async fn windows(world: &mut World<'_>) {
    team(world, OTHERS, IVAN).await;
    for index in 0..world.actors.len() {
        let login = world.actors[index].login.clone();
        team(world, &login, &login).await;
        let path = touching(world, OTHERS, RITA).await;
        let ask = (&*path, "window/ask", "ask_window");
        does(world, index, ("window ask", Stand::Foreign), ask, json!({})).await;
        for stand in [Stand::Foreign, Stand::Member, Stand::Asked] {
            let whose = if stand == Stand::Foreign { OTHERS } else { &*login };
            let path = touching(world, whose, RITA).await;
            // Whoever asked may hold another role by now.
            world.also(index, Some("release_manager").filter(|_| stand == Stand::Asked)).await;
            let asks =
                if stand == Stand::Asked { &world.actors[index].client } else { &world.rosa };
            asks.post(&format!("{path}/window/ask"), json!({})).await.ok();
            world.also(index, None).await;
            let seen = world.rosa.get(&path).await.ok()["window"].clone();
            let no = json!({"seen": seen, "reason": "the batch runs"});
            let mut instead = no.clone();
            instead["window"] = world.window();
            for (action, verb, body) in [
                ("window refuse", "window/refuse", no),
                ("window accept", "window/accept", json!({"seen": seen})),
                ("window counter", "window/counter", instead.clone()),
            ] {
                let verb = (&*path, verb, "answer_window");
                does(world, index, (action, stand), verb, body).await;
            }
            if stand == Stand::Foreign {
                let counter = format!("{path}/window/counter");
                world.ivan.post(&counter, instead).await.ok();
                let take = (&*path, "window/take", "take_window");
                let of = json!({"team": OTHERS});
                does(world, index, ("window take", stand), take, of).await;
            }
        }
    }
}

/// The part of a team in a scope. Neither who answers for the release nor who decides about its
/// scope says for the team that it is right.
pub(super) async fn parts(world: &mut World<'_>) {
    for index in 0..world.actors.len() {
        let login = world.actors[index].login.clone();
        for stand in [Stand::Foreign, Stand::Owns, Stand::Decides, Stand::Member] {
            let who = |wanted, other| if stand == wanted { &*login } else { other };
            let window = world.window();
            let path =
                format!("/releases/{}", world.release(who(Stand::Owns, RITA), &window).await);
            let stated = json!({
                "teams": [{"team": who(Stand::Member, OTHERS), "owns": "the racks"}],
                "owner": who(Stand::Decides, IVAN),
            });
            world.rosa.patch(&format!("{path}/scope"), "*", stated).await.ok();
            let actor = &world.actors[index].client;
            let shown = says(&actor.get(&path).await.ok(), "sign_off");
            let answer = actor.post(&format!("{path}/scope/sign-off"), json!({})).await;
            world.check(index, ("part sign off", stand), Some(shown), &answer);
        }
    }
}

/// A yes that holds only under a condition, which names someone.
async fn under_condition(
    world: &World<'_>,
    (path, asked): (&str, &str),
    voter: Option<usize>,
    named: &str,
) -> Answer {
    let Some(index) = voter else {
        let voter = if asked == "service_owner" { &world.sara } else { &world.rita };
        return conditional(voter, path, named).await;
    };
    world.also(index, Some(asked)).await;
    let answer = conditional(&world.actors[index].client, path, named).await;
    world.also(index, None).await;
    answer
}

async fn conditional(voter: &Client<'_>, path: &str, named: &str) -> Answer {
    let round = &voter.get(path).await.ok()["rounds"][0];
    let condition = json!({"text": "the restore is tried", "person": named});
    let yes = json!({"round": round["number"], "content_hash": round["content_hash"],
        "condition": condition});
    voter.post(&format!("{path}/approve"), yes).await
}

pub(super) async fn conditions(world: &mut World<'_>) {
    for index in 0..world.actors.len() {
        let login = world.actors[index].login.clone();
        for stand in [Stand::Foreign, Stand::Implements, Stand::Named, Stand::Approved] {
            let voter = Some(index).filter(|_| stand == Stand::Approved);
            let named = if stand == Stand::Named { &*login } else { "anna_requester" };
            let implementer = if stand == Stand::Implements { &*login } else { IVAN };
            let meet = |path: &str| format!("{path}/condition/meet");
            let window = world.window();
            let change = format!("/changes/{}", world.waiting(implementer, &window).await);
            under_condition(world, (&change, "service_owner"), voter, named).await.ok();
            let release = world.submitted("minor", (implementer, IVAN), &window).await;
            let release = format!("/releases/{release}");
            under_condition(world, (&release, "release_manager"), voter, named).await.ok();
            for (action, path) in
                [("condition meet of a change", change), ("condition meet of a release", release)]
            {
                let actor = &world.actors[index].client;
                let shown = says(&actor.get(&path).await.ok(), "meet_condition");
                let answer = actor.post(&meet(&path), json!({})).await;
                world.check(index, (action, stand), Some(shown), &answer);
            }
        }
    }
}
