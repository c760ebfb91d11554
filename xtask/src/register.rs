//! `features.toml`: which features exist, where they live, and which others they may know.

use std::collections::BTreeMap;

use anyhow::{Result, ensure};
use serde::Deserialize;

/// The register of features.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Register {
    /// The features, in the order in which a reader should meet them.
    #[serde(default, rename = "feature")]
    pub(crate) features: Vec<Feature>,
    /// Modules that are no feature, by address key and name.
    #[serde(default)]
    pub(crate) infrastructure: BTreeMap<String, BTreeMap<String, Infrastructure>>,
}

/// One feature.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Feature {
    /// One word, singular; the same at every address.
    pub(crate) name: String,
    /// What it is, in one sentence.
    pub(crate) does: String,
    /// Features whose public face its rules and its server side may use. Free of cycles.
    #[serde(default)]
    pub(crate) knows: Vec<String>,
    /// Further features that its server side alone may use, to read or to command.
    #[serde(default)]
    pub(crate) reads: Vec<String>,
    /// Addresses it does not have, each with the reason.
    #[serde(default)]
    pub(crate) absent: BTreeMap<String, String>,
}

/// A module that is no feature: either a sentence, or a sentence and the features it may know.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(crate) enum Infrastructure {
    /// It knows no feature.
    Plain(String),
    /// It may know some features, or all of them with `"*"`.
    Knowing {
        /// What it is, in one sentence.
        does: String,
        /// The features.
        knows: Vec<String>,
    },
}

impl Infrastructure {
    /// What it is.
    pub(crate) fn does(&self) -> &str {
        match self {
            Self::Plain(does) | Self::Knowing { does, .. } => does,
        }
    }

    /// Whether it may use this feature.
    pub(crate) fn may_know(&self, feature: &str) -> bool {
        match self {
            Self::Plain(_) => false,
            Self::Knowing { knows, .. } => knows.iter().any(|name| name == "*" || name == feature),
        }
    }
}

/// A kind of place where a feature lives.
pub(crate) struct Address {
    /// Its key in the register.
    pub(crate) key: &'static str,
    /// The folder that holds one entry a feature.
    pub(crate) folder: &'static str,
    /// What follows the feature's name there.
    pub(crate) suffix: &'static str,
    /// Entries of the folder that belong to no feature and need no registration.
    pub(crate) roots: &'static [&'static str],
    /// What a reader finds there.
    pub(crate) holds: &'static str,
    /// A second folder in which a feature may stand instead.
    pub(crate) or_in: Option<&'static str>,
}

impl Address {
    /// The path of a feature at this address.
    pub(crate) fn of(&self, feature: &str) -> String {
        format!("{}{feature}{}", self.folder, self.suffix)
    }

    /// The path of a feature in the second folder, if this address has one.
    pub(crate) fn or_of(&self, feature: &str) -> Option<String> {
        self.or_in.map(|folder| format!("{folder}{feature}{}", self.suffix))
    }
}

/// The seven homes of a feature.
pub(crate) const ADDRESSES: &[Address] = &[
    Address {
        key: "domain",
        folder: "crates/domain/src/",
        suffix: "/",
        roots: &["lib.rs"],
        holds: "rules: state, events, decide, evolve",
        or_in: None,
    },
    Address {
        key: "server",
        folder: "crates/server/src/",
        suffix: "/",
        roots: &["lib.rs"],
        holds: "routes, read models, reactions",
        or_in: None,
    },
    Address {
        key: "api",
        folder: "crates/api/src/",
        suffix: ".rs",
        roots: &["lib.rs"],
        holds: "wire types",
        or_in: None,
    },
    Address {
        key: "cli",
        folder: "crates/cli/src/",
        suffix: ".rs",
        roots: &["lib.rs", "main.rs"],
        holds: "verbs on the command line",
        or_in: None,
    },
    Address {
        key: "web",
        folder: "web/src/features/",
        suffix: "/",
        roots: &[],
        holds: "screens",
        or_in: None,
    },
    Address {
        key: "test",
        folder: "tests/tests/it/",
        suffix: ".rs",
        roots: &["main.rs"],
        holds: "end-to-end proof",
        or_in: Some("crates/server/tests/it/"),
    },
    Address {
        key: "docs",
        folder: "docs/features/",
        suffix: ".md",
        roots: &[],
        holds: "manual",
        or_in: None,
    },
];

