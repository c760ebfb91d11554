//! The readiness board: every point that the date of a release depends on, who must act, and the
//! ways out with their effects.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use api::calendar::Conflict;
use api::common::{LampState, Ref};
use api::release as wire;
use domain::General;
use domain::approval::{GroupState, Round, Vote};
use domain::calendar::{ConflictKind, Side};
use domain::change::{Change, Phase as ChangePhase};
use domain::exception::Rule;
use domain::release::{
    About, Agreement, Facts, Point, Release, Stand, agreement, countered, points,
};
use domain::vocabulary::Window;
use kernel::{ChangeId, Interval, ReleaseId, TeamId, Timestamp};
use ports::{Fault, Query};

use crate::asking::Asking;
use crate::bus::{Loaded, Stop, find_state};
use crate::calendar::{blocking, conflicts_of, next_slot};
use crate::names::{Names, find_release, shown_window};
use crate::release::effect::{Copy, Tried};
use crate::release::facts::gather;

/// The most conflicts that ways out are offered for.
const CONFLICTS_MAX: u32 = 50;
/// The most changes whose dropping is tried out.
const DROPS_MAX: usize = 20;
/// How many days ahead another date is looked for.
const DAYS_MAX: i64 = 14;
const DAY_MINUTES: i64 = 24 * 60;
const MOVE: &str = "move it to the next date on which nothing blocks";
const MOVE_AND_ASK: &str = "move it to the next date on which nothing blocks, and ask again";

/// The board of a release.
pub(super) fn readiness(
    db: &mut dyn Query,
    name: &str,
    asking: &Asking,
) -> Result<wire::Readiness, Stop> {
    let id = find_release(db, name)?;
    let loaded: Option<Loaded<Release>> = find_state(db, id)?;
    let unknown = || General::Unknown { kind: "release", name: name.to_owned() };
    let Loaded { version, state: release, .. } = loaded.ok_or_else(unknown)?;
    let facts = gather(db, asking, id, &release, None)?;
    let points = points(&release, &facts);
    let copy = Copy { id, release: &release, facts: &facts, asking };
    let mut board = Board {
        conflicts: conflicts_of(db, Side::Release(id), CONFLICTS_MAX)?,
        elsewhere: OnceCell::new(),
        drops: BTreeMap::new(),
        names: Names::default(),
        copy,
    };
    let mut items = Vec::with_capacity(points.len());
    for point in &points {
        items.push(board.item(db, point)?);
    }
    let count = |stand: Stand| points.iter().filter(|point| point.stand == stand).count();
    let count = |stand: Stand| u32::try_from(count(stand)).unwrap_or(u32::MAX);
    Ok(wire::Readiness {
        release: Ref {
            id: id.to_string(),
            number: Some(release.number.clone()),
            name: release.content.title.clone(),
        },
        version: version.0,
        window: release.content.window.as_ref().map(shown_window),
        blocked: count(Stand::Blocks),
        waiting: count(Stand::Waits),
        items,
    })
}

struct Board<'a> {
    copy: Copy<'a>,
    conflicts: Vec<Conflict>,
    /// The move to another date, once it was looked for.
    elsewhere: OnceCell<Option<Move>>,
    /// What dropping each change would do, as far as it was tried.
    drops: BTreeMap<ChangeId, Tried>,
    names: Names,
}

/// A window that the release could move to, and what that would do.
#[derive(Debug, Clone)]
struct Move {
    window: Window,
    tried: Tried,
}

