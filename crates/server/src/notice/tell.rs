//! Writing down what is to be told of a release, in one transaction with who is to be told: asked
//! again, it finds nothing more to tell. Sending is not done here.

use std::collections::{BTreeMap, BTreeSet};

use domain::Aggregate as _;
use domain::deployment::DeploymentState;
use domain::identity::Permission;
use domain::notice::{
    Communication, Ended, Facts, Lead, Next, Notice, NoticeEvent, SUBJECT_MAX, TEXTS_MAX, Text,
    Tidings, To, Told, believed, next,
};
use domain::policy::{ChangeType, ReleasePhase};
use domain::release::Release;
use domain::vocabulary::{Audience, Moment, Window};
use kernel::{ReleaseId, Timestamp, Zone};
use ports::{Fault, Query, Value};

use crate::bus::{Command, Loaded, Lock, Stop, Work, find_state};
use crate::follow::timers;
use crate::notice::audience::{Addressee, addressees, circle, services_of, told, told_of};
use crate::notice::view::{Story, Telling};
use crate::notice::{DUE, NO_CHANNEL, PAGE};
use crate::placement::window;
use crate::policy::{NoticeRules, in_force};
use crate::read_models::insert_rows;

/// Why someone without an account is not reached.
const UNREACHED: &str =
    "there was no mail server to send it by: set up a channel of kind email and send it again";

/// Writes down what is due of a release, and sets the timer for what will be.
pub struct TellRelease {
    /// Which.
    pub release: ReleaseId,
}

impl Command for TellRelease {
    type Answer = ();

    fn verb(&self) -> &'static str {
        "notice.tell"
    }

    fn permission(&self) -> Permission {
        Permission::Read
    }

    fn subject(&self, _: &mut dyn Query) -> Result<Option<String>, Stop> {
        Ok(None)
    }

    fn run(&self, work: &mut Work<'_>) -> Result<(), Stop> {
        work.lock(Lock::stream(&Communication::stream(self.release)))?;
        tell(work, self.release)
    }
}

/// What a timer asks for: something of a release is due.
pub fn due(work: &mut Work<'_>, stream: &str) -> Result<(), Stop> {
    let id = stream.split_once(':').and_then(|(_, id)| id.parse().ok());
    id.map_or(Ok(()), |id| tell(work, id))
}

/// How a release stands, for the rule.
pub(super) struct Standing {
    pub(super) release: Release,
    pub(super) plan: Loaded<Communication>,
    pub(super) told: Vec<Told>,
    pub(super) window: Option<Window>,
    pub(super) lead: Lead,
}

impl Standing {
    /// Of a release; nothing where there is none.
    pub(super) fn of(db: &mut dyn Query, id: ReleaseId) -> Result<Option<Self>, Fault> {
        let Some(found) = find_state::<Release>(db, id)? else { return Ok(None) };
        let release = found.state;
        let empty =
            || Loaded { id, version: kernel::Version::NONE, state: Communication::default() };
        let plan = find_state::<Communication>(db, id)?.unwrap_or_else(empty);
        let told = told_before(db, id)?;
        let window = release.content.window.clone().filter(|_| release.is_committed());
        let lead = lead(in_force(db)?.set.notices(), &release);
        Ok(Some(Self { release, plan, told, window, lead }))
    }

    /// What is missing now.
    pub(super) fn next(&self, now: Timestamp) -> Next {
        next(&self.facts(now))
    }

    /// What is known of it now.
    pub(super) fn facts(&self, now: Timestamp) -> Facts<'_> {
        let deployment = self.release.deployment.as_ref();
        Facts {
            now,
            window: self.window.as_ref(),
            has_go: self.release.is_approved(),
            lead: self.lead,
            is_held: self.release.held.is_some(),
            started_at: deployment.map(|deployment| deployment.started_at),
            ended: ended(&self.release, now),
            is_cancelled: self.release.phase == ReleasePhase::Cancelled,
            off: &self.plan.state.content.off,
            told: &self.told,
        }
    }
}

fn lead(rules: &NoticeRules, release: &Release) -> Lead {
    rules.hours_before(&release.model).map_or(Lead::AtOnce, Lead::Hours)
}

fn ended(release: &Release, now: Timestamp) -> Option<Ended> {
    let deployment = release.deployment.as_ref()?;
    let at = deployment.finished_at.unwrap_or(now);
    match deployment.state {
        DeploymentState::Verified => Some(Ended::Verified(at)),
        DeploymentState::RolledBack | DeploymentState::RollbackFailed => Some(Ended::TakenBack(at)),
        DeploymentState::Running | DeploymentState::Finished | DeploymentState::RollingBack => None,
    }
}

