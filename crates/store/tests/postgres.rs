//! The story of a store, told by PostgreSQL, and what only a server brings: deadlocks, lost
//! connections, several nodes. Runs under `scripts/with-postgres`.

use interlock_store::testing::postgres_database;
use interlock_store::{OpenOptions, open};
use ports::conformance;

fn options() -> OpenOptions {
    OpenOptions { readers: 3, writers: 6, queue_max: 512, ..OpenOptions::default() }
}

#[test]
fn postgres_tells_the_whole_story() {
    if postgres_database().is_none() {
        return;
    }
    conformance::run(&|| open(&postgres_database().unwrap(), options()).unwrap());
}
