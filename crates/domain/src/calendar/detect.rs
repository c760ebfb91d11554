//! Finding what a window collides with, from facts: the claims of others on the CIs concerned, how
//! those CIs are connected, and the periods of the calendar.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{ChangeId, CiId, Interval, PeriodId, ReleaseId, ServiceId};
use serde::{Deserialize, Serialize};

use crate::calendar::PeriodKind;
use crate::canonical;
use crate::vocabulary::{Environment, words};

words! {
    /// What collides.
    ConflictKind {
        /// Both touch the same CI.
        SameCi = "same_ci",
        /// The other touches a CI that the subject's needs.
        UpstreamCi = "upstream_ci",
        /// The other touches a CI that needs the subject's.
        DownstreamCi = "downstream_ci",
        /// Nothing may ship then.
        Blackout = "blackout",
        /// The service's maintenance windows are at other times.
        OutsideWindow = "outside_window",
        /// A release begins before one that it depends on is over.
        ReleaseOrder = "release_order",
        /// The service is busiest then.
        PeakHours = "peak_hours",
        /// The business counts on the service then.
        BusinessEvent = "business_event",
    }
}

impl ConflictKind {
    /// What it is called whichever side looks; exceptions from its rule are called so too.
    pub const fn class(self) -> &'static str {
        match self {
            Self::SameCi => "same_ci",
            Self::UpstreamCi | Self::DownstreamCi => "dependency",
            Self::Blackout => "blackout",
            Self::OutsideWindow => "outside_window",
            Self::ReleaseOrder => "release_order",
            Self::PeakHours => "peak_hours",
            Self::BusinessEvent => "business_event",
        }
    }

    /// What it is when the other side looks.
    #[must_use]
    pub const fn turned(self) -> Self {
        match self {
            Self::UpstreamCi => Self::DownstreamCi,
            Self::DownstreamCi => Self::UpstreamCi,
            kind => kind,
        }
    }
}

words! {
    /// Which way a dependency leads from the subject's CI.
    Direction {
        /// To what it needs.
        Upstream = "upstream",
        /// To what needs it.
        Downstream = "downstream",
    }
}

/// One side of a conflict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
pub enum Side {
    /// A change outside any release.
    Change(ChangeId),
    /// A release with its changes.
    Release(ReleaseId),
    /// A period of the calendar, such as a maintenance window or a blackout.
    Period(PeriodId),
}

impl Side {
    /// The id as text.
    pub fn id(&self) -> String {
        match self {
            Self::Change(id) => id.to_string(),
            Self::Release(id) => id.to_string(),
            Self::Period(id) => id.to_string(),
        }
    }
}

/// What is to be placed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    /// What.
    pub subject: Side,
    /// When.
    pub interval: Interval,
    /// The CIs it touches.
    pub cis: BTreeSet<CiId>,
    /// The services it touches, by name or through its CIs.
    pub services: BTreeSet<ServiceId>,
    /// The environment that counts for it.
    pub environment: Environment,
    /// True for an emergency.
    pub emergency: bool,
    /// Which of its conflicts block.
    pub blocking: Blocking,
}

/// A claim of another record on a CI.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Neighbour {
    /// Whose.
    pub subject: Side,
    /// On which CI.
    pub ci: CiId,
    /// When.
    pub interval: Interval,
    /// Whether it is committed.
    pub committed: bool,
}

/// A step from one CI to another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PathStep {
    /// The kind of relation.
    pub relation: String,
    /// The CI it leads to.
    pub ci: CiId,
}

/// A CI that one of the subject's own is connected to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reach {
    /// The subject's CI.
    pub from: CiId,
    /// The CI that is reached.
    pub ci: CiId,
    /// Which way.
    pub direction: Direction,
    /// The way there.
    pub path: Vec<PathStep>,
}

/// A period that may concern the subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeriodFact {
    /// Which.
    pub id: PeriodId,
    /// What it is.
    pub kind: PeriodKind,
    /// The services it is for; empty for all.
    pub services: BTreeSet<ServiceId>,
    /// The environment it is for; all when absent.
    pub environment: Option<Environment>,
    /// Its occurrences around the subject's window.
    pub occurrences: Vec<Interval>,
}

