//! `cargo xtask where <feature>`: everything that carries a feature's name, on one screen.

use std::fmt::Write as _;

use anyhow::{Context, Result};

use crate::house::House;
use crate::register::{ADDRESSES, Address, Feature};
use crate::tidy;

/// The addresses, neighbours, events and problems of a feature.
pub(crate) fn describe(house: &House, name: &str) -> Result<String> {
    let names: Vec<&str> =
        house.register.features.iter().map(|feature| feature.name.as_str()).collect();
    let feature = house.register.find(name).with_context(|| {
        format!("no feature is called `{name}`; there are {}", names.join(", "))
    })?;
    let mut text = format!("{name}: {}\n\n", feature.does);
    for address in ADDRESSES {
        let (mark, place) = match feature.absent.get(address.key) {
            Some(reason) => ("-", format!("none: {reason}")),
            None => ("*", place(house, address, name)),
        };
        writeln!(text, "{mark} {:7} {place}  ({})", address.key, address.holds)?;
    }
    writeln!(text)?;
    for (label, others) in [
        ("knows", feature.knows.join(" ")),
        ("server side also reads", feature.reads.join(" ")),
        ("is known by", known_by(house, feature)),
        ("events", with_prefix(tidy::events(house).into_keys(), name)),
        ("problems", with_prefix(problems(house), name)),
    ] {
        writeln!(text, "{label}: {}", if others.is_empty() { "–" } else { &others })?;
    }
    Ok(text)
}

/// Where it stands: at an address with two folders, wherever it is, or in both.
fn place(house: &House, address: &Address, name: &str) -> String {
    let places = [Some(address.of(name)), address.or_of(name)];
    let places = places.into_iter().flatten().filter(|path| house.tree.has(path));
    let found: Vec<String> = places.collect();
    if found.is_empty() { address.of(name) } else { found.join(" ") }
}

fn known_by(house: &House, feature: &Feature) -> String {
    let knows =
        |other: &&Feature| other.knows.iter().chain(&other.reads).any(|name| *name == feature.name);
    let others = house.register.features.iter().filter(knows);
    others.map(|other| other.name.as_str()).collect::<Vec<_>>().join(" ")
}

fn problems(house: &House) -> impl Iterator<Item = String> {
    let names = house.tree.names_in("docs/problems/").into_iter();
    names.filter_map(|name| name.strip_suffix(".md").map(str::to_owned))
}

fn with_prefix(names: impl Iterator<Item = String>, feature: &str) -> String {
    let prefix = format!("{feature}.");
    names.filter(|name| name.starts_with(&prefix)).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const REGISTER: &str = "\
        [[feature]]\nname = \"change\"\ndoes = \"A change is here.\"\n\
        absent = { cli = \"It has no verbs.\" }\n\
        [[feature]]\nname = \"release\"\ndoes = \"A release is here.\"\nknows = [\"change\"]\n";

    #[test]
    fn a_feature_is_found_with_its_addresses_and_neighbours() {
        let event = "#[serde(rename = \"change.submitted.v1\")]";
        let house = House::of(REGISTER, &[("crates/domain/src/change/event.rs", event)]);
        let text = describe(&house, "change").unwrap();
        assert!(text.contains("* domain  crates/domain/src/change/"), "{text}");
        assert!(text.contains("- cli     none: It has no verbs."), "{text}");
        assert!(text.contains("is known by: release"), "{text}");
        assert!(text.contains("events: change.submitted.v1"), "{text}");
    }

    #[test]
    fn an_unknown_feature_is_answered_with_the_known_ones() {
        let error = describe(&House::of(REGISTER, &[]), "wizardry").unwrap_err();
        assert!(error.to_string().contains("change, release"));
    }
}
