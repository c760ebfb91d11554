//! `cargo xtask new-feature <name> "<sentence>"`: registers a feature and lays its first two
//! files, as docs/howto/add-a-feature.md tells. It never touches a file that is already there,
//! except to add to features.toml.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};

use crate::house::House;
use crate::register::{ADDRESSES, Register, is_word};

/// Addresses that a feature is born with; the others follow when they have something to hold.
const BORN_WITH: &[&str] = &["domain", "docs"];

/// Writes the files; answers what was done and what comes next.
pub(crate) fn create(root: &Path, name: &str, does: &str) -> Result<Vec<String>> {
    ensure!(is_word(name), "`{name}`: a feature's name is one lower-case word");
    let house = House::read(root)?;
    ensure!(!house.register.has(name), "`{name}` is registered already");
    let register = register_with(house.tree.text("features.toml").unwrap_or_default(), name, does)?;
    let mut lines = Vec::new();
    for (path, text) in first_files(name, does) {
        ensure!(!house.tree.has(&path), "{path} is there already");
        let place = root.join(&path);
        let folder = place.parent().context("a file has a folder")?;
        fs::create_dir_all(folder).with_context(|| format!("creating {}", folder.display()))?;
        fs::write(&place, text).with_context(|| format!("writing {path}"))?;
        lines.push(format!("wrote {path}"));
    }
    fs::write(root.join("features.toml"), register).context("writing features.toml")?;
    lines.push("added it to features.toml".to_owned());
    lines.push(format!("next: add `pub mod {name};` to crates/domain/src/lib.rs"));
    lines.push("next: docs/howto/add-a-feature.md, from its second step".to_owned());
    Ok(lines)
}

/// The register with the feature put behind the last one, checked.
fn register_with(text: &str, name: &str, does: &str) -> Result<String> {
    let absent: Vec<String> = ADDRESSES
        .iter()
        .filter(|address| !BORN_WITH.contains(&address.key))
        .map(|address| format!("{} = \"It is not built yet.\"", address.key))
        .collect();
    let entry = format!(
        "[[feature]]\nname = \"{name}\"\ndoes = \"{does}\"\n[feature.absent]\n{}\n\n",
        absent.join("\n")
    );
    let at = text.find("[infrastructure").unwrap_or(text.len());
    let (before, after) = text.split_at(at);
    let text = format!("{}\n\n{entry}{after}", before.trim_end());
    Register::parse(&text).context("the register would not be right")?;
    Ok(text.trim_start().to_owned())
}

fn first_files(name: &str, does: &str) -> [(String, String); 2] {
    let title = name[..1].to_uppercase() + &name[1..];
    [
        (
            format!("crates/domain/src/{name}/mod.rs"),
            format!("//! {does} Its states, its invariants and its public face.\n"),
        ),
        (
            format!("docs/features/{name}.md"),
            format!(
                "# {title}\n\n{does}\n\n## What you can do\n\n## What it refuses, and why\n\n\
                 ## Where it lives\n\n`cargo xtask where {name}` prints its addresses.\n"
            ),
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_new_entry_stands_before_the_infrastructure() {
        let old = "[[feature]]\nname = \"change\"\ndoes = \"A change is here.\"\n\n\
                   [infrastructure.server]\nbus = \"The only writer there is.\"\n";
        let text = register_with(old, "risk", "The tier of a change.").unwrap();
        let register = Register::parse(&text).unwrap();
        assert_eq!(register.features[1].name, "risk");
        assert_eq!(register.features[1].absent.len(), ADDRESSES.len() - BORN_WITH.len());
        assert!(register.infrastructure("server", "bus").is_some());
    }

    #[test]
    fn a_feature_without_a_sentence_is_refused() {
        assert!(register_with("", "risk", "Tier").is_err());
    }
}
