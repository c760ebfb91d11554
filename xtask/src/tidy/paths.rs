//! Every path that the documents for readers of the repository name is really there.

use crate::finding::Finding;
use crate::house::{House, has_extension};

/// Documents whose `paths in backticks` are promises.
const MAPS: &[&str] = &["ARCHITECTURE.md", "README.md"];
/// Folders that a build makes.
const MADE: &[&str] = &["target", "web/dist", "web/node_modules", "web/src/gen"];

pub(super) fn check(house: &House) -> Vec<Finding> {
    let mut findings = Vec::new();
    for map in MAPS {
        let text = house.tree.text(map).unwrap_or_default();
        for (line, path) in in_backticks(text) {
            let is_made = MADE.iter().any(|made| path.starts_with(made));
            if is_path(house, &path) && !is_made && !is_there(house, &path) {
                findings.push(dead(map, line, &path));
            }
        }
    }
    let documents = house.tree.under("").filter(|(path, _)| has_extension(path, &["md"]));
    for (document, text) in documents.filter(|(path, _)| !path.starts_with("demo/")) {
        for (line, link) in links(text) {
            let target = resolve(document, &link);
            if !house.tree.has(&target) {
                findings.push(dead(document, line, &target));
            }
        }
    }
    findings
}

fn dead(document: &str, line: usize, path: &str) -> Finding {
    Finding::at(
        document,
        line,
        format!("`{path}` does not exist"),
        "correct the path, or remove what is said about it",
    )
}

/// What stands in single backticks outside fenced blocks, with its line.
fn in_backticks(text: &str) -> Vec<(usize, String)> {
    prose(text)
        .flat_map(|(line, prose)| {
            prose.split('`').skip(1).step_by(2).map(move |part| (line, part.to_owned()))
        })
        .collect()
}

/// Lines that are no code block.
fn prose(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut fenced = false;
    text.lines().enumerate().filter_map(move |(index, line)| {
        let is_fence = line.trim_start().starts_with("```");
        fenced ^= is_fence;
        (!fenced && !is_fence).then_some((index + 1, line))
    })
}

/// Whether a text in backticks means a place in the repository: it begins with a name of the root
/// and is written like a path, or it is a document or manifest of the root.
fn is_path(house: &House, text: &str) -> bool {
    let is_plain =
        text.chars().all(|letter| letter.is_ascii_alphanumeric() || "/._-*".contains(letter));
    let Some((first, _)) = text.split_once('/') else {
        return is_plain && (has_extension(text, &["toml", "md"]) || text == "Makefile");
    };
    let names = house.tree.names_in("");
    is_plain && !first.is_empty() && names.contains(&format!("{first}/"))
}

/// A `*` stands for any one name.
fn is_there(house: &House, path: &str) -> bool {
    let Some((before, after)) = path.split_once('*') else {
        return house.tree.has(path);
    };
    let after = after.trim_end_matches('/');
    house.tree.under(before).any(|(found, _)| {
        let rest = found.strip_prefix(before).unwrap_or(found);
        let tail = rest.find('/').map_or("", |slash| &rest[slash..]);
        after.is_empty() || rest.ends_with(after) || tail.starts_with(after)
    })
}

/// Targets of `[text](target)` inside the repository, without their anchors.
fn links(text: &str) -> Vec<(usize, String)> {
    let mut links = Vec::new();
    for (line, prose) in prose(text) {
        for part in prose.split("](").skip(1) {
            let target = part.split([')', ' ', '#']).next().unwrap_or_default();
            let is_outside = target.contains(':') || target.starts_with('/');
            if !target.is_empty() && !is_outside {
                links.push((line, target.to_owned()));
            }
        }
    }
    links
}

/// A link as a path from the root.
fn resolve(document: &str, link: &str) -> String {
    let folder = document.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in link.split('/') {
        match part {
            "." | "" => {}
            ".." => {
                parts.pop();
            }
            name => parts.push(name),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrongs(map: &str) -> Vec<String> {
        let files = [
            ("ARCHITECTURE.md", map),
            ("crates/domain/src/change/mod.rs", ""),
            ("docs/adr/0001-one.md", "[back](../../ARCHITECTURE.md#top)"),
            ("Cargo.toml", ""),
        ];
        check(&House::of("", &files)).into_iter().map(|finding| finding.wrong).collect()
    }

    #[test]
    fn true_paths_pass() {
        let map = "See `crates/domain/src/change/`, `crates/*/src/change/mod.rs`, `Cargo.toml`, \
                   [one](docs/adr/0001-one.md), `GET /api/v1/changes`, `mod.rs` and `web/dist`.\n";
        assert!(wrongs(map).is_empty(), "{:?}", wrongs(map));
    }

    #[test]
    fn a_dead_path_is_found() {
        assert_eq!(
            wrongs("`crates/domain/src/gone.rs`"),
            ["`crates/domain/src/gone.rs` does not exist"]
        );
        assert_eq!(wrongs("`gone.toml`"), ["`gone.toml` does not exist"]);
        assert_eq!(wrongs("`crates/*/src/gone.rs`"), ["`crates/*/src/gone.rs` does not exist"]);
    }

    #[test]
    fn a_dead_link_is_found() {
        assert_eq!(wrongs("[x](docs/adr/0002-two.md)"), ["`docs/adr/0002-two.md` does not exist"]);
        assert!(wrongs("[x](https://example.org/y) [z](#here)").is_empty());
    }

    #[test]
    fn a_code_block_is_no_promise() {
        assert!(wrongs("```\n`crates/gone`\n```\n").is_empty());
    }
}
