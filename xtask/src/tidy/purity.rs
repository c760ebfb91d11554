//! What pure crates must not touch: the clock, chance, the world, and orders that differ from run
//! to run. The same command on the same state must give the same events, for ever.

use crate::finding::Finding;
use crate::house::House;
use crate::source::{Source, offsets_of};

/// Crates whose code is a function of its arguments.
const PURE: &[&str] = &["crates/kernel/src/", "crates/domain/src/", "crates/orchestrator/src/"];

/// A word, and what to do instead.
const WORDS: &[(&str, &str)] = &[
    ("async", "rules are synchronous: gather facts before, in the server"),
    ("HashMap", "iteration order must be the same in every run: use BTreeMap"),
    ("HashSet", "iteration order must be the same in every run: use BTreeSet"),
    ("SystemTime", "time is an argument"),
    ("Instant::now", "time is an argument"),
    ("Timestamp::now", "time is an argument"),
    ("Zoned::now", "time is an argument"),
    ("now_v7", "ids are arguments"),
    ("rand", "chance is an argument"),
    ("tracing", "a rule says what it found in its answer, not in a log"),
    ("println!", "a rule says what it found in its answer"),
    ("eprintln!", "a rule says what it found in its answer"),
    ("std::fs", "what a file holds arrives as a fact"),
    ("std::net", "what the world says arrives as a fact"),
    ("std::env", "settings arrive as facts"),
    ("std::process", "what a program says arrives as a fact"),
    ("std::thread", "rules are synchronous"),
    ("std::io", "what the world says arrives as a fact"),
];

pub(super) fn check(house: &House) -> Vec<Finding> {
    let mut findings = Vec::new();
    for folder in PURE {
        for (path, text) in house.tree.rust_under(folder) {
            let source = Source::of(text);
            findings.extend(words(path, &source));
            // The registry of ids is the one place of the kernel that names kinds of records.
            if path.starts_with("crates/kernel/") && !path.ends_with("/ids.rs") {
                findings.extend(feature_words(house, path, &source));
            }
        }
    }
    findings
}

fn words(path: &str, source: &Source) -> Vec<Finding> {
    WORDS
        .iter()
        .flat_map(|(word, mend)| {
            offsets_of(&source.code, word).into_iter().map(move |offset| {
                let wrong = format!("`{word}` in a pure crate");
                Finding::at(path, source.line_of(offset), wrong, mend)
            })
        })
        .collect()
}

/// The kernel is below all features and names none of them.
fn feature_words(house: &House, path: &str, source: &Source) -> Vec<Finding> {
    let mut findings = Vec::new();
    for feature in &house.register.features {
        let name = feature.name.as_str();
        let capital = name[..1].to_uppercase() + &name[1..];
        for word in [name, &capital] {
            for offset in offsets_of(&source.code, word) {
                findings.push(Finding::at(
                    path,
                    source.line_of(offset),
                    format!("the kernel names feature `{name}`"),
                    "move it to the feature's folder in the domain",
                ));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    const REGISTER: &str = "[[feature]]\nname = \"change\"\ndoes = \"A change is here.\"\n";

    fn wrongs(path: &str, text: &str) -> Vec<String> {
        let house = House::of(REGISTER, &[(path, text)]);
        check(&house).into_iter().map(|finding| finding.wrong).collect()
    }

    #[test]
    fn a_clock_in_the_domain_is_found() {
        let found = wrongs("crates/domain/src/a/b.rs", "let t = std::time::SystemTime::now();");
        assert_eq!(found, ["`SystemTime` in a pure crate"]);
    }

    #[test]
    fn an_order_by_chance_is_found() {
        let found = wrongs("crates/domain/src/a/b.rs", "use std::collections::HashMap;");
        assert_eq!(found, ["`HashMap` in a pure crate"]);
    }

    #[test]
    fn an_async_rule_is_found() {
        let found = wrongs("crates/domain/src/a/b.rs", "pub async fn decide() {}");
        assert_eq!(found, ["`async` in a pure crate"]);
    }

    #[test]
    fn words_in_prose_and_in_other_crates_are_free() {
        let text = "//! Never async, no HashMap.\nconst A: &str = \"rand\"; // tracing";
        assert!(wrongs("crates/domain/src/a/b.rs", text).is_empty());
        assert!(wrongs("crates/server/src/a.rs", "use std::collections::HashMap;").is_empty());
    }

    #[test]
    fn a_feature_named_in_the_kernel_is_found_except_as_an_id() {
        let found = wrongs("crates/kernel/src/time.rs", "pub struct Change;");
        assert_eq!(found, ["the kernel names feature `change`"]);
        assert!(wrongs("crates/kernel/src/ids.rs", "pub struct Change;").is_empty());
    }
}
