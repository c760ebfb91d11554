//! What an event is called in plain words.

use serde_json::Value as Json;

/// Names whose own words do not say it well enough.
const WORDS: &[(&str, &str)] = &[
    ("attempt.refused.v1", "tried, and was refused"),
    ("attempt.repeated.v1", "tried again, and was refused"),
    ("board.created.v1", "set up"),
    ("change.attached.v1", "joined a release"),
    ("change.detached.v1", "left its release"),
    ("change.extended.v1", "window lengthened"),
    ("change.extension_asked.v1", "longer window asked for"),
    ("change.extension_refused.v1", "longer window turned down"),
    ("change.held.v1", "put on hold"),
    ("change.imported.v1", "taken over from another system"),
    ("change.returned.v1", "rejected, back to draft"),
    ("change.scheduled.v1", "window committed"),
    ("change.unscheduled.v1", "window no longer committed"),
    ("change.window_overrun.v1", "still under way at the end of its window"),
    ("ci.created.v1", "written down"),
    ("ci.relations_set.v1", "relations set"),
    ("conflict.acceptance_ended.v1", "acceptance lapsed"),
    ("conflict.moved.v1", "overlap moved"),
    ("delegation.revoked.v1", "deputy taken back"),
    ("delegation.set.v1", "deputy named"),
    ("exception.expired.v1", "end reached"),
    ("exception.requested.v1", "asked for"),
    ("exception.revoked.v1", "taken back"),
    ("incident.comment_added.v1", "remark"),
    ("incident.imported.v1", "taken over from another system"),
    ("incident.links_set.v1", "links set"),
    ("incident.resolution_corrected.v1", "time of resolution corrected"),
    ("meeting.arranged.v1", "agenda put in order"),
    ("meeting.frozen.v1", "agenda closed"),
    ("meeting.item_added.v1", "put on the agenda"),
    ("meeting.item_deferred.v1", "item put off"),
    ("meeting.item_opened.v1", "item on the table"),
    ("meeting.presence_set.v1", "came or went"),
    ("meeting.remarked.v1", "remark"),
    ("meeting.time_set.v1", "item given another length"),
    ("person.created.v1", "account made"),
    ("person.filters_saved.v1", "filters saved"),
    ("person.password_set.v1", "password set, other sessions ended"),
    ("release.change_attached.v1", "change taken in"),
    ("release.change_detached.v1", "change let go"),
    ("release.dependencies_set.v1", "dependencies set"),
    ("release.extended.v1", "window lengthened"),
    ("release.extension_asked.v1", "longer window asked for"),
    ("release.extension_refused.v1", "longer window turned down"),
    ("release.held.v1", "put on hold"),
    ("release.reordered.v1", "order of deployment changed"),
    ("release.returned.v1", "rejected, back to planning"),
    ("release.scheduled.v1", "window committed"),
    ("release.scope_frozen.v1", "scope frozen"),
    ("release.scope_grown.v1", "grew while its scope was frozen"),
    ("release.scope_reopened.v1", "scope opened again"),
    ("release.scope_stated.v1", "scope stated"),
    ("release.unscheduled.v1", "window no longer committed"),
    ("release.window_overrun.v1", "still under way at the end of its window"),
    ("service.created.v1", "set up"),
    ("team.created.v1", "set up"),
    ("token.created.v1", "token made"),
    ("token.revoked.v1", "token taken back"),
];

/// The same for events that hold another one, by what they end in and what they hold.
const HELD: &[(&str, &str, &str)] = &[
    ("annotated", "comment_added", "remark"),
    ("annotated", "links_set", "links set"),
    ("annotated", "task_added", "task added"),
    ("annotated", "task_edited", "task edited"),
    ("annotated", "watch_set", "watchers changed"),
    ("approval_moved", "closed", "approval round decided"),
    ("approval_moved", "content_edited", "content of the approval edited"),
    ("approval_moved", "group_approved", "group approved"),
    ("approval_moved", "limit_reached", "time limit of an approval ran out"),
    ("approval_moved", "opened", "approval asked for"),
    ("approval_moved", "reminded", "voters reminded"),
    ("approval_moved", "vote_cast", "vote cast"),
    ("approval_moved", "vote_lapsed", "vote lapsed: someone left or lost a role"),
    ("deployment_moved", "finished", "deployment finished"),
    ("deployment_moved", "rollback_decided", "rollback decided"),
    ("deployment_moved", "rollback_failed", "rollback given up"),
    ("deployment_moved", "rolled_back", "rolled back"),
    ("deployment_moved", "started", "deployment started"),
    ("deployment_moved", "step_back_reported", "step back reported"),
    ("deployment_moved", "step_reported", "step reported"),
    ("deployment_moved", "verified", "verified"),
];

/// The words of an event; without any of our own, those that its name is made of.
pub(super) fn words_of(name: &str, payload: &Json) -> String {
    if let Ok(index) = WORDS.binary_search_by_key(&name, |(known, _)| known) {
        return WORDS[index].1.to_owned();
    }
    let without_version = name.rsplit_once(".v").map_or(name, |(rest, _)| rest);
    let what = without_version.split_once('.').map_or(without_version, |(_, what)| what);
    let fits = |(end, inner, _): &&(&str, &str, &str)| *end == what && payload.get(inner).is_some();
    match HELD.iter().find(fits) {
        Some((_, _, words)) => (*words).to_owned(),
        None => what.replace(['_', '.'], " "),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_words_are_sorted_so_that_they_are_found() {
        assert!(WORDS.windows(2).all(|pair| pair[0].0 < pair[1].0));
        for (name, words) in WORDS {
            assert_eq!(words_of(name, &json!({})), *words);
        }
    }

    #[test]
    fn an_event_that_holds_another_is_called_by_it() {
        let vote = json!({"vote_cast": {"group": "cab"}});
        assert_eq!(words_of("change.approval_moved.v1", &vote), "vote cast");
        let unknown = json!({"something_new": {}});
        assert_eq!(words_of("release.annotated.v1", &unknown), "annotated");
    }

    #[test]
    fn a_name_without_words_of_its_own_is_read_out() {
        assert_eq!(words_of("change.risk_recorded.v1", &json!({})), "risk recorded");
        assert_eq!(words_of("person.signed_in.v2", &json!({})), "signed in");
    }
}