impl PeriodFact {
    /// Whether it is for the environment and a service of what is placed.
    pub fn concerns(&self, placed: &Placed) -> bool {
        self.environment.is_none_or(|only| only == placed.environment)
            && (self.services.is_empty() || !self.services.is_disjoint(&placed.services))
    }
}

/// A CI that is hit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Hit {
    /// The subject's CI.
    pub ci: CiId,
    /// The way from it to the other's CI; empty when it is the same.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub path: Vec<PathStep>,
}

/// A conflict that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// What collides.
    pub kind: ConflictKind,
    /// Whose window was looked at.
    pub subject: Side,
    /// With what.
    pub with: Side,
    /// What both claim.
    pub overlap: Interval,
    /// Both windows and the CIs, hashed: an acceptance is bound to it.
    pub fingerprint: String,
    /// Every CI that is hit, the nearest first.
    pub hits: Vec<Hit>,
    /// Whether it blocks the subject.
    pub blocking: bool,
}

impl Found {
    /// How many relations lie between both sides, at least.
    pub fn relations(&self) -> usize {
        self.hits.iter().map(|hit| hit.path.len()).min().unwrap_or(0)
    }

    /// Whether an acceptance of this is one of another finding of the same conflict: no window and
    /// no CI moved, they are no nearer and no further apart, and a period blocks as before. Whether
    /// a record blocks is said by whether the other is committed now.
    pub(super) fn binds_as(&self, other: &Self) -> bool {
        let period = |found: &Self| matches!(found.with, Side::Period(_)) && found.blocking;
        self.fingerprint == other.fingerprint
            && self.relations() == other.relations()
            && period(self) == period(other)
    }

    /// Whether another finding of the same conflict says nothing else. Each side has its own ways.
    pub(super) fn tells_as(&self, other: &Self) -> bool {
        let ways = |found: &Self| (found.kind, found.hits.clone());
        self.binds_as(other) && (self.subject != other.subject || ways(self) == ways(other))
    }
}

/// Which conflicts of a record block, as policy says: by kind, whether the other side is committed,
/// and how many relations lie between. Periods are committed, and nothing lies between.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Blocking(pub BTreeSet<(ConflictKind, bool, usize)>);

impl Blocking {
    /// Whether a conflict blocks.
    pub fn says(&self, kind: ConflictKind, committed: bool, relations: usize) -> bool {
        self.0.contains(&(kind, committed, relations))
    }
}

/// Names a conflict whichever side looks: its class and both sides.
pub fn key(kind: ConflictKind, one: Side, other: Side) -> String {
    let class = kind.class();
    let (first, second) = (one.min(other), one.max(other));
    format!("{class} {} {}", first.id(), second.id())
}

/// Finds what a window collides with.
pub fn detect(
    placed: &Placed,
    neighbours: &[Neighbour],
    reaches: &[Reach],
    periods: &[PeriodFact],
) -> Vec<Found> {
    let mut found = with_records(placed, neighbours, reaches);
    found.extend(within(placed, periods, PeriodKind::Blackout, ConflictKind::Blackout));
    found.extend(within(placed, periods, PeriodKind::PeakHours, ConflictKind::PeakHours));
    found.extend(within(placed, periods, PeriodKind::BusinessEvent, ConflictKind::BusinessEvent));
    found.extend(outside_windows(placed, periods));
    found
}

struct Claim {
    interval: Interval,
    committed: bool,
    /// What each hit is, by the number of relations: what blocks is the nearest.
    hits: BTreeMap<(usize, Hit), ConflictKind>,
}

