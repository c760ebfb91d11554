//! The lines of a report, printed as they come and written as JSON at the end.

use std::path::Path;

use anyhow::Result;
use serde_json::{Value as Json, json};

/// What was measured so far.
#[derive(Debug, Default)]
pub(crate) struct Report {
    lines: Vec<Json>,
}

impl Report {
    /// A ratio with its aim: at least, or at most.
    pub(crate) fn ratio(&mut self, what: &str, product: &str, peer: &str, ratio: f64, aim: Aim) {
        let reached = match aim {
            Aim::AtLeast(least) => ratio >= least,
            Aim::AtMost(most) => ratio <= most,
        };
        let word = if reached { "reached" } else { "NOT reached" };
        println!("{what:<44} {product:>18} {peer:>18}  {ratio:>6.2}  {aim}: {word}");
        self.lines.push(json!({
            "what": what, "product": product, "peer": peer, "ratio": ratio,
            "aim": aim.to_string(), "reached": reached,
        }));
    }

    /// A figure that is only stated.
    pub(crate) fn figure(&mut self, what: &str, value: &str) {
        println!("{what:<44} {value:>18}");
        self.lines.push(json!({"what": what, "value": value}));
    }

    /// How many aims were not reached.
    pub(crate) fn missed(&self) -> usize {
        self.lines.iter().filter(|line| line["reached"] == false).count()
    }

    /// Writes it down: in the place of all that was measured before, or where only parts were
    /// measured of what has the same names.
    pub(crate) fn write(&self, path: &Path, is_whole: bool) -> Result<()> {
        let before = std::fs::read(path).ok().filter(|_| !is_whole);
        let before = before.unwrap_or_else(|| b"[]".to_vec());
        let mut lines: Vec<Json> = serde_json::from_slice(&before)?;
        lines.retain(|line| self.lines.iter().all(|new| new["what"] != line["what"]));
        lines.extend(self.lines.iter().cloned());
        std::fs::write(path, serde_json::to_string_pretty(&lines)?)?;
        println!("written to {}", path.display());
        Ok(())
    }
}

/// What a ratio should be.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Aim {
    /// No less.
    AtLeast(f64),
    /// No more.
    AtMost(f64),
}

impl std::fmt::Display for Aim {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::AtLeast(least) => write!(f, "at least {least}"),
            Self::AtMost(most) => write!(f, "at most {most}"),
        }
    }
}

/// Seconds that something took.
#[expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
pub(crate) fn seconds<T>(work: impl FnOnce() -> T) -> (f64, T) {
    let began = std::time::Instant::now();
    let answer = work();
    (began.elapsed().as_secs_f64(), answer)
}

/// The middle of some figures.
pub(crate) fn median(figures: &mut [f64]) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

/// The figure below which a share of all lie.
pub(crate) fn percentile(figures: &mut [f64], share: f64) -> f64 {
    figures.sort_by(f64::total_cmp);
    let place = (figures.len() as f64 * share) as usize;
    figures[place.min(figures.len() - 1)]
}
