//! What is to be told now, and when to look again. The rule sees how the release stands and what
//! was told of it, and says what is missing; asked again after that was told, it says nothing.

use std::collections::BTreeSet;

use kernel::Timestamp;

use crate::vocabulary::{Moment, Window};

/// How late a start or an end is still told to those who heard nothing before, in minutes.
pub const LATE_MINUTES: i64 = 24 * 60;

/// How long before its window a release is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lead {
    /// As soon as the window is committed.
    AtOnce,
    /// So many hours before.
    Hours(u32),
}

impl Lead {
    /// When a window is told; nothing for at once.
    pub fn due(self, window: &Window) -> Option<Timestamp> {
        match self {
            Self::AtOnce => None,
            Self::Hours(hours) => Some(window.interval.start.plus_minutes(-i64::from(hours) * 60)),
        }
    }
}

/// How carrying a release out ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// It was verified.
    Verified(Timestamp),
    /// It was taken back, as far as it could be.
    TakenBack(Timestamp),
}

/// A notice that was written before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// What it tells.
    pub moment: Moment,
    /// The window as it was then.
    pub window: Option<Window>,
    /// Whether there was anybody to tell.
    pub reached: bool,
}

/// The window that those believe in who were told.
pub fn believed(told: &[Told]) -> Option<&Window> {
    let last = told.iter().rev().find(|told| told.reached);
    last.and_then(|told| told.window.as_ref())
}

/// How the release stands, and what was told of it, the oldest first.
#[derive(Debug, Clone)]
pub struct Facts<'a> {
    /// Now.
    pub now: Timestamp,
    /// The window, where it is committed.
    pub window: Option<&'a Window>,
    /// Whether the go is given: a window may hold its slot before that.
    pub has_go: bool,
    /// How long before the window it is told.
    pub lead: Lead,
    /// Whether it is on hold.
    pub is_held: bool,
    /// When it was begun.
    pub started_at: Option<Timestamp>,
    /// How it ended.
    pub ended: Option<Ended>,
    /// Whether it was given up.
    pub is_cancelled: bool,
    /// The moments that nothing is told at.
    pub off: &'a BTreeSet<Moment>,
    /// What was told.
    pub told: &'a [Told],
}

/// Who is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum To {
    /// Exactly those who were told something before.
    Told,
    /// Those of the audience who were not told of this window yet.
    Untold,
    /// The audience, and whoever was told something before.
    All,
}

/// A notice that is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Telling {
    /// What it tells.
    pub moment: Moment,
    /// Whom.
    pub to: To,
}

/// What is to be done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Next {
    /// What is due, in order.
    pub tell: Vec<Telling>,
    /// When the window is told before it begins.
    pub wake: Option<Timestamp>,
    /// When the window that people believe in passes, if work does not begin.
    pub passes: Option<Timestamp>,
}

/// What is missing.
pub fn next(facts: &Facts<'_>) -> Next {
    let mut next = Next::default();
    let mut tell = |moment, to| next.tell.push(Telling { moment, to });
    let reached = facts.told.iter().any(|told| told.reached);
    if facts.is_cancelled {
        if reached && !facts.has_told(Moment::Cancelled) {
            tell(Moment::Cancelled, To::Told);
        }
        return next;
    }
    // An end tells more than a date that moved before it.
    if facts.ended.is_none() && reached && believed(facts.told) != facts.stands() {
        tell(Moment::Moved, To::Told);
    }
    if facts.started_at.is_none() && facts.ended.is_none() {
        match facts.before() {
            Before::Now => tell(Moment::Before, To::Untold),
            Before::At(due) => {
                next.wake = Some(due);
                return next;
            }
            Before::Never => {}
        }
        if reached || !next.tell.is_empty() {
            next.passes = facts.stands().map(|window| window.interval.end);
        }
        return next;
    }
    let is_late = |at: Timestamp| at.plus_minutes(LATE_MINUTES) <= facts.now;
    if let Some(at) = facts.started_at.filter(|_| facts.ended.is_none())
        && facts.misses(Moment::Start)
        && (reached || !is_late(at))
    {
        tell(Moment::Start, To::All);
    }
    let end = facts.ended.map(|ended| match ended {
        Ended::Verified(at) => (Moment::Success, at),
        Ended::TakenBack(at) => (Moment::Rollback, at),
    });
    if let Some((moment, at)) = end
        && facts.misses(moment)
        && (reached || !is_late(at))
    {
        tell(moment, To::All);
    }
    next
}

enum Before {
    Now,
    At(Timestamp),
    Never,
}

