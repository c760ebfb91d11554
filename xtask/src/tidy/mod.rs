//! The rules of the house. Each rule is a function from the tree to what breaks it, and each is
//! seen to fail on a fixture of its own.

mod addresses;
mod docs;
mod edges;
mod golden;
mod layout;
mod manifests;
mod paths;
mod problems;
mod purity;

pub(crate) use golden::events;

use crate::finding::Finding;
use crate::house::House;

type Rule = fn(&House) -> Vec<Finding>;

const RULES: &[Rule] = &[
    addresses::check,
    edges::check,
    manifests::check,
    purity::check,
    docs::check,
    problems::check,
    paths::check,
    layout::check,
    golden::check,
];

/// Everything that breaks a rule, in the order of paths and lines.
pub(crate) fn findings(house: &House) -> Vec<Finding> {
    let mut findings: Vec<Finding> = RULES.iter().flat_map(|rule| rule(house)).collect();
    findings.sort();
    findings.dedup();
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_house_is_tidy() {
        let house = House::read(&crate::root()).expect("the tree can be read");
        let lines: Vec<String> = findings(&house).iter().map(ToString::to_string).collect();
        assert!(lines.is_empty(), "{} finding(s)\n{}", lines.len(), lines.join("\n"));
    }
}
