//! Time limits of groups: when those asked are reminded, and what happens when their time runs out.
//! All of it follows from the round, so that a timer that fires late, or twice, does no harm.

use std::collections::BTreeSet;

use kernel::Timestamp;

use crate::approval::{GroupPlan, OnLimit, Round, RoundEvent, RoundState};

/// The most hours of a reminder or a limit: a year.
pub const LIMIT_HOURS_MAX: u32 = 24 * 366;

/// When something is due next, if anything. Nothing is while the subject is on hold.
pub fn due_at(round: &Round) -> Option<Timestamp> {
    if round.paused_at.is_some() {
        return None;
    }
    round.open_groups().iter().filter_map(|seat| next(round, *seat)).map(|(at, _)| at).min()
}

/// The limit of a group whose turn it is, while it has not run out.
pub fn limit_at(round: &Round, seat: (usize, usize)) -> Option<Timestamp> {
    let open = round.paused_at.is_none() && round.open_groups().contains(&seat);
    let limit = round.plan.stages[seat.0].groups[seat.1].limit_hours.filter(|_| open)?;
    (!was_called(round, seat, true)).then(|| after(round, limit))?
}

/// What is due: reminders, escalations, and the end of a round whose time ran out.
pub fn call(round: &Round, now: Timestamp) -> Vec<RoundEvent> {
    let mut events = Vec::new();
    if round.paused_at.is_some() {
        return events;
    }
    let number = round.number;
    for (stage, group) in round.open_groups() {
        let plan = &round.plan.stages[stage].groups[group];
        let is_due = |hours: Option<u32>| {
            hours.and_then(|hours| after(round, hours)).is_some_and(|at| at <= now)
        };
        if is_due(plan.limit_hours) && !was_called(round, (stage, group), true) {
            let then = plan.on_limit.unwrap_or(OnLimit::Remind);
            let roles = match then {
                OnLimit::Escalate => plan.escalate_to.clone(),
                OnLimit::Remind | OnLimit::Reject => BTreeSet::new(),
            };
            events.push(RoundEvent::LimitReached { round: number, stage, group, then, roles });
            if then == OnLimit::Reject {
                events.push(RoundEvent::Closed { round: number, state: RoundState::Rejected });
                return events;
            }
        } else if is_due(plan.reminder_hours) && !was_called(round, (stage, group), false) {
            events.push(RoundEvent::Reminded { round: number, stage, group });
        }
    }
    events
}

/// What is next for a group. A limit that ran out makes the reminder before it pointless.
fn next(round: &Round, seat: (usize, usize)) -> Option<(Timestamp, bool)> {
    let plan = &round.plan.stages[seat.0].groups[seat.1];
    let reminder = plan.reminder_hours.filter(|_| !was_called(round, seat, false));
    let limit = plan.limit_hours.filter(|_| !was_called(round, seat, true));
    let reminder = reminder.and_then(|hours| after(round, hours)).map(|at| (at, false));
    let limit = limit.and_then(|hours| after(round, hours)).map(|at| (at, true));
    reminder.into_iter().chain(limit).min()
}

/// Whether the limit of a group was reached, or for its reminder whether either was.
fn was_called(round: &Round, (stage, group): (usize, usize), limit: bool) -> bool {
    let mut calls = round.calls.iter().filter(|call| (call.stage, call.group) == (stage, group));
    calls.any(|call| !limit || call.limit.is_some())
}

fn after(round: &Round, hours: u32) -> Option<Timestamp> {
    round.asked_since.map(|since| since.plus_minutes(i64::from(hours) * 60))
}

impl GroupPlan {
    /// What is wrong with its time limits, if anything, and the key that says it.
    pub fn wrong_limit(&self) -> Option<(&'static str, &'static str)> {
        let times = [("reminder_hours", self.reminder_hours), ("limit_hours", self.limit_hours)];
        for (key, hours) in times {
            match hours {
                Some(0) => return Some((key, "a time of 0 hours is over at once: say 1 or more")),
                Some(hours) if hours > LIMIT_HOURS_MAX => {
                    return Some((key, "a time limit is a year at most"));
                }
                _ => {}
            }
        }
        let late = |reminder| self.limit_hours.is_some_and(|limit| reminder >= limit);
        if self.reminder_hours.is_some_and(late) {
            return Some((
                "reminder_hours",
                "the reminder comes before the limit: say fewer hours",
            ));
        }
        match self.on_limit {
            Some(_) if self.limit_hours.is_none() => {
                Some(("on_limit", "`on_limit` needs `limit_hours`"))
            }
            Some(OnLimit::Escalate) if self.escalate_to.is_empty() => {
                Some(("on_limit", "`escalate` needs `escalate_to`, the roles that may answer then"))
            }
            _ => None,
        }
    }
}
