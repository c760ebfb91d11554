//! A look at Prometheus as a plan file writes it: by a step that watches, by a canary, by a
//! trigger.

use serde::Deserialize;

pub(super) const LOOK_FIELDS: &[&str] = &["query", "at_most", "at_least", "sample", "sample_min"];

/// What is written of a look at Prometheus.
#[derive(Debug, Default, Clone, Deserialize)]
pub(super) struct LookText {
    pub(super) query: Option<String>,
    at_most: Option<f64>,
    at_least: Option<f64>,
    sample: Option<String>,
    sample_min: Option<f64>,
}

/// A query of Prometheus.
#[derive(Debug, Clone)]
pub(super) struct PromQuery {
    pub(super) url: String,
    pub(super) query: String,
    pub(super) at_most: Option<f64>,
    pub(super) at_least: Option<f64>,
    /// What counts how much a value rests on, and the least that it takes.
    pub(super) sample: Option<(String, f64)>,
    pub(super) for_seconds: u32,
    pub(super) every_seconds: u32,
}

impl LookText {
    pub(super) fn is_bounded(&self) -> bool {
        self.at_most.is_some() || self.at_least.is_some()
    }

    pub(super) fn flaws(&self) -> Vec<(&'static str, String)> {
        let mut flaws = Vec::new();
        if self.sample.is_some() != self.sample_min.is_some() {
            let detail = "`sample` and `sample_min` go together: what counts how much a value rests \
                on, and the least that it takes";
            let field = if self.sample.is_some() { "sample" } else { "sample_min" };
            flaws.push((field, detail.to_owned()));
        }
        if self.sample_min.is_some_and(|least| !least.is_finite() || least <= 0.0) {
            flaws.push(("sample_min", "`sample_min` is a number of more than 0".to_owned()));
        }
        // Against `nan` nothing is ever bad, and against an infinity always or never.
        for (field, bound) in [("at_most", self.at_most), ("at_least", self.at_least)] {
            if bound.is_some_and(|bound| !bound.is_finite()) {
                flaws.push((field, format!("`{field}` is a number, and no `nan` or `inf`")));
            }
        }
        flaws
    }

    pub(super) fn query(&self, url: String, for_seconds: u32, every_seconds: u32) -> PromQuery {
        PromQuery {
            url,
            query: self.query.clone().unwrap_or_default(),
            at_most: self.at_most,
            at_least: self.at_least,
            sample: self.sample.clone().zip(self.sample_min),
            for_seconds,
            every_seconds,
        }
    }

    /// What is good, in words.
    pub(super) fn words(&self) -> String {
        let most = self.at_most.map(|most| format!(" is at most {most}"));
        let least = self.at_least.map(|least| format!(" is at least {least}"));
        let bounds: Vec<String> = most.into_iter().chain(least).collect();
        format!("{}{}", self.query.as_deref().unwrap_or_default(), bounds.join(" and"))
    }
}

/// What is wrong with an address, if it is none.
pub(super) fn address_flaw(url: &str) -> Option<String> {
    let rest = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://"));
    let host = rest.and_then(|rest| rest.split(['/', '?']).next()).unwrap_or_default();
    let is_none = host.is_empty() || url.contains(char::is_whitespace);
    is_none.then(|| format!("`{url}` is not an address: write http:// or https://"))
}
