//! The version of the policy that a decision was made under. It is written into the payload beside
//! what was decided, so that the digest covers it; rules do not read it, and an event of before it
//! was written has none.

use serde_json::Value as Json;

/// The field that says it.
pub(super) const POLICY: &str = "policy";

/// Events that policy decided about, or under which a rule of it was passed; of one that holds
/// another event, which. A round of votes names its policy itself.
const DECISIONS: &[(&str, Option<&str>)] = &[
    ("change.extended.v1", None),
    ("change.extension_refused.v1", None),
    ("change.risk_recorded.v1", None),
    ("change.scheduled.v1", None),
    ("change.started.v1", None),
    ("conflict.accepted.v1", None),
    ("conflict.found.v1", None),
    ("conflict.moved.v1", None),
    ("exception.granted.v1", None),
    ("exception.refused.v1", None),
    ("release.deployment_moved.v1", Some("started")),
    ("release.extended.v1", None),
    ("release.extension_refused.v1", None),
    ("release.scheduled.v1", None),
    ("release.submitted.v1", None),
    ("release.tier_recorded.v1", None),
];

/// Where the version belongs in a payload; nowhere, where policy decided nothing.
pub(super) fn place<'a>(
    name: &str,
    payload: &'a mut Json,
) -> Option<&'a mut serde_json::Map<String, Json>> {
    let mut known = DECISIONS.iter();
    let (_, inner) = known.find(|(known, inner)| {
        *known == name && inner.is_none_or(|inner| payload.get(inner).is_some())
    })?;
    match inner {
        Some(inner) => payload.get_mut(*inner)?.as_object_mut(),
        None => payload.as_object_mut(),
    }
}

/// The version that is written in a payload.
pub fn pinned(payload: &Json) -> Option<i64> {
    let inner = payload.as_object().and_then(|fields| fields.values().next());
    let place = payload.get(POLICY).or_else(|| inner?.get(POLICY));
    place?.as_i64()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::records::after_event;

    #[test]
    fn what_is_pinned_leaves_every_decision_readable() {
        let mut pins = Vec::new();
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../domain/golden");
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let file = path.display();
            let event: Json =
                serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
            let (name, data) = (event["type"].as_str().unwrap().to_owned(), event["data"].clone());
            let mut pinned_data = data.clone();
            let Some(place) = place(&name, &mut pinned_data) else { continue };
            place.insert(POLICY.to_owned(), json!(7));
            assert_eq!((pinned(&data), pinned(&pinned_data)), (None, Some(7)), "{file}");
            assert_eq!(after_event(&name, &pinned_data), after_event(&name, &data), "{file}");
            pins.push(name);
        }
        let unmet = DECISIONS.iter().filter(|(name, _)| !pins.iter().any(|pin| pin == name));
        assert_eq!(unmet.count(), 0, "each stands beside a golden file");
    }

    #[test]
    fn what_policy_decides_nothing_about_names_none() {
        for (name, data) in [
            ("change.edited.v1", json!({"edit": {}})),
            ("release.deployment_moved.v1", json!({"finished": {}})),
        ] {
            let mut data = data;
            assert!(place(name, &mut data).is_none());
            assert_eq!(pinned(&data), None);
        }
    }
}
