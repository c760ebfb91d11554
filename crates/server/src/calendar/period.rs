//! Setting, editing and taking away the periods of the calendar.

use std::collections::BTreeSet;

use api::calendar::BandFields;
use api::common::Written;
use domain::calendar::{Edit, Occasion, Period, PeriodKind, SaveFacts, remove, save};
use domain::identity::Permission;
use domain::{Aggregate as _, General};
use kernel::PeriodId;
use ports::Query;

use crate::bus::{Command, Loaded, Lock, Stop, Work};
use crate::names::{Resolver, parse_window};
use crate::service::find_service;

/// Sets a period, or edits it.
pub struct SavePeriod {
    /// What it is.
    pub kind: PeriodKind,
    /// The one to edit; a new one when absent.
    pub period: Option<String>,
    /// The new values.
    pub fields: BandFields,
}

impl Command for SavePeriod {
    type Answer = Written;

    fn verb(&self) -> &'static str {
        "period.save"
    }

    fn permission(&self) -> Permission {
        Permission::CalendarWrite
    }

    fn subject(&self, _: &mut dyn Query) -> Result<Option<String>, Stop> {
        let id = self.period.as_ref().and_then(|name| name.parse().ok());
        Ok(id.map(Period::stream))
    }

    fn run(&self, work: &mut Work<'_>) -> Result<Written, Stop> {
        work.lock(Lock::calendar())?;
        let edit = edit(work.tx, &self.fields)?;
        let mut period: Loaded<Period> = match &self.period {
            Some(name) => load(work, name, self.kind)?,
            None => work.fresh(),
        };
        let facts = SaveFacts { exists: self.period.is_some(), kind: self.kind };
        let events = save(&period.state, &edit, &facts)?;
        work.append(&mut period, events)?;
        Ok(Written { id: period.id.to_string(), number: None, version: period.version.0 })
    }
}

/// What is written of a period, read.
pub(super) fn edit(db: &mut dyn Query, fields: &BandFields) -> Result<Edit, Stop> {
    let mut resolver = Resolver::default();
    let services = match &fields.services {
        Some(names) => {
            let found = resolver.many(db, "/services", names, find_service)?;
            Some(found.into_iter().collect::<BTreeSet<_>>())
        }
        None => None,
    };
    let environment = resolver.parse("/environment", fields.environment.as_deref());
    let repeats = resolver.parse("/repeats", fields.repeats.as_deref());
    let except = fields.except.as_ref().map(|all| days(&mut resolver, "/except", all));
    let also = fields.also.as_ref().map(|all| days(&mut resolver, "/also", all));
    let window = fields.window.as_ref();
    let window = window.and_then(|window| parse_window(&mut resolver, "/window", window));
    resolver.end()?;
    Ok(Edit {
        name: fields.name.clone(),
        reason: fields.reason.clone(),
        services,
        environment: environment.map(Some),
        window: window.map(Some),
        repeats,
        except,
        also,
    })
}

/// The days that a rule leaves out, or that are added to it.
pub(crate) fn days(resolver: &mut Resolver, pointer: &str, days: &[String]) -> BTreeSet<Occasion> {
    let read = |(index, day): (usize, &String)| {
        resolver.parse(&format!("{pointer}/{index}"), Some(day.as_str()))
    };
    days.iter().enumerate().filter_map(read).collect()
}

/// Takes a period away.
pub struct RemovePeriod {
    /// What it is.
    pub kind: PeriodKind,
    /// Which.
    pub period: String,
}

impl Command for RemovePeriod {
    type Answer = Written;

    fn verb(&self) -> &'static str {
        "period.remove"
    }

    fn permission(&self) -> Permission {
        Permission::CalendarWrite
    }

    fn subject(&self, _: &mut dyn Query) -> Result<Option<String>, Stop> {
        Ok(self.period.parse().ok().map(Period::stream))
    }

    fn run(&self, work: &mut Work<'_>) -> Result<Written, Stop> {
        work.lock(Lock::calendar())?;
        let mut period = load(work, &self.period, self.kind)?;
        let events = remove(&period.state)?;
        work.append(&mut period, events)?;
        Ok(Written { id: period.id.to_string(), number: None, version: period.version.0 })
    }
}

/// How a kind of period is called.
pub(super) fn called(kind: PeriodKind) -> &'static str {
    match kind {
        PeriodKind::MaintenanceWindow => "maintenance window",
        PeriodKind::Blackout => "blackout",
        PeriodKind::PeakHours => "peak hours",
        PeriodKind::BusinessEvent => "business event",
        PeriodKind::Sprint => "development sprint",
    }
}

fn load(work: &mut Work<'_>, name: &str, kind: PeriodKind) -> Result<Loaded<Period>, Stop> {
    let unknown = || General::Unknown { kind: called(kind), name: name.to_owned() };
    let id: PeriodId = name.parse().map_err(|_| unknown())?;
    let period: Loaded<Period> = work.load_subject(id)?;
    if period.state.kind != Some(kind) || period.state.removed {
        return Err(unknown().into());
    }
    Ok(period)
}
