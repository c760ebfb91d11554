//! What moving the window of a change would do, found by deciding it on a copy: nothing here is a
//! rule, and nothing is saved.

use api::change as wire;
use api::common::Window as ShownWindow;
use domain::approval::Round;
use domain::change::{self, Change, ChangeEvent, Edit, Phase, Refusal};
use domain::{Aggregate, General};
use ports::Query;

use crate::asking::Asking;
use crate::bus::{Loaded, Stop, find_state};
use crate::change::facts::{gather, judge_again};
use crate::names::{Resolver, find_change, parse_window, shown_window};
use crate::read::action;

/// What moving a change would do.
pub(super) fn preview(
    db: &mut dyn Query,
    name: &str,
    window: Option<&ShownWindow>,
    asking: &Asking,
) -> Result<wire::ChangeMovePreview, Stop> {
    let id = find_change(db, name)?;
    let loaded: Option<Loaded<Change>> = find_state(db, id)?;
    let unknown = || General::Unknown { kind: "change", name: name.to_owned() };
    let change = loaded.ok_or_else(unknown)?.state;
    let mut resolver = Resolver::default();
    let asked = window.and_then(|window| parse_window(&mut resolver, "/window", window));
    resolver.end()?;
    let planned = asked.or_else(|| change.content.window.clone());
    let window = planned.ok_or(Refusal::WindowMissing).map_err(domain::Refusal::from)?;
    let stamp = asking.stamp();
    let mut facts = gather(db, asking, id, &change, Some(window.interval))?;
    // As one would: `schedule` moves what is committed, an edit what is only planned.
    let decided = if change.phase == Phase::Scheduled {
        change::schedule(&change, Some(&window), &facts, &stamp)
    } else {
        let edit = Edit { window: Some(Some(window.clone())), ..Edit::default() };
        judge_again(db, &change::edited(&change, &edit, &stamp), &mut facts)?;
        change::edit(&change, &edit, &facts, &stamp).map(|edited| edited.events)
    };
    let (after, refusal) = match decided {
        Ok(events) => {
            let fold = |change: Change, event: &ChangeEvent| change.evolve(event, &stamp);
            (events.iter().fold(change.clone(), fold), None)
        }
        Err(refusal) => (change.clone(), action("", Err(refusal)).refusal),
    };
    let votes = |change: &Change| change.round().map_or(0, Round::votes_counted);
    let voided = votes(&change).saturating_sub(votes(&after));
    Ok(wire::ChangeMovePreview {
        window: shown_window(&window),
        effect: wire::ChangeMoveEffect {
            refusal,
            votes_voided: u32::try_from(voided).unwrap_or(u32::MAX),
            phase_now: change.phase.word().to_owned(),
            phase: after.phase.word().to_owned(),
        },
    })
}
