//! What a step would do to a release, found by deciding it on a copy: nothing here is a rule, and
//! nothing is saved.

use api::common::{Ref, Window as ShownWindow};
use api::release as wire;
use domain::approval::Round;
use domain::calendar::Side;
use domain::policy::ReleasePhase as Phase;
use domain::release::{self, About, Edit, Facts, Point, Release, ReleaseEvent, Stand};
use domain::rollback::{WayBack, compile};
use domain::vocabulary::Window;
use domain::{Aggregate, Decision, General};
use kernel::{ChangeId, ReleaseId};
use ports::{Fault, Query};

use crate::asking::Asking;
use crate::bus::{Loaded, Stop, find_state};
use crate::calendar::blocking_without;
use crate::names::{Names, Resolver, find_release, parse_window, shown_window};
use crate::read::action;
use crate::release::agree::owning;
use crate::release::facts::gather;
use crate::release::order::slipping;

/// A release as it is, to be decided about on a copy.
pub(super) struct Copy<'a> {
    pub(super) id: ReleaseId,
    pub(super) release: &'a Release,
    pub(super) facts: &'a Facts,
    pub(super) asking: &'a Asking,
}

/// What a step would do, and every point of the board now and after it.
#[derive(Debug, Clone)]
pub(super) struct Tried {
    pub(super) effect: wire::Effect,
    now: Vec<Point>,
    then: Vec<Point>,
}

impl Tried {
    /// Whether it can be done, and a point that is open now is gone after it or stands better.
    pub(super) fn mends(&self, point: &Point) -> bool {
        if self.effect.refusal.is_some() {
            return false;
        }
        let alike = |points: &[Point]| points.iter().filter(|one| one.about == point.about).count();
        match point.about {
            // Several are told apart by their words alone, which may change while they stand.
            About::Scope | About::Conflict | About::Condition => {
                let told =
                    |after: &Point| (after.about, &after.detail) == (point.about, &point.detail);
                !self.then.iter().any(told) && alike(&self.then) < alike(&self.now)
            }
            about => {
                let after = self.then.iter().find(|after| after.about == about);
                after.is_none_or(|after| after.stand > point.stand)
            }
        }
    }
}

impl Copy<'_> {
    /// What was decided, tried: the release after it, and the facts that would then hold.
    fn tried(&self, decided: Decision<ReleaseEvent>, then: &Facts) -> Tried {
        let (after, refusal) = match decided {
            Ok(events) => {
                let stamp = self.asking.stamp();
                let fold = |release: Release, event: &ReleaseEvent| release.evolve(event, &stamp);
                (events.iter().fold(self.release.clone(), fold), None)
            }
            Err(refusal) => (self.release.clone(), action("", Err(refusal)).refusal),
        };
        let votes = |release: &Release| release.round().map_or(0, Round::votes_counted);
        let voided = votes(self.release).saturating_sub(votes(&after));
        let now = release::points(self.release, self.facts);
        let then_points = release::points(&after, then);
        let blocks = then_points.iter().filter(|point| point.stand == Stand::Blocks).count();
        let effect = wire::Effect {
            refusal,
            blocked: u32::try_from(blocks).unwrap_or(u32::MAX),
            rollback_minutes_now: minutes(self.facts),
            rollback_minutes: minutes(then),
            tier_now: tier(self.facts),
            tier: tier(then),
            votes_voided: u32::try_from(voided).unwrap_or(u32::MAX),
            dependants: Vec::new(),
            slips: Vec::new(),
        };
        Tried { effect, now, then: then_points }
    }

    /// Dropping a change.
    pub(super) fn dropped(&self, db: &mut dyn Query, change: ChangeId) -> Result<Tried, Fault> {
        let decided = release::detach(self.release, change, self.facts, &self.asking.stamp());
        let mut then = self.facts.clone();
        then.changes.retain(|fact| fact.id != change);
        let rest: Vec<String> = then.changes.iter().map(|fact| fact.id.to_string()).collect();
        let blocked = blocking_without(db, Side::Release(self.id), &rest, self.asking.now)?;
        (then.blocking, then.under) = (blocked.by, blocked.under);
        let left = then.changes.iter().map(|fact| fact.id).collect::<Vec<_>>();
        then.owning = owning(db, self.asking.who.person, left)?;
        let mut tried = self.tried(decided, &then);
        tried.effect.dependants = dependants(db, change, &rest)?;
        Ok(tried)
    }

    /// Moving the window: `schedule` once it may go, an edit of the plan before.
    pub(super) fn moved(
        &self,
        db: &mut dyn Query,
        names: &mut Names,
        window: &Window,
    ) -> Result<Tried, Stop> {
        let interval = window.interval;
        let then = gather(db, self.asking, self.id, self.release, Some(interval))?;
        let may_go = self.release.scheduled || self.release.is_approved();
        let decided = if self.release.phase == Phase::Approval && may_go {
            release::schedule(self.release, Some(window), &then, &self.asking.stamp())
        } else {
            let edit = Edit { window: Some(Some(window.clone())), ..Edit::default() };
            release::edit(self.release, &edit, None, &then, &self.asking.stamp())
        };
        let mut tried = self.tried(decided, &then);
        tried.effect.slips = slipping(db, names, self.id, interval)?;
        Ok(tried)
    }

    /// Being let pass by an exception: one conflict, or one release that is not verified, no longer
    /// blocks.
    pub(super) fn excepted(&self, then: &Facts) -> wire::Effect {
        self.tried(Ok(Vec::new()), then).effect
    }
}

