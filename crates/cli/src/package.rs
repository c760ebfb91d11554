//! What is planned of a release in lists: what is shipped, its measures, milestones and members.

use api::release::{Kpi, Member, Milestone, PackageItem};

use crate::failure::{Failure, Result};
use crate::given::Clock;
use crate::wall;

/// Measures with their targets.
pub(crate) fn kpis(given: &[(String, String)]) -> Option<Vec<Kpi>> {
    let one =
        |(name, target): &(String, String)| Kpi { name: name.clone(), target: target.clone() };
    (!given.is_empty()).then(|| given.iter().map(one).collect())
}

/// Milestones with their times.
pub(crate) fn milestones(
    given: &[(String, String)],
    clock: &Clock<'_>,
) -> Result<Option<Vec<Milestone>>> {
    let one = |(name, at): &(String, String)| {
        Ok(Milestone {
            name: name.clone(),
            at: Some(clock.instant(at)?),
            hours_before_start: None,
            hours_after_end: None,
            reached: false,
        })
    };
    let all = given.iter().map(one).collect::<Result<Vec<_>>>()?;
    Ok((!all.is_empty()).then_some(all))
}

/// A milestone: when, what, and whether it was reached.
pub(crate) fn milestone_line(milestone: &Milestone, zone: &str) -> String {
    let at = milestone.at.as_ref();
    let at = at.map_or_else(|| "once there is a window".to_owned(), |at| wall::moment(at, zone));
    let follows = match (milestone.hours_before_start, milestone.hours_after_end) {
        (Some(hours), _) => format!(", {hours} h before the window"),
        (_, Some(hours)) => format!(", {hours} h after the window"),
        (None, None) => String::new(),
    };
    let reached = if milestone.reached { ", reached" } else { "" };
    format!("{at} {}{follows}{reached}", milestone.name)
}

/// Who else takes part, and as what.
pub(crate) fn members(given: &[(String, String)]) -> Option<Vec<Member>> {
    let one = |(person, role): &(String, String)| Member {
        person: person.clone(),
        role: role.clone(),
        name: None,
    };
    (!given.is_empty()).then(|| given.iter().map(one).collect())
}

/// What is shipped.
pub(crate) fn package(given: &[String]) -> Result<Option<Vec<PackageItem>>> {
    let all = given.iter().map(|text| item(text)).collect::<Result<Vec<_>>>()?;
    Ok((!all.is_empty()).then_some(all))
}

/// An item from its parts, `name=payments,version=4.2.0,digest=sha256:…`.
fn item(text: &str) -> Result<PackageItem> {
    let mut item = PackageItem {
        kind: "artifact".to_owned(),
        name: String::new(),
        version: String::new(),
        digest: None,
        service: None,
        ci: None,
    };
    for part in text.split(',') {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        let value = value.trim().to_owned();
        match name.trim() {
            "kind" => item.kind = value,
            "name" => item.name = value,
            "version" => item.version = value,
            "digest" => item.digest = Some(value),
            "service" => item.service = Some(value),
            "ci" => item.ci = Some(value),
            _ => {
                return Err(Failure::usage(format!(
                    "`{part}` is no part of an item: write name=…,version=…,digest=…, and kind=…, \
                     service=… or ci=… where they are needed"
                )));
            }
        }
    }
    if item.name.is_empty() {
        return Err(Failure::usage(format!("`{text}` has no name: write name=…,version=…")));
    }
    Ok(item)
}

/// An item of the package, in a line.
pub(crate) fn package_line(item: &PackageItem) -> String {
    let PackageItem { kind, name, version, digest, .. } = item;
    let parts = [kind.as_str(), name, version, digest.as_deref().unwrap_or_default()];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_is_read_from_its_parts() {
        let text = "name=payments,version=4.2.0,digest=sha256:ab,service=Payments EU";
        let found = item(text).unwrap();
        assert_eq!(package_line(&found), "artifact payments 4.2.0 sha256:ab");
        assert_eq!(found.service.as_deref(), Some("Payments EU"));
        assert_eq!(item("kind=hardware,name=switch").unwrap().kind, "hardware");
    }

    #[test]
    fn an_item_without_a_name_or_with_an_unknown_part_is_refused() {
        assert!(matches!(item("version=1"), Err(Failure::Usage(_))));
        assert!(matches!(item("name=a,colour=red"), Err(Failure::Usage(_))));
    }
}
