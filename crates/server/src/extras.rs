//! What hangs on changes and releases alike – tasks, remarks, watchers, links, rehearsals – between
//! the wire and the rules.

use std::collections::BTreeSet;

use api::change::{Link, LinkTold, LinkUntold, Links};
use api::common::{
    Action, Comment, Hold, NewComment, Ref, Rehearsal, RehearsalFields, Rehearsals, Task,
    TaskFields,
};
use domain::identity::Permission;
use domain::record::{self, Covered, ExtraCommand, Extras, Standing, TaskEdit, days_since};
use domain::vocabulary::Window;
use domain::{General, Missing};
use kernel::{Actor, PersonId, Timestamp};
use ports::{Fault, Query};

use crate::asking::Asking;
use crate::bus::{Stop, Work};
use crate::names::{Names, Resolver, find_person, find_team};
use crate::read::action;

/// What a request does to what hangs on a record.
#[derive(Debug, Clone)]
pub enum Extra {
    /// Remarks on it.
    Comment(NewComment),
    /// Adds a task.
    AddTask(TaskFields),
    /// Edits the task of a number.
    EditTask(u32, TaskFields),
    /// Removes the task of a number.
    RemoveTask(u32),
    /// Watches it, or no longer.
    Watch(bool),
    /// Replaces its links.
    SetLinks(Links),
    /// Writes a rehearsal of its way back down.
    Rehearse(RehearsalFields),
}

impl Extra {
    fn kind(&self) -> ExtraKind {
        match self {
            Self::Comment(_) => ExtraKind::Comment,
            Self::AddTask(_) | Self::RemoveTask(_) => ExtraKind::AddTask,
            Self::EditTask(..) => ExtraKind::EditTask,
            Self::Watch(_) => ExtraKind::Watch,
            Self::SetLinks(_) => ExtraKind::SetLinks,
            Self::Rehearse(_) => ExtraKind::Rehearse,
        }
    }

    /// Refuses those who may not, where `write` says which permission each kind asks for.
    pub fn permit(&self, work: &Work<'_>, write: fn(ExtraKind) -> Permission) -> Result<(), Stop> {
        Ok(self.kind().permit(&Asking::of(work), write)?)
    }
}

/// The kinds of what a request does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExtraKind {
    /// A remark.
    Comment,
    /// A new task, or one less.
    AddTask,
    /// An edit of a task.
    EditTask,
    /// Watching.
    Watch,
    /// The links.
    SetLinks,
    /// A rehearsal.
    Rehearse,
}

impl ExtraKind {
    /// Everyone watches what they like. A remark asks for no permission of its own, but those who
    /// only read, by a program or not, write none.
    fn permit(self, asking: &Asking, write: fn(Self) -> Permission) -> Result<(), domain::Refusal> {
        let in_person = matches!(asking.actor, Actor::Person { .. });
        let only_reads = asking.who.only_reads();
        match self {
            Self::Watch if in_person => Ok(()),
            Self::Watch | Self::Comment if !only_reads => Ok(()),
            _ => asking.permit(write(self)),
        }
    }
}

/// What may be hung on a record, beside its verbs. Who waits for it is told when it `succeeded`.
pub fn extra_actions(
    asking: &Asking,
    write: fn(ExtraKind) -> Permission,
    succeeded: bool,
) -> Vec<Action> {
    let kinds = [
        ("comment", ExtraKind::Comment),
        ("add_task", ExtraKind::AddTask),
        ("edit_task", ExtraKind::EditTask),
        ("set_links", ExtraKind::SetLinks),
        ("rehearse", ExtraKind::Rehearse),
    ];
    let shown = kinds.into_iter().map(|(name, kind)| action(name, kind.permit(asking, write)));
    let told = record::settle(succeeded).and_then(|()| ExtraKind::SetLinks.permit(asking, write));
    shown.chain([action("settle_links", told)]).collect()
}

/// The tasks in the order of their numbers.
pub fn shown_tasks(
    db: &mut dyn Query,
    names: &mut Names,
    extras: &Extras,
    window: Option<&Window>,
) -> Result<Vec<Task>, Fault> {
    let tasks = extras.tasks.iter();
    tasks.map(|(number, task)| shown_task(db, names, (*number, task), window)).collect()
}

