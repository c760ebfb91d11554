//! The plan file of a release: setting it, reading it, and what is wrong with it.

use api::common::Written;
use api::deployment::{PlanDocument, PlanFlaw};
use domain::Aggregate as _;
use domain::identity::Permission;
use domain::release::{self, Release};
use ports::Query;

use crate::asking::Asking;
use crate::bus::{Command, Loaded, Stop, Work};
use crate::deployment::{file_flaws, refuse_flaws};
use crate::names::find_release;
use crate::release::facts::gather;
use crate::release::get::load;
use crate::release::save::written;
use crate::release::scope::write;

/// Sets the plan file of a release.
pub struct SetPlan {
    /// The release.
    pub release: String,
    /// The file; none to carry it out by hand.
    pub text: Option<String>,
}

impl Command for SetPlan {
    type Answer = Written;

    fn verb(&self) -> &'static str {
        "release.set_plan"
    }

    fn permission(&self) -> Permission {
        Permission::ReleaseWrite
    }

    fn subject(&self, db: &mut dyn Query) -> Result<Option<String>, Stop> {
        Ok(Some(Release::stream(find_release(db, &self.release)?)))
    }

    fn run(&self, work: &mut Work<'_>) -> Result<Written, Stop> {
        let id = find_release(work.tx, &self.release)?;
        let mut loaded: Loaded<Release> = work.load_subject(id)?;
        let asking = Asking::of(work);
        let facts = gather(work.tx, &asking, id, &loaded.state, None)?;
        let events = release::set_plan(&loaded.state, self.text.as_deref(), &facts)?;
        if let Some(text) = self.text.as_deref().filter(|text| !text.trim().is_empty()) {
            refuse_flaws(work.tx, &loaded.state, text)?;
        }
        write(work, &mut loaded, events)?;
        Ok(written(&loaded))
    }
}

/// The plan file of a release, with its flaws.
pub(super) fn document(
    db: &mut dyn Query,
    name: &str,
    asking: &Asking,
) -> Result<PlanDocument, Stop> {
    let (loaded, _) = load(db, name, asking)?;
    let text = loaded.state.plan.clone();
    told(db, &loaded.state, text)
}

/// What would be wrong with a plan file of a release.
pub(super) fn checked(
    db: &mut dyn Query,
    name: &str,
    text: Option<String>,
) -> Result<PlanDocument, Stop> {
    let id = find_release(db, name)?;
    let unknown = || domain::General::Unknown { kind: "release", name: name.to_owned() };
    let loaded: Loaded<Release> = crate::bus::find_state(db, id)?.ok_or_else(unknown)?;
    told(db, &loaded.state, text)
}

fn told(db: &mut dyn Query, release: &Release, text: Option<String>) -> Result<PlanDocument, Stop> {
    let flaws = match text.as_deref() {
        Some(text) => file_flaws(db, release, text)?,
        None => Vec::new(),
    };
    let number = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    let flaws = flaws.into_iter().map(|flaw| PlanFlaw {
        line: number(flaw.line),
        column: number(flaw.column),
        detail: flaw.detail,
    });
    Ok(PlanDocument { text, flaws: flaws.collect() })
}
