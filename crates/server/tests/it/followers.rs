//! A follower of the log that cannot deal with an event: it tries again, the more seldom the more
//! often it failed, says so to whoever watches the server, and skips nothing.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use interlock_server::bus::{Bus, Failure};
use interlock_server::follow::followers::{Course, Follower, REST_MAX, Seen};
use ports::Fault;
use serde_json::json;

use crate::support::{Stage, on_both};

const PANICS: usize = 0;
const FAILS: usize = 1;
const WORKS: usize = 2;

/// Stumbles over teams, and remembers what it dealt with.
#[derive(Clone, Default)]
struct Stumbling {
    mode: Arc<AtomicUsize>,
    seen: Arc<Mutex<Vec<i64>>>,
}

impl Follower for Stumbling {
    fn name(&self) -> &'static str {
        "stumbling"
    }

    fn follow(&self, _: &Bus, events: &[Seen]) -> Result<(), Failure> {
        for event in events {
            match self.mode.load(Ordering::SeqCst) {
                WORKS => {}
                _ if !event.stream.starts_with("team:") => {}
                PANICS => panic!("a fault of the follower's own"),
                _ => return Err(Failure::Fault(Fault::permanent("following", "no"))),
            }
            self.seen.lock().unwrap().push(event.position);
        }
        Ok(())
    }
}

/// Takes turns until the follower failed so often at one event, or so many in all; answers the rest
/// after the last of them.
async fn turns(stage: &Stage, follower: &Stumbling, failures: u32, most: usize) -> Duration {
    let (bus, watch, follower) =
        (stage.bus.clone(), Arc::clone(&stage.followers), follower.clone());
    let taken = tokio::task::spawn_blocking(move || {
        let mut course = Course::new(&follower, &watch);
        let mut rest = None;
        for _ in 0..most {
            rest = Some(course.turn(&bus));
            if watch.stuck().get("stumbling").is_some_and(|stuck| stuck.tries >= failures) {
                break;
            }
        }
        rest
    });
    taken.await.unwrap().expect("a turn")
}

#[test]
fn what_stumbles_over_an_event_tries_it_again_tells_it_and_skips_nothing() {
    on_both(async |stage| {
        let ada = stage.person("ada", &["administrator", "service_owner"]).await;
        ada.post("/cis", json!({"name": "before"})).await.ok();
        ada.post("/teams", json!({"name": "Checkout"})).await.ok();
        ada.post("/cis", json!({"name": "after"})).await.ok();
        let sql = "SELECT COUNT(*) FROM unnumbered";
        while stage.count(sql).await > 0 {}
        let bad = "SELECT log.position FROM log JOIN events ON events.id = log.event_id \
            WHERE events.stream LIKE 'team:%'";
        let bad = stage.count(bad).await;
        let head = stage.count("SELECT MAX(position) FROM log").await;
        assert!(1 < bad && bad < head, "there is something before and behind it");
        let follower = Stumbling::default();

        // The whole slice fails; then all before the event is dealt with, one by one.
        let first = turns(&stage, &follower, 1, 100).await;
        let stuck = &stage.followers.stuck()["stumbling"];
        assert_eq!(stuck.position, bad);
        let (status, said) = stage.file("/readyz").await;
        assert_eq!(status, 200, "what follows the log takes nothing from those who write");
        let told = format!("the follower stumbling is stuck at position {bad} of the log");
        assert!(said.contains(&told) && said.contains(&stuck.error), "{said}");

        // It rests longer and longer, and the log is told once.
        assert!(first < REST_MAX);
        assert_eq!(turns(&stage, &follower, 10, 100).await, REST_MAX);
        let same = &stage.followers.stuck()["stumbling"];
        assert_eq!((&same.error, same.since), (&stuck.error, stuck.since));
        assert!(same.tries > stuck.tries);
        let (_, figures) = stage.file("/metrics").await;
        let failures =
            format!("interlock_follower_failures{{follower=\"stumbling\"}} {}", same.tries);
        assert!(figures.contains(&failures), "{figures}");

        // Another cause is told anew.
        follower.mode.store(FAILS, Ordering::SeqCst);
        turns(&stage, &follower, 11, 2).await;
        assert_ne!(stage.followers.stuck()["stumbling"].error, stuck.error);

        // Once it can, it goes on where it was.
        follower.mode.store(WORKS, Ordering::SeqCst);
        turns(&stage, &follower, 1, 10).await;
        assert!(stage.followers.stuck().is_empty());
        assert_eq!(stage.file("/readyz").await, (200, "ready\n".to_owned()));
        let mut seen = follower.seen.lock().unwrap().clone();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen, (1..=head).collect::<Vec<_>>());
        let (_, figures) = stage.file("/metrics").await;
        let at = format!("interlock_follower_position{{follower=\"stumbling\"}} {head}");
        assert!(figures.contains(&at), "{figures}");
        assert!(figures.contains("interlock_follower_failures{follower=\"stumbling\"} 0"));
    });
}