fn minutes(facts: &Facts) -> u32 {
    let ways: Vec<WayBack> = facts.changes.iter().map(|change| change.way_back.clone()).collect();
    compile(ways, None).minutes
}

fn tier(facts: &Facts) -> String {
    let risks: Vec<_> = facts.changes.iter().map(|change| change.risk.clone()).collect();
    domain::risk::combine(&risks, &facts.scale).tier.word().to_owned()
}

/// The other changes whose CIs need one that a change touches: what they rest on may be missing
/// without it.
fn dependants(db: &mut dyn Query, change: ChangeId, rest: &[String]) -> Result<Vec<Ref>, Fault> {
    let sql = "SELECT DISTINCT theirs.change FROM change_cis AS mine \
        JOIN ci_relations ON ci_relations.to_ci = mine.ci \
        JOIN change_cis AS theirs ON theirs.ci = ci_relations.from_ci WHERE mine.change = $1";
    let rows = db.query(sql, &[change.to_string().into()])?;
    let mut found = Vec::new();
    for row in rows {
        let id = row.text(0)?;
        if rest.iter().any(|one| one == id) {
            found.push(id.to_owned());
        }
    }
    Names::default().all(db, found)
}

/// What moving a release would do.
pub(super) fn preview(
    db: &mut dyn Query,
    name: &str,
    window: Option<&ShownWindow>,
    asking: &Asking,
) -> Result<wire::MovePreview, Stop> {
    let id = find_release(db, name)?;
    let loaded: Option<Loaded<Release>> = find_state(db, id)?;
    let unknown = || General::Unknown { kind: "release", name: name.to_owned() };
    let release = loaded.ok_or_else(unknown)?.state;
    let mut resolver = Resolver::default();
    let asked = window.and_then(|window| parse_window(&mut resolver, "/window", window));
    resolver.end()?;
    let planned = asked.or_else(|| release.content.window.clone());
    let window = planned.ok_or(release::Refusal::WindowMissing).map_err(domain::Refusal::from)?;
    let facts = gather(db, asking, id, &release, None)?;
    let copy = Copy { id, release: &release, facts: &facts, asking };
    let effect = copy.moved(db, &mut Names::default(), &window)?.effect;
    Ok(wire::MovePreview { window: shown_window(&window), effect })
}
