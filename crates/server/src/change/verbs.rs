//! The verbs of a change, one command for all: each loads, gathers, asks the domain, appends, and
//! brings the calendar and the release in step.

use api::approval;
use api::change::{Complete, Extend, Schedule};
use api::common::{Reason, Written};
use domain::approval::Answer;
use domain::calendar::Side;
use domain::change::{self, Change, ChangeEvent, Facts, Outcome};
use domain::identity::Permission;
use domain::review::{Planned, Subject, Why};
use domain::vocabulary::Window;
use domain::{Aggregate as _, Stamp};
use kernel::{ChangeId, Timestamp};
use ports::Query;

use crate::approval::{cast, voter};
use crate::asking::Asking;
use crate::bulk::BulkVerb;
use crate::bus::{Command, Loaded, Lock, Stop, Work};
use crate::calendar::refresh;
use crate::change::facts::gather;
use crate::change::save::{stamp, written};
use crate::names::{Resolver, find_change, parse_window};
use crate::reactions;
use crate::review;

/// What is to be done.
#[derive(Debug, Clone)]
pub enum Verb {
    /// Hand it in.
    Submit,
    /// Record its risk and ask for approval.
    Assess,
    /// Vote.
    Vote(Answer, approval::Vote),
    /// Mark the condition of an approval met.
    MeetCondition(approval::MeetCondition),
    /// Commit or move its window.
    Schedule(Schedule),
    /// Begin work.
    Start,
    /// Lengthen its running window.
    Extend(Extend),
    /// Let the longer window have its way.
    GrantExtension(approval::GrantExtension),
    /// Turn the longer window down.
    RefuseExtension(Reason),
    /// End work.
    Complete(Complete),
    /// End it.
    Close,
    /// Let it wait.
    Hold(Reason),
    /// Let it go on.
    Resume,
    /// Give it up.
    Cancel(Reason),
}

impl From<BulkVerb> for Verb {
    fn from(verb: BulkVerb) -> Self {
        match verb {
            BulkVerb::Submit => Self::Submit,
            BulkVerb::Hold(reason) => Self::Hold(reason),
            BulkVerb::Resume => Self::Resume,
            BulkVerb::Cancel(reason) => Self::Cancel(reason),
        }
    }
}

/// The command.
pub struct MoveChange {
    /// The change.
    pub change: String,
    /// The verb.
    pub verb: Verb,
}

impl Command for MoveChange {
    type Answer = Written;

    fn verb(&self) -> &'static str {
        match &self.verb {
            Verb::Submit => "change.submit",
            Verb::Assess => "change.assess",
            Verb::Vote(Answer::Approve, _) => "change.approve",
            Verb::Vote(Answer::Reject, _) => "change.reject",
            Verb::Vote(Answer::Abstain, _) => "change.abstain",
            Verb::MeetCondition(_) => "change.meet_condition",
            Verb::Schedule(_) => "change.schedule",
            Verb::Start => "change.start",
            Verb::Extend(_) => "change.extend",
            Verb::GrantExtension(_) => "change.grant_extension",
            Verb::RefuseExtension(_) => "change.refuse_extension",
            Verb::Complete(_) => "change.complete",
            Verb::Close => "change.close",
            Verb::Hold(_) => "change.hold",
            Verb::Resume => "change.resume",
            Verb::Cancel(_) => "change.cancel",
        }
    }

    fn permission(&self) -> Permission {
        match &self.verb {
            Verb::Vote(..) | Verb::GrantExtension(_) | Verb::RefuseExtension(_) => {
                Permission::Approve
            }
            // Whoever is named marks it met, whatever their roles.
            Verb::MeetCondition(_) => Permission::Read,
            Verb::Start | Verb::Complete(_) | Verb::Close => Permission::ChangeImplement,
            Verb::Extend(_) => Permission::WindowExtend,
            _ => Permission::ChangeWrite,
        }
    }

    fn subject(&self, db: &mut dyn Query) -> Result<Option<String>, Stop> {
        Ok(Some(Change::stream(find_change(db, &self.change)?)))
    }

    fn run(&self, work: &mut Work<'_>) -> Result<Written, Stop> {
        let id = find_change(work.tx, &self.change)?;
        if matches!(self.verb, Verb::MeetCondition(_)) {
            work.permit_program(Permission::Approve)?;
        }
        if self.places() {
            work.lock(Lock::calendar())?;
        }
        let mut loaded: Loaded<Change> = work.load_subject(id)?;
        if let Some(release) = loaded.state.release {
            work.lock(Lock::stream(&format!("release:{release}")))?;
        }
        let window = self.window(&loaded.state)?;
        let interval = window.as_ref().map(|window| window.interval);
        let stamp = stamp(work);
        let asking = Asking::of(work);
        let facts = gather(work.tx, &asking, id, &loaded.state, interval)?;
        let events = self.decide(work.tx, &loaded.state, window.as_ref(), &facts, &stamp)?;
        if events.is_empty() {
            return Ok(written(&loaded));
        }
        work.append(&mut loaded, events)?;
        self.consequences(work, id, &loaded.state)?;
        Ok(written(&loaded))
    }
}

