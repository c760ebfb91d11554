//! Checking a draft that is not saved: what would it collide with?

use std::collections::BTreeSet;

use api::calendar::{Checked, Draft};
use api::common as shown;
use domain::calendar::{Acceptance, Blocking, Placed, Side};
use domain::vocabulary::{Environment, Window};
use domain::{General, Missing};
use kernel::{ChangeId, CiId, Id, Timestamp};
use ports::Query;

use crate::bus::Stop;
use crate::calendar::conflict::{Shower, find_side};
use crate::calendar::find::{acceptance, find_placed};
use crate::calendar::order::order;
use crate::calendar::slots::NAMED_MAX;
use crate::names::{Resolver, parse_window};
use crate::placement::{placement, services};
use crate::policy::{in_force, of_conflict};
use crate::service::known_cis;

/// The most conflicts that a check shows; it counts all that block.
pub(super) const CHECKED_MAX: usize = 500;

/// What a draft would collide with. The claims of the record it stands for are left out.
pub(super) fn check(db: &mut dyn Query, draft: &Draft, now: Timestamp) -> Result<Checked, Stop> {
    let asked = read(db, draft)?;
    let placed = place(db, draft, &asked)?;
    look(db, placed, None, now)
}

/// What the time that is added to the window of a record would collide with.
pub fn added(
    db: &mut dyn Query,
    subject: &str,
    window: &shown::Window,
    end: Timestamp,
    now: Timestamp,
) -> Result<Checked, Stop> {
    let longer = shown::Window { end: end.to_string(), ..window.clone() };
    let subject = Some(subject.to_owned());
    let draft = Draft { subject, cis: None, window: longer, environment: None };
    let asked = read(db, &draft)?;
    let placed = place(db, &draft, &asked)?;
    let before: Option<Timestamp> = window.end.parse().ok();
    look(db, placed, before, now)
}

/// What a placed draft collides with; only past an instant, where one is given.
fn look(
    db: &mut dyn Query,
    placed: Placed,
    past: Option<Timestamp>,
    now: Timestamp,
) -> Result<Checked, Stop> {
    let (subject, interval) = (placed.subject, placed.interval);
    let set = in_force(db)?.set;
    let record = of_conflict(db, &set, &placed)?;
    let mut shower = Shower::of_draft(record);
    let mut looked = find_placed(db, placed)?;
    let mut found = std::mem::take(&mut looked.found);
    // Those that wait for it and would begin before it is over stand here too.
    found.extend(order(db, subject, Some(interval))?);
    found.retain(|one| past.is_none_or(|past| one.overlap.end > past));
    // What blocks is shown whole, and first.
    found.sort_by_key(|one| !one.blocking);
    let blocks = found.iter().take_while(|one| one.blocking).count();
    found.truncate(CHECKED_MAX.max(blocks));
    shower.load(db, found.iter(), None)?;
    let mut conflicts = Vec::with_capacity(found.len());
    let mut blocking = u32::from(looked.beyond.is_some());
    for one in &found {
        let accepted = acceptance(db, one, now)?;
        let end = interval.end;
        let one_shown = shower.of_found(db, one, end, one.blocking, accepted.as_ref())?;
        let lasts = |accepted: &Acceptance| accepted.until.is_none_or(|until| until >= end);
        let passes = accepted.as_ref().is_some_and(lasts) || one_shown.exempt.is_some();
        blocking += u32::from(one.blocking && one.subject == subject && !passes);
        conflicts.push(one_shown);
    }
    Ok(Checked { conflicts, blocking, incomplete: looked.beyond })
}

/// What a draft says, read.
struct Asked {
    window: Window,
    environment: Option<Environment>,
    cis: Option<BTreeSet<CiId>>,
}

fn read(db: &mut dyn Query, draft: &Draft) -> Result<Asked, Stop> {
    let mut resolver = Resolver::default();
    let window = parse_window(&mut resolver, "/window", &draft.window);
    let environment = resolver.parse("/environment", draft.environment.as_deref());
    let mut cis = None;
    if let Some(names) = &draft.cis {
        if names.len() > NAMED_MAX {
            let many = format!("lists {}; at most {NAMED_MAX} fit", names.len());
            return Err(General::Invalid(vec![Missing::new("/cis", many)]).into());
        }
        cis = Some(known_cis(db, &mut resolver, names)?.into_iter().collect());
    }
    if draft.cis.is_none() && draft.subject.is_none() {
        resolver.wrong("/cis", "name the CIs, or the record whose CIs they are");
    }
    resolver.end()?;
    let window =
        window.ok_or_else(|| General::Invalid(vec![Missing::new("/window", "is wrong")]))?;
    Ok(Asked { window, environment, cis })
}

fn place(db: &mut dyn Query, draft: &Draft, asked: &Asked) -> Result<Placed, Stop> {
    let interval = asked.window.interval;
    let Some(name) = &draft.subject else {
        let cis = asked.cis.clone().unwrap_or_default();
        let services = services(db, &[], &cis)?;
        let subject = Side::Change(ChangeId::from_uuid(uuid::Uuid::nil()));
        let (emergency, blocking) = (false, Blocking::default());
        let environment = asked.environment.unwrap_or_default();
        return Ok(Placed { subject, interval, cis, services, environment, emergency, blocking });
    };
    let unknown = || General::Unknown { kind: "change or release", name: name.clone() };
    let side = find_side(db, name)?;
    let standing = placement(db, side)?.ok_or_else(unknown)?;
    let mut placed = standing.placed(interval);
    if let Some(cis) = &asked.cis {
        placed.services = services(db, &[side.id()], cis)?;
        placed.cis.clone_from(cis);
    }
    placed.environment = asked.environment.unwrap_or(placed.environment);
    Ok(placed)
}