fn told_before(db: &mut dyn Query, id: ReleaseId) -> Result<Vec<Told>, Fault> {
    let sql = "SELECT moment, window_start, window_end, zone, reached FROM notices \
        WHERE release = $1 ORDER BY place";
    let rows = db.query(sql, &[id.to_string().into()])?;
    rows.iter()
        .map(|row| {
            let moment = row.parsed(0)?;
            Ok(Told { moment, window: window(row, 1)?, reached: row.int(4)? > 0 })
        })
        .collect()
}

fn tell(work: &mut Work<'_>, id: ReleaseId) -> Result<(), Stop> {
    let Some(mut standing) = Standing::of(work.tx, id)? else { return Ok(()) };
    let next = standing.next(work.now);
    // Of a window that does not hold as long as it is delayed nothing is told.
    standing.window = standing.facts(work.now).stands().cloned();
    for telling in &next.tell {
        let believed = believed(&standing.told).cloned();
        let reached = prepare(work, id, &standing, believed.as_ref(), telling.moment, telling.to)?;
        let window = standing.window.clone();
        standing.told.push(Told { moment: telling.moment, window, reached });
    }
    keep_timer(work, id, next.wake.or(next.passes))
}

/// Sets the timer for what is due next; nothing is written where it stands already.
fn keep_timer(work: &mut Work<'_>, id: ReleaseId, wake: Option<Timestamp>) -> Result<(), Stop> {
    let stream = Communication::stream(id);
    let sql = "SELECT due_at FROM timers WHERE id = $1";
    let row = work.tx.query_one(sql, &[format!("{DUE}:{stream}").into()])?;
    let is_set = row.map(|row| row.time(0)).transpose()?;
    if is_set != wake {
        timers::keep(work.tx, &stream, DUE, wake)?;
        work.touched();
    }
    Ok(())
}

/// Writes one notice down, with everyone who is to be told; answers whether there is anybody.
fn prepare(
    work: &mut Work<'_>,
    id: ReleaseId,
    standing: &Standing,
    believed: Option<&Window>,
    moment: Moment,
    to: To,
) -> Result<bool, Stop> {
    let (release, plan) = (&standing.release, &standing.plan.state.content);
    let window = standing.window.as_ref();
    let key = id.to_string();
    if matches!(moment, Moment::Moved | Moment::Cancelled) {
        // What has not gone out yet would mislead.
        let sql = "UPDATE deliveries SET state = 'superseded' \
            WHERE release = $1 AND state = 'waiting' AND in_doubt = 0";
        work.tx.execute(sql, &[(&key).into()])?;
    }
    let told_now = |work: &mut Work<'_>| told(work.tx, &key);
    let (to, services) = match to {
        To::Told => (told_now(work)?, services_of(work.tx, release)?),
        To::Untold => {
            let circle = circle(work.tx, release, plan)?;
            let mut all = addressees(work.tx, &circle)?;
            if let Some(window) = window {
                let known = told_of(work.tx, &key, window)?;
                all.retain(|one| !known.contains(&one.key()));
            }
            (all, circle.services)
        }
        To::All => {
            let circle = circle(work.tx, release, plan)?;
            let all = addressees(work.tx, &circle)?;
            let known: BTreeSet<_> = all.iter().map(Addressee::key).collect();
            let told = told_now(work)?.into_iter().filter(|one| !known.contains(&one.key()));
            (all.into_iter().chain(told).collect(), circle.services)
        }
    };
    let telling = Telling { id, release, plan, moment, window, believed };
    let story = Story::of(work.tx, &telling, services)?;
    let rules = in_force(work.tx)?;
    let texts = texts(rules.set.notices(), release, &story, moment, window, &to);
    let windows = window.into_iter().chain(believed).map(|window| window.interval).collect();
    let tidings = Tidings::of(moment, is_emergency(release), windows);
    write_down(work, &key, (moment, &tidings), window, texts, &to)?;
    Ok(!to.is_empty())
}

/// Whether a release is of a type that cannot wait.
pub(super) fn is_emergency(release: &Release) -> bool {
    release.model == ChangeType::Emergency.word()
}

