//! Every event that was ever written must stay readable: each golden file is decoded into its
//! event and encoded again, without loss. An event that holds one of several things has a file for
//! each, `<name>.<variant>.json`.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use interlock_domain::approval::{Content, DelegationEvent, RoundEvent};
use interlock_domain::cab::{BoardEvent, MeetingEvent};
use interlock_domain::calendar::{ConflictEvent, ExternalEvent, FeedEvent, PeriodEvent};
use interlock_domain::change::ChangeEvent;
use interlock_domain::deployment::{DeploymentEvent, StepState};
use interlock_domain::exception::ExceptionEvent;
use interlock_domain::gate::{GateEvent, GateRequestEvent};
use interlock_domain::identity::{PersonEvent, TokenEvent};
use interlock_domain::incident::IncidentEvent;
use interlock_domain::knowledge::ArticleEvent;
use interlock_domain::notice::{ChannelEvent, CommunicationEvent, NoticeEvent, UserGroupEvent};
use interlock_domain::policy::PolicyEvent;
use interlock_domain::record::ExtraEvent;
use interlock_domain::release::ReleaseEvent;
use interlock_domain::report::SurveyEvent;
use interlock_domain::review::ReviewEvent;
use interlock_domain::runner::{JobEvent, RunnerEvent};
use interlock_domain::service::{CiEvent, ServiceEvent};
use interlock_domain::team::TeamEvent;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Reads every golden file of a kind of record back: the names without `.json`, and the events.
fn read_back<E: Serialize + DeserializeOwned>(kind: &str) -> Vec<(String, E)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("golden");
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("the golden folder") {
        let path = entry.expect("an entry").path();
        let file = path.file_stem().expect("a name").to_string_lossy().into_owned();
        if file.split('.').next() != Some(kind) {
            continue;
        }
        let text = fs::read_to_string(&path).expect("a text");
        let golden: Value = serde_json::from_str(&text).expect("JSON");
        let name = golden["type"].as_str().expect("a type");
        let variant = file.strip_prefix(name).unwrap_or_else(|| panic!("{file} holds {name}"));
        assert!(variant.is_empty() || variant.starts_with('.'), "{file} holds {name}");
        let event: E = serde_json::from_value(golden.clone())
            .unwrap_or_else(|error| panic!("{file} cannot be read any more: {error}"));
        let again = serde_json::to_value(&event).expect("JSON");
        assert_eq!(again, golden, "{file} lost something");
        found.push((file, event));
    }
    found
}

/// The names of a kind's events, once each: what stands before `.json` or `.<variant>.json`.
fn names<E>(found: &[(String, E)]) -> BTreeSet<String> {
    let name = |file: &str| file.splitn(4, '.').take(3).collect::<Vec<_>>().join(".");
    found.iter().map(|(file, _)| name(file)).collect()
}

/// The variants that the files of one event are named after.
fn variants<E>(found: &[(String, E)], name: &str) -> BTreeSet<String> {
    let prefix = format!("{name}.");
    found.iter().filter_map(|(file, _)| file.strip_prefix(&prefix)).map(str::to_owned).collect()
}

fn set(words: &[&str]) -> BTreeSet<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

const EXTRAS: &[&str] = &[
    "comment_added",
    "link_told",
    "link_untold",
    "links_set",
    "rehearsal_recorded",
    "task_added",
    "task_added_by_rule",
    "task_edited",
    "task_removed",
    "watch_set",
];
const ROUNDS: &[&str] = &[
    "closed",
    "condition_met",
    "content_edited",
    "group_approved",
    "limit_reached",
    "opened",
    "reminded",
    "vote_cast",
    "vote_cast_under_condition",
    "vote_lapsed",
];
const DEPLOYMENTS: &[&str] = &[
    "finished",
    "rollback_decided",
    "rollback_failed",
    "rolled_back",
    "started",
    "step_back_not_begun",
    "step_back_reported",
    "step_reported",
    "update_overdue",
    "update_sent",
    "verified",
];

