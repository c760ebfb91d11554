//! Action items are followed until they are done: on the day that one is due its owner is reminded,
//! once.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use kernel::Timestamp;

use crate::review::{ActionItem, DueItem, Review, ReviewEvent};

/// The day of an instant, in UTC: a due date has no zone of its own.
pub fn day_of(at: Timestamp) -> Date {
    at.jiff().to_zoned(TimeZone::UTC).date()
}

impl ActionItem {
    /// Whether a reminder of the other one is one of this: the same is due from the same person on
    /// the same day.
    pub(super) fn is_as_due(&self, other: &Self) -> bool {
        let due = |item: &Self| (item.owner, item.due_on);
        self.title == other.title && due(self) == due(other)
    }
}

/// Whether an item is late on a day.
pub fn is_overdue(done: bool, due_on: Option<Date>, today: Date) -> bool {
    !done && due_on.is_some_and(|due_on| due_on < today)
}

impl Review {
    /// When the next of its action items is due of which nobody was reminded yet.
    pub fn reminds_at(&self) -> Option<Timestamp> {
        let next = self.waiting().filter_map(|(_, item)| item.due_on).min()?;
        let midnight = next.to_zoned(TimeZone::UTC).ok()?;
        Some(Timestamp::from_micros(midnight.timestamp().as_microsecond()))
    }

    fn waiting(&self) -> impl Iterator<Item = (usize, &ActionItem)> {
        let reminded = |item: &ActionItem| self.reminded.iter().any(|then| item.is_as_due(then));
        let items = self.content.actions.iter().enumerate();
        items.filter(move |(_, item)| !item.done && item.due_on.is_some() && !reminded(item))
    }
}

/// Reminds of what is due by now.
pub fn remind(review: &Review, now: Timestamp) -> Vec<ReviewEvent> {
    let on = day_of(now);
    let due = review.waiting().filter(|(_, item)| item.due_on.is_some_and(|due| due <= on));
    let items: Vec<DueItem> = due
        .map(|(index, item)| DueItem {
            item: index + 1,
            title: item.title.clone(),
            owner: item.owner,
        })
        .collect();
    if items.is_empty() { vec![] } else { vec![ReviewEvent::ActionsDue { on, items }] }
}

#[cfg(test)]
mod tests {
    use kernel::{Actor, Id as _};

    use super::*;
    use crate::aggregate::{Aggregate, Stamp};
    use crate::review::{Content, Edit};

    fn item(title: &str, due_on: &str, done: bool) -> ActionItem {
        let due_on = due_on.parse().ok();
        ActionItem { title: title.to_owned(), owner: None, due_on, done }
    }

    fn at(text: &str) -> Timestamp {
        text.parse().expect("an instant")
    }

    fn after(review: Review, now: &str) -> Review {
        let stamp = Stamp { at: at(now), by: Actor::System { part: "timer".to_owned() } };
        let events = remind(&review, at(now));
        events.iter().fold(review, |review, event| review.evolve(event, &stamp))
    }

    fn titles(events: &[ReviewEvent]) -> Vec<&str> {
        let [ReviewEvent::ActionsDue { items, .. }] = events else { return vec![] };
        items.iter().map(|item| item.title.as_str()).collect()
    }

    #[test]
    fn each_item_is_reminded_of_once_on_the_day_that_it_is_due() {
        let actions = vec![
            item("first", "2026-12-01", false),
            item("done", "2026-11-30", true),
            item("second", "2026-12-03", false),
            item("whenever", "", false),
        ];
        let review =
            Review { content: Content { actions, ..Content::default() }, ..Review::default() };
        assert_eq!(review.reminds_at(), Some(at("2026-12-01T00:00:00Z")));
        assert_eq!(remind(&review, at("2026-11-30T23:59:59Z")), []);
        assert_eq!(titles(&remind(&review, at("2026-12-01T00:00:00Z"))), ["first"]);
        let reminded = after(review.clone(), "2026-12-01T00:00:00Z");
        assert_eq!(remind(&reminded, at("2026-12-02T12:00:00Z")), []);
        assert_eq!(reminded.reminds_at(), Some(at("2026-12-03T00:00:00Z")));
        let late = after(review, "2026-12-05T08:00:00Z");
        assert_eq!(late.reminds_at(), None, "both were told at once");
    }

    #[test]
    fn what_comes_on_a_day_already_reminded_is_reminded_of_too() {
        let of = |actions: Vec<ActionItem>| ReviewEvent::Edited {
            edit: Edit { actions: Some(actions), ..Edit::default() },
        };
        let stamp =
            Stamp { at: at("2026-12-01T09:00:00Z"), by: Actor::System { part: "t".into() } };
        let first = item("first", "2026-12-01", false);
        let later = item("later", "2026-12-24", false);
        let review = Review::default().evolve(&of(vec![first.clone(), later.clone()]), &stamp);
        let review = after(review, "2026-12-01T00:00:00Z");
        assert_eq!(review.reminds_at(), Some(at("2026-12-24T00:00:00Z")));
        // One is moved to the day, one is added for it, the order turns round; one goes to Anna.
        let moved = item("later", "2026-12-01", false);
        let added = item("added", "2026-12-01", false);
        let review = review.evolve(&of(vec![added.clone(), moved, first.clone()]), &stamp);
        assert_eq!(review.reminds_at(), Some(at("2026-12-01T00:00:00Z")));
        assert_eq!(titles(&remind(&review, at("2026-12-01T09:00:00Z"))), ["added", "later"]);
        let review = after(review, "2026-12-01T09:00:00Z");
        assert_eq!(review.reminds_at(), None, "each was reminded of once");
        let anna = Some(kernel::PersonId::from_uuid(uuid::Uuid::from_u128(1)));
        let given = ActionItem { owner: anna, ..first };
        let review = review.evolve(&of(vec![added, given]), &stamp);
        assert_eq!(titles(&remind(&review, at("2026-12-01T09:00:00Z"))), ["first"]);
        assert_eq!(review.reminded.len(), 1, "what is gone is forgotten");
    }

    #[test]
    fn an_item_is_overdue_from_the_day_after() {
        let due = Some(jiff::civil::date(2026, 12, 1));
        let day = |text: &str| day_of(at(text));
        assert!(!is_overdue(false, due, day("2026-12-01T23:59:59Z")));
        assert!(is_overdue(false, due, day("2026-12-02T00:00:00Z")));
        assert!(!is_overdue(true, due, day("2026-12-09T00:00:00Z")));
    }
}
