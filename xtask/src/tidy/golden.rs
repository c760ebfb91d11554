//! Every event that was ever written must stay readable: each name with its version has a golden
//! file, or one for each of its variants, and a golden file is never left without its event.

use std::collections::{BTreeMap, BTreeSet};

use crate::finding::Finding;
use crate::house::House;
use crate::source::Source;

const RULES: &str = "crates/domain/src/";
const GOLDEN: &str = "crates/domain/golden/";

pub(super) fn check(house: &House) -> Vec<Finding> {
    let events = events(house);
    let files = house.tree.names_in(GOLDEN);
    let kept: BTreeSet<&str> = files.iter().map(|file| event_of(file)).collect();
    let mut findings = Vec::new();
    for (name, (path, line)) in &events {
        if !kept.contains(name.as_str()) {
            findings.push(Finding::at(
                path,
                *line,
                format!("event `{name}` has no golden file"),
                "write crates/domain/golden/<name>.json, or <name>.<variant>.json for each of its \
                 variants, as the event is stored, and never edit it",
            ));
        }
    }
    for file in &files {
        let name = event_of(file);
        if !events.contains_key(name) {
            findings.push(Finding::on(
                &format!("{GOLDEN}{file}"),
                format!("no event is called `{name}`"),
                "keep reading what was once written: put the event back, or name the file after it",
            ));
        }
    }
    findings
}

/// The event that a golden file is of: its name without `.json` and without a variant.
fn event_of(file: &str) -> &str {
    let name = file.strip_suffix(".json").unwrap_or(file);
    match name.rsplit_once('.') {
        Some((event, variant)) if is_event_name(event) && is_word(variant) => event,
        _ => name,
    }
}

/// The names of events and where each is given.
pub(crate) fn events(house: &House) -> BTreeMap<String, (String, usize)> {
    let mut events = BTreeMap::new();
    for (path, text) in house.tree.rust_under(RULES).filter(|(path, _)| is_event_file(path)) {
        for literal in Source::of(text).literals {
            if is_event_name(&literal.text) {
                events.entry(literal.text).or_insert_with(|| (path.to_owned(), literal.line));
            }
        }
    }
    events
}

/// `change/event.rs`, or a file of a folder `change/event/`.
fn is_event_file(path: &str) -> bool {
    path.ends_with("event.rs") || path.contains("/event/")
}

/// `change.submitted.v1`.
fn is_event_name(text: &str) -> bool {
    let Some((name, version)) = text.rsplit_once(".v") else {
        return false;
    };
    version.parse::<u32>().is_ok() && name.contains('.') && name.split('.').all(is_word)
}

fn is_word(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVENT: &str = "#[serde(rename = \"change.submitted.v1\")]\nSubmitted,\n";

    fn wrongs(files: &[(&str, &str)]) -> Vec<String> {
        check(&House::of("", files)).into_iter().map(|finding| finding.wrong).collect()
    }

    #[test]
    fn an_event_with_its_golden_file_passes() {
        let files = [
            ("crates/domain/src/change/event.rs", EVENT),
            ("crates/domain/golden/change.submitted.v1.json", "{}"),
        ];
        assert!(wrongs(&files).is_empty());
    }

    #[test]
    fn an_event_with_a_golden_file_of_a_variant_passes() {
        let files = [
            ("crates/domain/src/change/event.rs", EVENT),
            ("crates/domain/golden/change.submitted.v1.by_hand.json", "{}"),
        ];
        assert!(wrongs(&files).is_empty());
    }

    #[test]
    fn a_golden_file_of_a_variant_without_an_event_is_found() {
        let found = wrongs(&[("crates/domain/golden/change.submitted.v1.by_hand.json", "{}")]);
        assert_eq!(found, ["no event is called `change.submitted.v1`"]);
    }

    #[test]
    fn an_event_without_a_golden_file_is_found() {
        let found = wrongs(&[("crates/domain/src/change/event.rs", EVENT)]);
        assert_eq!(found, ["event `change.submitted.v1` has no golden file"]);
    }

    #[test]
    fn a_golden_file_without_an_event_is_found() {
        let found = wrongs(&[("crates/domain/golden/change.submitted.v1.json", "{}")]);
        assert_eq!(found, ["no event is called `change.submitted.v1`"]);
    }

    #[test]
    fn only_event_names_are_taken_for_event_names() {
        for text in ["change.submitted", "v1", "change.v1", "Change.submitted.v1", "a.b.v1x"] {
            assert!(!is_event_name(text), "{text}");
        }
    }
}