/// The word of a variant; a new one does not compile until it is written here, and above.
fn extra_word(event: &ExtraEvent) -> &'static str {
    match event {
        ExtraEvent::CommentAdded { .. } => "comment_added",
        ExtraEvent::TaskAdded { task, .. } if task.due_by.is_some() => "task_added_by_rule",
        ExtraEvent::TaskAdded { .. } => "task_added",
        ExtraEvent::TaskEdited { .. } => "task_edited",
        ExtraEvent::TaskRemoved { .. } => "task_removed",
        ExtraEvent::WatchSet { .. } => "watch_set",
        ExtraEvent::LinksSet { .. } => "links_set",
        ExtraEvent::LinkTold { .. } => "link_told",
        ExtraEvent::LinkUntold { .. } => "link_untold",
        ExtraEvent::RehearsalRecorded { .. } => "rehearsal_recorded",
    }
}

fn round_word(event: &RoundEvent) -> &'static str {
    match event {
        RoundEvent::Opened(_) => "opened",
        RoundEvent::VoteCast { condition: Some(_), .. } => "vote_cast_under_condition",
        RoundEvent::VoteCast { .. } => "vote_cast",
        RoundEvent::ConditionMet { .. } => "condition_met",
        RoundEvent::GroupApproved { .. } => "group_approved",
        RoundEvent::ContentEdited { .. } => "content_edited",
        RoundEvent::Reminded { .. } => "reminded",
        RoundEvent::LimitReached { .. } => "limit_reached",
        RoundEvent::VoteLapsed { .. } => "vote_lapsed",
        RoundEvent::Closed { .. } => "closed",
    }
}

fn deployment_word(event: &DeploymentEvent) -> &'static str {
    match event {
        DeploymentEvent::Started { .. } => "started",
        DeploymentEvent::StepReported { .. } => "step_reported",
        DeploymentEvent::Finished {} => "finished",
        DeploymentEvent::Verified { .. } => "verified",
        DeploymentEvent::RollbackDecided { .. } => "rollback_decided",
        DeploymentEvent::StepBackReported { state: StepState::NotBegun, .. } => {
            "step_back_not_begun"
        }
        DeploymentEvent::StepBackReported { .. } => "step_back_reported",
        DeploymentEvent::RolledBack {} => "rolled_back",
        DeploymentEvent::RollbackFailed { .. } => "rollback_failed",
        DeploymentEvent::UpdateSent { .. } => "update_sent",
        DeploymentEvent::UpdateOverdue { .. } => "update_overdue",
    }
}

#[test]
fn events_of_changes_stay_readable() {
    let found = read_back::<ChangeEvent>("change");
    assert_eq!(names(&found).len(), 23);
    assert_eq!(variants(&found, "change.annotated.v1"), set(EXTRAS));
    assert_eq!(variants(&found, "change.approval_moved.v1"), set(ROUNDS));
    for (file, event) in &found {
        let word = match event {
            ChangeEvent::Annotated(extra) => extra_word(extra),
            ChangeEvent::Round(round) => round_word(round),
            _ => continue,
        };
        assert!(file.ends_with(&format!(".{word}")), "{file} holds {word}");
    }
}

#[test]
fn events_of_releases_stay_readable() {
    let found = read_back::<ReleaseEvent>("release");
    assert_eq!(names(&found).len(), 32);
    assert_eq!(variants(&found, "release.annotated.v1"), set(EXTRAS));
    assert_eq!(variants(&found, "release.approval_moved.v1"), set(ROUNDS));
    assert_eq!(variants(&found, "release.deployment_moved.v1"), set(DEPLOYMENTS));
    for (file, event) in &found {
        let word = match event {
            ReleaseEvent::Annotated(extra) => extra_word(extra),
            ReleaseEvent::Round(round) => round_word(round),
            ReleaseEvent::Deployment(deployment) => deployment_word(deployment),
            _ => continue,
        };
        assert!(file.ends_with(&format!(".{word}")), "{file} holds {word}");
    }
}

