//! Asking for an exception, deciding about it, taking it back, and its end by a durable timer.

use api::common::Written;
use api::exception::ExceptionFields;
use domain::calendar::Side;
use domain::exception::{self, Ask, Exception, Judge, Rule, Verb};
use domain::identity::Permission;
use domain::{Aggregate, General, Missing};
use kernel::{ExceptionId, Timestamp};
use ports::Query;

use crate::bus::{Command, Loaded, Stop, Work};
use crate::calendar::{find_side, people_of};
use crate::exception::read::find_exception;
use crate::follow::timers;
use crate::names::{Resolver, find_change};

/// The series of numbers.
pub const SERIES: &str = "EXC";
/// The kind of the timer that ends an exception.
const ENDS: &str = "exception.ends";

fn written(exception: &Loaded<Exception>) -> Written {
    Written {
        id: exception.id.to_string(),
        number: Some(exception.state.number.clone()),
        version: exception.version.0,
    }
}

/// Asks for an exception.
pub struct AskForException {
    /// What is asked for.
    pub fields: ExceptionFields,
}

impl Command for AskForException {
    type Answer = Written;

    fn verb(&self) -> &'static str {
        "exception.request"
    }

    fn permission(&self) -> Permission {
        Permission::ExceptionRequest
    }

    fn subject(&self, _: &mut dyn Query) -> Result<Option<String>, Stop> {
        Ok(None)
    }

    fn run(&self, work: &mut Work<'_>) -> Result<Written, Stop> {
        let fields = &self.fields;
        let mut resolver = Resolver::default();
        let rule: Option<Rule> = resolver.parse("/rule", Some(&fields.rule));
        // On the calendar a change is its release; into a frozen scope it goes by itself.
        let find = if rule == Some(Rule::ScopeFreeze) { find_record } else { find_side };
        let subject = resolver.one(work.tx, "/subject", &fields.subject, find)?;
        let with = resolver.one(work.tx, "/with", &fields.with, find_side)?;
        let until: Option<Timestamp> = resolver.parse("/until", Some(&fields.until));
        resolver.end()?;
        let (Some(rule), Some(subject), Some(with), Some(until)) = (rule, subject, with, until)
        else {
            return Err(General::Invalid(vec![Missing::new("/rule", "is wrong")]).into());
        };
        // One asks for what one may write.
        work.permit(match subject {
            Side::Release(_) => Permission::ReleaseWrite,
            Side::Change(_) | Side::Period(_) => Permission::ChangeWrite,
        })?;
        let number = format!("{SERIES}-{}", work.tx.next_number(SERIES)?);
        let (reason, by) = (fields.reason.clone(), work.person());
        let ask = Ask { number, rule, subject, with, reason, until, by };
        let events = exception::request(ask, work.now)?;
        let mut asked: Loaded<Exception> = work.fresh();
        work.append(&mut asked, events)?;
        timers::set(work, until, &Exception::stream(asked.id), ENDS, "{}")?;
        Ok(written(&asked))
    }
}

/// A change even where it travels in a release; else as on the calendar.
fn find_record(db: &mut dyn Query, name: &str) -> Result<Side, Stop> {
    match find_change(db, name) {
        Err(Stop::Refused(_)) => find_side(db, name),
        found => Ok(Side::Change(found?)),
    }
}

/// Grants, refuses or takes back an exception.
pub struct DecideException {
    /// Which.
    pub exception: String,
    /// What is done.
    pub verb: Verb,
    /// Why.
    pub reason: Option<String>,
}

impl Command for DecideException {
    type Answer = Written;

    fn verb(&self) -> &'static str {
        match self.verb {
            Verb::Grant => "exception.grant",
            Verb::Refuse => "exception.refuse",
            Verb::Revoke => "exception.revoke",
        }
    }

    fn permission(&self) -> Permission {
        match self.verb {
            Verb::Grant | Verb::Refuse => Permission::ExceptionDecide,
            // Who asked may take it back without deciding anything.
            Verb::Revoke => Permission::ExceptionRequest,
        }
    }

    fn subject(&self, db: &mut dyn Query) -> Result<Option<String>, Stop> {
        Ok(Some(Exception::stream(find_exception(db, &self.exception)?)))
    }

    fn run(&self, work: &mut Work<'_>) -> Result<Written, Stop> {
        let id = find_exception(work.tx, &self.exception)?;
        let mut loaded: Loaded<Exception> = work.load_subject(id)?;
        let state = &loaded.state;
        let own_request = state.asked_by.is_some() && state.asked_by == work.person();
        if self.verb == Verb::Revoke && !own_request {
            work.permit(Permission::ExceptionDecide)?;
        }
        let own = match state.subject {
            Some(subject) => people_of(work.tx, subject)?,
            None => Vec::new(),
        };
        let judge = Judge { now: work.now, person: work.person(), own };
        let reason = self.reason.as_deref().unwrap_or_default();
        let events = match self.verb {
            Verb::Grant => exception::grant(state, self.reason.as_deref(), &judge)?,
            Verb::Refuse => exception::refuse(state, reason, &judge)?,
            Verb::Revoke => exception::revoke(state, reason, &judge)?,
        };
        work.append(&mut loaded, events)?;
        Ok(written(&loaded))
    }
}

/// Ends an exception whose time has come; called by its timer, with the stream locked.
pub fn exception_ends(work: &mut Work<'_>, stream: &str) -> Result<(), Stop> {
    let id: Option<ExceptionId> = stream.split_once(':').and_then(|(_, id)| id.parse().ok());
    let Some(id) = id else { return Ok(()) };
    let mut loaded: Loaded<Exception> = work.load(id)?;
    let events = exception::expire(&loaded.state, work.now);
    work.append(&mut loaded, events)
}