/// The texts that the readers need, one for each audience and zone.
fn texts(
    rules: &NoticeRules,
    release: &Release,
    story: &Story,
    moment: Moment,
    window: Option<&Window>,
    to: &[Addressee],
) -> Vec<Text> {
    let mut wanted: BTreeSet<(Audience, Zone)> =
        to.iter().map(|one| (one.audience, one.zone.clone())).collect();
    if wanted.len() > TEXTS_MAX {
        let zone = window.map_or(Zone::utc(), |window| window.zone.clone());
        wanted = wanted.into_iter().map(|(audience, _)| (audience, zone.clone())).collect();
    }
    let text = |(audience, zone)| text(rules, release, story, moment, audience, zone);
    wanted.into_iter().map(text).collect()
}

/// One text. Where a template fails over what this release says, the release is named all the same.
pub(super) fn text(
    rules: &NoticeRules,
    release: &Release,
    story: &Story,
    moment: Moment,
    audience: Audience,
    zone: Zone,
) -> Text {
    let view = story.in_zone(&zone);
    let written = rules.text(moment, audience, &release.model).write(&view);
    let (subject, body) = written.unwrap_or_else(|error| {
        tracing::error!(release.number, error, "a text of a notice could not be written");
        let subject = format!("{} {}: {moment}", release.number, release.content.title);
        let body = format!("{subject}\n\n{} {}", view.start, view.services.join(", "));
        (subject, body)
    });
    let subject = subject.chars().take(SUBJECT_MAX).collect();
    Text { audience, zone, subject, body }
}

fn write_down(
    work: &mut Work<'_>,
    release: &str,
    (moment, tidings): (Moment, &Tidings),
    window: Option<&Window>,
    texts: Vec<Text>,
    to: &[Addressee],
) -> Result<(), Stop> {
    let sql = "SELECT MAX(place) FROM notices WHERE release = $1";
    let row = work.tx.query_one(sql, &[release.into()])?;
    let place = row.map(|row| row.opt_int(0)).transpose()?.flatten().unwrap_or(0) + 1;
    let who: BTreeMap<&str, Audience> = to.iter().map(|one| (one.who(), one.audience)).collect();
    let mut people: BTreeMap<Audience, u32> = BTreeMap::new();
    for audience in who.values() {
        *people.entry(*audience).or_default() += 1;
    }
    let mut notice: Loaded<Notice> = work.fresh();
    let event = NoticeEvent::Prepared {
        release: release.parse().expect("the id of a release"),
        place: u32::try_from(place).unwrap_or(u32::MAX),
        moment,
        window: window.cloned(),
        texts,
        people,
    };
    work.append(&mut notice, vec![event])?;
    hand_out(work, (&notice.id.to_string(), tidings), (release, place), to)
}

/// Writes a notice down for each who is told. A release's own notices stand under its id, what
/// moved a record on under the key of that. What cannot wait takes along what waits before it, for
/// nobody is told in another order.
pub(super) fn hand_out(
    work: &mut Work<'_>,
    (notice, tidings): (&str, &Tidings),
    (key, place): (&str, i64),
    to: &[Addressee],
) -> Result<(), Stop> {
    let now = work.now;
    let is_urgent = tidings.are_pressing(now);
    if is_urgent {
        let sql = "UPDATE deliveries SET urgent = 1, held = 0, \
            next_at = CASE WHEN held = 1 THEN $1 ELSE next_at END \
            WHERE release = $2 AND state IN ('waiting', 'sending')";
        work.tx.execute(sql, &[now.into(), key.into()])?;
    }
    let row = |one: &Addressee| {
        let (state, sent_at, reason) = match one.channel.as_str() {
            PAGE => ("sent", Value::from(now), Value::Null),
            NO_CHANNEL => ("dead", Value::Null, UNREACHED.into()),
            _ => ("waiting", Value::Null, Value::Null),
        };
        vec![
            notice.into(),
            (&one.channel).into(),
            (&one.recipient).into(),
            key.into(),
            place.into(),
            one.person.clone().into(),
            one.audience.word().into(),
            one.zone.name().into(),
            state.into(),
            false.into(),
            0.into(),
            now.into(),
            sent_at,
            reason,
            is_urgent.into(),
        ]
    };
    let into = "deliveries (notice, channel, recipient, release, place, person, audience, zone, \
        state, in_doubt, attempts, next_at, sent_at, reason, urgent)";
    insert_rows(work.tx, into, to.iter().map(row))?;
    Ok(())
}
