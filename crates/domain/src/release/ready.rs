//! Everything that the date of a release depends on, and how each stands. It is found by the same
//! tests as the guards, so that a board that shows no stop is a release that may go.

use kernel::{ChangeId, ReleaseId, TeamId};

use crate::approval::RoundState;
use crate::release::agree::{agreement, words_of};
use crate::release::facts::{conditions, lacks, package_lacks, scope_lacks};
use crate::release::{Agreement, Facts, OwningTeam, Refusal, Release, signed};
use crate::rollback::does_not_fit;

/// What a point is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum About {
    /// The release itself: its scope, owner or package.
    Scope,
    /// A change that it carries.
    Change(ChangeId),
    /// A release that it waits for.
    Before(ReleaseId),
    /// A task, by its number.
    Task(u32),
    /// A milestone that is late.
    Milestone,
    /// What its window collides with.
    Conflict,
    /// The part of a team, and that it signs it off.
    Part(TeamId),
    /// What a team that owns what it touches says of its window.
    Team(TeamId),
    /// Its release notes.
    Notes,
    /// Its go.
    Approval,
    /// A condition of an approval.
    Condition,
    /// Its window.
    Window,
}

/// How it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stand {
    /// Someone must act, or the date does not hold.
    Blocks,
    /// It is on its way.
    Waits,
    /// It holds.
    Ready,
    /// It does not matter any more.
    NotNeeded,
}

/// One thing that the date depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Point {
    /// What it is about.
    pub about: About,
    /// How it stands.
    pub stand: Stand,
    /// What says so.
    pub detail: String,
}

/// Every point, what blocks first.
pub fn points(release: &Release, facts: &Facts) -> Vec<Point> {
    let mut points = Vec::new();
    let mut add = |about: About, stand: Stand, detail: String| {
        points.push(Point { about, stand, detail });
    };
    for missing in scope_lacks(release, facts).into_iter().chain(package_lacks(release)) {
        add(About::Scope, Stand::Blocks, missing.detail);
    }
    for change in &facts.changes {
        let lacks: Vec<String> = lacks(change).into_iter().map(|missing| missing.detail).collect();
        let (stand, detail) = if lacks.is_empty() {
            (Stand::Ready, format!("{} is approved and can be taken back", change.number))
        } else {
            (Stand::Blocks, lacks.join("; "))
        };
        add(About::Change(change.id), stand, detail);
    }
    for before in &facts.before {
        let number = &before.number;
        let (stand, detail) = match (&before.exception, before.holds_up()) {
            (_, false) if before.verified => (Stand::Ready, format!("{number} is verified")),
            (_, false) => (Stand::NotNeeded, format!("{number} was given up")),
            (Some(exception), true) => {
                (Stand::Ready, format!("{number} is not verified; {exception} lets this go first"))
            }
            (None, true) => {
                (Stand::Waits, format!("{number} is in {} and not verified", before.phase))
            }
        };
        add(About::Before(before.id), stand, detail);
    }
    for (number, task) in release.extras.tasks.iter().filter(|(_, task)| task.required) {
        let late = task.due(release.content.window.as_ref()).is_some_and(|due| due <= facts.now);
        let (stand, word) = match (task.done_at, late) {
            (Some(_), _) => (Stand::Ready, "done"),
            (None, true) => (Stand::Blocks, "late"),
            (None, false) => (Stand::Waits, "not done"),
        };
        add(About::Task(*number), stand, format!("\"{}\" is {word}", task.title));
    }
    for milestone in release.content.milestones.iter().filter(|one| !one.reached) {
        let due = milestone.due(release.content.window.as_ref());
        if let Some(due) = due.filter(|due| *due <= facts.now && !release.is_under_way()) {
            let detail = format!("the milestone \"{}\" is late since {due}", milestone.name);
            add(About::Milestone, Stand::Waits, detail);
        }
    }
    for words in &facts.blocking {
        add(About::Conflict, Stand::Blocks, words.clone());
    }
    for part in &facts.parts {
        let (stand, words) = match signed(release, part) {
            Some(_) => (Stand::Ready, "has signed off its part"),
            None if release.is_under_way() => (Stand::NotNeeded, "has not signed off its part"),
            None if facts.sign_off_required => (Stand::Blocks, "has not signed off its part"),
            None => (Stand::Waits, "has not signed off its part"),
        };
        add(About::Part(part.team), stand, format!("{} {words}", part.name));
    }
    for team in &facts.owning {
        if let Some(stand) = agrees(release, team, facts.window_answer_required) {
            add(About::Team(team.id), stand, words_of(release, team));
        }
    }
    if let Some(published) = facts.notes_published {
        let (stand, detail) = notes(release, published);
        add(About::Notes, stand, detail.to_owned());
    }
    let (stand, detail) = approval(release);
    add(About::Approval, stand, detail.to_owned());
    for open in conditions(release, facts) {
        add(About::Condition, Stand::Blocks, open.detail);
    }
    let (stand, detail) = window(release, facts);
    add(About::Window, stand, detail);
    points.sort_by_key(|point| point.stand);
    points
}

/// Where the model does not ask for it, a team that was not asked is no point, and none blocks.
fn agrees(release: &Release, team: &OwningTeam, required: bool) -> Option<Stand> {
    match agreement(release, team) {
        Agreement::NotAsked if !required => None,
        Agreement::Accepted => Some(Stand::Ready),
        _ if release.is_under_way() => Some(Stand::NotNeeded),
        _ if required => Some(Stand::Blocks),
        _ => Some(Stand::Waits),
    }
}

fn notes(release: &Release, published: bool) -> (Stand, &'static str) {
    match published {
        true => (Stand::Ready, "its release notes are published"),
        false if release.is_under_way() => (Stand::NotNeeded, "it went without release notes"),
        false => (Stand::Blocks, "its release notes are not published"),
    }
}

fn approval(release: &Release) -> (Stand, &'static str) {
    match release.round().map(|round| round.state) {
        Some(RoundState::Approved) => (Stand::Ready, "the go is given"),
        Some(RoundState::Open) => (Stand::Waits, "the go is asked for"),
        Some(RoundState::Rejected) => (Stand::Blocks, "the go was refused: submit it again"),
        _ => (Stand::Waits, "the go is asked for when it is submitted"),
    }
}

fn window(release: &Release, facts: &Facts) -> (Stand, String) {
    match &release.content.window {
        None => (Stand::Blocks, Refusal::WindowMissing.to_string()),
        Some(window) if window.interval.end <= facts.now && !release.is_under_way() => {
            (Stand::Blocks, Refusal::WindowPast.to_string())
        }
        Some(window) if let Some(words) = does_not_fit(facts.minutes_back(), Some(window)) => {
            (Stand::Waits, words)
        }
        Some(_) if release.scheduled => (Stand::Ready, "the window is committed".to_owned()),
        Some(_) => (Stand::Waits, "the window is planned, not yet committed".to_owned()),
    }
}
