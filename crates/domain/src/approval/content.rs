//! What is approved, in parts: each part's canonical JSON and its hash, so that an edit can be held
//! against the votes that covered it, and the difference shown.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::canonical;
use crate::vocabulary::words;

words! {
    /// A part of what is approved.
    PartName {
        /// Which changes, in which order.
        Bundle = "bundle",
        /// How it is done, tested and taken back.
        Plans = "plans",
        /// Which artifacts, by digest.
        Package = "package",
        /// The tier, as recorded.
        Risk = "risk",
        /// When.
        Window = "window",
    }
}

/// The format of what is hashed; an old round keeps its own.
pub(super) const FORMAT: u32 = 2;

/// What is approved. Its hash covers the format and every part's hash.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// The format of the parts.
    pub format: u32,
    /// The parts.
    pub parts: BTreeMap<PartName, Part>,
}

/// One part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// SHA-256 of its canonical JSON.
    pub hash: String,
    /// What it says.
    pub says: Value,
}

impl Content {
    /// Content made of parts.
    pub fn new(parts: impl IntoIterator<Item = (PartName, Value)>) -> Self {
        let parts = parts.into_iter().map(|(name, says)| {
            let hash = canonical::hash(&says);
            (name, Part { hash, says })
        });
        Self { format: FORMAT, parts: parts.collect() }
    }

    /// The hash that a vote is bound to.
    pub fn hash(&self) -> String {
        let hashes: BTreeMap<&str, &str> =
            self.parts.iter().map(|(name, part)| (name.word(), part.hash.as_str())).collect();
        canonical::hash(&(self.format, hashes))
    }

    /// The parts that differ.
    pub fn touched(&self, later: &Self) -> Vec<PartName> {
        let hash =
            |content: &Self, name: PartName| content.parts.get(&name).map(|p| p.hash.clone());
        let names = PartName::ALL.iter().copied();
        names.filter(|name| hash(self, *name) != hash(later, *name)).collect()
    }
}
