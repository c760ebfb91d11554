//! The source tree as the rules see it: paths and texts in memory, so that a rule can be tried on
//! a few lines of fixture as well as on the real tree.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::register::Register;

/// Folders that hold what is fetched or built, not what is written.
const SKIPPED: &[&str] =
    &[".git", "target", "node_modules", "web/dist", "web/src/gen", "web/test-results"];

/// The source tree and the register of its features.
pub(crate) struct House {
    /// All files.
    pub(crate) tree: Tree,
    /// `features.toml`.
    pub(crate) register: Register,
}

impl House {
    /// Reads the tree below `root` and its `features.toml`.
    pub(crate) fn read(root: &Path) -> Result<Self> {
        let mut tree = Tree::default();
        tree.walk(root, "")?;
        let text = tree.text("features.toml").context("features.toml is missing at the root")?;
        let register = Register::parse(text).context("features.toml cannot be read")?;
        Ok(Self { tree, register })
    }

    #[cfg(test)]
    pub(crate) fn of(register: &str, files: &[(&str, &str)]) -> Self {
        let mut tree = Tree::default();
        tree.insert("features.toml", register);
        for (path, text) in files {
            tree.insert(path, text);
        }
        Self { tree, register: Register::parse(register).expect("the fixture is a register") }
    }
}

/// Every file by its path from the root, with `/` between folders.
#[derive(Default)]
pub(crate) struct Tree {
    files: BTreeMap<String, String>,
}

impl Tree {
    #[cfg(test)]
    fn insert(&mut self, path: &str, text: &str) {
        self.files.insert(path.to_owned(), text.to_owned());
    }

    fn walk(&mut self, folder: &Path, prefix: &str) -> Result<()> {
        let entries = fs::read_dir(folder).with_context(|| format!("reading {prefix}"))?;
        for entry in entries {
            let entry = entry.with_context(|| format!("reading {prefix}"))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = format!("{prefix}{name}");
            if SKIPPED.contains(&name.as_str()) || SKIPPED.contains(&path.as_str()) {
                continue;
            }
            let kind = entry.file_type().with_context(|| format!("looking at {path}"))?;
            if kind.is_dir() {
                self.walk(&entry.path(), &format!("{path}/"))?;
            } else if kind.is_file() {
                let bytes = fs::read(entry.path()).with_context(|| format!("reading {path}"))?;
                // A picture has no lines to judge, only a path.
                let text = String::from_utf8(bytes).unwrap_or_default();
                self.files.insert(path, text);
            }
        }
        Ok(())
    }

    /// The text of a file.
    pub(crate) fn text(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(String::as_str)
    }

    /// Whether a file or a folder is there.
    pub(crate) fn has(&self, path: &str) -> bool {
        let path = path.trim_end_matches('/');
        self.files.contains_key(path) || self.under(&format!("{path}/")).next().is_some()
    }

    /// All files whose path starts with `prefix`.
    pub(crate) fn under(&self, prefix: &str) -> impl Iterator<Item = (&str, &str)> {
        self.files
            .range(prefix.to_owned()..)
            .take_while({
                let prefix = prefix.to_owned();
                move |(path, _)| path.starts_with(&prefix)
            })
            .map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// The Rust files whose path starts with `prefix`.
    pub(crate) fn rust_under(&self, prefix: &str) -> impl Iterator<Item = (&str, &str)> {
        self.under(prefix).filter(|(path, _)| has_extension(path, &["rs"]))
    }

    /// The names directly inside a folder (`…/`): files as they are, folders with a `/` behind.
    pub(crate) fn names_in(&self, folder: &str) -> BTreeSet<String> {
        self.under(folder)
            .filter_map(|(path, _)| path.strip_prefix(folder))
            .map(|rest| match rest.split_once('/') {
                Some((name, _)) => format!("{name}/"),
                None => rest.to_owned(),
            })
            .collect()
    }
}

/// Whether a path ends in one of the extensions, given without their dot.
pub(crate) fn has_extension(path: &str, extensions: &[&str]) -> bool {
    Path::new(path)
        .extension()
        .and_then(|extension| extension.to_str())
        .is_some_and(|extension| extensions.contains(&extension))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_there_when_a_file_is_in_it() {
        let house = House::of("", &[("crates/a/src/lib.rs", ""), ("crates/ab.rs", "")]);
        assert!(house.tree.has("crates/a/src/"));
        assert!(house.tree.has("crates/a"));
        assert!(!house.tree.has("crates/b"));
        let names = house.tree.names_in("crates/");
        assert_eq!(names.into_iter().collect::<Vec<_>>(), ["a/", "ab.rs"]);
    }
}
