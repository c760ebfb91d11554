//! Telling the people of a change or of a release that it moved on: its owner, who asked for it,
//! who carries it out, and who watches it; never whoever moved it. What the moments of a release
//! tell its people already is not told twice. Those whose votes it waits for are told so, as is
//! whoever decides about its run or has to act in it, and who owns what its review found is to be
//! done; and a change that nobody had authorised is told also to those who answer for what it
//! touched.

use std::collections::{BTreeMap, BTreeSet};

use domain::approval::Round;
use domain::change::{Change, Outcome};
use domain::identity::Permission;
use domain::notice::{LATE_MINUTES, Notice, NoticeEvent, SUBJECT_MAX, Text, Tidings, once};
use domain::policy::ChangeType;
use domain::release::Release;
use domain::review::{DueItem, Review};
use domain::service::Service;
use domain::team::Team;
use domain::vocabulary::{Audience, Window};
use kernel::{Actor, ChangeId, Interval, PersonId, ReleaseId, ReviewId, Timestamp, Zone};
use orchestrator::{Attempt, Waits};
use ports::{Fault, Query};
use serde_json::Value as Json;

use crate::bus::{Bus, Command, Envelope, Failure, Loaded, Lock, Stop, Work, find_state};
use crate::follow::followers::{Follower, Seen};
use crate::names::Names;
use crate::notice::asked::{Ballot, decider, doers, owners, voters};
use crate::notice::audience::{accounts, by_person, mail_in_force, people_of};
use crate::notice::tell::{hand_out, is_emergency};
use crate::placement::touched;
use crate::policy::{MoveView, in_force};

const ASSESSED: &str = "assessed";
const CANCELLED: &str = "cancelled";
const HELD: &str = "on hold";
const RESUMED: &str = "no longer on hold";
const UNDER_WAY: &str = "under way";
const SCHEDULED: &str = "scheduled";
const UNSCHEDULED: &str = "no longer scheduled";

/// What the events say that move a change or a release on.
const STATES: &[(&str, &str)] = &[
    ("change.cancelled.v1", CANCELLED),
    ("change.closed.v1", "closed"),
    ("change.found_unauthorised.v1", "found unauthorised"),
    ("change.held.v1", HELD),
    ("change.resumed.v1", RESUMED),
    ("change.returned.v1", "a draft again"),
    ("change.scheduled.v1", SCHEDULED),
    ("change.started.v1", UNDER_WAY),
    ("change.submitted.v1", "submitted"),
    ("change.unscheduled.v1", UNSCHEDULED),
    ("release.cancelled.v1", CANCELLED),
    ("release.closed.v1", "closed"),
    ("release.held.v1", HELD),
    ("release.resumed.v1", RESUMED),
    ("release.returned.v1", "being planned again"),
    ("release.scheduled.v1", SCHEDULED),
    ("release.submitted.v1", "submitted"),
];

/// What a release does with all its changes at once, and tells itself.
const BY_RELEASE: &[&str] = &[SCHEDULED, UNSCHEDULED, UNDER_WAY, "closed"];

/// Whoever follows the log for what moved on.
pub struct MovesReactor;

impl Follower for MovesReactor {
    fn name(&self) -> &'static str {
        "notices.moves"
    }

    fn follow(&self, bus: &Bus, events: &[Seen]) -> Result<(), Failure> {
        let now = bus.world().clock.now();
        // A log that is followed from its beginning is no news.
        let fresh = events.iter().filter(|seen| now < seen.at.plus_minutes(LATE_MINUTES));
        for command in fresh.filter_map(TellMove::of) {
            bus.call(Envelope::system("notice"), command)?;
        }
        Ok(())
    }
}

/// Whom a move is told.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Whom {
    /// The people of the record.
    Its,
    /// Those whose votes it waits for.
    Voters(Ballot),
    /// Whoever decides about its run.
    Decider,
    /// Whoever has to act, if its run waits for this.
    Doers(Waits),
    /// Those who own what its review found is to be done, and what of it is due.
    Owners(Vec<DueItem>),
}

/// What an event says of a record.
struct Said {
    /// Where the record stands since.
    state: String,
    /// Why, or what is said about it.
    reason: String,
    /// Whom it is told.
    whom: Whom,
    /// Whether something failed.
    failed: bool,
}

