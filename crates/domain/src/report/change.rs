//! What a change says.

use kernel::Timestamp;

use crate::change::{Change, Outcome, Phase};
use crate::policy::ChangeType;
use crate::report::fact::ids;
use crate::report::{Course, Fact, Figure, Harm, Said};

/// Each stage and its figure.
const STAGES: [(Phase, Figure); 6] = [
    (Phase::Draft, Figure::TimeInDraft),
    (Phase::Assess, Figure::TimeInAssess),
    (Phase::Authorise, Figure::TimeInAuthorise),
    (Phase::Scheduled, Figure::TimeInScheduled),
    (Phase::Implement, Figure::TimeInImplement),
    (Phase::Review, Figure::TimeInReview),
];

/// A change as figures see it.
#[derive(Debug)]
pub struct ChangeSeen<'a> {
    /// The change.
    pub change: &'a Change,
    /// Its way.
    pub course: &'a Course<Phase>,
    /// The incidents that name it as their cause.
    pub harms: &'a [Harm],
    /// Whether a conflict with other work stood as its work began.
    pub collided: bool,
}

impl ChangeSeen<'_> {
    /// All that it says.
    pub fn facts(&self) -> Vec<Fact> {
        let mut facts = Vec::new();
        self.raised(&mut facts);
        self.begun(&mut facts);
        self.ended(&mut facts);
        facts.extend(self.course.waits());
        facts
    }

    fn raised(&self, facts: &mut Vec<Fact>) {
        let Some(at) = self.change.created_at else { return };
        let emergency = self.change.change_type() == ChangeType::Emergency;
        facts.push(Fact::whether(Figure::EmergencyShare, at, emergency));
        facts.push(Fact::new(Figure::BacklogThroughput, at, Said::No));
    }

    fn begun(&self, facts: &mut Vec<Fact>) {
        let change = self.change;
        let began = change.started_at;
        let found = change.unauthorised.as_ref().map(|found| found.at);
        if let Some(at) = began.or(found) {
            facts.push(Fact::whether(Figure::UnauthorisedShare, at, found.is_some()));
        }
        if let (Some(at), None, None) = (began, change.release, &change.origin) {
            facts.push(Fact::whether(Figure::CollisionRate, at, self.collided));
        }
        let window = change.content.window.as_ref().map(|window| window.interval);
        if let (Some(risk), Some(at)) =
            (&change.risk, began.or(window.map(|interval| interval.start)))
        {
            facts.push(Fact::new(Figure::ChangeRisk, at, Said::Value(i64::from(risk.points))));
        }
        if let (Some(window), Some(from), Some(to), None) =
            (window, began, change.finished_at, change.release)
        {
            let within = window.start <= from && to <= window.end && !self.course.extended;
            facts.push(Fact::whether(Figure::ScheduleAdherence, from, within));
        }
    }

    fn ended(&self, facts: &mut Vec<Fact>) {
        let change = self.change;
        if let (Some(raised), Some(ended)) = (change.created_at, change.finished_at) {
            facts.push(Fact::time(Figure::RequestLeadTime, ended, raised, ended));
        }
        if change.phase == Phase::Closed {
            let at = self.end();
            if let Some(outcome) = change.outcome {
                let failed =
                    matches!(outcome, Outcome::FailedBackedOut | Outcome::FailedNotBackedOut);
                let success = outcome.is_success();
                facts.extend(at.map(|at| Fact::whether(Figure::ChangeSuccessRate, at, success)));
                facts.extend(at.map(|at| Fact::whether(Figure::FailedChangeRate, at, failed)));
            }
            facts.extend(at.map(|at| self.degraded(at)));
        }
        if change.is_over() {
            // What came from elsewhere was closed there; here it was only taken over.
            let here = self.course.since();
            let closed = if change.origin.is_some() { self.end() } else { here };
            let closes = |at| Fact::new(Figure::BacklogThroughput, at, Said::Closed);
            facts.extend(closed.map(closes));
            if let (Phase::Closed, None, Some(at)) = (change.phase, &change.origin, here) {
                let stage = |(phase, figure): (Phase, Figure)| {
                    let spent = self.course.spent(phase)?;
                    Some(Fact::new(figure, at, Said::Value(spent)))
                };
                facts.extend(STAGES.into_iter().filter_map(stage));
            }
        }
    }

    /// When its work ended, as far as is known.
    fn end(&self) -> Option<Timestamp> {
        let window = self.change.content.window.as_ref();
        let planned = window.map(|window| window.interval.end);
        self.change.finished_at.or(planned).or(self.change.created_at)
    }

    fn degraded(&self, at: Timestamp) -> Fact {
        let counts =
            |harm: &&Harm| self.change.started_at.is_some_and(|began| harm.counts_against(began));
        let harms: Vec<&Harm> = self.harms.iter().filter(counts).collect();
        let counted = self.change.incidents.is_some_and(|incidents| incidents > 0);
        let degraded = counted || !harms.is_empty();
        Fact::whether(Figure::DegradingChangeRate, at, degraded).because(ids(harms))
    }
}
