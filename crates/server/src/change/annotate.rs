//! Tasks, remarks, watchers and links of a change.

use api::common::Written;
use domain::Aggregate as _;
use domain::change::{Change, extra};
use domain::identity::Permission;
use ports::Query;

use crate::bus::{Command, Loaded, Stop, Work};
use crate::change::save::written;
use crate::extras::{Extra, parse_extra};
use crate::names::find_change;

/// The command.
pub struct AnnotateChange {
    /// The change.
    pub change: String,
    /// What is added or edited.
    pub extra: Extra,
}

impl Command for AnnotateChange {
    type Answer = Written;

    fn verb(&self) -> &'static str {
        "change.annotate"
    }

    fn permission(&self) -> Permission {
        // Who may do what is asked of the extra itself.
        Permission::Read
    }

    fn subject(&self, db: &mut dyn Query) -> Result<Option<String>, Stop> {
        Ok(Some(Change::stream(find_change(db, &self.change)?)))
    }

    fn run(&self, work: &mut Work<'_>) -> Result<Written, Stop> {
        let id = find_change(work.tx, &self.change)?;
        let mut change: Loaded<Change> = work.load_subject(id)?;
        self.extra.permit(work, |_| Permission::ChangeWrite)?;
        let (me, now) = (work.person(), work.now);
        let command = parse_extra(work.tx, &self.extra, &change.state.extras, me, now)?;
        let events = extra(&change.state, &command)?;
        work.append(&mut change, events)?;
        Ok(written(&change))
    }
}
