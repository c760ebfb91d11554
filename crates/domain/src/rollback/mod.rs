//! Rollback: compiled from what was reached, exactly those steps, in reverse, with the minutes
//! added up and what cannot be undone said first.

use kernel::{ChangeId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::vocabulary::Window;

/// What is known of a change's way back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WayBack {
    /// The change.
    pub change: ChangeId,
    /// How.
    pub plan: String,
    /// How long; absent when nobody has said.
    pub minutes: Option<u32>,
    /// What cannot be undone; empty when all can.
    pub cannot_be_undone: String,
}

impl WayBack {
    /// Whether the plan is there: words and minutes.
    pub fn is_planned(&self) -> bool {
        !self.plan.trim().is_empty() && self.minutes.is_some()
    }
}

/// What taking a bundle back would do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// The steps in the order they are taken.
    pub steps: Vec<WayBack>,
    /// Minutes of all steps together: they are taken one after the other.
    pub minutes: u32,
    /// The last moment at which it still fits in the window.
    pub latest_start: Option<Timestamp>,
}

impl Plan {
    /// The changes whose way back is not planned.
    pub fn missing(&self) -> impl Iterator<Item = ChangeId> + '_ {
        self.steps.iter().filter(|step| !step.is_planned()).map(|step| step.change)
    }
}

/// Compiles the way back from what was reached, given in deploy order.
pub fn compile(reached: Vec<WayBack>, window: Option<&Window>) -> Plan {
    let minutes = reached.iter().map(|step| step.minutes.unwrap_or(0)).sum();
    let latest_start = window.map(|window| window.interval.end.plus_minutes(-i64::from(minutes)));
    let mut steps = reached;
    steps.reverse();
    Plan { steps, minutes, latest_start }
}

/// Says that the way back takes longer than the window lasts, where it does.
pub fn does_not_fit(minutes: u32, window: Option<&Window>) -> Option<String> {
    let has = window?.interval.minutes();
    (i64::from(minutes) > has).then(|| {
        format!("taking it back takes {minutes} minutes and its window has {has}: widen it")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::Id;
    use proptest::prelude::*;

    fn way_back(number: u128, minutes: u32) -> WayBack {
        WayBack {
            change: ChangeId::from_uuid(uuid::Uuid::from_u128(number)),
            plan: "restore".to_owned(),
            minutes: Some(minutes),
            cannot_be_undone: String::new(),
        }
    }

    #[test]
    fn it_no_longer_fits_once_its_minutes_reach_the_windows_end() {
        let zone = kernel::Zone::utc();
        let (start, end) = (Timestamp::from_micros(0), Timestamp::from_micros(0).plus_minutes(60));
        let window = Window::try_new(start, end, zone).expect("a window");
        let plan = compile(vec![way_back(1, 10), way_back(2, 15)], Some(&window));
        assert_eq!(plan.minutes, 25);
        assert_eq!(plan.latest_start, Some(start.plus_minutes(35)));
    }

    #[test]
    fn it_is_said_when_it_takes_longer_than_its_window_lasts() {
        let start = Timestamp::from_micros(0);
        let window = Window::try_new(start, start.plus_minutes(60), kernel::Zone::utc());
        let window = window.expect("a window");
        assert_eq!(does_not_fit(60, Some(&window)), None);
        assert_eq!(does_not_fit(61, None), None);
        let words = does_not_fit(61, Some(&window)).expect("words");
        assert_eq!(words, "taking it back takes 61 minutes and its window has 60: widen it");
    }

    proptest! {
        #[test]
        fn after_any_prefix_exactly_the_reached_steps_go_back_in_reverse(
            minutes in proptest::collection::vec(0_u32..100, 0..20), cut in 0_usize..20,
        ) {
            let all: Vec<WayBack> =
                (0..).zip(&minutes).map(|(n, minutes)| way_back(n, *minutes)).collect();
            let reached = all[..cut.min(all.len())].to_vec();
            let plan = compile(reached.clone(), None);
            let mut back = plan.steps.clone();
            back.reverse();
            prop_assert_eq!(back, reached);
        }
    }
}
