//! Putting a set of files in force.

use kernel::NOTE_MAX;

use crate::aggregate::Decision;
use crate::policy::{Files, Policy, PolicyEvent, Refusal};
use crate::refusal::{Check, Missing};

/// What the rule needs to know.
#[derive(Debug, Clone, Default)]
pub struct ActivateFacts {
    /// Every flaw that was found in the files.
    pub flaws: Vec<Missing>,
    /// The files in force, the built-in ones included.
    pub in_force: Files,
}

/// Puts a set of files in force, whole. The same files again are no new version.
pub fn activate(
    _: &Policy,
    files: &Files,
    note: &str,
    facts: &ActivateFacts,
) -> Decision<PolicyEvent> {
    let mut check = Check::default();
    check.text("/note", note, NOTE_MAX);
    check.end()?;
    if !facts.flaws.is_empty() {
        return Err(Refusal::Broken(facts.flaws.clone()).into());
    }
    if *files == facts.in_force {
        return Ok(vec![]);
    }
    Ok(vec![PolicyEvent::Activated { files: files.clone(), note: note.to_owned() }])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(text: &str) -> Files {
        [("risk.toml".to_owned(), text.to_owned())].into()
    }

    fn in_force(text: &str) -> ActivateFacts {
        ActivateFacts { flaws: vec![], in_force: files(text) }
    }

    #[test]
    fn a_sound_set_comes_into_force_whole() {
        let events = activate(&Policy::default(), &files("new"), "why", &in_force("old"));
        let activated = PolicyEvent::Activated { files: files("new"), note: "why".to_owned() };
        assert_eq!(events, Ok(vec![activated]));
    }

    #[test]
    fn a_broken_set_never_replaces_a_good_one_and_every_flaw_is_named() {
        let flaws = vec![Missing::new("/files/risk.toml", "line 1, column 1: it is empty")];
        let facts = ActivateFacts { flaws: flaws.clone(), ..in_force("old") };
        let refusal = activate(&Policy::default(), &files(""), "", &facts).expect_err("broken");
        assert_eq!((refusal.code, refusal.missing), ("policy.broken", flaws));
    }

    #[test]
    fn the_same_files_again_are_no_new_version() {
        let events = activate(&Policy::default(), &files("old"), "again", &in_force("old"));
        assert_eq!(events, Ok(vec![]));
    }
}
