//! Every Rust file says on its first line what it is for.

use crate::finding::Finding;
use crate::house::House;

/// Where Rust is written.
const FOLDERS: &[&str] = &["crates/", "xtask/", "tests/", "benches/"];
/// A sentence is longer than this many characters.
const SENTENCE_MIN: usize = 12;

pub(super) fn check(house: &House) -> Vec<Finding> {
    FOLDERS
        .iter()
        .flat_map(|folder| house.tree.rust_under(folder))
        .filter(|(_, text)| !opens_with_a_sentence(text))
        .map(|(path, _)| {
            Finding::at(
                path,
                1,
                "the file does not say what it is for".to_owned(),
                "open it with `//!` and a sentence: what it is for, and what it must not do",
            )
        })
        .collect()
}

fn opens_with_a_sentence(text: &str) -> bool {
    let opening: Vec<&str> =
        text.lines().map_while(|line| line.strip_prefix("//!")).map(str::trim).collect();
    opening.join(" ").trim().chars().count() >= SENTENCE_MIN
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(text: &str) -> usize {
        check(&House::of("", &[("crates/domain/src/a.rs", text)])).len()
    }

    #[test]
    fn a_file_with_a_sentence_passes() {
        assert_eq!(count("//! The rules of a change, and nothing else.\nfn f() {}\n"), 0);
    }

    #[test]
    fn a_file_without_one_is_found() {
        assert_eq!(count("fn f() {}\n"), 1);
        assert_eq!(count("//! placeholder\n"), 1);
        assert_eq!(count("\n//! The rules of a change, and nothing else.\n"), 1);
    }
}