impl MoveChange {
    /// Whether the verb places or frees something on the calendar.
    fn places(&self) -> bool {
        !matches!(
            self.verb,
            Verb::Submit
                | Verb::Assess
                | Verb::MeetCondition(_)
                | Verb::Extend(_)
                | Verb::Hold(_)
                | Verb::Resume
        )
    }

    /// The window that the verb asks about, where it is not the planned one.
    fn window(&self, change: &Change) -> Result<Option<Window>, Stop> {
        let mut resolver = Resolver::default();
        let window = match &self.verb {
            Verb::Schedule(Schedule { window: Some(window) }) => {
                parse_window(&mut resolver, "/window", window)
            }
            Verb::Extend(extend) => {
                let end: Option<Timestamp> = resolver.parse("/end", Some(&extend.end));
                let longer = |mut window: Window| {
                    window.interval.end = end?;
                    Some(window)
                };
                change.content.window.clone().and_then(longer)
            }
            Verb::GrantExtension(_) => {
                let asked = change.extension.as_ref();
                change.content.window.clone().zip(asked).map(|(mut window, asked)| {
                    window.interval.end = asked.end;
                    window
                })
            }
            _ => None,
        };
        resolver.end()?;
        Ok(window)
    }

    fn decide(
        &self,
        db: &mut dyn Query,
        change: &Change,
        window: Option<&Window>,
        facts: &Facts,
        stamp: &Stamp,
    ) -> Result<Vec<ChangeEvent>, Stop> {
        let events = match &self.verb {
            Verb::Submit => change::submit(change, facts, stamp),
            Verb::Assess => change::assess(change, facts, stamp),
            Verb::Vote(answer, vote) => {
                let cast = cast(db, facts.person, *answer, vote)?;
                change::cast(change, &cast, facts, stamp)
            }
            Verb::MeetCondition(body) => {
                let voter = voter(db, body)?;
                change::meet_condition(change, voter, &body.note, facts)
            }
            Verb::Schedule(_) => change::schedule(change, window, facts, stamp),
            Verb::Start => change::start(change, facts),
            Verb::Extend(extend) => {
                let end = window.map_or(stamp.at, |window| window.interval.end);
                change::extend(change, end, &extend.reason, facts)
            }
            Verb::GrantExtension(grant) => {
                let mut resolver = Resolver::default();
                let end: Option<Timestamp> = resolver.parse("/end", Some(&grant.end));
                resolver.end()?;
                change::grant_extension(change, end.unwrap_or(stamp.at), facts)
            }
            Verb::RefuseExtension(reason) => change::refuse_extension(change, text(reason), facts),
            Verb::Complete(complete) => {
                let mut resolver = Resolver::default();
                let outcome: Option<Outcome> = resolver.parse("/outcome", Some(&complete.outcome));
                resolver.end()?;
                let outcome = outcome.unwrap_or(Outcome::Successful);
                change::complete(change, outcome, complete.note.as_deref(), facts)
            }
            Verb::Close => change::close(change, facts),
            Verb::Hold(reason) => change::hold(change, text(reason), facts),
            Verb::Resume => change::resume(change, facts),
            Verb::Cancel(reason) => change::cancel(change, text(reason), facts),
        };
        Ok(events?)
    }

    fn consequences(&self, work: &mut Work<'_>, id: ChangeId, change: &Change) -> Result<(), Stop> {
        if let Some(release) = change.release {
            reactions::change_edited(work, release, false)?;
        }
        if matches!(self.verb, Verb::Complete(_)) && change::owes_review(change) {
            let succeeded = change.outcome.is_some_and(Outcome::is_success);
            let why = if succeeded { Why::Emergency } else { Why::Failed };
            review::open_review(work, Subject::Change(id), why, Planned::default())?;
        }
        if self.places() && change.release.is_none() {
            refresh(work, Side::Change(id))?;
        }
        Ok(())
    }
}

fn text(reason: &Reason) -> &str {
    reason.reason.as_deref().unwrap_or_default()
}