impl Said {
    /// Of an event; nothing where it leads to no state. Most lead to none, and are not read.
    fn of(seen: &Seen) -> Option<Self> {
        let payload = || serde_json::from_str::<Json>(&seen.payload).unwrap_or_default();
        let its = |state: &str, reason: &Json| {
            let reason = reason.as_str().unwrap_or_default().to_owned();
            Self { state: state.to_owned(), reason, whom: Whom::Its, failed: false }
        };
        Some(match seen.name.as_str() {
            "change.approval_moved.v1" | "release.approval_moved.v1" => {
                let payload = payload();
                if payload["closed"]["state"] == "approved" {
                    return Some(its("approved", &Json::Null));
                }
                let whom = Whom::Voters(Ballot::of(&payload)?);
                Self { whom, ..its("waiting for your vote", &Json::Null) }
            }
            "change.completed.v1" => {
                let payload = payload();
                let outcome = payload["outcome"].as_str()?;
                let failed = outcome.parse::<Outcome>().is_ok_and(|outcome| !outcome.is_success());
                Self { failed, ..its(&format!("done, {outcome}"), &payload["reason"]) }
            }
            "change.risk_recorded.v1" => {
                let tier = payload()["risk"]["tier"].as_str()?.replace('_', " ");
                its(ASSESSED, &Json::from(format!("Its risk is {tier}.")))
            }
            "release.advanced.v1" => {
                let payload = payload();
                let state = payload["state"].as_str()?;
                its(&format!("moved on to {state}"), &Json::Null)
            }
            "release.deployment_moved.v1" => {
                let update = &payload()["update_sent"]["text"];
                update.is_string().then(|| its(UNDER_WAY, update))?
            }
            "run.decision_asked.v1" => {
                let asked = its("waiting for a decision", &Json::Null);
                Self { whom: Whom::Decider, failed: true, ..asked }
            }
            "run.step_started.v1"
            | "run.step_lost.v1"
            | "run.step_unknown.v1"
            | "run.step_failed.v1" => Self::of_attempt(seen, payload())?,
            "review.actions_due.v1" => {
                let due = serde_json::from_value(payload()["items"].clone()).ok()?;
                let whom = Whom::Owners(due);
                Self { whom, ..its("waiting for your action items", &Json::Null) }
            }
            name => {
                let state = STATES.iter().find(|(known, _)| *known == name)?.1;
                its(state, &payload()["reason"])
            }
        })
    }
}

impl Said {
    /// Of an attempt of a run. Whether it waits for a person is known where it is told.
    fn of_attempt(seen: &Seen, payload: Json) -> Option<Self> {
        if !payload["ask_at"].is_null() || !payload["retry_at"].is_null() {
            return None;
        }
        let attempt: Attempt = serde_json::from_value(payload).ok()?;
        let whom = Whom::Doers(match seen.name.as_str() {
            "run.step_started.v1" => Waits::Act(attempt),
            // A failed step forward is asked about as a decision.
            "run.step_failed.v1" => Waits::Mend(attempt),
            _ => Waits::Tell(attempt),
        });
        let (state, reason) = ("waiting for a person".to_owned(), String::new());
        // A run that stands still presses as much as one that failed.
        Some(Self { state, reason, whom, failed: true })
    }
}

/// Writes down that a record moved on, for those who are to be told.
struct TellMove {
    /// The id of a change or of a release, or of its review.
    record: String,
    /// The place in the log of what moved it.
    place: i64,
    /// What is said of it.
    said: Said,
    /// Who moved it.
    by: Actor,
    /// When.
    at: Timestamp,
}

impl Command for TellMove {
    type Answer = ();