impl Facts<'_> {
    /// The window that people can be told. As long as work has not begun there is none while the
    /// release is on hold, and none once it passed: it is delayed, and nobody knows until when.
    pub fn stands(&self) -> Option<&Window> {
        let has_begun = self.started_at.is_some() || self.ended.is_some();
        let is_delayed = |window: &Window| self.is_held || window.interval.end <= self.now;
        self.window.filter(|window| has_begun || !is_delayed(window))
    }

    fn has_told(&self, moment: Moment) -> bool {
        self.told.iter().any(|told| told.moment == moment)
    }

    fn misses(&self, moment: Moment) -> bool {
        !self.off.contains(&moment) && !self.has_told(moment)
    }

    /// When the window is told before it begins; nothing once that was done, or is too late.
    fn before(&self) -> Before {
        let Some(window) = self.stands() else { return Before::Never };
        // A window that was left and came back is another one: what was told of it the first time
        // may have been superseded since.
        let since = self.told.iter().rev();
        let mut since = since.take_while(|told| told.window.as_ref() == Some(window));
        let is_told = since.any(|told| told.moment == Moment::Before);
        if is_told || self.off.contains(&Moment::Before) || self.now >= window.interval.start {
            return Before::Never;
        }
        // Nobody plans around a date that may never get its go; it is looked at again with that.
        if !self.has_go {
            return Before::Never;
        }
        match self.lead.due(window).filter(|due| *due > self.now) {
            Some(due) => Before::At(due),
            None => Before::Now,
        }
    }
}

#[cfg(test)]
mod tests {
    use kernel::Zone;

    use super::*;

