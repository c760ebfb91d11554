//! Whether a change fits into a release or goes alone, and why. Changes belong together when they
//! depend on each other, when taking one back would take back what the other stands on, or when
//! one team would do both in one night.

use std::collections::BTreeSet;

use kernel::{CiId, Interval, TeamId};

use crate::calendar::Side;
use crate::policy::OutsideRelease;
use crate::vocabulary::words;

/// How far apart windows may be for changes to depend on one another: one week.
pub const APART_MAX_MINUTES: i64 = 7 * 24 * 60;
/// How far apart windows may be to be one night's work of a team: eight hours.
pub const NIGHT_MINUTES: i64 = 8 * 60;

words! {
    /// What fits.
    Fit {
        /// A release that takes changes in already.
        Join = "join",
        /// A new release with others that travel alone so far.
        Bundle = "bundle",
        /// A release of its own: customers meet it, and policy wants such changes in releases.
        Release = "release",
        /// A change on its own.
        Single = "single",
        /// Nothing can be said before its CIs and its window are known.
        Unknown = "unknown",
    }
}

/// The change that advice is sought for.
#[derive(Debug, Clone)]
pub struct Advised {
    /// What it touches.
    pub cis: BTreeSet<CiId>,
    /// What its CIs depend on, and what depends on them.
    pub connected: BTreeSet<CiId>,
    /// Who owns it.
    pub team: Option<TeamId>,
    /// When it is planned.
    pub interval: Option<Interval>,
    /// What policy says of it outside any release.
    pub outside: OutsideRelease,
}

/// A draft that travels alone so far, or a release that still takes changes in: what is further on
/// its way is not taken back for a bundle.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// Which.
    pub subject: Side,
    /// What it touches.
    pub cis: BTreeSet<CiId>,
    /// Who owns it.
    pub team: Option<TeamId>,
    /// When it is planned.
    pub interval: Option<Interval>,
}

/// Why a candidate belongs with the change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tied {
    /// Which.
    pub subject: Side,
    /// CIs that both touch: one rollback takes back both.
    pub shared: BTreeSet<CiId>,
    /// CIs of the other that are connected with the change's.
    pub connected: BTreeSet<CiId>,
    /// Whether one team owns both.
    pub same_team: bool,
    /// Minutes between the windows, 0 when they touch; none when either has no window.
    pub minutes_apart: Option<i64>,
}

/// What fits, and the candidates that belong with the change, those with the strongest ties first:
/// releases before changes, then by shared CIs, connected CIs, team and nearness in time.
pub fn advise(advised: &Advised, candidates: &[Candidate]) -> (Fit, Vec<Tied>) {
    if advised.cis.is_empty() || advised.interval.is_none() {
        return (Fit::Unknown, Vec::new());
    }
    let mut tied: Vec<Tied> = candidates.iter().filter_map(|other| tie(advised, other)).collect();
    tied.sort_by_key(|tied| {
        let release = matches!(tied.subject, Side::Release(_));
        let strength = (tied.shared.len(), tied.connected.len(), tied.same_team);
        let apart = tied.minutes_apart.unwrap_or(i64::MAX);
        (!release, std::cmp::Reverse(strength), apart, tied.subject.id())
    });
    let fit = match (tied.first().map(|tied| tied.subject), advised.outside) {
        (Some(Side::Release(_)), _) => Fit::Join,
        (Some(_), _) => Fit::Bundle,
        (None, OutsideRelease::Flag | OutsideRelease::Refuse) => Fit::Release,
        (None, OutsideRelease::Allow) => Fit::Single,
    };
    (fit, tied)
}

fn tie(advised: &Advised, other: &Candidate) -> Option<Tied> {
    let minutes_apart = advised.interval.zip(other.interval).map(|(one, two)| apart(one, two));
    let tied = Tied {
        subject: other.subject,
        shared: advised.cis.intersection(&other.cis).copied().collect(),
        connected: advised.connected.intersection(&other.cis).copied().collect(),
        same_team: advised.team.is_some() && advised.team == other.team,
        minutes_apart,
    };
    let near = minutes_apart.is_none_or(|minutes| minutes <= APART_MAX_MINUTES);
    let depends = !tied.shared.is_empty() || !tied.connected.is_empty();
    let one_night = tied.same_team && minutes_apart.is_some_and(|minutes| minutes <= NIGHT_MINUTES);
    ((depends && near) || one_night).then_some(tied)
}

