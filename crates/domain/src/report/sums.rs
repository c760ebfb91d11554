//! What the facts of a day add up to. Sums of days add up to the sum of a period, and a fact that
//! is no longer true is taken away again.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::edit::is_default;
use crate::report::{Figure, Said};

/// The sum of one figure.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sum {
    /// How many were asked.
    #[serde(default, skip_serializing_if = "is_default")]
    pub n: i64,
    /// How many of them count, or all values together.
    #[serde(default, skip_serializing_if = "is_default")]
    pub total: i64,
    /// How many values fall into each bucket.
    #[serde(default, skip_serializing_if = "is_default")]
    pub buckets: BTreeMap<i64, i64>,
}

/// Where the value of a rank is found: in a bucket, so many after its least.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The bucket.
    pub bucket: i64,
    /// How many values of the bucket come before it.
    pub offset: i64,
}

impl Sum {
    fn add(&mut self, said: Said, times: i64) {
        let (asked, amount) = match said {
            Said::No => (1, 0),
            Said::Yes => (1, 1),
            Said::Closed => (0, 1),
            Said::Value(value) => (1, value),
        };
        self.n += asked * times;
        self.total = self.total.saturating_add(amount.saturating_mul(times));
        if let Said::Value(value) = said {
            self.fill(bucket(value), times);
        }
    }

    /// So many values more in a bucket.
    fn fill(&mut self, bucket: i64, count: i64) {
        let held = self.buckets.entry(bucket).or_default();
        *held += count;
        if *held == 0 {
            self.buckets.remove(&bucket);
        }
    }

    /// Adds another sum.
    pub fn merge(&mut self, other: &Self) {
        self.n += other.n;
        self.total = self.total.saturating_add(other.total);
        for (bucket, count) in &other.buckets {
            self.fill(*bucket, *count);
        }
    }

    /// Where the value of a rank is, the least being rank 0.
    pub fn place(&self, rank: i64) -> Option<Place> {
        let mut before = 0;
        for (bucket, count) in &self.buckets {
            if rank < before + count {
                return Some(Place { bucket: *bucket, offset: rank - before });
            }
            before += count;
        }
        None
    }
}

/// The sums of all figures.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sums(BTreeMap<Figure, Sum>);

impl Sums {
    /// Adds what a record said, so many times; a number below zero takes it away.
    pub fn add(&mut self, figure: Figure, said: Said, times: i64) {
        self.0.entry(figure).or_default().add(said, times);
        self.drop_empty(figure);
    }

    /// Adds other sums.
    pub fn merge(&mut self, other: &Self) {
        for (figure, sum) in &other.0 {
            self.0.entry(*figure).or_default().merge(sum);
            self.drop_empty(*figure);
        }
    }

    /// The sum of a figure; nothing when nobody said anything to it.
    pub fn of(&self, figure: Figure) -> Option<&Sum> {
        self.0.get(&figure)
    }

    /// Whether nobody said anything.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn drop_empty(&mut self, figure: Figure) {
        if self.0.get(&figure) == Some(&Sum::default()) {
            self.0.remove(&figure);
        }
    }
}

/// The bucket of a value: exact up to 63, then 32 to each doubling, and one for all below zero.
/// Buckets only lead to values, which are then read exactly.
pub fn bucket(value: i64) -> i64 {
    const STEPS: i64 = 32;
    if value < 0 {
        return -1;
    }
    if value < 2 * STEPS {
        return value;
    }
    let doublings = i64::from(value.ilog2());
    let step = (value >> (doublings - 5)) & (STEPS - 1);
    (doublings - 4) * STEPS + step
}
