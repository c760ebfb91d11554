//! Entries of a calendar that is kept elsewhere (audits, outages of third parties, patch days), as
//! they stood in the file that was read last. They are shown, and rule nothing.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{ExternalId, NAME_MAX};
use serde::{Deserialize, Serialize};

use crate::aggregate::{Aggregate, Decision, Stamp};
use crate::calendar::{ExternalEvent, Occasion, Repeats, Schedule};
use crate::edit::is_default;
use crate::refusal::Check;
use crate::vocabulary::Window;

/// The most entries of one calendar.
pub const ENTRIES_MAX: usize = 1_000;
/// The most calendars.
pub const EXTERNAL_MAX: usize = 50;

/// An entry of an external calendar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExternalEntry {
    /// What it is called.
    pub title: String,
    /// The first occurrence.
    pub window: Window,
    /// How it repeats.
    #[serde(default, skip_serializing_if = "is_default")]
    pub repeats: Repeats,
    /// The days left out.
    #[serde(default, skip_serializing_if = "is_default")]
    pub except: BTreeSet<Occasion>,
    /// The days added.
    #[serde(default, skip_serializing_if = "is_default")]
    pub also: BTreeSet<Occasion>,
}

impl ExternalEntry {
    /// When it occurs.
    pub fn schedule(&self) -> Schedule {
        Schedule {
            window: self.window.clone(),
            repeats: self.repeats.clone(),
            except: self.except.clone(),
            also: self.also.clone(),
        }
    }
}

/// Entries by the identifier that their own calendar gives them.
pub type Entries = BTreeMap<String, ExternalEntry>;

/// A calendar that is kept elsewhere.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct External {
    /// What it is called.
    pub name: String,
    /// What stands in it.
    pub entries: Entries,
    /// Whether it was taken away.
    #[serde(default, skip_serializing_if = "is_default")]
    pub removed: bool,
}

impl Aggregate for External {
    type Id = ExternalId;
    type Event = ExternalEvent;
    const KIND: &'static str = "external";
    const FORMAT: i64 = 1;

    fn evolve(mut self, event: &ExternalEvent, _: &Stamp) -> Self {
        match event {
            ExternalEvent::Imported { name, set, gone } => {
                self.name.clone_from(name);
                self.entries.retain(|uid, _| !gone.contains(uid));
                self.entries.extend(set.clone());
                self.removed = false;
            }
            ExternalEvent::Removed {} => {
                self.entries.clear();
                self.removed = true;
            }
        }
        self
    }
}

/// Takes over what a file says: what it holds is set, what it no longer holds goes.
pub fn import(external: &External, name: &str, read: &Entries) -> Decision<ExternalEvent> {
    let mut check = Check::default();
    check.name("/name", name, NAME_MAX);
    check.count("/file", read.len(), ENTRIES_MAX);
    check.end()?;
    let is_new =
        |(uid, entry): &(&String, &ExternalEntry)| external.entries.get(*uid) != Some(*entry);
    let set = read.iter().filter(is_new).map(|(uid, entry)| (uid.clone(), entry.clone()));
    let set: Entries = set.collect();
    let gone = external.entries.keys().filter(|uid| !read.contains_key(*uid));
    let gone: BTreeSet<String> = gone.cloned().collect();
    let same = set.is_empty() && gone.is_empty() && external.name == name && !external.removed;
    let name = name.to_owned();
    Ok(if same { vec![] } else { vec![ExternalEvent::Imported { name, set, gone }] })
}

/// Takes an external calendar away.
pub fn remove_external(external: &External) -> Decision<ExternalEvent> {
    Ok(if external.removed { vec![] } else { vec![ExternalEvent::Removed {}] })
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::{Actor, Timestamp, Zone};

    fn entry(title: &str) -> ExternalEntry {
        let start = Timestamp::from_micros(0);
        let window = Window::try_new(start, start.plus_minutes(60), Zone::utc()).expect("a window");
        ExternalEntry {
            title: title.to_owned(),
            window,
            repeats: Repeats::Never,
            except: BTreeSet::new(),
            also: BTreeSet::new(),
        }
    }

    fn file(entries: &[(&str, &str)]) -> Entries {
        entries.iter().map(|(uid, title)| ((*uid).to_owned(), entry(title))).collect()
    }

    fn after(external: &External, read: &Entries) -> External {
        let stamp =
            Stamp { at: Timestamp::from_micros(0), by: Actor::System { part: "test".to_owned() } };
        let events = import(external, "Audits", read).expect("taken over");
        events.iter().fold(external.clone(), |external, event| external.evolve(event, &stamp))
    }

    #[test]
    fn the_next_file_replaces_by_identifier() {
        let first = after(&External::default(), &file(&[("a", "Audit"), ("b", "Outage")]));
        let again = file(&[("b", "Outage, moved"), ("c", "Patch day")]);
        let second = after(&first, &again);
        assert_eq!(second.entries, again);
        let [ExternalEvent::Imported { set, gone, .. }] =
            &import(&first, "Audits", &again).expect("taken over")[..]
        else {
            panic!("one event")
        };
        assert_eq!((set.len(), gone.len()), (2, 1));
        assert_eq!(import(&second, "Audits", &again), Ok(vec![]), "the same again is no event");
    }
}
