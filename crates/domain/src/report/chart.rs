//! Control limits: what a figure does by chance alone. A point outside them is worth a question.

use crate::report::value::real;
use crate::report::{Days, Definition, Shape, Value};

/// The fewest points that limits are drawn for.
pub const POINTS_MIN: usize = 6;
/// Limits lie so many standard deviations from the middle (Shewhart).
const SIGMAS: f64 = 3.0;
/// By this the mean moving range becomes three standard deviations (individuals chart).
const OF_MOVING_RANGE: f64 = 2.66;

/// The limits of a point.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// Below it, something is different.
    pub low: f64,
    /// What is usual.
    pub middle: f64,
    /// Above it, something is different.
    pub high: f64,
}

/// The limits of a point.
type Limit = dyn Fn(&(Days, Value)) -> Limits;

/// The limits of each point; none when there are too few. Shares are judged by how many were
/// asked (p chart), frequencies by how long the time was (u chart), anything else by how much one
/// point differs from the next (individuals chart).
pub fn limits(definition: &Definition, points: &[(Days, Value)]) -> Vec<Option<Limits>> {
    let known: Vec<&(Days, Value)> =
        points.iter().filter(|(_, point)| point.value.is_some()).collect();
    if known.len() < POINTS_MIN {
        return vec![None; points.len()];
    }
    let limit: Box<Limit> = match definition.shape {
        Shape::Share => {
            let (counted, n) = known.iter().fold((0, 0), |(counted, n), (_, point)| {
                (counted + point.counted.unwrap_or(0), n + point.n)
            });
            let share = real(counted) / real(n);
            Box::new(move |(_, point)| {
                let sigma = (share * (1.0 - share) / real(point.n.max(1))).sqrt();
                around(share, SIGMAS * sigma, Some(1.0))
            })
        }
        Shape::Frequency => {
            let weeks = |days: &Days| real(days.count().max(1)) / 7.0;
            let (n, time) = known
                .iter()
                .fold((0, 0.0), |(n, time), (days, point)| (n + point.n, time + weeks(days)));
            let usual = real(n) / time;
            Box::new(move |(days, _)| around(usual, SIGMAS * (usual / weeks(days)).sqrt(), None))
        }
        Shape::Ratio | Shape::Spread | Shape::Mean => {
            let values: Vec<f64> = known.iter().filter_map(|(_, point)| point.value).collect();
            let count = real(i64::try_from(values.len()).unwrap_or(1));
            let mean = values.iter().sum::<f64>() / count;
            let moved: f64 = values.windows(2).map(|pair| (pair[1] - pair[0]).abs()).sum();
            let limits = around(mean, OF_MOVING_RANGE * moved / (count - 1.0), None);
            Box::new(move |_| limits)
        }
    };
    let of = |point: &(Days, Value)| point.1.value.map(|_| limit(point));
    points.iter().map(of).collect()
}

/// Nothing that is counted or measured here goes below zero by chance.
fn around(middle: f64, far: f64, most: Option<f64>) -> Limits {
    let high = middle + far;
    Limits { low: (middle - far).max(0.0), middle, high: most.map_or(high, |most| high.min(most)) }
}