impl Board<'_> {
    fn item(&mut self, db: &mut dyn Query, point: &Point) -> Result<wire::ReadinessItem, Stop> {
        let open = matches!(point.stand, Stand::Blocks | Stand::Waits);
        let ways = if open { self.ways(db, point)? } else { Vec::new() };
        let who = if open { self.who(db, point.about)? } else { Vec::new() };
        Ok(wire::ReadinessItem {
            kind: kind(point.about).to_owned(),
            record: self.record(db, point)?,
            state: lamp(point.stand),
            detail: point.detail.clone(),
            who,
            ways,
        })
    }

    /// The ways out of a point that is open: what passes it, moves the release or drops a change.
    fn ways(&mut self, db: &mut dyn Query, point: &Point) -> Result<Vec<wire::WayOut>, Stop> {
        let blocks = point.stand == Stand::Blocks;
        let mut ways = Vec::new();
        match point.about {
            About::Change(change) if blocks => {
                ways.extend(self.tried_drop(db, change)?.map(|(way, _)| way));
                return Ok(ways);
            }
            About::Before(before) => {
                ways.push(self.pass_before(before));
                ways.extend(self.after_it(db, before)?);
                return Ok(ways);
            }
            About::Team(team) => {
                ways.extend(self.as_team_proposes(db, team)?);
                if ways.is_empty() && self.refuses(team) {
                    ways.extend(self.another_date(db)?.map(|to| to.way(MOVE_AND_ASK)));
                }
            }
            About::Conflict => {
                ways.extend(self.pass(&point.detail));
                ways.extend(self.another_date(db)?.map(|to| to.way(MOVE)));
            }
            About::Window if blocks => {
                ways.extend(self.another_date(db)?.map(|to| to.way(MOVE)));
            }
            // What is due by the window is late no more once that is later.
            About::Task(_) if blocks => {
                let to = self.another_date(db)?.filter(|to| to.tried.mends(point));
                ways.extend(to.map(|to| to.way(MOVE)));
            }
            _ => {}
        }
        if blocks {
            ways.extend(self.drops_for(db, point)?);
        }
        Ok(ways)
    }

    fn record(&mut self, db: &mut dyn Query, point: &Point) -> Result<Option<Ref>, Fault> {
        match point.about {
            About::Change(id) => self.names.get(db, &id.to_string()),
            About::Before(id) => self.names.get(db, &id.to_string()),
            About::Conflict => Ok(self.conflict(&point.detail).map(|found| found.with.clone())),
            About::Team(id) | About::Part(id) => self.names.get(db, &id.to_string()),
            About::Scope
            | About::Task(_)
            | About::Notes
            | About::Milestone
            | About::Approval
            | About::Condition
            | About::Window => Ok(None),
        }
    }

    fn conflict(&self, detail: &str) -> Option<&Conflict> {
        // More may follow: what is accepted or let pass, and for too short a time.
        self.conflicts.iter().find(|conflict| detail.starts_with(&conflict.detail))
    }

    /// Whose turn it is: of the people and groups that the next step is asked of, else of whoever
    /// leads the release.
    fn who(&mut self, db: &mut dyn Query, about: About) -> Result<Vec<String>, Fault> {
        let asked = self.asked(db, about)?;
        if !asked.is_empty() {
            return Ok(asked);
        }
        let content = &self.copy.release.content;
        let leads = content.release_manager.or(content.owner).map(|person| person.to_string());
        Ok(self.names.opt(db, leads)?.map(|found| found.name).into_iter().collect())
    }

    fn asked(&mut self, db: &mut dyn Query, about: About) -> Result<Vec<String>, Fault> {
        let (release, facts) = (self.copy.release, self.copy.facts);
        let people = match about {
            About::Change(id) => {
                let fact = facts.changes.iter().find(|fact| fact.id == id);
                return self.who_of_change(db, id, fact.and_then(|fact| fact.requester));
            }
            About::Before(id) => {
                let sql = "SELECT COALESCE(release_manager, owner) FROM releases WHERE id = $1";
                let row = db.query_one(sql, &[id.to_string().into()])?;
                let leads = row.map(|row| row.opt_text(0).map(|id| id.map(str::to_owned)));
                leads.transpose()?.flatten()
            }
            About::Task(number) => {
                let task = release.extras.tasks.get(&number);
                let person = task.and_then(|task| task.assignee).map(|person| person.to_string());
                person.or_else(|| task?.team.map(|team| team.to_string()))
            }
            About::Part(id) => {
                let found = self.names.get(db, &id.to_string())?;
                return Ok(found.map(|found| found.name).into_iter().collect());
            }
            About::Team(id) if release.asked.get(&id).is_some_and(|ask| ask.answer.is_none()) => {
                let found = self.names.get(db, &id.to_string())?;
                return Ok(found.map(|found| found.name).into_iter().collect());
            }
            About::Approval if release.round().is_some_and(|round| round.stage().is_some()) => {
                return Ok(groups(release));
            }
            About::Condition => return self.who_marks(db),
            About::Scope
            | About::Conflict
            | About::Milestone
            | About::Notes
            | About::Team(_)
            | About::Approval
            | About::Window => None,
        };
        Ok(self.names.opt(db, people)?.map(|found| found.name).into_iter().collect())
    }

    /// Whom the open conditions name.
    fn who_marks(&mut self, db: &mut dyn Query) -> Result<Vec<String>, Fault> {
        let mut people = BTreeSet::new();
        let rounds = self.copy.release.round().into_iter().cloned();
        let mut rounds: Vec<Round> = rounds.collect();
        for change in &self.copy.release.changes {
            let found = find_state::<Change>(db, *change)?;
            rounds.extend(found.and_then(|found| found.state.round().cloned()));
        }
        for round in &rounds {
            let open = round.votes.iter().filter_map(Vote::condition_open);
            people.extend(open.map(|condition| condition.person));
        }
        let named = self.names.all(db, people)?;
        Ok(named.into_iter().map(|person| person.name).collect())
    }

    /// As long as a change is not handed in, who asked for it acts; then those who approve it.
    fn who_of_change(
        &mut self,
        db: &mut dyn Query,
        id: ChangeId,
        requester: Option<kernel::PersonId>,
    ) -> Result<Vec<String>, Fault> {
        let sql = "SELECT phase FROM changes WHERE id = $1";
        let row = db.query_one(sql, &[id.to_string().into()])?;
        let phase: Option<ChangePhase> = row.map(|row| row.parsed(0)).transpose()?;
        if phase.is_none_or(|phase| phase < ChangePhase::Authorise) {
            let name = self.names.opt(db, requester)?;
            return Ok(name.map(|found| found.name).into_iter().collect());
        }
        let sql = "SELECT role FROM change_seats WHERE subject = $1 ORDER BY role";
        let rows = db.query(sql, &[id.to_string().into()])?;
        rows.iter().map(|row| Ok(row.text(0)?.replace('_', " "))).collect()
    }

    /// Dropping each change without which a point stands better, as long as one is left.
    fn drops_for(&mut self, db: &mut dyn Query, point: &Point) -> Result<Vec<wire::WayOut>, Fault> {
        let mut ways = Vec::new();
        let changes = &self.copy.release.changes;
        if changes.len() < 2 {
            return Ok(ways);
        }
        for change in changes {
            let tried = self.tried_drop(db, *change)?;
            ways.extend(tried.filter(|(_, tried)| tried.mends(point)).map(|(way, _)| way));
        }
        Ok(ways)
    }

    fn tried_drop(
        &mut self,
        db: &mut dyn Query,
        change: ChangeId,
    ) -> Result<Option<(wire::WayOut, Tried)>, Fault> {
        if !self.drops.contains_key(&change) {
            if self.drops.len() >= DROPS_MAX {
                return Ok(None);
            }
            self.drops.insert(change, self.copy.dropped(db, change)?);
        }
        let Some(named) = self.names.get(db, &change.to_string())? else { return Ok(None) };
        let Some(tried) = self.drops.get(&change).cloned() else { return Ok(None) };
        let number = named.number.clone().unwrap_or_default();
        let way = wire::WayOut {
            kind: "drop".to_owned(),
            detail: format!("drop {number}: it travels alone or later"),
            change: Some(named),
            window: None,
            exception: None,
            effect: tried.effect.clone(),
        };
        Ok(Some((way, tried)))
    }

    fn pass(&self, detail: &str) -> Option<wire::WayOut> {
        let conflict = self.conflict(detail)?;
        let kind: ConflictKind = conflict.kind.parse().ok()?;
        let mut then = self.copy.facts.clone();
        then.blocking.retain(|words| words != detail);
        let (rule, with) = (Rule::of(kind), conflict.with.id.clone());
        Some(self.exception(rule, with, &conflict.with.name, &then))
    }

    fn pass_before(&self, before: ReleaseId) -> wire::WayOut {
        let mut then = self.copy.facts.clone();
        let mut name = String::new();
        for fact in then.before.iter_mut().filter(|fact| fact.id == before) {
            fact.exception = Some("an exception".to_owned());
            name.clone_from(&fact.number);
        }
        self.exception(Rule::ReleaseOrder, before.to_string(), &name, &then)
    }

    fn exception(&self, rule: Rule, with: String, name: &str, then: &Facts) -> wire::WayOut {
        let effect = self.copy.excepted(then);
        let subject = self.copy.release.number.clone();
        wire::WayOut {
            kind: "exception".to_owned(),
            detail: format!("ask for an exception that lets it pass \"{name}\" until a time"),
            change: None,
            window: None,
            exception: Some(wire::ExceptionOffer { rule: rule.word().to_owned(), subject, with }),
            effect,
        }
    }

    /// The next day, at the same wall time, on which nothing blocks; else the next free slot.
    fn another_date(&mut self, db: &mut dyn Query) -> Result<Option<Move>, Stop> {
        if let Some(found) = self.elsewhere.get() {
            return Ok(found.clone());
        }
        let window = match self.free_day(db)? {
            Some(window) => Some(window),
            None => self.free_slot(db, self.copy.asking.now)?,
        };
        let found = window.map(|window| self.moved(db, window)).transpose()?;
        Ok(self.elsewhere.get_or_init(|| found).clone())
    }

    fn moved(&mut self, db: &mut dyn Query, window: Window) -> Result<Move, Stop> {
        let tried = self.copy.moved(db, &mut self.names, &window)?;
        Ok(Move { window, tried })
    }

    /// The next free slot after a release that is not over when this one begins.
    fn after_it(
        &mut self,
        db: &mut dyn Query,
        before: ReleaseId,
    ) -> Result<Option<wire::WayOut>, Stop> {
        let Some(mine) = &self.copy.release.content.window else { return Ok(None) };
        let (begins, now) = (mine.interval.start, self.copy.asking.now);
        let theirs =
            find_state::<Release>(db, before)?.and_then(|found| found.state.content.window);
        let Some(over) = theirs.map(|window| window.interval.end) else { return Ok(None) };
        if over <= begins && begins > now {
            return Ok(None);
        }
        let Some(window) = self.free_slot(db, over.max(now))? else { return Ok(None) };
        let number = self.names.get(db, &before.to_string())?.and_then(|found| found.number);
        let detail = format!("move it to the next free slot after {}", number.unwrap_or_default());
        Ok(Some(self.moved(db, window)?.way(&detail)))
    }

    /// The window that a team proposes instead.
    fn as_team_proposes(
        &mut self,
        db: &mut dyn Query,
        team: TeamId,
    ) -> Result<Option<wire::WayOut>, Stop> {
        let (release, facts) = (self.copy.release, self.copy.facts);
        let Some(team) = facts.owning.iter().find(|known| known.id == team) else {
            return Ok(None);
        };
        let Some(window) = countered(release, team).cloned() else { return Ok(None) };
        let detail = format!("move it to the window that {} proposes", team.name);
        Ok(Some(self.moved(db, window)?.way(&detail)))
    }

    fn refuses(&self, team: TeamId) -> bool {
        let known = self.copy.facts.owning.iter().find(|known| known.id == team);
        known.is_some_and(|team| agreement(self.copy.release, team) == Agreement::Refused)
    }

    fn free_slot(&self, db: &mut dyn Query, after: Timestamp) -> Result<Option<Window>, Stop> {
        if self.copy.release.content.window.is_none() {
            return Ok(None);
        }
        next_slot(db, Side::Release(self.copy.id), after, self.copy.asking.now)
    }

    fn free_day(&self, db: &mut dyn Query) -> Result<Option<Window>, Fault> {
        let Some(planned) = &self.copy.release.content.window else { return Ok(None) };
        let now = self.copy.asking.now;
        let late = now.minutes_since(planned.interval.start).max(0) / DAY_MINUTES;
        let side = Side::Release(self.copy.id);
        for day in 1..=DAYS_MAX {
            let Some(window) = later(planned, late + day) else { continue };
            let interval = window.interval;
            if interval.start > now && blocking(db, side, Some(interval), now)?.by.is_empty() {
                return Ok(Some(window));
            }
        }
        Ok(None)
    }
}