    fn verb(&self) -> &'static str {
        "notice.tell_move"
    }

    fn permission(&self) -> Permission {
        Permission::Read
    }

    fn subject(&self, _: &mut dyn Query) -> Result<Option<String>, Stop> {
        Ok(None)
    }

    fn run(&self, work: &mut Work<'_>) -> Result<(), Stop> {
        let Some(record) = self.told_of(work.tx)? else { return Ok(()) };
        let key = Notice::key_of_moves(&record);
        work.lock(Lock::name("moves", &record))?;
        let sql = "SELECT 1 FROM notices WHERE release = $1 AND place = $2";
        if work.tx.query_one(sql, &[(&key).into(), self.place.into()])?.is_some() {
            return Ok(());
        }
        let Some(about) = About::of(work.tx, &record)? else { return Ok(()) };
        let by_release = about.travels && BY_RELEASE.contains(&self.said.state.as_str());
        if by_release || self.is_told_already(work.tx)? {
            return Ok(());
        }
        let as_moment = self.is_told_as_a_moment(work.tx)?;
        let said = &self.said;
        let corrects = match said.state.as_str() {
            CANCELLED | UNSCHEDULED => true,
            // Committed again, or at once with the move.
            SCHEDULED => about.windows.len() > 1,
            _ => false,
        };
        let tidings = Tidings {
            // What is to be done after an emergency wakes nobody.
            emergency: about.emergency && !matches!(said.whom, Whom::Owners(_)),
            failed: said.failed,
            corrected: if corrects { about.windows } else { Vec::new() },
        };
        let told = match &said.whom {
            Whom::Its => Some((about.people, said.reason.clone())),
            Whom::Voters(ballot) => match &about.round {
                Some(round) => voters(work.tx, round, *ballot, (self.at, work.now))?,
                None => None,
            },
            Whom::Decider => decider(work.tx, &self.record, self.at)?,
            Whom::Doers(wait) => doers(work.tx, &self.record, wait, (self.at, work.now))?,
            Whom::Owners(due) => owners(work.tx, &self.record, due, self.at)?,
        };
        let Some((mut people, reason)) = told else { return Ok(()) };
        // What is asked of someone next is news to whoever brought it about, too.
        if let Some(person) = self.by.person().filter(|_| !matches!(said.whom, Whom::Doers(_))) {
            people.remove(&person);
        }
        if as_moment {
            people = self.untold(work.tx, people)?;
        }
        let reached = once(accounts(work.tx, &people)?);
        if reached.is_empty() {
            return Ok(());
        }
        let is_by_someone = said.whom == Whom::Its && !matches!(self.by, Actor::System { .. });
        let actor =
            if is_by_someone { Names::default().actor(work.tx, &self.by)? } else { String::new() };
        let view = MoveView {
            number: about.number,
            title: about.title,
            state: said.state.clone(),
            actor,
            reason,
        };
        let (subject, body) = in_force(work.tx)?.set.notices().moved_on(&view);
        let subject = subject.chars().take(SUBJECT_MAX).collect();
        let texts = vec![Text { audience: Audience::Team, zone: Zone::utc(), subject, body }];
        let mail = mail_in_force(work.tx)?;
        let to = by_person(&reached, mail.as_ref());
        let mut notice: Loaded<Notice> = work.fresh();
        let count = u32::try_from(reached.len()).unwrap_or(u32::MAX);
        let event = NoticeEvent::MovedOn {
            record,
            place: u32::try_from(self.place).unwrap_or(u32::MAX),
            state: said.state.clone(),
            texts,
            people: BTreeMap::from([(Audience::Team, count)]),
        };
        work.append(&mut notice, vec![event])?;
        hand_out(work, (&notice.id.to_string(), &tidings), (&key, self.place), &to)
    }
}

impl TellMove {
    /// What an event leads to; nothing where it moves nothing on.
    fn of(seen: &Seen) -> Option<Self> {
        let said = Said::of(seen)?;
        let record = seen.stream.split_once(':')?.1.to_owned();
        Some(Self { record, place: seen.position, said, by: seen.by.clone(), at: seen.at })
    }

    /// The record at which it is told: that of a review at what it looks back on.
    fn told_of(&self, db: &mut dyn Query) -> Result<Option<String>, Fault> {
        let Ok(id) = self.record.parse::<ReviewId>() else { return Ok(Some(self.record.clone())) };
        let review = find_state::<Review>(db, id)?;
        Ok(review.and_then(|found| found.state.subject).map(|subject| subject.id()))
    }

    /// Whether it is a release that is given up or delayed after it was told: then all who were
    /// told hear it.
    fn is_told_as_a_moment(&self, db: &mut dyn Query) -> Result<bool, Fault> {
        let is_moment = match self.said.state.as_str() {
            CANCELLED => true,
            HELD | RESUMED => self.had_a_date(db)?,
            _ => false,
        };
        if !is_moment {
            return Ok(false);
        }
        let sql = "SELECT 1 FROM notices WHERE release = $1 AND reached > 0 LIMIT 1";
        Ok(db.query_one(sql, &[(&self.record).into()])?.is_some())
    }

