//! What an event is called in plain words.

/// Names whose own words do not say it well enough.
const WORDS: &[(&str, &str)] = &[
    ("attempt.refused.v1", "tried, and was refused"),
    ("attempt.repeated.v1", "tried again, and was refused"),
    ("change.annotated.v1", "task, remark, watcher or link"),
    ("change.approval_moved.v1", "approval moved on"),
    ("change.attached.v1", "joined a release"),
    ("change.detached.v1", "left its release"),
    ("change.extended.v1", "window lengthened"),
    ("change.held.v1", "put on hold"),
    ("change.imported.v1", "taken over from another system"),
    ("change.returned.v1", "rejected, back to draft"),
    ("change.scheduled.v1", "window committed"),
    ("change.unscheduled.v1", "window no longer committed"),
    ("ci.created.v1", "written down"),
    ("ci.relations_set.v1", "relations set"),
    ("incident.comment_added.v1", "remark"),
    ("incident.imported.v1", "taken over from another system"),
    ("incident.links_set.v1", "links set"),
    ("incident.resolution_corrected.v1", "time of resolution corrected"),
    ("person.created.v1", "account made"),
    ("person.filters_saved.v1", "filters saved"),
    ("person.password_set.v1", "password set, other sessions ended"),
    ("release.annotated.v1", "task, remark, watcher or link"),
    ("release.approval_moved.v1", "approval moved on"),
    ("release.extended.v1", "window lengthened"),
    ("release.held.v1", "put on hold"),
    ("service.created.v1", "set up"),
    ("team.created.v1", "set up"),
    ("token.created.v1", "token made"),
    ("token.revoked.v1", "token taken back"),
];

/// The words of an event's name; without any of our own, those that it is made of.
pub(super) fn words_of(name: &str) -> String {
    if let Ok(index) = WORDS.binary_search_by_key(&name, |(known, _)| known) {
        return WORDS[index].1.to_owned();
    }
    let without_version = name.rsplit_once(".v").map_or(name, |(rest, _)| rest);
    let what = without_version.split_once('.').map_or(without_version, |(_, what)| what);
    what.replace(['_', '.'], " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_are_sorted_so_that_they_are_found() {
        assert!(WORDS.windows(2).all(|pair| pair[0].0 < pair[1].0));
        for (name, words) in WORDS {
            assert_eq!(words_of(name), *words);
        }
    }

    #[test]
    fn a_name_without_words_of_its_own_is_read_out() {
        assert_eq!(words_of("change.risk_recorded.v1"), "risk recorded");
        assert_eq!(words_of("person.signed_in.v12"), "signed in");
    }
}
