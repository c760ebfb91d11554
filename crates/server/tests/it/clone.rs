//! A clone of a record: a new one with the same content, on both engines.

use serde_json::{Value as Json, json};

use crate::release::{approved, cast, number, plans, vote, window};
use crate::support::on_both;

/// What of a record differs from another, of the fields that people fill in.
fn differences(left: &Json, right: &Json, apart: &[&str]) -> Vec<String> {
    let names = left.as_object().expect("a record").keys();
    let names = names.filter(|name| !apart.contains(&name.as_str()));
    names.filter(|name| left[*name] != right[*name]).cloned().collect()
}

#[test]
fn a_clone_of_a_change_carries_what_is_to_be_done_and_not_when() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let mut fields = plans("Database", "pay-db", 20);
        fields["tags"] = json!(["autumn"]);
        fields["services"] = json!(["Payments"]);
        fields["window"] = window("2026-11-22T20:00:00Z", "2026-11-22T22:00:00Z");
        let original = number(&story.anna.post("/changes", fields).await.ok());
        let path = format!("/changes/{original}");
        for verb in ["submit", "assess"] {
            story.anna.post(&format!("{path}/{verb}"), json!({})).await.ok();
        }
        vote(&story.sara, &path, "approve", "").await.ok();
        story.cab[0]
            .post(&format!("{path}/clone"), json!({}))
            .await
            .refused(403, "request.not_permitted");
        let cloned = number(&story.rosa.post(&format!("{path}/clone"), json!({})).await.ok());
        assert_ne!(cloned, original);
        let (was, is) = (
            story.anna.get(&path).await.ok(),
            story.anna.get(&format!("/changes/{cloned}")).await.ok(),
        );
        assert_eq!((&is["phase"], &is["rounds"]), (&json!("draft"), &json!([])));
        assert_eq!((&is["window"], &is["version"]), (&Json::Null, &json!(1)));
        assert_eq!(is["requester"]["name"], "rosa_release_manager Example", "who cloned asks");
        let own = [
            "id",
            "number",
            "version",
            "phase",
            "risk",
            "rounds",
            "window",
            "requester",
            "actions",
            "route",
            "created_at",
            "updated_at",
        ];
        assert_eq!(differences(&was, &is, &own), Vec::<String>::new());
    });
}

#[test]
fn a_clone_of_a_release_carries_its_plan_and_neither_its_changes_nor_its_window() {
    on_both(async |stage| {
        let story = cast(&stage).await;
        let fields = json!({"title": "Autumn", "type": "minor", "owner": "rosa_release_manager",
            "description": "The autumn of it", "objectives": ["Fewer calls"],
            "contingency": "Hold, and call the owner", "tags": ["autumn"],
            "kpis": [{"name": "Calls", "target": "under ten"}],
            "window": window("2026-11-22T20:00:00Z", "2026-11-22T22:00:00Z")});
        let original = number(&story.rosa.post("/releases", fields).await.ok());
        let path = format!("/releases/{original}");
        let change = approved(&story, "App", "web-01", 5).await;
        story.rosa.put(&format!("{path}/changes/{change}"), "*", json!({})).await.ok();
        story.rosa.post(&format!("{path}/submit"), json!({})).await.ok();
        story
            .anna
            .post(&format!("{path}/clone"), json!({}))
            .await
            .refused(403, "request.not_permitted");
        let cloned = number(&story.rita.post(&format!("{path}/clone"), json!({})).await.ok());
        let (was, is) = (
            story.rosa.get(&path).await.ok(),
            story.rosa.get(&format!("/releases/{cloned}")).await.ok(),
        );
        assert_eq!((&is["phase"], &is["changes"]), (&json!("planning"), &json!([])));
        assert_eq!((&is["window"], &is["rounds"]), (&Json::Null, &json!([])));
        assert_eq!(is["requester"]["name"], "rita_release_manager Example", "who cloned plans");
        let own = [
            "id",
            "number",
            "version",
            "phase",
            "state",
            "risk",
            "rollback_plan",
            "review_due_on",
            "rounds",
            "window",
            "requester",
            "actions",
            "route",
            "created_at",
            "updated_at",
            "changes",
        ];
        assert_eq!(differences(&was, &is, &own), Vec::<String>::new());
    });
}