impl Move {
    fn way(self, detail: &str) -> wire::WayOut {
        wire::WayOut {
            kind: "move".to_owned(),
            detail: detail.to_owned(),
            change: None,
            window: Some(shown_window(&self.window)),
            exception: None,
            effect: self.tried.effect,
        }
    }
}

/// A window some days later at the same wall time of its zone.
fn later(window: &Window, days: i64) -> Option<Window> {
    let zone = &window.zone;
    let shift = |at| zone.civil(at).checked_add(jiff::Span::new().try_days(days).ok()?).ok();
    let start = zone.instant(shift(window.interval.start)?);
    let end = zone.instant(shift(window.interval.end)?);
    let interval = Interval::try_new(start, end).ok()?;
    Some(Window { interval, zone: zone.clone() })
}

/// The groups of the open stage whose votes are awaited.
fn groups(release: &Release) -> Vec<String> {
    let Some(round) = release.round() else { return Vec::new() };
    let Some(stage) = round.stage() else { return Vec::new() };
    let groups = round.plan.stages[stage].groups.iter().enumerate();
    let open = groups.filter(|(index, _)| round.group_state(stage, *index) == GroupState::Open);
    let names: BTreeSet<String> = open.map(|(_, group)| group.name.clone()).collect();
    names.into_iter().collect()
}

fn kind(about: About) -> &'static str {
    match about {
        About::Scope => "scope",
        About::Change(_) => "change",
        About::Before(_) => "dependency",
        About::Task(_) => "task",
        About::Conflict => "conflict",
        About::Team(_) => "team",
        About::Notes => "notes",
        About::Part(_) => "part",
        About::Approval => "approval",
        About::Condition => "condition",
        About::Milestone => "milestone",
        About::Window => "window",
    }
}

fn lamp(stand: Stand) -> LampState {
    match stand {
        Stand::Blocks => LampState::Stop,
        Stand::Waits => LampState::Waiting,
        Stand::Ready => LampState::Clear,
        Stand::NotNeeded => LampState::NotNeeded,
    }
}
