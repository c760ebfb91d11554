//! Searching: words find records, and what people type is never read as the syntax of a query.

use std::sync::Arc;

use super::{read, write};
use crate::Store;

const HOSTILE: [&str; 24] = [
    "",
    " ",
    "'",
    "\"",
    "\\",
    "*",
    "a*b",
    "(",
    ")",
    "a AND",
    "OR",
    "NOT",
    "NEAR(a b)",
    "-a",
    "a:b",
    "words:a",
    "{a b}",
    "^a",
    "a & | !",
    "<->",
    "'; DROP TABLE events; --",
    "%00",
    "\u{0}",
    "\u{1F600} \u{202E}abc \u{FEFF} ﷽ Ω≈ç√",
];

fn search(store: &Arc<dyn Store>, kind: Option<&'static str>, words: &str) -> Vec<String> {
    let words = words.to_owned();
    read(store, move |reader| reader.search(kind, &words, 10)).expect("no words break a search")
}

fn index(store: &Arc<dyn Store>, stream: &'static str, text: &str) {
    let text = text.to_owned();
    write(store, move |tx| tx.index_text(stream, &text)).expect("no text breaks the index");
}

pub(super) fn text_is_found_by_its_words(store: &Arc<dyn Store>) {
    index(store, "change:1", "CHG-1042 Upgrade the payment gateway");
    index(store, "change:2", "CHG-1043 Restart the gateway, gateway by gateway");
    index(store, "release:1", "REL-17 Größe der Gateway-Puffer, 漢字");
    assert_eq!(search(store, None, "upgrade"), ["change:1"]);
    assert_eq!(search(store, None, "CHG-1042"), ["change:1"]);
    assert_eq!(search(store, None, "1043"), ["change:2"]);
    assert_eq!(search(store, None, "GATE"), ["change:2", "change:1", "release:1"]);
    assert_eq!(search(store, Some("change"), "gate"), ["change:2", "change:1"]);
    assert_eq!(search(store, Some("release"), "größ"), ["release:1"]);
    assert_eq!(search(store, None, "字"), ["release:1"]);
    assert_eq!(search(store, None, "gateway payment"), ["change:1"]);
    assert!(search(store, None, "gate payment missing").is_empty());
    assert!(search(store, None, "pay gateway").is_empty(), "only the last word is a prefix");
    // A new text replaces the old one; an empty one removes it.
    index(store, "change:1", "CHG-1042 Replace the load balancer");
    assert!(search(store, None, "payment").is_empty());
    assert_eq!(search(store, None, "balancer"), ["change:1"]);
    index(store, "change:1", "");
    assert!(search(store, None, "balancer").is_empty());
    index(store, "change:1", "back");
    assert_eq!(search(store, None, "back"), ["change:1"]);
    let one = read(store, |reader| reader.search(None, "gateway", 1)).expect("the search runs");
    assert_eq!(one.len(), 1);
}

pub(super) fn what_people_type_is_never_syntax(store: &Arc<dyn Store>) {
    index(store, "change:1", "plain words");
    for hostile in HOSTILE {
        let found = search(store, None, hostile);
        assert!(found.is_empty(), "{hostile:?} found {found:?}");
    }
    for (number, hostile) in HOSTILE.into_iter().enumerate() {
        index(store, "change:1", &format!("{hostile} mark{number} {hostile}"));
        assert_eq!(search(store, None, &format!("{hostile} mark{number}")), ["change:1"]);
    }
    // Long texts and long words are cut, not refused.
    index(store, "change:2", &"word ".repeat(100_000));
    index(store, "change:3", &"x".repeat(1_000_000));
    assert_eq!(search(store, None, "word"), ["change:2"]);
    assert_eq!(search(store, None, &"x".repeat(5_000)), ["change:3"]);
    search(store, None, &"many words ".repeat(1_000));
}
