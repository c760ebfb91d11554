//! What is shipped: a name, and the digest that says which bytes exactly.

use std::fmt;
use std::str::FromStr;

use kernel::NAME_MAX;
use serde::{Deserialize, Serialize};

/// A digest as OCI and in-toto write it: an algorithm, a colon, the value. Compared without regard
/// to case, as hexadecimal digits are.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Digest(String);

impl Digest {
    /// As it is compared.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The key under which any text that stands for a digest is kept, well-formed or not: what
    /// people wrote before it was asked about is found all the same.
    pub fn key(text: &str) -> String {
        text.trim().to_lowercase()
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Digest {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let key = Self::key(text);
        let algorithm = |letter: char| letter.is_ascii_alphanumeric() || "+._-".contains(letter);
        let value = |letter: char| letter.is_ascii_alphanumeric() || "=_-".contains(letter);
        let fine = key.chars().count() <= NAME_MAX
            && key.split_once(':').is_some_and(|(before, after)| {
                !before.is_empty()
                    && !after.is_empty()
                    && before.chars().all(algorithm)
                    && after.chars().all(value)
            });
        if fine {
            return Ok(Self(key));
        }
        Err("is no digest: write its algorithm, a colon and its value, such as \
            sha256:9f2e…, or gitCommit: and the commit"
            .to_owned())
    }
}

impl TryFrom<String> for Digest {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> Self {
        digest.0
    }
}

/// An artifact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Artifact {
    /// What it is called, where that was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Which bytes exactly.
    pub digest: Digest,
}

impl fmt::Display for Artifact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(f, "{name} at {}", self.digest),
            None => write!(f, "{}", self.digest),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_compared_without_regard_to_case_and_space() {
        let one: Digest = " SHA256:9F2E ".parse().expect("a digest");
        assert_eq!(Ok(one.clone()), "sha256:9f2e".parse());
        assert_eq!(one.as_str(), Digest::key("Sha256:9F2e"));
        assert!("gitCommit:0b1c2d".parse::<Digest>().is_ok());
    }

    #[test]
    fn what_is_no_digest_is_refused() {
        for wrong in ["", "latest", ":", "sha256:", ":9f", "sha256:9f 2e", "sha256:../x", "a:b:c"] {
            let refused = wrong.parse::<Digest>().expect_err(wrong);
            assert!(refused.contains("such as sha256:"), "{wrong}: {refused}");
        }
        assert!(format!("sha256:{}", "a".repeat(NAME_MAX)).parse::<Digest>().is_err());
    }
}