    const DAY: i64 = 24 * 60;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("an instant")
    }

    fn window(start: &str) -> Window {
        let start = at(start);
        Window::try_new(start, start.plus_minutes(60), Zone::utc()).expect("a window")
    }

    fn told(moment: Moment, window: Option<&Window>) -> Told {
        Told { moment, window: window.cloned(), reached: true }
    }

    /// A major release that is scheduled, and how it goes on.
    struct Case {
        now: Timestamp,
        window: Option<Window>,
        has_go: bool,
        lead: Lead,
        is_held: bool,
        started_at: Option<Timestamp>,
        ended: Option<Ended>,
        is_cancelled: bool,
        off: BTreeSet<Moment>,
        told: Vec<Told>,
    }

    impl Case {
        fn at(now: &str) -> Self {
            Self {
                now: at(now),
                window: Some(window("2026-12-20T20:00:00Z")),
                has_go: true,
                lead: Lead::Hours(7 * 24),
                is_held: false,
                started_at: None,
                ended: None,
                is_cancelled: false,
                off: BTreeSet::new(),
                told: Vec::new(),
            }
        }

        fn facts(&self) -> Facts<'_> {
            Facts {
                now: self.now,
                window: self.window.as_ref(),
                has_go: self.has_go,
                lead: self.lead,
                is_held: self.is_held,
                started_at: self.started_at,
                ended: self.ended,
                is_cancelled: self.is_cancelled,
                off: &self.off,
                told: &self.told,
            }
        }

        fn next(&self) -> Next {
            next(&self.facts())
        }

        #[track_caller]
        fn tells(&self, expected: &[(Moment, To)]) {
            let tell: Vec<_> = self.next().tell.iter().map(|one| (one.moment, one.to)).collect();
            assert_eq!(tell, expected);
        }
    }

    #[test]
    fn a_release_is_told_seven_days_before_to_the_minute_and_once() {
        let mut case = Case::at("2026-12-13T19:59:59Z");
        let due = at("2026-12-13T20:00:00Z");
        assert_eq!(case.next(), Next { wake: Some(due), ..Next::default() });
        case.now = due;
        case.tells(&[(Moment::Before, To::Untold)]);
        let passes = Some(at("2026-12-20T21:00:00Z"));
        assert_eq!(case.next().passes, passes);
        case.told = vec![told(Moment::Before, case.window.as_ref())];
        assert_eq!(case.next(), Next { passes, ..Next::default() });
    }

    #[test]
    fn one_that_is_scheduled_late_is_told_at_once_and_not_after_it_began() {
        let mut case = Case::at("2026-12-20T19:00:00Z");
        case.tells(&[(Moment::Before, To::Untold)]);
        case.now = at("2026-12-20T20:00:00Z");
        case.tells(&[]);
        case.lead = Lead::AtOnce;
        case.now = at("2026-11-01T00:00:00Z");
        case.tells(&[(Moment::Before, To::Untold)]);
    }

    #[test]
    fn without_a_committed_window_nothing_is_told() {
        let mut case = Case::at("2026-12-14T00:00:00Z");
        case.window = None;
        assert_eq!(case.next(), Next::default());
    }

    #[test]
    fn a_window_that_has_no_go_yet_is_told_to_nobody_and_whoever_was_told_before_is_corrected() {
        let mut case = Case::at("2026-12-14T00:00:00Z");
        case.has_go = false;
        assert_eq!(case.next(), Next::default(), "the go has it looked at again");
        case.has_go = true;
        case.tells(&[(Moment::Before, To::Untold)]);
        case.told = vec![told(Moment::Before, case.window.as_ref())];
        // It moves, and the votes that covered the old date count no longer.
        case.window = Some(window("2026-12-19T20:00:00Z"));
        case.has_go = false;
        case.tells(&[(Moment::Moved, To::Told)]);
        case.told.push(told(Moment::Moved, case.window.as_ref()));
        case.tells(&[]);
        case.has_go = true;
        case.tells(&[(Moment::Before, To::Untold)]);
    }

    #[test]
    fn a_window_that_moves_is_corrected_and_takes_its_date_along() {
        let mut case = Case::at("2026-12-14T00:00:00Z");
        case.told = vec![told(Moment::Before, case.window.as_ref())];
        case.window = Some(window("2027-01-20T20:00:00Z"));
        let expected = Telling { moment: Moment::Moved, to: To::Told };
        let due = at("2027-01-13T20:00:00Z");
        let waits = Next { wake: Some(due), ..Next::default() };
        assert_eq!(case.next(), Next { tell: vec![expected], ..waits.clone() });
        case.told.push(told(Moment::Moved, case.window.as_ref()));
        assert_eq!(case.next(), waits);
        case.now = due;
        case.tells(&[(Moment::Before, To::Untold)]);
    }

    #[test]
    fn a_window_that_is_taken_away_is_corrected_and_again_when_there_is_a_new_one() {
        let mut case = Case::at("2026-12-14T00:00:00Z");
        case.told = vec![told(Moment::Before, case.window.as_ref())];
        case.window = None;
        case.tells(&[(Moment::Moved, To::Told)]);
        case.told.push(told(Moment::Moved, None));
        case.tells(&[]);
        case.window = Some(window("2026-12-20T20:00:00Z"));
        // Whoever was not reached the first time hears of it now.
        case.tells(&[(Moment::Moved, To::Told), (Moment::Before, To::Untold)]);
    }

    #[test]
    fn a_release_on_hold_has_no_date_until_it_is_resumed() {
        let mut case = Case::at("2026-12-12T00:00:00Z");
        case.is_held = true;
        assert_eq!(case.next(), Next::default(), "nobody was told, and nobody will be");
        case.now = at("2026-12-14T00:00:00Z");
        case.told = vec![told(Moment::Before, case.window.as_ref())];
        case.tells(&[(Moment::Moved, To::Told)]);
        case.told.push(told(Moment::Moved, None));
        assert_eq!(case.next(), Next::default());
        case.is_held = false;
        case.tells(&[(Moment::Moved, To::Told), (Moment::Before, To::Untold)]);
        // What is under way keeps its window, whatever is said of it.
        case.told = vec![told(Moment::Start, case.window.as_ref())];
        case.started_at = Some(at("2026-12-20T20:00:00Z"));
        case.is_held = true;
        case.tells(&[]);
    }

    #[test]
    fn a_window_that_passes_without_a_start_holds_no_more() {
        let mut case = Case::at("2026-12-20T20:59:59Z");
        case.told = vec![told(Moment::Before, case.window.as_ref())];
        let end = at("2026-12-20T21:00:00Z");
        assert_eq!(case.next(), Next { passes: Some(end), ..Next::default() });
        case.now = end;
        case.tells(&[(Moment::Moved, To::Told)]);
        case.told.push(told(Moment::Moved, None));
        assert_eq!(case.next(), Next::default());
        case.window = Some(window("2027-01-20T20:00:00Z"));
        case.tells(&[(Moment::Moved, To::Told)]);
        // Work that began in its last minute is no delay, however long it takes.
        case.window = Some(window("2026-12-20T20:00:00Z"));
        case.told = vec![told(Moment::Start, case.window.as_ref())];
        case.started_at = Some(at("2026-12-20T20:59:00Z"));
        case.tells(&[]);
        // Nobody is told of a delay who was told nothing.
        case.started_at = None;
        case.told = vec![];
        assert_eq!(case.next(), Next::default());
    }

    #[test]
    fn a_window_that_moved_away_and_came_back_is_told_again() {
        let mut case = Case::at("2026-12-14T00:00:00Z");
        let first = case.window.clone();
        let second = Some(window("2026-12-19T20:00:00Z"));
        case.told = vec![
            told(Moment::Before, first.as_ref()),
            told(Moment::Moved, second.as_ref()),
            told(Moment::Before, second.as_ref()),
        ];
        case.tells(&[(Moment::Moved, To::Told), (Moment::Before, To::Untold)]);
        case.told.push(told(Moment::Moved, first.as_ref()));
        case.tells(&[(Moment::Before, To::Untold)]);
        case.told.push(told(Moment::Before, first.as_ref()));
        case.tells(&[]);
    }

    #[test]
    fn nobody_is_corrected_who_was_told_nothing() {
        let mut case = Case::at("2026-12-14T00:00:00Z");
        let nobody = Told { reached: false, ..told(Moment::Before, case.window.as_ref()) };
        case.told = vec![nobody];
        case.window = Some(window("2027-01-20T20:00:00Z"));
        case.tells(&[]);
        case.is_cancelled = true;
        case.tells(&[]);
    }

    #[test]
    fn one_that_is_given_up_is_told_once_to_those_who_were_told() {
        let mut case = Case::at("2026-12-14T00:00:00Z");
        case.told = vec![told(Moment::Before, case.window.as_ref())];
        case.window = None;
        case.is_cancelled = true;
        case.tells(&[(Moment::Cancelled, To::Told)]);
        case.told.push(told(Moment::Cancelled, None));
        case.tells(&[]);
    }

    #[test]
    fn the_start_and_the_end_are_told_to_all() {
        let mut case = Case::at("2026-12-20T20:01:00Z");
        case.told = vec![told(Moment::Before, case.window.as_ref())];
        case.started_at = Some(at("2026-12-20T20:00:00Z"));
        case.tells(&[(Moment::Start, To::All)]);
        case.told.push(told(Moment::Start, case.window.as_ref()));
        case.tells(&[]);
        let end = at("2026-12-20T20:30:00Z");
        case.ended = Some(Ended::Verified(end));
        case.tells(&[(Moment::Success, To::All)]);
        case.ended = Some(Ended::TakenBack(end));
        case.tells(&[(Moment::Rollback, To::All)]);
    }

    #[test]
    fn a_window_that_is_lengthened_while_work_is_under_way_is_corrected() {
        let mut case = Case::at("2026-12-20T20:50:00Z");
        case.started_at = Some(at("2026-12-20T20:00:00Z"));
        case.told = vec![told(Moment::Start, case.window.as_ref())];
        let longer = case.window.clone().map(|window| window.until(at("2026-12-20T22:00:00Z")));
        case.window = longer.map(|window| window.expect("longer"));
        case.tells(&[(Moment::Moved, To::Told)]);
    }

    #[test]
    fn what_is_long_over_is_told_only_to_those_who_wait_for_it() {
        let end = at("2026-12-20T20:30:00Z");
        let mut case = Case::at("2026-12-21T20:30:00Z");
        case.started_at = Some(at("2026-12-20T20:00:00Z"));
        case.ended = Some(Ended::Verified(end));
        case.tells(&[]);
        case.now = end.plus_minutes(DAY - 1);
        case.tells(&[(Moment::Success, To::All)]);
        case.now = end.plus_minutes(90 * DAY);
        case.told = vec![told(Moment::Before, case.window.as_ref())];
        case.tells(&[(Moment::Success, To::All)]);
    }

    #[test]
    fn a_moment_that_is_left_out_is_not_told() {
        let mut case = Case::at("2026-12-14T00:00:00Z");
        case.off = [Moment::Before].into();
        assert_eq!(case.next(), Next::default());
    }

    /// Whatever happens in whatever order: telling what is due leaves nothing due.
    #[test]
    fn what_was_told_is_not_due_again() {
        let windows =
            [None, Some(window("2026-12-20T20:00:00Z")), Some(window("2027-01-20T20:00:00Z"))];
        let mut seed = 7_u64;
        let mut draw = |bound: u64| {
            seed = seed
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) % bound
        };
        for _ in 0..2_000 {
            let mut case = Case::at("2026-12-01T00:00:00Z");
            for _ in 0..8 {
                case.now = case.now.plus_minutes(i64::try_from(draw(10 * 1440)).expect("small"));
                case.window = windows[usize::try_from(draw(3)).expect("small")].clone();
                case.has_go = draw(3) > 0;
                match draw(8) {
                    0 => case.is_cancelled = true,
                    1 => case.started_at = case.started_at.or(Some(case.now)),
                    2 if case.started_at.is_some() => case.ended = Some(Ended::Verified(case.now)),
                    3 => case.is_held = !case.is_held,
                    _ => {}
                }
                let due = case.next();
                let stands = case.facts().stands().cloned();
                for telling in due.tell {
                    case.told.push(told(telling.moment, stands.as_ref()));
                }
                assert_eq!(case.next().tell, vec![], "{:?}", case.told);
            }
        }
    }
}