fn shown_task(
    db: &mut dyn Query,
    names: &mut Names,
    (number, task): (u32, &record::Task),
    window: Option<&Window>,
) -> Result<Task, Fault> {
    Ok(Task {
        number,
        title: task.title.clone(),
        assignee: names.opt(db, task.assignee)?,
        team: names.opt(db, task.team)?,
        due_at: task.due(window).map(|at| at.to_string()),
        after: task.after.iter().copied().collect(),
        required: task.required,
        done: task.done_at.is_some(),
        done_at: task.done_at.map(|at| at.to_string()),
    })
}

/// The remarks, oldest first.
pub fn shown_comments(
    db: &mut dyn Query,
    names: &mut Names,
    extras: &Extras,
) -> Result<Vec<Comment>, Fault> {
    extras.comments.iter().map(|comment| shown_comment(db, names, comment)).collect()
}

fn shown_comment(
    db: &mut dyn Query,
    names: &mut Names,
    comment: &record::Comment,
) -> Result<Comment, Fault> {
    Ok(Comment {
        author: names.actor(db, &comment.author)?,
        at: comment.at.to_string(),
        text: comment.text.clone(),
    })
}

/// The links.
pub fn shown_links(extras: &Extras) -> Vec<Link> {
    let shown = |link: &record::Link| Link {
        kind: link.kind.word().to_owned(),
        target: link.target.clone(),
        url: link.url.clone(),
        tell: link.tell.clone(),
        done: link.done,
        told: link
            .told
            .as_ref()
            .map(|told| LinkTold { whom: told.whom.clone(), at: told.at.to_string() }),
        untold: link.untold.as_ref().map(|untold| LinkUntold {
            reason: untold.reason.clone(),
            notice: untold.notice.map(|notice| notice.to_string()),
        }),
    };
    extras.links.iter().map(shown).collect()
}

/// Who watches.
pub fn shown_watchers(
    db: &mut dyn Query,
    names: &mut Names,
    extras: &Extras,
) -> Result<Vec<Ref>, Fault> {
    names.all(db, &extras.watchers)
}

/// Whether a person watches.
pub fn is_watched(extras: &Extras, me: Option<PersonId>) -> bool {
    me.is_some_and(|me| extras.watchers.contains(&me))
}

/// That a record is on hold.
pub fn shown_hold(
    db: &mut dyn Query,
    names: &mut Names,
    held: Option<&Standing>,
) -> Result<Option<Hold>, Fault> {
    let Some(Standing { by, at, reason }) = held else { return Ok(None) };
    let by = names.actor(db, by)?;
    Ok(Some(Hold { since: at.to_string(), by, reason: reason.clone() }))
}

/// A request in the words of the rules. `extras` are those of the record, `me` is who asks.
pub fn parse_extra(
    db: &mut dyn Query,
    extra: &Extra,
    extras: &Extras,
    me: Option<PersonId>,
    now: Timestamp,
) -> Result<ExtraCommand, Stop> {
    Ok(match extra {
        Extra::Comment(comment) => ExtraCommand::Comment { text: comment.text.clone() },
        Extra::AddTask(fields) => {
            ExtraCommand::AddTask { edit: parse_task(db, fields, None, now)? }
        }
        Extra::EditTask(number, fields) => {
            let done_at = extras.tasks.get(number).and_then(|task| task.done_at);
            let edit = parse_task(db, fields, done_at, now)?;
            ExtraCommand::EditTask { number: *number, edit }
        }
        Extra::RemoveTask(number) => ExtraCommand::RemoveTask { number: *number },
        Extra::Watch(on) => {
            let person = me.ok_or_else(nobody_to_watch)?;
            ExtraCommand::Watch { person, on: *on }
        }
        Extra::SetLinks(links) => ExtraCommand::SetLinks { links: parse_links(links)? },
        Extra::Rehearse(fields) => {
            ExtraCommand::Rehearse { rehearsal: parse_rehearsal(fields, now)?, now }
        }
    })
}

fn nobody_to_watch() -> General {
    General::Invalid(vec![Missing::new("", "only a person with an account watches a record")])
}