fn with_records(placed: &Placed, neighbours: &[Neighbour], reaches: &[Reach]) -> Vec<Found> {
    let mut by_ci: BTreeMap<CiId, Vec<&Reach>> = BTreeMap::new();
    for reach in reaches {
        by_ci.entry(reach.ci).or_default().push(reach);
    }
    let mut claims: BTreeMap<(Side, bool), Claim> = BTreeMap::new();
    for neighbour in neighbours {
        let apart = placed.interval.overlap(neighbour.interval).is_none();
        if apart || neighbour.subject == placed.subject {
            continue;
        }
        if placed.cis.contains(&neighbour.ci) {
            let hit = Hit { ci: neighbour.ci, path: Vec::new() };
            add(&mut claims, neighbour, ConflictKind::SameCi, hit);
        }
        for reach in by_ci.get(&neighbour.ci).into_iter().flatten() {
            let kind = match reach.direction {
                Direction::Upstream => ConflictKind::UpstreamCi,
                Direction::Downstream => ConflictKind::DownstreamCi,
            };
            let hit = Hit { ci: reach.from, path: reach.path.clone() };
            add(&mut claims, neighbour, kind, hit);
        }
    }
    let conflicts = claims.into_iter().filter_map(|((with, _), claim)| {
        let overlap = placed.interval.overlap(claim.interval)?;
        let kind = *claim.hits.values().next()?;
        let hits: Vec<Hit> = claim.hits.into_keys().map(|(_, hit)| hit).collect();
        let others = hits.iter().map(|hit| (hit.ci, hit.path.last().map_or(hit.ci, |s| s.ci)));
        let fingerprint = symmetric(placed, with, claim.interval, others);
        let subject = placed.subject;
        let mut found = Found { kind, subject, with, overlap, fingerprint, hits, blocking: false };
        found.blocking = placed.blocking.says(kind, claim.committed, found.relations());
        Some(found)
    });
    conflicts.collect()
}

fn add(
    claims: &mut BTreeMap<(Side, bool), Claim>,
    neighbour: &Neighbour,
    kind: ConflictKind,
    hit: Hit,
) {
    let same = kind == ConflictKind::SameCi;
    let claim = claims.entry((neighbour.subject, same)).or_insert_with(|| Claim {
        interval: neighbour.interval,
        committed: false,
        hits: BTreeMap::new(),
    });
    claim.committed |= neighbour.committed;
    claim.hits.entry((hit.path.len(), hit)).or_insert(kind);
}

/// The same whichever side looks: each side's window, and the pairs of CIs by side.
fn symmetric(
    placed: &Placed,
    with: Side,
    interval: Interval,
    pairs: impl Iterator<Item = (CiId, CiId)>,
) -> String {
    let turned = with < placed.subject;
    let mut sides = [(placed.subject, placed.interval), (with, interval)];
    sides.sort();
    let pairs: BTreeSet<(CiId, CiId)> =
        pairs.map(|(mine, theirs)| if turned { (theirs, mine) } else { (mine, theirs) }).collect();
    canonical::hash(&(sides, pairs))
}

/// The periods of a kind that a window should stay out of, and does not.
fn within<'a>(
    placed: &'a Placed,
    periods: &'a [PeriodFact],
    of: PeriodKind,
    kind: ConflictKind,
) -> impl Iterator<Item = Found> + 'a {
    let of_kind = periods.iter().filter(move |period| period.kind == of);
    of_kind.filter(|period| period.concerns(placed)).filter_map(move |period| {
        let hit =
            period.occurrences.iter().find_map(|at| Some((at, placed.interval.overlap(*at)?)));
        let (occurrence, overlap) = hit?;
        Some(Found {
            kind,
            subject: placed.subject,
            with: Side::Period(period.id),
            overlap,
            fingerprint: canonical::hash(&(placed.interval, occurrence, &placed.cis)),
            hits: Vec::new(),
            blocking: placed.blocking.says(kind, true, 0),
        })
    })
}

/// A service with maintenance windows is changed within one of them. Services without any may be
/// changed at any time.
fn outside_windows(placed: &Placed, periods: &[PeriodFact]) -> Vec<Found> {
    let windows = periods.iter().filter(|period| period.kind == PeriodKind::MaintenanceWindow);
    let windows: Vec<&PeriodFact> = windows.filter(|period| period.concerns(placed)).collect();
    let mut found: BTreeMap<PeriodId, Found> = BTreeMap::new();
    for service in &placed.services {
        let own: Vec<_> = windows.iter().filter(|w| w.services.contains(service)).collect();
        let inside =
            |w: &&&&PeriodFact| w.occurrences.iter().any(|at| at.contains(placed.interval));
        let Some(first) = own.first().filter(|_| !own.iter().any(|w| inside(&w))) else { continue };
        found.entry(first.id).or_insert_with(|| Found {
            kind: ConflictKind::OutsideWindow,
            subject: placed.subject,
            with: Side::Period(first.id),
            overlap: placed.interval,
            fingerprint: canonical::hash(&(placed.interval, first.id, &placed.services)),
            hits: Vec::new(),
            blocking: placed.blocking.says(ConflictKind::OutsideWindow, true, 0),
        });
    }
    found.into_values().collect()
}

