//! Sets a board up, or edits it; and keeps its next meeting planned.

use std::collections::BTreeSet;

use api::cab::{BoardFields, BoardSchedule};
use api::common::Written;
use domain::Aggregate as _;
use domain::cab::{Board, ByRule, Edit, SaveFacts, Schedule, save};
use domain::calendar::Occasion;
use domain::identity::Permission;
use kernel::{BoardId, PersonId};
use ports::{Fault, Query};

use crate::bus::{Command, Loaded, Lock, Stop, Work};
use crate::cab::meeting::{drop_scheduled, plan_next};
use crate::calendar::days;
use crate::names::{Resolver, find_board, find_person, parse_window, shown_window};

/// The command.
pub struct SaveBoard {
    /// The board to edit, by id or name; a new one when absent.
    pub board: Option<String>,
    /// The new values.
    pub fields: BoardFields,
}

impl Command for SaveBoard {
    type Answer = Written;

    fn verb(&self) -> &'static str {
        "board.save"
    }

    fn permission(&self) -> Permission {
        Permission::CabWrite
    }

    fn subject(&self, db: &mut dyn Query) -> Result<Option<String>, Stop> {
        let Some(name) = &self.board else { return Ok(None) };
        Ok(Some(Board::stream(find_board(db, name)?)))
    }

    fn run(&self, work: &mut Work<'_>) -> Result<Written, Stop> {
        let edit = self.edit(work)?;
        let mut board: Loaded<Board> = match &self.board {
            Some(name) => {
                let id: BoardId = find_board(work.tx, name)?;
                work.load_subject(id)?
            }
            None => work.fresh(),
        };
        let name = edit.name.as_ref().unwrap_or(&board.state.content.name).clone();
        let exists = self.board.is_some();
        let before = board.state.content.schedule.clone();
        if before.is_some() && edit.schedule.as_ref().is_some_and(|after| *after != before) {
            drop_scheduled(work, board.id)?;
        }
        work.lock(Lock::name("board", &name))?;
        let name_taken = name_taken(work.tx, &name, board.id)?;
        let events = save(&board.state, &edit, SaveFacts { exists, name_taken })?;
        work.append(&mut board, events)?;
        plan_next(work, &board, work.now)?;
        Ok(Written { id: board.id.to_string(), number: None, version: board.version.0 })
    }
}

impl SaveBoard {
    fn edit(&self, work: &mut Work<'_>) -> Result<Edit, Stop> {
        let fields = &self.fields;
        let mut resolver = Resolver::default();
        let chair = resolver.patch(work.tx, "/chair", fields.chair.as_ref(), find_person)?;
        let members = match &fields.members {
            Some(names) => Some(resolver.many(work.tx, "/members", names, find_person)?),
            None => None,
        };
        let mut roles = None;
        if let Some(words) = &fields.roles {
            let each = words.iter().enumerate();
            let parsed = each.map(|(index, word)| {
                resolver.parse(&format!("/roles/{index}"), Some(word.as_str()))
            });
            roles = Some(parsed.flatten().collect());
        }
        let schedule = match &fields.schedule {
            None => None,
            Some(None) => Some(None),
            Some(Some(wanted)) => Some(schedule(&mut resolver, wanted)),
        };
        resolver.end()?;
        let members = members.map(|found: Vec<PersonId>| found.into_iter().collect());
        Ok(Edit { name: fields.name.clone(), chair, members, roles, schedule })
    }
}

fn schedule(resolver: &mut Resolver, wanted: &BoardSchedule) -> Option<Schedule> {
    let window = parse_window(resolver, "/schedule/window", &wanted.window);
    let repeats = resolver.parse("/schedule/repeats", Some(&wanted.repeats));
    let except = days(resolver, "/schedule/except", &wanted.except);
    let also = days(resolver, "/schedule/also", &wanted.also);
    let (window, repeats, cut_off_minutes) = (window?, repeats?, wanted.cut_off_minutes);
    Some(Schedule::ByRule(ByRule { window, repeats, except, also, cut_off_minutes }))
}

/// A schedule as it is shown.
pub(super) fn shown(schedule: &Schedule) -> BoardSchedule {
    let meetings = schedule.meetings();
    let text = |days: BTreeSet<Occasion>| days.iter().map(ToString::to_string).collect();
    BoardSchedule {
        window: shown_window(&meetings.window),
        repeats: meetings.repeats.to_string(),
        except: text(meetings.except),
        also: text(meetings.also),
        cut_off_minutes: schedule.cut_off_minutes(),
    }
}

fn name_taken(db: &mut dyn Query, name: &str, by: BoardId) -> Result<bool, Fault> {
    let sql = "SELECT id FROM boards WHERE name_key = $1 AND id <> $2";
    let row = db.query_one(sql, &[name.to_lowercase().into(), by.to_string().into()])?;
    Ok(row.is_some())
}
