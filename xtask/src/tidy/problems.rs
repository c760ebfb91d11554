//! Every problem code has exactly one page that tells what it means and how to mend it, and every
//! page has a code.

use std::collections::BTreeMap;

use crate::finding::Finding;
use crate::house::House;
use crate::source::Source;

const REGISTRY: &str = "crates/api/src/problem.rs";
const PAGES: &str = "docs/problems/";
const SECTIONS: &[&str] = &["What it means", "How to mend it", "For operators"];

pub(super) fn check(house: &House) -> Vec<Finding> {
    let codes = house.tree.text(REGISTRY).map(codes_in).unwrap_or_default();
    let mut findings = Vec::new();
    for (code, line) in &codes {
        let path = format!("{PAGES}{code}.md");
        match house.tree.text(&path) {
            Some(text) => findings.extend(page(&path, code, text)),
            None => findings.push(Finding::at(
                REGISTRY,
                *line,
                format!("problem code `{code}` has no page"),
                "write docs/problems/<code>.md",
            )),
        }
    }
    for (path, _) in house.tree.under(PAGES) {
        let name = path.strip_prefix(PAGES).unwrap_or(path);
        let code = name.strip_suffix(".md").unwrap_or(name);
        if name != "README.md" && !codes.contains_key(code) {
            findings.push(Finding::on(
                path,
                format!("no problem code is called `{code}`"),
                "register the code in crates/api/src/problem.rs, or remove the page",
            ));
        }
    }
    findings
}

/// The codes of the registry and the line of each.
fn codes_in(text: &str) -> BTreeMap<String, usize> {
    let literals = Source::of(text).literals.into_iter();
    literals.filter(|literal| is_code(&literal.text)).fold(BTreeMap::new(), |mut codes, literal| {
        codes.entry(literal.text).or_insert(literal.line);
        codes
    })
}

/// `change.window_frozen`: two words of lower-case letters and underscores.
fn is_code(text: &str) -> bool {
    let is_part = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
    };
    text.split_once('.').is_some_and(|(left, right)| is_part(left) && is_part(right))
}

fn page(path: &str, code: &str, text: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    let title = text.lines().next().unwrap_or_default();
    if title.trim_start_matches("# ").trim_matches('`') != code {
        findings.push(Finding::at(
            path,
            1,
            "the title is not the code".to_owned(),
            "let the first line be `# <code>`",
        ));
    }
    for section in SECTIONS {
        let heading = format!("## {section}");
        let mut lines = text.lines().skip_while(|line| line.trim() != heading).skip(1);
        let is_told = lines
            .by_ref()
            .take_while(|line| !line.starts_with("## "))
            .any(|line| !line.trim().is_empty());
        if !is_told {
            findings.push(Finding::on(
                path,
                format!("the section `{section}` is missing or empty"),
                "write it for someone who has just met this problem",
            ));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "# change.window_frozen\n\n## What it means\n\nIt is frozen.\n\n\
        ## How to mend it\n\nWait.\n\n## For operators\n\nNothing.\n";
    const CODE: &str = "//! x\ncode!(\"change.window_frozen\", 409, \"The window is frozen.\");\n";

    fn wrongs(code: &str, pages: &[(&str, &str)]) -> Vec<String> {
        let mut files = vec![(REGISTRY, code)];
        files.extend(pages);
        check(&House::of("", &files)).into_iter().map(|finding| finding.wrong).collect()
    }

    #[test]
    fn a_code_with_its_page_passes() {
        assert!(wrongs(CODE, &[("docs/problems/change.window_frozen.md", PAGE)]).is_empty());
    }

    #[test]
    fn a_code_without_a_page_is_found() {
        assert_eq!(wrongs(CODE, &[]), ["problem code `change.window_frozen` has no page"]);
    }

    #[test]
    fn a_page_without_a_code_is_found() {
        let found = wrongs("", &[("docs/problems/change.window_frozen.md", PAGE)]);
        assert_eq!(found, ["no problem code is called `change.window_frozen`"]);
    }

    #[test]
    fn a_page_that_leaves_something_out_is_found() {
        let text = PAGE.replace("Wait.\n", "").replace("# change.w", "# w");
        let found = wrongs(CODE, &[("docs/problems/change.window_frozen.md", &text)]);
        assert_eq!(
            found,
            ["the title is not the code", "the section `How to mend it` is missing or empty"]
        );
    }

    #[test]
    fn only_codes_are_taken_for_codes() {
        for text in ["change", "change.", "Change.x", "change.submitted.v1", "a sentence. b"] {
            assert!(!is_code(text), "{text}");
        }
    }
}
