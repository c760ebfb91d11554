//! Every event that was ever written must stay readable: each golden file is decoded into its
//! event and encoded again, without loss.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use interlock_domain::identity::{PersonEvent, TokenEvent};
use interlock_domain::incident::IncidentEvent;
use interlock_domain::service::{CiEvent, ServiceEvent};
use interlock_domain::team::TeamEvent;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Reads every golden file of a kind of record back, and answers the names it found.
fn read_back<E: Serialize + DeserializeOwned>(kind: &str) -> BTreeSet<String> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("golden");
    let mut names = BTreeSet::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        if name.split('.').next() != Some(kind) {
            continue;
        }
        let golden: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        assert_eq!(golden["type"], *name, "{name} holds another event");
        let event: E = serde_json::from_value(golden.clone())
            .unwrap_or_else(|error| panic!("{name} cannot be read any more: {error}"));
        assert_eq!(serde_json::to_value(&event).unwrap(), golden, "{name} lost something");
        names.insert(name);
    }
    names
}

#[test]
fn events_of_people_and_tokens_stay_readable() {
    assert_eq!(read_back::<PersonEvent>("person").len(), 6);
    assert_eq!(read_back::<TokenEvent>("token").len(), 2);
}

#[test]
fn events_of_teams_stay_readable() {
    assert_eq!(read_back::<TeamEvent>("team").len(), 2);
}

#[test]
fn events_of_services_and_cis_stay_readable() {
    assert_eq!(read_back::<ServiceEvent>("service").len(), 2);
    assert_eq!(read_back::<CiEvent>("ci").len(), 3);
}

#[test]
fn events_of_incidents_stay_readable() {
    assert_eq!(read_back::<IncidentEvent>("incident").len(), 9);
}
