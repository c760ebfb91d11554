//! What a reader of any file may count on: a name that says what is in it, lines that fit a screen,
//! files that hold one thing, and no note to self without an issue behind it.

use crate::finding::Finding;
use crate::house::{House, has_extension};
use crate::register::{ADDRESSES, Address};
use crate::source::Source;

/// The longest line, in characters.
const COLUMNS_MAX: usize = 100;
/// The longest file, in lines.
const LINES_MAX: usize = 800;
/// Files that are written by hand.
const WRITTEN: &[&str] = &["rs", "ts", "tsx", "css", "sh", "sql", "toml", "mjs"];
/// Names under which anything could be put.
const DRAWERS: &[&str] = &["utils", "util", "common", "helpers", "helper", "manager", "misc"];

pub(super) fn check(house: &House) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in house.tree.under("").filter(|(path, _)| has_extension(path, WRITTEN)) {
        findings.extend(drawer(house, path));
        findings.extend(length(path, text));
        if has_extension(path, &["rs"]) {
            let source = Source::of(text);
            findings.extend(width(path, text, &source));
            findings.extend(notes(path, &source.comments));
        } else {
            findings.extend(notes(path, text));
        }
    }
    findings
}

/// A name that says nothing, unless the register says in a sentence what is in it.
fn drawer(house: &House, path: &str) -> Option<Finding> {
    let name = path.split(['/', '.']).find(|part| DRAWERS.contains(part))?;
    let is_said = |address: &Address| {
        path.strip_prefix(address.folder).is_some_and(|rest| rest.starts_with(name))
            && house.register.infrastructure(address.key, name).is_some()
    };
    if ADDRESSES.iter().any(is_said) {
        return None;
    }
    Some(Finding::on(
        path,
        format!("`{name}` could hold anything"),
        "name it after what is in it, or put each thing where it belongs",
    ))
}

fn length(path: &str, text: &str) -> Option<Finding> {
    let lines = text.lines().count();
    (lines > LINES_MAX).then(|| {
        Finding::on(
            path,
            format!("the file has {lines} lines, at most {LINES_MAX} are allowed"),
            "it usually holds two things: find their names and split it",
        )
    })
}

/// Lines that are too long, unless an address or a one-line string makes them so.
fn width(path: &str, text: &str, source: &Source) -> Vec<Finding> {
    text.lines()
        .zip(source.code.lines())
        .enumerate()
        .filter(|(_, (line, _))| line.chars().count() > COLUMNS_MAX)
        .filter(|(_, (line, code))| !line.contains("://") && !fits_without_literals(line, code))
        .map(|(index, (line, _))| {
            Finding::at(
                path,
                index + 1,
                format!("{} columns, at most {COLUMNS_MAX} are allowed", line.chars().count()),
                "break the line",
            )
        })
        .collect()
}

/// Whether what is left without the insides of literals is short. A line that lies wholly inside
/// a literal has no quote of its own and can be broken.
fn fits_without_literals(line: &str, code: &str) -> bool {
    let left = line.chars().zip(code.chars()).filter(|(seen, kept)| seen == kept).count();
    code.contains('"') && left <= COLUMNS_MAX
}

/// Notes to self without `(#12)` behind.
fn notes(path: &str, text: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, line) in text.lines().enumerate() {
        for word in ["TODO", "FIXME", "XXX"] {
            if line.split(word).skip(1).any(|rest| !names_an_issue(rest)) {
                findings.push(Finding::at(
                    path,
                    index + 1,
                    format!("`{word}` without an issue"),
                    "do it now, or open an issue and name it: (#12) right behind the word",
                ));
            }
        }
    }
    findings
}

/// Whether a text begins with `(#12)`.
fn names_an_issue(rest: &str) -> bool {
    let number = rest.strip_prefix("(#").and_then(|rest| rest.split_once(')'));
    number.is_some_and(|(digits, _)| digits.parse::<u32>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrongs(path: &str, text: &str) -> Vec<String> {
        let house = House::of("", &[(path, text)]);
        check(&house).into_iter().map(|finding| finding.wrong).collect()
    }

    #[test]
    fn a_name_for_anything_is_found() {
        assert_eq!(wrongs("crates/api/src/common.rs", ""), ["`common` could hold anything"]);
        assert_eq!(wrongs("web/src/utils/a.ts", ""), ["`utils` could hold anything"]);
        assert!(wrongs("crates/api/src/commons.rs", "").is_empty());
    }

    #[test]
    fn a_long_line_is_found() {
        let text = format!("let a = {};\n", "b + ".repeat(30));
        assert_eq!(wrongs("a.rs", &text), ["129 columns, at most 100 are allowed"]);
    }

    #[test]
    fn a_string_or_an_address_that_cannot_break_passes() {
        let long = "x".repeat(120);
        assert!(wrongs("a.rs", &format!("let a = \"{long}\";\n")).is_empty());
        assert!(wrongs("a.rs", &format!("// https://example.org/{long}\n")).is_empty());
    }

    #[test]
    fn a_long_line_inside_a_string_of_many_lines_is_found() {
        let text = format!("let a = \"\n{}\n\";\n", "x".repeat(120));
        assert_eq!(wrongs("a.rs", &text).len(), 1);
    }

    #[test]
    fn a_long_file_is_found() {
        assert_eq!(wrongs("a.ts", &"x\n".repeat(801)).len(), 1);
        assert!(wrongs("a.ts", &"x\n".repeat(800)).is_empty());
    }

    #[test]
    fn a_note_needs_an_issue() {
        assert_eq!(wrongs("a.rs", "// TODO later\n"), ["`TODO` without an issue"]);
        assert_eq!(wrongs("a.ts", "// FIXME(soon)\n"), ["`FIXME` without an issue"]);
        assert!(wrongs("a.rs", "// TODO(#12): later\n").is_empty());
        assert!(wrongs("a.rs", "const A: &str = \"TODO later\";\n").is_empty());
    }
}
