//! Timers that fail: they rest, the longer the more often, and hold nobody up.

use kernel::Timestamp;
use serde_json::json;

use crate::support::{Stage, at, on_both};

/// More than are taken at once, of a meeting that was never planned.
const BROKEN: &str = "INSERT INTO timers (id, due_at, stream, kind, payload, lease_until, attempts) \
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100) \
    SELECT 'broken-' || i, i, 'meeting:mtg_00000000000070008000000000000001', 'meeting.cut_off', \
    '{}', 0, 0 FROM n";

async fn failed(stage: &Stage) -> (i64, i64) {
    let attempts = "SELECT MAX(attempts) FROM timers WHERE id LIKE 'broken-%'";
    let rests = "SELECT MAX(lease_until) FROM timers WHERE id LIKE 'broken-%'";
    (stage.count(attempts).await, stage.count(rests).await - stage.now().micros())
}

#[test]
fn a_timer_that_fails_rests_and_starves_nobody() {
    on_both(async |stage| {
        let rosa = stage.person("rosa_release_manager", &["release_manager"]).await;
        let call = json!({"name": "Board", "roles": ["cab_member"]});
        rosa.post("/boards", call).await.ok();
        let call = json!({"board": "Board",
            "window": {"start": "2026-11-21T09:00:00Z", "end": "2026-11-21T10:00:00Z"}});
        let meeting = rosa.post("/meetings", call).await.ok();
        assert_eq!(stage.touch(BROKEN).await, 100);
        assert_eq!(stage.wait_until(at("2026-11-21T09:00:00Z")).await, 0, "all of them fail");
        assert_eq!(failed(&stage).await, (1, 1_000_000));
        assert_eq!(stage.fire().await, 1, "the meeting's");
        let path = format!("/audit/events?subject={}", meeting["number"].as_str().expect("one"));
        assert_eq!(rosa.get(&path).await.ok()["items"][0]["what"], "closed the agenda");
        assert_eq!(stage.fire().await, 0);
        assert_eq!(failed(&stage).await.0, 1, "they rest");

        // A second, two, four, … and no longer than the bound.
        for (attempts, seconds) in [(2, 2), (3, 4), (4, 8)] {
            let rest = failed(&stage).await.1;
            stage.clock.set(Timestamp::from_micros(stage.now().micros() + rest));
            assert_eq!(stage.fire().await, 0);
            assert_eq!(failed(&stage).await, (attempts, seconds * 1_000_000));
        }
        stage.touch("DELETE FROM timers WHERE id <> 'broken-1'").await;
        stage.touch("UPDATE timers SET attempts = 400, lease_until = 0").await;
        assert_eq!(stage.fire().await, 0);
        assert_eq!(failed(&stage).await, (401, 4096 * 1_000_000));
    });
}
