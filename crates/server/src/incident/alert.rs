//! What an Alertmanager tells. It signs nothing, so it carries a token that may keep incidents.

use std::collections::BTreeMap;

use api::common::{Ref, Taken};
use api::incident::{AlertGroup, FiredAlert};
use axum::Json;
use axum::extract::State as Shared;
use domain::identity::Permission;
use domain::incident::{ALERTS_MAX, Alert, Content, Incident, Notification, Priority, alerted};
use kernel::{CiId, IncidentId, LONG_TEXT_MAX, ServiceId, Timestamp};
use ports::{Fault, Query};

use crate::bus::{Command, Loaded, Lock, Stop, Work};
use crate::http::{App, Write};
use crate::names::Resolver;
use crate::problem::Answer;
use crate::service::{find_ci, find_service};

/// The labels that name a service, the most telling first.
const SERVICES: &[&str] = &["service", "job", "app"];
/// The labels that name a configuration item.
const CIS: &[&str] = &["ci", "instance", "host", "node"];
/// How bad the severities are that people write.
const SEVERITIES: &[(&str, u8)] =
    &[("critical", 1), ("page", 1), ("error", 2), ("warning", 3), ("info", 5), ("none", 5)];

pub(super) async fn post(
    Shared(app): Shared<App>,
    write: Write<AlertGroup>,
) -> Result<Json<Taken>, Answer> {
    let command = AlertIncident { told: write.body };
    Ok(Json(app.bus.send(write.envelope, command).await?.answer))
}

/// Takes a notification.
pub struct AlertIncident {
    /// What was told.
    pub told: AlertGroup,
}

impl Command for AlertIncident {
    type Answer = Taken;

    fn verb(&self) -> &'static str {
        "incident.alert"
    }

    fn permission(&self) -> Permission {
        Permission::IncidentWrite
    }

    fn subject(&self, _: &mut dyn Query) -> Result<Option<String>, Stop> {
        Ok(None)
    }

    fn run(&self, work: &mut Work<'_>) -> Result<Taken, Stop> {
        let group = domain::canonical::hash(&self.told.group_key);
        work.lock(Lock::name("alerts", &group))?;
        let alerts = alerts(&self.told)?;
        let content = content(work.tx, &self.told)?;
        let notification = Notification { group: self.told.group_key.clone(), alerts, content };
        let known = match latest(work.tx, &group)? {
            Some(id) => {
                let incident: Loaded<Incident> = work.load(id)?;
                (!notification.begins_anew(&incident.state)).then_some(incident)
            }
            None => None,
        };
        let (mut incident, number) = match known {
            Some(incident) => (incident, None),
            None => {
                let number = format!("INC-{}", work.tx.next_number("INC")?);
                (work.fresh(), Some(number))
            }
        };
        let is_new = number.is_some();
        let events = alerted(&incident.state, &notification, number, work.now)?;
        let taken = match (is_new, events.is_empty()) {
            (true, false) => "it opened an incident",
            (false, false) => "it was added to its incident",
            (_, true) => "all of it was known",
        };
        work.append(&mut incident, events)?;
        let shown = Ref {
            id: incident.id.to_string(),
            number: Some(incident.state.number),
            name: incident.state.content.title,
        };
        Ok(Taken { taken: taken.to_owned(), incident: Some(shown) })
    }
}

/// The latest incident of a group.
fn latest(db: &mut dyn Query, group: &str) -> Result<Option<IncidentId>, Fault> {
    let sql = "SELECT incident FROM incident_alerts WHERE group_hash = $1 \
        ORDER BY opened_at DESC, incident DESC LIMIT 1";
    db.query_one(sql, &[group.into()])?.map(|row| row.parsed(0)).transpose()
}

fn alerts(told: &AlertGroup) -> Result<Vec<Alert>, Stop> {
    let mut resolver = Resolver::default();
    if told.group_key.trim().is_empty() {
        resolver.wrong("/groupKey", "is missing");
    }
    if told.alerts.is_empty() || told.alerts.len() > ALERTS_MAX {
        resolver.wrong("/alerts", format!("lists from 1 to {ALERTS_MAX} alerts"));
    }
    let mut found = Vec::new();
    for (index, fired) in told.alerts.iter().take(ALERTS_MAX).enumerate() {
        found.extend(alert(&mut resolver, index, fired));
    }
    resolver.end()?;
    Ok(found)
}