#[cfg(test)]
impl Blocking {
    /// Committed records at most one relation away block, and periods; an emergency may leave the
    /// maintenance windows.
    pub(super) fn of_tests(emergency: bool) -> Self {
        use ConflictKind as K;
        let mut says: BTreeSet<_> = [(K::SameCi, true, 0), (K::Blackout, true, 0)].into();
        says.extend([K::UpstreamCi, K::DownstreamCi].map(|kind| (kind, true, 1)));
        says.extend((!emergency).then_some((K::OutsideWindow, true, 0)));
        Self(says)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::{Id, Timestamp};

    fn uuid(number: u128) -> uuid::Uuid {
        uuid::Uuid::from_u128(number)
    }

    fn ci(number: u128) -> CiId {
        CiId::from_uuid(uuid(number))
    }

    fn change(number: u128) -> Side {
        Side::Change(ChangeId::from_uuid(uuid(number)))
    }

    fn hours(start: i64, end: i64) -> Interval {
        let at = |hour: i64| Timestamp::from_micros(0).plus_minutes(hour * 60);
        Interval::try_new(at(start), at(end)).expect("an interval")
    }

    fn placed(number: u128, cis: &[u128], interval: Interval) -> Placed {
        Placed {
            subject: change(number),
            interval,
            cis: cis.iter().map(|n| ci(*n)).collect(),
            services: [ServiceId::from_uuid(uuid(1))].into(),
            environment: Environment::Production,
            emergency: false,
            blocking: Blocking::of_tests(false),
        }
    }

    fn claim(number: u128, on: u128, interval: Interval, committed: bool) -> Neighbour {
        Neighbour { subject: change(number), ci: ci(on), interval, committed }
    }

    fn reach(from: u128, to: u128, direction: Direction) -> Reach {
        let path = vec![PathStep { relation: "uses".to_owned(), ci: ci(to) }];
        Reach { from: ci(from), ci: ci(to), direction, path }
    }

    #[test]
    fn touching_windows_do_not_collide() {
        let found =
            detect(&placed(1, &[7], hours(0, 2)), &[claim(2, 7, hours(2, 3), true)], &[], &[]);
        assert_eq!(found, []);
    }

    #[test]
    fn a_tentative_neighbour_warns_and_a_committed_one_blocks() {
        let mine = placed(1, &[7], hours(0, 2));
        let blocking =
            |committed| detect(&mine, &[claim(2, 7, hours(1, 3), committed)], &[], &[])[0].blocking;
        assert!(!blocking(false));
        assert!(blocking(true));
    }

    #[test]
    fn a_conflict_over_a_dependency_shows_its_path() {
        let mine = placed(1, &[7], hours(0, 2));
        let reaches = [reach(7, 9, Direction::Upstream)];
        let found = detect(&mine, &[claim(2, 9, hours(1, 3), true)], &reaches, &[]);
        assert_eq!(found[0].kind, ConflictKind::UpstreamCi);
        assert_eq!(found[0].hits, [Hit { ci: ci(7), path: reaches[0].path.clone() }]);
    }

    #[test]
    fn the_shortest_way_is_told_first_and_says_what_it_is() {
        let mine = placed(1, &[7], hours(0, 2));
        let round = {
            let steps = [8, 9].map(|to| reach(7, to, Direction::Upstream).path);
            Reach { path: steps.concat(), ..reach(7, 9, Direction::Upstream) }
        };
        let back = reach(7, 9, Direction::Downstream);
        let reaches = [round.clone(), back.clone()];
        let found = &detect(&mine, &[claim(2, 9, hours(1, 3), true)], &reaches, &[])[0];
        let ways: Vec<_> = found.hits.iter().map(|hit| &hit.path).collect();
        assert_eq!(ways, [&back.path, &round.path]);
        assert_eq!((found.kind, found.blocking), (ConflictKind::DownstreamCi, true));
    }

    #[test]
    fn every_ci_that_is_hit_is_listed() {
        let mine = placed(1, &[7, 8], hours(0, 2));
        let others = [claim(2, 7, hours(1, 3), true), claim(2, 8, hours(1, 3), true)];
        assert_eq!(detect(&mine, &others, &[], &[])[0].hits.len(), 2);
    }

    #[test]
    fn both_sides_see_the_same_conflict() {
        let (first, second) = (placed(1, &[7], hours(0, 2)), placed(2, &[9], hours(1, 3)));
        let seen = detect(
            &first,
            &[claim(2, 9, hours(1, 3), true)],
            &[reach(7, 9, Direction::Upstream)],
            &[],
        );
        let other = detect(
            &second,
            &[claim(1, 7, hours(0, 2), true)],
            &[reach(9, 7, Direction::Downstream)],
            &[],
        );
        assert_eq!(seen[0].fingerprint, other[0].fingerprint);
        let keys = [&seen[0], &other[0]].map(|found| key(found.kind, found.subject, found.with));
        assert_eq!(keys[0], keys[1]);
    }

    fn period(kind: PeriodKind, occurrence: Interval) -> PeriodFact {
        let id = PeriodId::from_uuid(uuid(5));
        let services = [ServiceId::from_uuid(uuid(1))].into();
        PeriodFact { id, kind, services, environment: None, occurrences: vec![occurrence] }
    }

    #[test]
    fn a_blackout_blocks_everyone() {
        let blackout = period(PeriodKind::Blackout, hours(1, 5));
        let emergency =
            Placed { blocking: Blocking::of_tests(true), ..placed(1, &[7], hours(0, 2)) };
        let found = detect(&emergency, &[], &[], &[blackout]);
        assert_eq!((found[0].kind, found[0].blocking), (ConflictKind::Blackout, true));
    }

    #[test]
    fn peak_hours_warn() {
        let peak = period(PeriodKind::PeakHours, hours(1, 5));
        let found = detect(&placed(1, &[7], hours(0, 2)), &[], &[], &[peak]);
        assert_eq!((found[0].kind, found[0].blocking), (ConflictKind::PeakHours, false));
        assert_eq!(found[0].overlap, hours(1, 2));
    }

    #[test]
    fn a_business_event_warns_the_services_it_names_and_blocks_where_policy_says_so() {
        let event = [period(PeriodKind::BusinessEvent, hours(1, 5))];
        let mine = placed(1, &[7], hours(0, 2));
        let found = detect(&mine, &[], &[], &event);
        assert_eq!((found[0].kind, found[0].blocking), (ConflictKind::BusinessEvent, false));
        assert_eq!(found[0].overlap, hours(1, 2));
        let others = [ServiceId::from_uuid(uuid(2))].into();
        assert_eq!(detect(&Placed { services: others, ..mine.clone() }, &[], &[], &event), []);
        let blocking = Blocking([(ConflictKind::BusinessEvent, true, 0)].into());
        assert!(detect(&Placed { blocking, ..mine }, &[], &[], &event)[0].blocking);
    }

    #[test]
    fn a_sprint_collides_with_nothing() {
        let sprint = [period(PeriodKind::Sprint, hours(1, 5))];
        assert_eq!(detect(&placed(1, &[7], hours(0, 2)), &[], &[], &sprint), []);
        let colliding: Vec<_> = PeriodKind::ALL.iter().filter(|kind| !kind.collides()).collect();
        assert_eq!(colliding, [&PeriodKind::Sprint]);
    }

    #[test]
    fn work_belongs_into_a_maintenance_window_and_an_emergency_may_leave_it() {
        let window = [period(PeriodKind::MaintenanceWindow, hours(1, 5))];
        let inside = placed(1, &[7], hours(2, 5));
        assert_eq!(detect(&inside, &[], &[], &window), []);
        let outside = placed(1, &[7], hours(4, 6));
        assert!(detect(&outside, &[], &[], &window)[0].blocking);
        let emergency = Placed { blocking: Blocking::of_tests(true), ..outside };
        assert!(!detect(&emergency, &[], &[], &window)[0].blocking);
    }
}
