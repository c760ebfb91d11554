//! What a write did beyond what was asked for: votes that no longer count, a window that was given
//! up, one that is not committed yet. It is found by reading the records before and after.

use std::collections::BTreeSet;

use api::approval::{CastVote, Round};
use api::change::Link;
use api::common::{Action, Lamp, LampState, Ref, Window, Written};
use serde::{Deserialize, Serialize};

use crate::approval::voided_words;
use crate::client::{Client, Query, segment};
use crate::context::Global;
use crate::failure::Result;
use crate::output::{Format, say};
use crate::record::Records;
use crate::wall;

/// The phases of changes and releases in which a window is not committed yet.
const UNCOMMITTED: [&str; 7] =
    ["draft", "assess", "authorise", "planning", "build", "test", "approval"];

/// What of a change or a release tells what a write did to it.
#[derive(Debug, Clone, Deserialize)]
struct Seen {
    number: String,
    phase: String,
    window: Option<Window>,
    /// Of a release; a change tells by its phase.
    scheduled: Option<bool>,
    /// Of a change.
    #[serde(default)]
    release: Option<Ref>,
    rounds: Vec<Round>,
    #[serde(default)]
    route: Vec<Lamp>,
    #[serde(default)]
    links: Vec<Link>,
    #[serde(default)]
    actions: Vec<Action>,
}

/// Records as they were before a write.
#[derive(Default)]
pub(crate) struct Before(Vec<(String, Seen)>);

impl Before {
    /// A record, and the release it travels in: an edit of the one may void votes on the other.
    pub(crate) fn of(records: &Records<'_>, record: &str) -> Self {
        let mut before = Self::default();
        before.look(records.client, records.path(record));
        let release = before.0.first().and_then(|(_, seen)| seen.release.clone());
        if let Some(release) = release {
            before.look(records.client, format!("/releases/{}", segment(&release.id)));
        }
        before
    }

    /// Another record. One that cannot be read is left to the write to complain about.
    pub(crate) fn look(&mut self, client: &Client, path: String) {
        if let Ok(seen) = client.get::<Seen>(&path, &Query::default()) {
            self.0.push((path, seen));
        }
    }

    /// Whether a record was read, and is there.
    pub(crate) fn has(&self, path: &str) -> bool {
        self.0.iter().any(|(known, _)| known == path)
    }

    /// Says what became of them.
    pub(crate) fn say(&self, client: &Client) {
        for (path, before) in &self.0 {
            if let Ok(after) = client.get::<Seen>(path, &Query::default()) {
                lines(before, &after).iter().for_each(say);
            }
        }
    }
}

/// Where a write left a record.
#[derive(Serialize)]
struct Left<'a> {
    number: Option<&'a str>,
    id: &'a str,
    version: i64,
    phase: String,
}

impl Records<'_> {
    /// Prints where a write left its record, and says what it did beyond. `commits` when a window
    /// was to be committed.
    pub(crate) fn tell(
        &self,
        written: &Written,
        before: &Before,
        commits: bool,
        global: &Global,
    ) -> Result {
        before.say(self.client);
        let after = self.client.get::<Seen>(&self.path(&written.id), &Query::default()).ok();
        if commits {
            after.iter().filter_map(not_yet).for_each(say);
        }
        let out = global.out();
        match after.filter(|_| out.format != Format::Json) {
            None => out.written(written),
            Some(after) => {
                let Written { id, number, version } = written;
                let (number, version) = (number.as_deref(), *version);
                let left = Left { number, id, version, phase: after.phase };
                let columns = &["number", "id", "version", "phase"];
                out.answer(written, std::slice::from_ref(&left), columns)
            }
        }
    }
}

/// What a write did to a record, a line each.
fn lines(before: &Seen, after: &Seen) -> Vec<String> {
    let number = &after.number;
    let mut lines = voided(before, after);
    let gave_up = before.is_committed() && !after.is_committed();
    if gave_up && UNCOMMITTED.contains(&after.phase.as_str()) {
        let window = before.window.as_ref().map(wall::window).unwrap_or_default();
        let joined = after.release.as_ref().filter(|_| before.release.is_none());
        let why = joined.and_then(|release| release.number.as_ref()).map_or_else(
            || format!("it is in {} again", after.phase),
            |release| format!("it goes in the window of {release}"),
        );
        lines.push(format!("{number} gave up its committed window {window}: {why}"));
    }
    if after.may_settle() && !before.may_settle() {
        lines.extend(after.links.iter().filter_map(|link| waits(number, link)));
    }
    lines
}

/// Who waits for work that is done now, and how that is ticked off.
fn waits(number: &str, link: &Link) -> Option<String> {
    let Link { kind, target, tell, .. } = link;
    let waits = matches!(kind.as_str(), "problem" | "request") && !link.done;
    let tick_off = format!("tick it off with --done {kind}={target}");
    waits.then(|| match tell {
        Some(who) => format!(
            "{number} is done: {who} is told about {kind} {target} by a notice if that is a login \
            or an e-mail address; else tell them, then {tick_off}"
        ),
        None => format!(
            "{number} is done: tell those who wait for it about {kind} {target}, then {tick_off}"
        ),
    })
}