fn apart(one: Interval, two: Interval) -> i64 {
    let (first, second) = if one.start <= two.start { (one, two) } else { (two, one) };
    second.start.minutes_since(first.end).max(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::{ChangeId, Id, ReleaseId, Timestamp};

    fn ci(number: u128) -> CiId {
        CiId::from_uuid(uuid::Uuid::from_u128(number))
    }

    fn team(number: u128) -> TeamId {
        TeamId::from_uuid(uuid::Uuid::from_u128(number))
    }

    fn change(number: u128) -> Side {
        Side::Change(ChangeId::from_uuid(uuid::Uuid::from_u128(number)))
    }

    fn release(number: u128) -> Side {
        Side::Release(ReleaseId::from_uuid(uuid::Uuid::from_u128(number)))
    }

    fn hours(from: i64, to: i64) -> Option<Interval> {
        let at = |hour: i64| Timestamp::from_micros(0).plus_minutes(hour * 60);
        Some(Interval { start: at(from), end: at(to) })
    }

    fn advised(outside: OutsideRelease) -> Advised {
        Advised {
            cis: [ci(1)].into(),
            connected: [ci(2)].into(),
            team: Some(team(1)),
            interval: hours(0, 2),
            outside,
        }
    }

    fn other(subject: Side, cis: &[u128], by: u128, interval: Option<Interval>) -> Candidate {
        let cis = cis.iter().map(|number| ci(*number)).collect();
        Candidate { subject, cis, team: Some(team(by)), interval }
    }

    fn advice(outside: OutsideRelease, others: &[Candidate]) -> (Fit, Vec<Side>) {
        let (fit, tied) = advise(&advised(outside), others);
        (fit, tied.into_iter().map(|tied| tied.subject).collect())
    }

    #[test]
    fn without_ties_it_goes_alone_unless_policy_wants_a_release() {
        assert_eq!(advice(OutsideRelease::Allow, &[]), (Fit::Single, vec![]));
        assert_eq!(advice(OutsideRelease::Flag, &[]), (Fit::Release, vec![]));
        assert_eq!(advice(OutsideRelease::Refuse, &[]), (Fit::Release, vec![]));
        let strangers = [other(change(1), &[9], 2, hours(0, 2)), other(change(2), &[9], 2, None)];
        assert_eq!(advice(OutsideRelease::Allow, &strangers), (Fit::Single, vec![]));
    }

    #[test]
    fn nothing_is_said_before_cis_and_window_are_known() {
        let others = [other(release(1), &[1], 1, hours(0, 2))];
        let advised = advised(OutsideRelease::Refuse);
        let nowhere = Advised { cis: BTreeSet::new(), ..advised.clone() };
        let never = Advised { interval: None, ..advised };
        for unknown in [nowhere, never] {
            assert_eq!(advise(&unknown, &others), (Fit::Unknown, vec![]));
        }
    }

    #[test]
    fn a_shared_or_connected_ci_ties_within_a_week() {
        let week = 7 * 24;
        let others = [
            other(change(1), &[2], 2, hours(2 + week, 3 + week)),
            other(change(2), &[1], 2, None),
            other(change(3), &[1], 2, hours(3 + week, 4 + week)),
        ];
        let expected = (Fit::Bundle, vec![change(2), change(1)]);
        assert_eq!(advice(OutsideRelease::Allow, &others), expected);
    }

    #[test]
    fn one_team_in_one_night_is_tied_and_on_another_day_is_not() {
        let others = [
            other(change(1), &[9], 1, hours(10, 11)),
            other(change(2), &[9], 1, hours(11, 12)),
            other(change(3), &[9], 1, None),
        ];
        assert_eq!(advice(OutsideRelease::Allow, &others), (Fit::Bundle, vec![change(1)]));
    }

    #[test]
    fn a_release_that_takes_changes_in_comes_before_changes_with_stronger_ties() {
        let others =
            [other(change(1), &[1], 1, hours(0, 2)), other(release(1), &[2], 2, hours(30, 32))];
        let expected = (Fit::Join, vec![release(1), change(1)]);
        assert_eq!(advice(OutsideRelease::Allow, &others), expected);
    }

    #[test]
    fn what_ties_is_told() {
        let (_, tied) = advise(
            &advised(OutsideRelease::Allow),
            &[other(change(1), &[1, 2, 3], 1, hours(-5, -1))],
        );
        let expected = Tied {
            subject: change(1),
            shared: [ci(1)].into(),
            connected: [ci(2)].into(),
            same_team: true,
            minutes_apart: Some(60),
        };
        assert_eq!(tied, [expected]);
    }
}