    /// Those who were told nothing of the release yet: the others hear of it as a moment.
    fn untold(
        &self,
        db: &mut dyn Query,
        people: BTreeSet<PersonId>,
    ) -> Result<BTreeSet<PersonId>, Fault> {
        let mut untold = BTreeSet::new();
        for person in people {
            let sql = "SELECT 1 FROM deliveries WHERE channel = 'page' AND person = $1 \
                AND release = $2 AND state IN ('sent', 'sending') LIMIT 1";
            let told = db.query_one(sql, &[person.to_string().into(), (&self.record).into()])?;
            if told.is_none() {
                untold.insert(person);
            }
        }
        Ok(untold)
    }

    /// Whether it is a release with a committed window that had not passed.
    fn had_a_date(&self, db: &mut dyn Query) -> Result<bool, Fault> {
        let Ok(id) = self.record.parse::<ReleaseId>() else { return Ok(false) };
        let Some(found) = find_state::<Release>(db, id)? else { return Ok(false) };
        let window = found.state.content.window.as_ref().filter(|_| found.state.is_committed());
        Ok(window.is_some_and(|window| self.at < window.interval.end))
    }

    /// Whether it is a risk that was recorded with the submission, which says that it goes on.
    fn is_told_already(&self, db: &mut dyn Query) -> Result<bool, Fault> {
        if self.said.state != ASSESSED {
            return Ok(false);
        }
        let sql = "SELECT 1 FROM log JOIN events AS recorded ON recorded.id = log.event_id \
            JOIN events AS submitted ON submitted.stream = recorded.stream \
            AND submitted.correlation = recorded.correlation \
            WHERE log.position = $1 AND submitted.name = 'change.submitted.v1' LIMIT 1";
        Ok(db.query_one(sql, &[self.place.into()])?.is_some())
    }
}

/// A record, and whose it is.
struct About {
    number: String,
    title: String,
    people: BTreeSet<PersonId>,
    /// Whether it is a change in a release.
    travels: bool,
    /// Its newest round.
    round: Option<Round>,
    /// Whether it is an emergency.
    emergency: bool,
    /// When it is planned, and when it was before.
    windows: Vec<Interval>,
}

impl About {
    fn of(db: &mut dyn Query, record: &str) -> Result<Option<Self>, Fault> {
        if let Ok(id) = record.parse::<ReleaseId>() {
            let Some(found) = find_state::<Release>(db, id)? else { return Ok(None) };
            let people = people_of(&found.state);
            let emergency = is_emergency(&found.state);
            let Release { number, content, last_window, round, .. } = found.state;
            let windows = intervals([content.window, last_window]);
            let (title, travels) = (content.title, false);
            return Ok(Some(Self { number, title, people, travels, round, emergency, windows }));
        }
        let Ok(id) = record.parse::<ChangeId>() else { return Ok(None) };
        let Some(found) = find_state::<Change>(db, id)? else { return Ok(None) };
        let emergency = found.state.change_type() == ChangeType::Emergency;
        let Change {
            number,
            content,
            requester,
            extras,
            release,
            unauthorised,
            round,
            last_window,
            ..
        } = found.state;
        let named = [requester, content.implementer];
        let mut people: BTreeSet<_> = named.into_iter().flatten().chain(extras.watchers).collect();
        if unauthorised.is_some() {
            for service in touched(db, [id])? {
                let service = find_state::<Service>(db, service)?;
                people.extend(service.and_then(|service| service.state.content.owner));
            }
            let team = content.team.map(|team| find_state::<Team>(db, team)).transpose()?.flatten();
            people.extend(team.into_iter().flat_map(|team| team.state.content.members));
        }
        let travels = release.is_some();
        let windows = intervals([content.window, last_window]);
        Ok(Some(Self { number, title: content.title, people, travels, round, emergency, windows }))
    }
}

fn intervals(windows: [Option<Window>; 2]) -> Vec<Interval> {
    windows.into_iter().flatten().map(|window| window.interval).collect()
}
