//! The triggers of a plan file: what is watched in the background, and how it is looked at.

use std::collections::BTreeMap;

use orchestrator::{Consequence, Trigger};
use serde::Deserialize;

use super::look::{LookText, PromQuery, address_flaw};

/// How often a trigger is looked at unless the file says otherwise, in seconds.
const EVERY_SECONDS: u32 = 15;
/// For how long nothing may be known of it unless the file says otherwise, in seconds.
const NO_DATA_SECONDS: u32 = 120;

pub(super) const TRIGGER_FIELDS: &[&str] = &[
    "key",
    "kind",
    "url",
    "alert",
    "labels",
    "every_seconds",
    "for_seconds",
    "on_bad",
    "no_data_seconds",
    "on_no_data",
];

/// Where it is looked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    /// A query of Prometheus.
    #[default]
    Query,
    /// An alert of an Alertmanager.
    Alert,
}

/// A trigger as it is written.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct TriggerText {
    pub(super) key: String,
    #[serde(default)]
    kind: Kind,
    url: Option<String>,
    #[serde(flatten)]
    look: LookText,
    alert: Option<String>,
    #[serde(default)]
    labels: BTreeMap<String, String>,
    every_seconds: Option<u32>,
    #[serde(default)]
    for_seconds: u32,
    on_bad: Option<Consequence>,
    no_data_seconds: Option<u32>,
    on_no_data: Option<Consequence>,
}

/// How a trigger is looked at.
#[derive(Debug, Clone)]
pub(super) enum Watch {
    /// By a query.
    Query(PromQuery),
    /// By what an Alertmanager says that fires.
    Alert(AlertLook),
}

/// An alert, where it is told.
#[derive(Debug, Clone)]
pub(super) struct AlertLook {
    pub(super) url: String,
    pub(super) alert: String,
    pub(super) labels: BTreeMap<String, String>,
}

impl TriggerText {
    pub(super) fn flaws(&self) -> Vec<(&'static str, String)> {
        let mut flaws = Vec::new();
        let mut need = |there: bool, field: &'static str, what: &str| {
            if !there {
                flaws.push((field, format!("a trigger needs `{field}`: {what}")));
            }
        };
        need(self.url.is_some(), "url", "where it is looked");
        let words = "`rollback`, `ask` or `note`";
        need(self.on_bad.is_some(), "on_bad", &format!("{words}, what a bad value leads to"));
        need(self.on_no_data.is_some(), "on_no_data", &format!("{words}, what silence leads to"));
        match self.kind {
            Kind::Query => {
                need(self.look.query.is_some(), "query", "what Prometheus is asked");
                need(self.look.is_bounded(), "at_most", "the value that is good; or `at_least`");
            }
            Kind::Alert => need(self.alert.is_some(), "alert", "the name of the alert"),
        }
        flaws.extend(self.look.flaws());
        flaws.extend(self.url.as_deref().and_then(address_flaw).map(|detail| ("url", detail)));
        flaws
    }

    /// As the engine takes it.
    pub(super) fn engine(&self) -> Trigger {
        Trigger {
            key: self.key.clone(),
            bad_seconds: self.for_seconds,
            on_bad: self.on_bad.unwrap_or(Consequence::Ask),
            no_data_seconds: self.no_data_seconds.unwrap_or(NO_DATA_SECONDS),
            on_no_data: self.on_no_data.unwrap_or(Consequence::Ask),
        }
    }

    pub(super) fn every_seconds(&self) -> u32 {
        self.every_seconds.unwrap_or(EVERY_SECONDS).max(1)
    }

    pub(super) fn watch(&self) -> Watch {
        let url = self.url.clone().unwrap_or_default();
        match self.kind {
            Kind::Query => Watch::Query(self.look.query(url, 0, self.every_seconds())),
            Kind::Alert => Watch::Alert(AlertLook {
                url,
                alert: self.alert.clone().unwrap_or_default(),
                labels: self.labels.clone(),
            }),
        }
    }

    /// What it watches, in words.
    pub(super) fn what(&self) -> String {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        match self.kind {
            Kind::Query => self.look.words(),
            Kind::Alert => format!("alert {}", text(&self.alert)),
        }
    }
}

#[cfg(test)]
mod tests {
    use orchestrator::Consequence;

    use super::{AlertLook, Watch};
    use crate::deployment::file::read;

    const PLAN: &str = r#"
[[step]]
key = "look"
kind = "wait"
seconds = 5

[[trigger]]
key = "errors"
url = "http://prometheus.test"
query = "rate(errors[1m])"
at_most = 0.01
for_seconds = 60
on_bad = "rollback"
on_no_data = "ask"

[[trigger]]
key = "slow"
kind = "alert"
url = "http://alertmanager.test"
alert = "ShopSlow"
labels = { service = "shop" }
every_seconds = 5
on_bad = "ask"
no_data_seconds = 30
on_no_data = "note"
"#;

    fn flaws(text: &str) -> Vec<String> {
        let flaws = read(text, &[]).expect_err("flaws");
        flaws.iter().map(|flaw| format!("{}:{} {}", flaw.line, flaw.column, flaw.detail)).collect()
    }

    #[test]
    fn a_trigger_says_what_is_watched_and_what_follows() {
        let file = read(PLAN, &[]).expect("a plan");
        let [errors, slow] = &file.plan.triggers[..] else { panic!("two") };
        let then = |trigger: &orchestrator::Trigger| {
            let bad = (trigger.bad_seconds, trigger.on_bad);
            (bad, (trigger.no_data_seconds, trigger.on_no_data))
        };
        assert_eq!(then(errors), ((60, Consequence::Rollback), (120, Consequence::Ask)));
        assert_eq!(then(slow), ((0, Consequence::Ask), (30, Consequence::Note)));
        assert_eq!(file.watches("errors"), "rate(errors[1m]) is at most 0.01");
        assert_eq!(file.watches("slow"), "alert ShopSlow");
        let Some((Watch::Alert(AlertLook { alert, labels, .. }), 5)) = file.watch("slow") else {
            panic!("an alert")
        };
        assert_eq!((alert.as_str(), labels["service"].as_str()), ("ShopSlow", "shop"));
        assert!(matches!(file.watch("errors"), Some((Watch::Query(_), 15))));
    }

    #[test]
    fn each_flaw_is_told_where_it_stands() {
        let silent = PLAN.replacen("on_no_data = \"ask\"\n", "", 1);
        assert!(flaws(&silent)[0].starts_with("7:1 a trigger needs `on_no_data`"));
        let twice = PLAN.replace("key = \"slow\"", "key = \"errors\"");
        assert_eq!(flaws(&twice), ["17:1 another trigger is called `errors`: use another key"]);
        let nowhere = PLAN.replace("http://alertmanager.test", "alertmanager");
        assert!(flaws(&nowhere)[0].starts_with("19:1 `alertmanager` is not an address"));
        let strange = PLAN.replace("every_seconds", "each_seconds");
        assert_eq!(flaws(&strange), ["22:1 a trigger has no field `each_seconds`"]);
        let nameless = PLAN.replace("alert = \"ShopSlow\"\n", "");
        assert_eq!(flaws(&nameless), ["16:1 a trigger needs `alert`: the name of the alert"]);
    }
}