/// A vote of long ago is still bound to what was seen then.
#[test]
fn what_was_approved_still_has_the_hash_that_was_voted_for() {
    let changes = read_back::<ChangeEvent>("change").into_iter();
    let rounds: Vec<RoundEvent> = changes
        .filter_map(|(_, event)| match event {
            ChangeEvent::Round(round) => Some(round),
            _ => None,
        })
        .collect();
    let content = rounds.iter().find_map(|round| match round {
        RoundEvent::Opened(opened) => Some(opened.content.clone()),
        _ => None,
    });
    let content = content.expect("a round that was opened");
    let says = content.parts.iter().map(|(name, part)| (*name, part.says.clone()));
    // The parts of old content are hashed as they were; its format stays its own.
    assert_eq!(Content { format: content.format, ..Content::new(says) }, content);
    let voted = rounds.iter().find_map(|round| match round {
        RoundEvent::VoteCast { content_hash, .. } => Some(content_hash),
        _ => None,
    });
    assert_eq!(voted, Some(&content.hash()));
}

#[test]
fn events_of_the_policy_stay_readable() {
    assert_eq!(names(&read_back::<PolicyEvent>("policy")).len(), 1);
}

#[test]
fn events_of_surveys_stay_readable() {
    assert_eq!(names(&read_back::<SurveyEvent>("survey")).len(), 2);
}

#[test]
fn events_of_reviews_stay_readable() {
    assert_eq!(names(&read_back::<ReviewEvent>("review")).len(), 5);
}

#[test]
fn events_of_the_calendar_stay_readable() {
    assert_eq!(names(&read_back::<ConflictEvent>("conflict")).len(), 5);
    assert_eq!(names(&read_back::<PeriodEvent>("period")).len(), 3);
    assert_eq!(names(&read_back::<FeedEvent>("feed")).len(), 2);
    assert_eq!(names(&read_back::<ExternalEvent>("external")).len(), 2);
}

#[test]
fn events_of_runners_and_jobs_stay_readable() {
    assert_eq!(names(&read_back::<RunnerEvent>("runner")).len(), 4);
    assert_eq!(names(&read_back::<JobEvent>("job")).len(), 6);
}

#[test]
fn events_of_notices_stay_readable() {
    assert_eq!(names(&read_back::<UserGroupEvent>("user_group")).len(), 2);
    assert_eq!(names(&read_back::<ChannelEvent>("channel")).len(), 3);
    assert_eq!(names(&read_back::<CommunicationEvent>("communication")).len(), 1);
    assert_eq!(names(&read_back::<NoticeEvent>("notice")).len(), 4);
}

#[test]
fn events_of_exceptions_stay_readable() {
    assert_eq!(names(&read_back::<ExceptionEvent>("exception")).len(), 5);
}

#[test]
fn events_of_articles_stay_readable() {
    assert_eq!(names(&read_back::<ArticleEvent>("article")).len(), 5);
}

#[test]
fn events_of_gates_stay_readable() {
    assert_eq!(names(&read_back::<GateEvent>("gate")).len(), 2);
    assert_eq!(names(&read_back::<GateRequestEvent>("gate_request")).len(), 3);
}

#[test]
fn events_of_boards_and_meetings_stay_readable() {
    assert_eq!(names(&read_back::<BoardEvent>("board")).len(), 2);
    assert_eq!(names(&read_back::<MeetingEvent>("meeting")).len(), 13);
}

#[test]
fn events_of_people_and_tokens_stay_readable() {
    assert_eq!(names(&read_back::<PersonEvent>("person")).len(), 6);
    assert_eq!(names(&read_back::<TokenEvent>("token")).len(), 2);
}

#[test]
fn events_of_delegations_stay_readable() {
    assert_eq!(names(&read_back::<DelegationEvent>("delegation")).len(), 2);
}

#[test]
fn events_of_teams_stay_readable() {
    assert_eq!(names(&read_back::<TeamEvent>("team")).len(), 2);
}

#[test]
fn events_of_services_and_cis_stay_readable() {
    assert_eq!(names(&read_back::<ServiceEvent>("service")).len(), 3);
    assert_eq!(names(&read_back::<CiEvent>("ci")).len(), 4);
}

#[test]
fn events_of_incidents_stay_readable() {
    assert_eq!(names(&read_back::<IncidentEvent>("incident")).len(), 10);
}
