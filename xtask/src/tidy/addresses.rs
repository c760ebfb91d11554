//! Every feature lives at its seven addresses under its own name, or says why not; nothing else
//! lives there unless it is registered as infrastructure.

use crate::finding::Finding;
use crate::house::House;
use crate::register::{ADDRESSES, Address, Feature};

const REGISTER: &str = "features.toml";

pub(super) fn check(house: &House) -> Vec<Finding> {
    let mut findings = Vec::new();
    for address in ADDRESSES {
        for feature in &house.register.features {
            findings.extend(home(house, address, feature));
        }
        findings.extend(strangers(house, address));
        findings.extend(ghosts(house, address));
    }
    findings
}

/// A feature that is missing at an address, or there although it is said to be absent.
fn home(house: &House, address: &Address, feature: &Feature) -> Option<Finding> {
    let path = lives_at(house, address, &feature.name);
    let reason = feature.absent.get(address.key);
    match (house.tree.has(&path), reason) {
        (true, None) | (false, Some(_)) => None,
        (false, None) => Some(Finding::on(
            &path,
            format!("feature `{}` has no `{}` address", feature.name, address.key),
            "create it, or give the reason under `absent` in features.toml",
        )),
        (true, Some(_)) => Some(Finding::at(
            REGISTER,
            register_line(house, &feature.name),
            format!("`{}` says that {path} is absent, but it is there", feature.name),
            "remove the `absent` entry",
        )),
    }
}

/// Where a feature stands at an address: in its folder, or in the second one if it is there.
fn lives_at(house: &House, address: &Address, feature: &str) -> String {
    let second = address.or_of(feature).filter(|path| house.tree.has(path));
    let first = address.of(feature);
    if house.tree.has(&first) { first } else { second.unwrap_or(first) }
}

/// Entries of an address that are neither a feature nor registered.
fn strangers(house: &House, address: &Address) -> Vec<Finding> {
    house
        .tree
        .names_in(address.folder)
        .into_iter()
        .filter(|name| !address.roots.contains(&name.as_str()))
        .filter_map(|name| {
            let path = format!("{}{name}", address.folder);
            let word = name.trim_end_matches('/').split('.').next().unwrap_or_default();
            if house.register.has(word) {
                let expected = address.of(word);
                return (path != expected).then(|| {
                    Finding::on(
                        &path,
                        format!("feature `{word}` lives at {expected}"),
                        "move it there, so that every feature is found the same way",
                    )
                });
            }
            house.register.infrastructure(address.key, word).is_none().then(|| {
                Finding::on(
                    &path,
                    format!("`{word}` is neither a feature nor registered infrastructure"),
                    "register it in features.toml: [[feature]], or a sentence under \
                     [infrastructure.<address>]",
                )
            })
        })
        .collect()
}

/// Registered infrastructure that is not there.
fn ghosts(house: &House, address: &Address) -> Vec<Finding> {
    let Some(modules) = house.register.infrastructure.get(address.key) else {
        return Vec::new();
    };
    let names = house.tree.names_in(address.folder);
    modules
        .keys()
        .filter(|module| {
            !names
                .iter()
                .any(|name| name.trim_end_matches('/').split('.').next() == Some(module.as_str()))
        })
        .map(|module| {
            Finding::on(
                REGISTER,
                format!("[infrastructure.{}] names `{module}`, which is not there", address.key),
                "remove the entry",
            )
        })
        .collect()
}

fn register_line(house: &House, feature: &str) -> usize {
    let entry = format!("name = \"{feature}\"");
    let text = house.tree.text(REGISTER).unwrap_or_default();
    text.lines().position(|line| line.trim() == entry).map_or(0, |index| index + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RISK: &str = "[[feature]]\nname = \"risk\"\ndoes = \"The tier of a change.\"\n\
        absent = { server = \"It has no routes.\", api = \"It has no wire types.\", \
        cli = \"It has no verbs.\", web = \"It has no screens.\", \
        test = \"Proved with change there.\", docs = \"Told with change there.\" }\n";

    fn wrongs(register: &str, files: &[(&str, &str)]) -> Vec<String> {
        check(&House::of(register, files)).into_iter().map(|finding| finding.wrong).collect()
    }

    #[test]
    fn a_feature_at_its_addresses_passes() {
        assert!(wrongs(RISK, &[("crates/domain/src/risk/mod.rs", "")]).is_empty());
    }

    #[test]
    fn a_missing_address_is_found() {
        assert_eq!(wrongs(RISK, &[]), ["feature `risk` has no `domain` address"]);
    }

    #[test]
    fn a_proof_may_stand_beside_the_server() {
        let register = RISK.replace("test = \"Proved with change there.\", ", "");
        let rules = ("crates/domain/src/risk/mod.rs", "");
        let proof = ("crates/server/tests/it/risk.rs", "");
        assert!(wrongs(&register, &[rules, proof]).is_empty());
        assert_eq!(wrongs(&register, &[rules]), ["feature `risk` has no `test` address"]);
        let found = wrongs(RISK, &[rules, proof]);
        assert_eq!(
            found,
            ["`risk` says that crates/server/tests/it/risk.rs is absent, but it is there"]
        );
    }

    #[test]
    fn an_address_that_is_said_to_be_absent_is_found() {
        let files = [("crates/domain/src/risk/mod.rs", ""), ("crates/api/src/risk.rs", "")];
        let found = wrongs(RISK, &files);
        assert_eq!(found, ["`risk` says that crates/api/src/risk.rs is absent, but it is there"]);
    }

    #[test]
    fn an_unregistered_folder_is_found() {
        let files = [("crates/domain/src/risk/mod.rs", ""), ("crates/domain/src/luck/mod.rs", "")];
        let found = wrongs(RISK, &files);
        assert_eq!(found, ["`luck` is neither a feature nor registered infrastructure"]);
    }

    #[test]
    fn a_feature_in_the_wrong_shape_is_found() {
        let found = wrongs(RISK, &[("crates/domain/src/risk.rs", "")]);
        assert!(found.contains(&"feature `risk` lives at crates/domain/src/risk/".to_owned()));
    }

    #[test]
    fn infrastructure_that_is_gone_is_found() {
        let register = format!("{RISK}[infrastructure.domain]\nwand = \"Makes all the magic.\"\n");
        let found = wrongs(&register, &[("crates/domain/src/risk/mod.rs", "")]);
        assert_eq!(found, ["[infrastructure.domain] names `wand`, which is not there"]);
    }
}
