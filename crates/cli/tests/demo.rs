//! The demonstration organisation builds on both engines and holds what it is meant to show.
#![expect(clippy::unwrap_used, reason = "a test may end where it is surprised")]

use interlock_cli::demo;
use kernel::Timestamp;
use ports::{ManualClock, Store, SystemChance};
use server::bus::{Bus, World};
use server::policy::Models;
use std::sync::Arc;
use store::OpenOptions;

fn bus(address: &str, now: &str) -> Bus {
    let store = store::open(address, OpenOptions::default()).unwrap();
    server::read_models::prepare(&*store).unwrap();
    let now: Timestamp = now.parse().unwrap();
    Bus::new(World {
        store,
        clock: Arc::new(ManualClock::new(now)),
        chance: Arc::new(SystemChance),
        models: Arc::new(Models::built_in().unwrap()),
    })
}

#[test]
fn it_builds() {
    let folder = tempfile::tempdir().unwrap();
    let address = format!("sqlite:{}", folder.path().join("demo.db").display());
    let bus = bus(&address, "2026-11-21T05:47:41Z");
    if let Err(error) = demo::build(&bus) {
        panic!("{error:?}")
    }
}
