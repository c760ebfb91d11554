//! Sums of days add up, and what was added can be taken away.

use proptest::prelude::*;

use crate::report::{Figure, Said, Sums, bucket};

fn said() -> impl Strategy<Value = (Figure, Said)> {
    let figure = (0..Figure::ALL.len()).prop_map(|place| Figure::ALL[place]);
    let said = prop_oneof![
        Just(Said::No),
        Just(Said::Yes),
        Just(Said::Closed),
        (-100_000_i64..10_000_000).prop_map(Said::Value),
    ];
    (figure, said)
}

proptest! {
    #[test]
    fn what_is_taken_away_leaves_what_was_there(
        kept in proptest::collection::vec(said(), 0..60),
        moved in proptest::collection::vec(said(), 0..60),
    ) {
        let mut sums = Sums::default();
        kept.iter().for_each(|(figure, said)| sums.add(*figure, *said, 1));
        let before = sums.clone();
        moved.iter().for_each(|(figure, said)| sums.add(*figure, *said, 1));
        let mut less = Sums::default();
        moved.iter().for_each(|(figure, said)| less.add(*figure, *said, -1));
        sums.merge(&less);
        prop_assert_eq!(&sums, &before);
        let text = serde_json::to_string(&sums).expect("JSON");
        prop_assert_eq!(serde_json::from_str::<Sums>(&text).expect("sums"), before);
    }

    #[test]
    fn days_add_up_to_the_period_in_any_order(
        facts in proptest::collection::vec(said(), 0..80),
        cut in 0_usize..80,
    ) {
        let sum = |facts: &[(Figure, Said)]| {
            let mut sums = Sums::default();
            facts.iter().for_each(|(figure, said)| sums.add(*figure, *said, 1));
            sums
        };
        let (first, second) = facts.split_at(cut.min(facts.len()));
        let mut together = sum(second);
        together.merge(&sum(first));
        prop_assert_eq!(together, sum(&facts));
    }

    #[test]
    fn a_rank_leads_to_the_value_that_sorting_finds(
        mut values in proptest::collection::vec(-50_000_i64..50_000_000, 1..200),
        rank in 0_usize..200,
    ) {
        let figure = Figure::RequestLeadTime;
        let mut sums = Sums::default();
        values.iter().for_each(|value| sums.add(figure, Said::Value(*value), 1));
        values.sort_unstable();
        let rank = rank.min(values.len() - 1);
        let sum = sums.of(figure).expect("a sum");
        let place = sum.place(i64::try_from(rank).expect("small")).expect("a place");
        let held: Vec<i64> =
            values.iter().copied().filter(|value| bucket(*value) == place.bucket).collect();
        prop_assert_eq!(held[usize::try_from(place.offset).expect("small")], values[rank]);
    }

    #[test]
    fn buckets_keep_the_order_of_values(low in -10_i64..1 << 40, more in 0_i64..1 << 40) {
        prop_assert!(bucket(low) <= bucket(low + more));
    }
}

#[test]
fn there_is_no_value_of_a_rank_beyond_the_last() {
    let mut sums = Sums::default();
    sums.add(Figure::TimeToRestore, Said::Value(7), 1);
    let sum = sums.of(Figure::TimeToRestore).expect("a sum");
    assert!(sum.place(0).is_some() && sum.place(1).is_none());
}
