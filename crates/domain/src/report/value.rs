//! From sums to values, with how certain or how spread they are.

use crate::report::{Definition, Shape, Sum};

/// How many standard deviations hold 95 % of a normal distribution.
pub const Z95: f64 = 1.959_963_984_540_054;

/// The value of a figure in a time. A figure to which nobody said anything has none.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Value {
    /// How many were asked.
    pub n: i64,
    /// How many of them count.
    pub counted: Option<i64>,
    /// The figure itself.
    pub value: Option<f64>,
    /// Of a share, where its true value lies with 95 % (Wilson).
    pub interval: Option<(f64, f64)>,
    /// Of many values, the middle one.
    pub p50: Option<f64>,
    /// Of many values, that below which nine in ten lie.
    pub p90: Option<f64>,
    /// Of many values, their mean.
    pub mean: Option<f64>,
}

impl Value {
    /// The value of a sum over so many days. `ranked` answers the value of a rank.
    pub fn of<E>(
        definition: &Definition,
        sum: Option<&Sum>,
        days: i64,
        mut ranked: impl FnMut(i64) -> Result<i64, E>,
    ) -> Result<Self, E> {
        let Some(sum) = sum else { return Ok(Self::default()) };
        let plain = Self { n: sum.n, ..Self::default() };
        let counted = Some(sum.total);
        let part = (sum.n > 0).then(|| real(sum.total) / real(sum.n));
        Ok(match definition.shape {
            Shape::Share => {
                let interval = (sum.n > 0).then(|| wilson(sum.total, sum.n));
                Self { counted, value: part, interval, ..plain }
            }
            Shape::Ratio => Self { counted, value: part, ..plain },
            Shape::Frequency => {
                let weeks = real(days.max(1)) / 7.0;
                Self { value: Some(real(sum.n) / weeks), ..plain }
            }
            Shape::Spread | Shape::Mean => {
                let mut at = |percent: i64| quantile(sum.n, percent, &mut ranked);
                let (p50, p90) = (at(50)?, at(90)?);
                let value = if definition.shape == Shape::Spread { p50 } else { part };
                Self { value, p50, p90, mean: part, ..plain }
            }
        })
    }
}

/// The value below which a percentage of `n` values lies, between the two that are nearest
/// (as spreadsheets have it, and `PERCENTILE_CONT` of SQL).
fn quantile<E>(
    n: i64,
    percent: i64,
    ranked: &mut impl FnMut(i64) -> Result<i64, E>,
) -> Result<Option<f64>, E> {
    if n <= 0 {
        return Ok(None);
    }
    let place = (n - 1) * percent;
    let (rank, rest) = (place / 100, place % 100);
    let low = ranked(rank)?;
    let high = if rest == 0 { low } else { ranked(rank + 1)? };
    Ok(Some(real(low) + (real(high) - real(low)) * real(rest) / 100.0))
}

/// The interval of Wilson for a share, 95 %.
fn wilson(counted: i64, n: i64) -> (f64, f64) {
    let (n, share) = (real(n), real(counted) / real(n));
    let z2 = Z95 * Z95;
    let middle = (share + z2 / (2.0 * n)) / (1.0 + z2 / n);
    let half = Z95 / (1.0 + z2 / n) * (share * (1.0 - share) / n + z2 / (4.0 * n * n)).sqrt();
    ((middle - half).max(0.0), (middle + half).min(1.0))
}

/// A count as a real number.
#[expect(clippy::cast_precision_loss, reason = "counts and seconds stay far below 2^52")]
pub(super) fn real(count: i64) -> f64 {
    count as f64
}