/// The votes that counted and do not any more, those of one reason together.
fn voided(before: &Seen, after: &Seen) -> Vec<String> {
    let counted: BTreeSet<_> =
        votes(before).filter(|(_, vote)| vote.voided.is_none()).map(key).collect();
    let mut reasons: Vec<(&str, Vec<&str>)> = Vec::new();
    for (round, vote) in votes(after) {
        let Some(why) = vote.voided.as_deref() else { continue };
        if !counted.contains(&key((round, vote))) {
            continue;
        }
        match reasons.iter_mut().find(|(known, _)| *known == why) {
            Some((_, people)) => people.push(&vote.person.name),
            None => reasons.push((why, vec![&vote.person.name])),
        }
    }
    let line = |(why, people): &(&str, Vec<&str>)| {
        let count =
            if people.len() == 1 { "1 vote".to_owned() } else { format!("{} votes", people.len()) };
        let (number, who) = (&after.number, people.join(", "));
        format!("{number}: {count} voided ({}): {who}", voided_words(why))
    };
    reasons.iter().map(line).collect()
}

fn votes(seen: &Seen) -> impl Iterator<Item = (u32, &CastVote)> {
    seen.rounds.iter().flat_map(|round| {
        let groups = round.stages.iter().flat_map(|stage| &stage.groups);
        groups.flat_map(|group| &group.votes).map(|vote| (round.number, vote))
    })
}

fn key((round, vote): (u32, &CastVote)) -> (u32, &str, &str) {
    (round, &vote.person.id, &vote.at)
}

/// Why a window that was to be committed is not.
fn not_yet(after: &Seen) -> Option<String> {
    if after.is_committed() || !UNCOMMITTED.contains(&after.phase.as_str()) {
        return None;
    }
    let holds = |lamp: &&Lamp| matches!(lamp.state, LampState::Waiting | LampState::Stop);
    let approvals = after.route.iter().find(|lamp| lamp.name == "approvals" && holds(lamp));
    let why = approvals.or_else(|| after.route.iter().find(holds));
    let why = why.map_or_else(|| format!("it is in {}", after.phase), |lamp| lamp.detail.clone());
    Some(format!("{} is not scheduled yet: {why}", after.number))
}

impl Seen {
    fn may_settle(&self) -> bool {
        self.actions.iter().any(|action| action.name == "settle_links" && action.allowed)
    }

    fn is_committed(&self) -> bool {
        self.scheduled.unwrap_or(self.phase == "scheduled")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn vote(name: &str, voided: Option<&str>) -> Value {
        json!({
            "person": {"id": format!("per_{name}"), "name": name}, "on_behalf_of": null,
            "answer": "approve", "reason": null, "at": "2026-12-01T08:00:00Z",
            "content_hash": "ab", "voided": voided,
        })
    }

    fn seen(phase: &str, votes: &[Value], release: Option<&str>) -> Seen {
        let group = json!({
            "name": "Board", "roles": [], "voters": [], "deputies": [], "limit_at": null,
            "reminded_at": null, "escalated_at": null, "quorum": "2", "needed": 0,
            "state": "open", "votes": votes,
        });
        let round = json!({
            "number": 1, "state": "open", "policy": "p", "content_hash": "ab", "parts": [],
            "stages": [{"name": "Go", "state": "open", "groups": [group]}],
            "opened_at": "2026-12-01T07:00:00Z", "barred": [],
        });
        let lamp = |name: &str, state: &str, detail: &str| json!({"name": name, "state": state, "detail": detail});
        serde_json::from_value(json!({
            "number": "CHG-7", "phase": phase, "rounds": [round],
            "release": release.map(|number| json!({"id": "rel_1", "number": number, "name": "R"})),
            "window": {
                "start": "2026-12-05T21:00:00Z", "end": "2026-12-05T22:00:00Z",
                "zone": "Europe/Amsterdam",
            },
            "route": [lamp("plans", "waiting", "a plan"), lamp("approvals", "waiting", "waiting for Board")],
        }))
        .unwrap()
    }

    const GAVE_UP: &str = "CHG-7 gave up its committed window 2026-12-05 22:00+01:00 – 23:00+01:00 \
        Europe/Amsterdam: ";

    #[test]
    fn votes_that_the_write_voided_are_told_and_older_ones_are_not() {
        let before = [vote("Anna", None), vote("Ben", None), vote("Cleo", Some("plans"))];
        let after = [vote("Anna", Some("window")), vote("Ben", Some("window")), before[2].clone()];
        let told = lines(&seen("authorise", &before, None), &seen("authorise", &after, None));
        assert_eq!(told, ["CHG-7: 2 votes voided (window was edited): Anna, Ben"]);
        let none = lines(&seen("authorise", &after, None), &seen("authorise", &after, None));
        assert!(none.is_empty(), "{none:?}");
    }

    #[test]
    fn a_window_that_was_given_up_is_told_with_why() {
        let committed = seen("scheduled", &[], None);
        let again = lines(&committed, &seen("authorise", &[], None));
        assert_eq!(again, [format!("{GAVE_UP}it is in authorise again")]);
        let joined = lines(&committed, &seen("authorise", &[], Some("REL-3")));
        assert_eq!(joined, [format!("{GAVE_UP}it goes in the window of REL-3")]);
        assert!(lines(&committed, &seen("implement", &[], None)).is_empty());
        assert!(lines(&committed, &seen("cancelled", &[], None)).is_empty());
    }

    #[test]
    fn a_window_that_is_not_committed_yet_says_whom_it_waits_for() {
        let told = not_yet(&seen("authorise", &[], None));
        assert_eq!(told.as_deref(), Some("CHG-7 is not scheduled yet: waiting for Board"));
        assert_eq!(not_yet(&seen("scheduled", &[], None)), None);
    }
}