fn alert(resolver: &mut Resolver, index: usize, fired: &FiredAlert) -> Option<Alert> {
    let at = |field: &str| format!("/alerts/{index}/{field}");
    let started: Option<Timestamp> = resolver.parse(&at("startsAt"), Some(&fired.starts_at));
    let ended = match fired.status.as_str() {
        "firing" => None,
        "resolved" => Some(resolver.parse(&at("endsAt"), Some(&fired.ends_at))?),
        other => {
            resolver.wrong(&at("status"), format!("`{other}` is neither firing nor resolved"));
            None
        }
    };
    if fired.fingerprint.is_empty() || fired.fingerprint.len() > 100 {
        resolver.wrong(&at("fingerprint"), "is a text of at most 100 characters");
        return None;
    }
    let name = fired.labels.get("alertname").cloned().unwrap_or_default();
    let name: String = name.chars().take(kernel::NAME_MAX).collect();
    Some(Alert {
        fingerprint: fired.fingerprint.clone(),
        name,
        started_at: started?,
        ended_at: ended,
    })
}

/// What a new incident says. A label that names no service or CI of ours is only a word.
fn content(db: &mut dyn Query, told: &AlertGroup) -> Result<Content, Stop> {
    let labels = || told.alerts.iter().map(|alert| &alert.labels).chain([&told.common_labels]);
    let (mut services, mut cis): (Vec<ServiceId>, Vec<CiId>) = Default::default();
    for name in values(labels(), SERVICES) {
        if let Some(service) = known(find_service(db, &name))? {
            services.push(service);
        }
    }
    for name in values(labels(), CIS) {
        let host = name.rsplit_once(':').map_or(name.as_str(), |(host, _)| host);
        if let Some(ci) = known(find_ci(db, host))? {
            cis.push(ci);
        }
    }
    services.sort_unstable();
    services.dedup();
    cis.sort_unstable();
    cis.dedup();
    let worst = values(labels(), &["severity"]).iter().filter_map(|word| severity(word)).min();
    Ok(Content {
        title: title(told),
        description: description(told).chars().take(LONG_TEXT_MAX).collect(),
        priority: worst.and_then(|number| Priority::try_from(number).ok()).unwrap_or_default(),
        cis,
        services,
        ..Content::default()
    })
}

fn known<I>(found: Result<I, Stop>) -> Result<Option<I>, Stop> {
    match found {
        Ok(id) => Ok(Some(id)),
        Err(Stop::Refused(_)) => Ok(None),
        Err(stop) => Err(stop),
    }
}

/// The values of some labels, each once, at most as many as a page of names.
fn values<'a>(
    labels: impl Iterator<Item = &'a BTreeMap<String, String>>,
    names: &[&str],
) -> Vec<String> {
    const VALUES_MAX: usize = 50;
    let mut found: Vec<String> = Vec::new();
    for labels in labels {
        for value in names.iter().filter_map(|name| labels.get(*name)) {
            if !value.is_empty() && !found.contains(value) && found.len() < VALUES_MAX {
                found.push(value.clone());
            }
        }
    }
    found
}

fn severity(word: &str) -> Option<u8> {
    let known = SEVERITIES.iter().find(|(name, _)| word.eq_ignore_ascii_case(name));
    known.map(|(_, number)| *number)
}

/// The summary that all have in common, else the name and what the group is about.
fn title(told: &AlertGroup) -> String {
    let summary = told.common_annotations.get("summary").filter(|text| !text.trim().is_empty());
    if let Some(summary) = summary {
        return summary.clone();
    }
    let name = told.common_labels.get("alertname").or_else(|| told.group_labels.get("alertname"));
    let name = name.map_or("Alerts", String::as_str);
    let rest: Vec<&str> = told
        .group_labels
        .iter()
        .filter(|(label, _)| *label != "alertname")
        .map(|(_, value)| value.as_str())
        .collect();
    if rest.is_empty() { name.to_owned() } else { format!("{name}: {}", rest.join(", ")) }
}

fn description(told: &AlertGroup) -> String {
    let line = |alert: &FiredAlert| {
        let say = |name: &str| alert.annotations.get(name).map_or("", String::as_str);
        let labels: Vec<String> =
            alert.labels.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let said = [say("summary"), say("description")].join(" ");
        format!("{} {}", labels.join(" "), said.trim())
    };
    told.alerts.iter().map(line).collect::<Vec<_>>().join("\n")
}
