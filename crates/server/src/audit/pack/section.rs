//! What an event of a release is evidence of.

/// The sections of a pack in their order, with what stands above each and what it says when the log
/// holds nothing for it.
pub(super) const SECTIONS: &[(&str, &str, &str)] = &[
    ("approvals", "Approvals", "Nothing was submitted, approved or refused."),
    ("exceptions", "Exceptions", "No exception was asked for."),
    ("conflicts", "Conflicts accepted", "No conflict was accepted."),
    ("tests", "Tests and verification", "No test or verification is on record."),
    ("communications", "Communications", "No notice was sent."),
    ("deployments", "Deployments", "Nothing was carried out."),
    ("reviews", "Reviews", "No review was opened."),
    ("refusals", "Refused attempts", "Nothing was refused."),
    ("history", "History", "Nothing else happened."),
];

/// The kinds of record whose events are all of one section.
const OF_KIND: &[(&str, &str)] = &[
    ("article", "communications"),
    ("attempt", "refusals"),
    ("communication", "communications"),
    ("conflict", "conflicts"),
    ("exception", "exceptions"),
    ("gate", "deployments"),
    ("notice", "communications"),
    ("review", "reviews"),
    ("run", "deployments"),
    ("survey", "reviews"),
];

/// Events of a change or a release that are no mere history, by what they are called there.
const OF_EVENT: &[(&str, &str)] = &[
    ("approval_moved", "approvals"),
    ("closed", "deployments"),
    ("completed", "deployments"),
    ("deployment_moved", "deployments"),
    ("extended", "approvals"),
    ("extension_asked", "approvals"),
    ("extension_refused", "approvals"),
    ("returned", "approvals"),
    ("started", "deployments"),
    ("submitted", "approvals"),
    ("window_answered", "approvals"),
    ("window_asked", "approvals"),
    ("window_overrun", "deployments"),
];

/// The section of an event; `inner` is the event that it holds, where it holds one.
pub(super) fn section(stream: &str, name: &str, inner: Option<&str>) -> &'static str {
    let kind = stream.split(':').next().unwrap_or_default();
    if let Some((_, section)) = OF_KIND.iter().find(|(of, _)| *of == kind) {
        return section;
    }
    if inner.is_some_and(|inner| TESTS.contains(&inner)) {
        return "tests";
    }
    let verb = name.split('.').nth(1).unwrap_or_default();
    OF_EVENT.iter().find(|(of, _)| *of == verb).map_or("history", |(_, section)| section)
}

/// What of a deployment is told as a test of what was deployed.
const TESTS: &[&str] = &["verified"];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::golden;
    use crate::audit::telling::inner_of;

    #[test]
    fn every_event_of_a_release_has_a_section_that_is_shown() {
        let mut seen = std::collections::BTreeSet::new();
        for (_, name, payload) in golden::all() {
            let stream = format!("{}:x", name.split('.').next().unwrap_or_default());
            let found = section(&stream, &name, inner_of(&name, &payload));
            assert!(SECTIONS.iter().any(|(section, ..)| *section == found), "{name}");
            seen.insert(found);
        }
        for (verb, _) in OF_EVENT {
            let is_known = golden::all().iter().any(|(_, name, _)| name.contains(verb));
            assert!(is_known, "no event is called {verb}");
        }
        assert!(seen.contains("approvals") && seen.contains("deployments"));
        assert_eq!(section("attempt:release:rel_1", "attempt.refused.v1", None), "refusals");
    }
}
