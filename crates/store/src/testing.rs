//! Fresh PostgreSQL databases for tests, cloned from a migrated template on the cluster that
//! `scripts/with-postgres` starts.

use std::sync::atomic::{AtomicUsize, Ordering};

use postgres::{Client, NoTls};

use crate::{OpenOptions, migrate, open};

/// The address of the cluster.
const CLUSTER: &str = "INTERLOCK_TEST_PG";
/// What the lock of the template is called among the server's advisory locks.
const TEMPLATE_LOCK: &str = "1229870923, 3";

static NUMBER: AtomicUsize = AtomicUsize::new(0);

/// The address of a fresh database, migrated and empty. Without a cluster the test is skipped by
/// hand and loudly; with `CI=true` that is a failure.
///
/// # Panics
/// When the cluster fails, or is absent with `CI=true`.
pub fn postgres_database() -> Option<String> {
    let cluster = cluster()?;
    let name = fresh_name();
    let template = template_name();
    on_cluster(&cluster, |client| {
        run(client, &format!("SELECT pg_advisory_lock({TEMPLATE_LOCK})"));
        let known = "SELECT 1 FROM pg_database WHERE datname = $1";
        if client.query(known, &[&template]).expect("the cluster answers").is_empty() {
            let half = format!("{template}_half");
            run(client, &format!("DROP DATABASE IF EXISTS {half} WITH (FORCE)"));
            run(client, &format!("CREATE DATABASE {half} TEMPLATE template0"));
            let store = open(&with_name(&cluster, &half), OpenOptions::default());
            store.expect("the template is migrated").close();
            run(client, &format!("ALTER DATABASE {half} RENAME TO {template}"));
        }
        run(client, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        run(client, &format!("CREATE DATABASE {name} TEMPLATE {template}"));
    });
    Some(with_name(&cluster, &name))
}

/// The address of a fresh database with nothing in it.
///
/// # Panics
/// When the cluster fails, or is absent with `CI=true`.
pub fn empty_postgres_database() -> Option<String> {
    let cluster = cluster()?;
    let name = fresh_name();
    on_cluster(&cluster, |client| {
        run(client, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        run(client, &format!("CREATE DATABASE {name} TEMPLATE template0"));
    });
    Some(with_name(&cluster, &name))
}

fn cluster() -> Option<String> {
    let cluster = std::env::var(CLUSTER).ok().filter(|address| !address.is_empty());
    if cluster.is_none() {
        let in_ci = std::env::var("CI").is_ok_and(|ci| ci == "true");
        assert!(!in_ci, "{CLUSTER} is not set, and with CI=true nothing is skipped");
        eprintln!("!! SKIPPED on PostgreSQL: run it under scripts/with-postgres");
    }
    cluster
}

fn fresh_name() -> String {
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    format!("interlock_test_{}_{number}", std::process::id())
}

fn template_name() -> String {
    format!("interlock_template_{}", &migrate::fingerprint(migrate::POSTGRES)[..12])
}

/// The same address with another database.
fn with_name(address: &str, name: &str) -> String {
    let (place, settings) = address.split_once('?').unwrap_or((address, ""));
    let place = place.rsplit_once('/').map_or(place, |(server, _)| server);
    format!("{place}/{name}?{settings}")
}

/// Tests may run inside an asynchronous runtime, where the driver must not.
fn on_cluster(cluster: &str, work: impl FnOnce(&mut Client) + Send) {
    std::thread::scope(|scope| {
        let thread = scope.spawn(|| {
            let mut client = Client::connect(cluster, NoTls).expect("the cluster runs");
            work(&mut client);
        });
        thread.join().expect("the cluster serves");
    });
}

fn run(client: &mut Client, sql: &str) {
    client.batch_execute(sql).expect("the cluster runs a statement");
}