impl Register {
    /// Reads the text of `features.toml`. Names and keys are checked here; what the tree says is
    /// for the rules.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let register: Self = toml::from_str(text)?;
        for (index, feature) in register.features.iter().enumerate() {
            let name = &feature.name;
            ensure!(is_word(name), "feature `{name}`: a name is one lower-case word");
            ensure!(
                register.features[..index].iter().all(|earlier| earlier.name != *name),
                "feature `{name}` is registered twice"
            );
            ensure!(is_sentence(&feature.does), "feature `{name}`: `does` is one sentence");
            for (key, reason) in &feature.absent {
                ensure!(is_key(key), "feature `{name}`: `{key}` is not an address");
                ensure!(is_sentence(reason), "feature `{name}`: absent `{key}` needs a sentence");
            }
            for other in feature.knows.iter().chain(&feature.reads) {
                ensure!(other != name, "feature `{name}` need not be told that it knows itself");
                ensure!(register.has(other), "feature `{name}` knows `{other}`, which is none");
            }
        }
        for (key, modules) in &register.infrastructure {
            ensure!(is_key(key), "[infrastructure.{key}]: `{key}` is not an address");
            for (name, module) in modules {
                ensure!(is_sentence(module.does()), "infrastructure {key}.{name}: one sentence");
                ensure!(!register.has(name), "infrastructure {key}.{name} is also a feature");
            }
        }
        Ok(register)
    }

    /// The feature of this name.
    pub(crate) fn find(&self, name: &str) -> Option<&Feature> {
        self.features.iter().find(|feature| feature.name == name)
    }

    /// Whether this is a feature.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    /// A module that is no feature.
    pub(crate) fn infrastructure(&self, key: &str, name: &str) -> Option<&Infrastructure> {
        self.infrastructure.get(key)?.get(name)
    }
}

fn is_key(key: &str) -> bool {
    ADDRESSES.iter().any(|address| address.key == key)
}

/// One lower-case word, so that Rust, TypeScript, URL and grep agree.
pub(crate) fn is_word(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase())
}

fn is_sentence(text: &str) -> bool {
    text.split_whitespace().count() >= 3 && text.ends_with('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        format!("{:#}", Register::parse(text).expect_err("it must be refused"))
    }

    #[test]
    fn a_feature_and_a_module_are_read() {
        let register = Register::parse(
            "[[feature]]\nname = \"change\"\ndoes = \"A change is here.\"\n\
             [infrastructure.server]\nbus = \"The only writer there is.\"\n\
             http = { does = \"Mounts all the routes.\", knows = [\"*\"] }\n",
        )
        .unwrap();
        assert!(register.has("change"));
        assert!(!register.infrastructure("server", "bus").unwrap().may_know("change"));
        assert!(register.infrastructure("server", "http").unwrap().may_know("change"));
    }

    #[test]
    fn a_name_of_two_words_is_refused() {
        let text = "[[feature]]\nname = \"change_task\"\ndoes = \"A task of a change.\"\n";
        assert!(refused(text).contains("one lower-case word"));
    }

    #[test]
    fn an_absent_address_needs_a_reason() {
        let text = "[[feature]]\nname = \"risk\"\ndoes = \"The tier of a change.\"\n\
                    absent = { cli = \"no\" }\n";
        assert!(refused(text).contains("needs a sentence"));
    }

    #[test]
    fn an_address_that_does_not_exist_is_refused() {
        let text = "[[feature]]\nname = \"risk\"\ndoes = \"The tier of a change.\"\n\
                    absent = { desktop = \"There is no desktop client.\" }\n";
        assert!(refused(text).contains("`desktop` is not an address"));
    }

    #[test]
    fn knowing_an_unknown_feature_is_refused() {
        let text = "[[feature]]\nname = \"risk\"\ndoes = \"The tier of a change.\"\n\
                    knows = [\"wizardry\"]\n";
        assert!(refused(text).contains("`wizardry`"));
    }

    #[test]
    fn a_feature_registered_twice_is_refused() {
        let one = "[[feature]]\nname = \"risk\"\ndoes = \"The tier of a change.\"\n";
        assert!(refused(&format!("{one}{one}")).contains("twice"));
    }
}