/// Null, or an empty text, clears the assignee, the team or the time; what was done stays done
/// since then.
fn parse_task(
    db: &mut dyn Query,
    fields: &TaskFields,
    done_at: Option<Timestamp>,
    now: Timestamp,
) -> Result<TaskEdit, Stop> {
    let mut resolver = Resolver::default();
    let assignee = fields.assignee.clone().map(|name| name.and_then(given));
    let assignee = resolver.patch(db, "/assignee", assignee.as_ref(), find_person)?;
    let team = fields.team.clone().map(|name| name.and_then(given));
    let team = resolver.patch(db, "/team", team.as_ref(), find_team)?;
    let due_at = fields.due_at.clone().map(|text| text.and_then(given));
    let due_at = resolver.parse_patch("/due_at", due_at.as_ref());
    resolver.end()?;
    Ok(TaskEdit {
        title: fields.title.clone(),
        assignee,
        team,
        due_at,
        due_by: None,
        after: fields.after.as_ref().map(|after| after.iter().copied().collect::<BTreeSet<u32>>()),
        required: fields.required,
        done_at: fields.done.map(|done| done.then(|| done_at.unwrap_or(now))),
    })
}

fn given(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

fn parse_links(links: &Links) -> Result<Vec<record::Link>, Stop> {
    let mut resolver = Resolver::default();
    let mut parsed = Vec::with_capacity(links.links.len());
    for (index, link) in links.links.iter().enumerate() {
        let kind = resolver.parse(&format!("/links/{index}/kind"), Some(&link.kind));
        let Some(kind) = kind else { continue };
        parsed.push(parsed_link(kind, link));
    }
    resolver.end()?;
    Ok(parsed)
}

/// A link whose kind is known, as the rules have it. Nobody writes by hand whom a notice told.
pub fn parsed_link(kind: record::LinkKind, link: &Link) -> record::Link {
    record::Link {
        kind,
        target: link.target.clone(),
        url: link.url.clone(),
        tell: link.tell.clone().and_then(given),
        done: link.done,
        told: None,
        untold: None,
    }
}

fn parse_rehearsal(fields: &RehearsalFields, now: Timestamp) -> Result<record::Rehearsal, Stop> {
    let mut resolver = Resolver::default();
    let environment = resolver.parse("/environment", Some(&fields.environment));
    let at = resolver.parse("/at", fields.at.as_deref()).unwrap_or(now);
    let covers = fields.covers.iter().enumerate();
    let covers: BTreeSet<Covered> = covers
        .filter_map(|(index, word)| resolver.parse(&format!("/covers/{index}"), Some(word)))
        .collect();
    resolver.end()?;
    let environment = environment.unwrap_or_default();
    let (minutes, passed) = (fields.minutes, fields.passed.unwrap_or(true));
    let note = fields.note.clone().unwrap_or_default();
    Ok(record::Rehearsal { environment, at, minutes, passed, covers, note })
}

/// The rehearsals of a record, the newest first; `last` is the one that counts for it.
pub fn shown_rehearsals(
    db: &mut dyn Query,
    names: &mut Names,
    extras: &Extras,
    last: Option<Timestamp>,
    now: Timestamp,
) -> Result<Rehearsals, Fault> {
    let mut items = Vec::with_capacity(extras.rehearsals.len());
    for record::Rehearsed { rehearsal, by, recorded_at } in extras.rehearsals.iter().rev() {
        items.push(Rehearsal {
            environment: rehearsal.environment.word().to_owned(),
            at: rehearsal.at.to_string(),
            minutes: rehearsal.minutes,
            passed: rehearsal.passed,
            covers: rehearsal.covers.iter().map(|covered| covered.word().to_owned()).collect(),
            note: rehearsal.note.clone(),
            by: names.actor(db, by)?,
            recorded_at: recorded_at.to_string(),
        });
    }
    items.sort_by(|one, other| other.at.cmp(&one.at));
    Ok(Rehearsals { days: last.map(|at| days_since(at, now)), items })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_of_an_unknown_kind_is_named_where_it_stands() {
        let link = |kind: &str| Link::new(kind, "x");
        let links = Links { links: vec![link("commit"), link("rumour")] };
        let Err(Stop::Refused(refusal)) = parse_links(&links) else { panic!("it was taken") };
        assert_eq!(refusal.missing[0].pointer, "/links/1/kind");
    }
}
