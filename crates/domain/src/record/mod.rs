//! What hangs on every change and release beside its own content: tasks, remarks, watchers, links,
//! and the rehearsals of its way back.

mod link;

use std::collections::{BTreeMap, BTreeSet};

use kernel::{Actor, NAME_MAX, NOTE_MAX, PersonId, TeamId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::aggregate::Stamp;
use crate::edit::{editable, is_default};
use crate::refusal::{Check, General, Refusal};
use crate::vocabulary::{Environment, Window};

pub use link::{Awaited, Link, LinkKind, Told, Untold, settle};

/// The most tasks on one record.
pub const TASKS_MAX: usize = 200;
/// The most remarks on one record.
pub const COMMENTS_MAX: usize = 2_000;
/// The most links on one record.
pub const LINKS_MAX: usize = 100;
/// The most watchers of one record.
pub const WATCHERS_MAX: usize = 500;
/// The most rehearsals of one record.
pub const REHEARSALS_MAX: usize = 200;
/// The longest rehearsal, in minutes: a week.
pub const REHEARSAL_MINUTES_MAX: u32 = 7 * 24 * 60;

editable! {
    /// A task.
    Task, TaskEdit {
        /// What is to be done.
        title: String,
        /// Who does it.
        assignee: Option<PersonId>,
        /// The team that does it.
        team: Option<TeamId>,
        /// By when.
        due_at: Option<Timestamp>,
        /// By when as seen from the window, where no time is set.
        due_by: Option<DueBy>,
        /// The tasks before it.
        after: BTreeSet<u32>,
        /// Whether the work may not complete without it.
        required: bool,
        /// When it was done.
        done_at: Option<Timestamp>,
    }
}

/// A time that moves with the window of the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DueBy {
    /// So many hours before it begins.
    HoursBeforeStart(u32),
    /// So many hours after it ends.
    HoursAfterEnd(u32),
}

impl DueBy {
    /// When that is.
    pub fn at(self, window: &Window) -> Timestamp {
        let minutes = |hours: u32| i64::from(hours) * 60;
        let interval = window.interval;
        match self {
            Self::HoursBeforeStart(hours) => interval.start.plus_minutes(-minutes(hours)),
            Self::HoursAfterEnd(hours) => interval.end.plus_minutes(minutes(hours)),
        }
    }
}

impl Task {
    /// By when it is to be done, once that is known.
    pub fn due(&self, window: Option<&Window>) -> Option<Timestamp> {
        self.due_at.or_else(|| Some(self.due_by?.at(window?)))
    }
}

/// A remark.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comment {
    /// Who.
    pub author: Actor,
    /// When.
    pub at: Timestamp,
    /// What.
    pub text: String,
}

/// Something that was decided about a record and stands until it is taken back: who, when, why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// Who.
    pub by: Actor,
    /// When.
    pub at: Timestamp,
    /// Why.
    pub reason: String,
}

impl Standing {
    /// What an event decided.
    pub(crate) fn new(reason: &str, stamp: &Stamp) -> Self {
        Self { by: stamp.by.clone(), at: stamp.at, reason: reason.to_owned() }
    }
}

crate::vocabulary::words! {
    /// What a rehearsal covers beside the deployment itself.
    Covered {
        /// Data was migrated, and migrated back.
        DataMigration = "data_migration",
        /// Configuration was set, and set back.
        Configuration = "configuration",
    }
}

/// The way back, carried out where nothing depends on it: evidence that it can be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rehearsal {
    /// Where; never in production.
    pub environment: Environment,
    /// When it ended.
    pub at: Timestamp,
    /// How long it took.
    pub minutes: u32,
    /// Whether everything was as before in the end.
    pub passed: bool,
    /// What it covers beside the deployment itself.
    #[serde(default, skip_serializing_if = "is_default")]
    pub covers: BTreeSet<Covered>,
    /// A remark; what went wrong where it did not pass.
    #[serde(default, skip_serializing_if = "is_default")]
    pub note: String,
}

/// A rehearsal with who wrote it down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rehearsed {
    /// What was rehearsed.
    pub rehearsal: Rehearsal,
    /// Who wrote it down.
    pub by: Actor,
    /// When.
    pub recorded_at: Timestamp,
}

/// What hangs on a record.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extras {
    /// Tasks by number.
    #[serde(default, skip_serializing_if = "is_default")]
    pub tasks: BTreeMap<u32, Task>,
    /// The highest number of a task that was removed: it names nothing else.
    #[serde(default, skip_serializing_if = "is_default")]
    pub task_removed: u32,
    /// Remarks, oldest first.
    #[serde(default, skip_serializing_if = "is_default")]
    pub comments: Vec<Comment>,
    /// Who watches.
    #[serde(default, skip_serializing_if = "is_default")]
    pub watchers: BTreeSet<PersonId>,
    /// Links.
    #[serde(default, skip_serializing_if = "is_default")]
    pub links: Vec<Link>,
    /// Rehearsals of the way back, in the order in which they were written down.
    #[serde(default, skip_serializing_if = "is_default")]
    pub rehearsals: Vec<Rehearsed>,
}

/// What happens to it. Every kind of record embeds this under its own event names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExtraEvent {
    /// A remark was made.
    CommentAdded {
        /// What it says.
        text: String,
    },
    /// A task was added.
    TaskAdded {
        /// Its number.
        number: u32,
        /// The task.
        task: Task,
    },
    /// A task was edited.
    TaskEdited {
        /// Its number.
        number: u32,
        /// The new values.
        edit: TaskEdit,
    },
    /// A task was removed.
    TaskRemoved {
        /// Its number.
        number: u32,
        /// What it was.
        title: String,
    },
    /// Someone watches, or no longer.
    WatchSet {
        /// Who.
        person: PersonId,
        /// Whether.
        on: bool,
    },
    /// The links were replaced.
    LinksSet {
        /// All of them.
        links: Vec<Link>,
    },
    /// A notice told someone that what they waited for is done: the link is ticked off.
    LinkTold {
        /// The link.
        link: Awaited,
        /// Their name, or their address.
        whom: String,
    },
    /// No notice reached them: the link stays open.
    LinkUntold {
        /// The link.
        link: Awaited,
        /// Why.
        untold: Untold,
    },
    /// A rehearsal of the way back was written down.
    RehearsalRecorded {
        /// What was rehearsed.
        rehearsal: Rehearsal,
    },
}

/// A command on what hangs on a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExtraCommand {
    /// Remark.
    Comment {
        /// What it says.
        text: String,
    },
    /// Add a task.
    AddTask {
        /// Its values.
        edit: TaskEdit,
    },
    /// Edit a task.
    EditTask {
        /// Its number.
        number: u32,
        /// The new values.
        edit: TaskEdit,
    },
    /// Remove a task.
    RemoveTask {
        /// Its number.
        number: u32,
    },
    /// Watch or stop watching.
    Watch {
        /// Who.
        person: PersonId,
        /// Whether.
        on: bool,
    },
    /// Replace the links.
    SetLinks {
        /// All of them.
        links: Vec<Link>,
    },
    /// Tick a link off: a notice told them.
    Told {
        /// The link.
        link: Awaited,
        /// Their name, or their address.
        whom: String,
    },
    /// Say why no notice reached them.
    Untold {
        /// The link.
        link: Awaited,
        /// Why.
        untold: Untold,
    },
    /// Write a rehearsal down.
    Rehearse {
        /// What was rehearsed.
        rehearsal: Rehearsal,
        /// Now.
        now: Timestamp,
    },
}

/// When the way back of a bundle was rehearsed: as a whole, or each part of it by itself, of which
/// the oldest counts.
pub fn bundle_rehearsed_at(
    whole: Option<Timestamp>,
    parts: impl IntoIterator<Item = Option<Timestamp>>,
) -> Option<Timestamp> {
    let parts: Option<Vec<Timestamp>> = parts.into_iter().collect();
    whole.max(parts.and_then(|parts| parts.into_iter().min()))
}

/// Whole days since something was rehearsed.
pub fn days_since(at: Timestamp, now: Timestamp) -> i64 {
    now.minutes_since(at).max(0) / (24 * 60)
}

impl Extras {
    /// The state after an event.
    #[must_use]
    pub fn evolve(mut self, event: &ExtraEvent, stamp: &Stamp) -> Self {
        match event {
            ExtraEvent::CommentAdded { text } => self.comments.push(Comment {
                author: stamp.by.clone(),
                at: stamp.at,
                text: text.clone(),
            }),
            ExtraEvent::TaskAdded { number, task } => {
                self.tasks.insert(*number, task.clone());
            }
            ExtraEvent::TaskEdited { number, edit } => {
                if let Some(task) = self.tasks.get_mut(number) {
                    task.apply(edit);
                }
            }
            ExtraEvent::TaskRemoved { number, .. } => {
                self.tasks.remove(number);
                self.task_removed = self.task_removed.max(*number);
                for task in self.tasks.values_mut() {
                    task.after.remove(number);
                }
            }
            ExtraEvent::WatchSet { person, on: true } => {
                self.watchers.insert(*person);
            }
            ExtraEvent::WatchSet { person, on: false } => {
                self.watchers.remove(person);
            }
            ExtraEvent::LinksSet { links } => self.links.clone_from(links),
            ExtraEvent::LinkTold { link, whom } => {
                for open in self.open_links(link) {
                    open.done = true;
                    open.told = Some(Told { whom: whom.clone(), at: stamp.at });
                    open.untold = None;
                }
            }
            ExtraEvent::LinkUntold { link, untold } => {
                for open in self.open_links(link) {
                    open.untold = Some(untold.clone());
                }
            }
            ExtraEvent::RehearsalRecorded { rehearsal } => self.rehearsals.push(Rehearsed {
                rehearsal: rehearsal.clone(),
                by: stamp.by.clone(),
                recorded_at: stamp.at,
            }),
        }
        self
    }

    /// What follows from a command.
    pub fn decide(&self, command: &ExtraCommand) -> Result<Vec<ExtraEvent>, Refusal> {
        match command {
            ExtraCommand::Comment { text } => self.comment(text),
            ExtraCommand::AddTask { edit } => self.add_task(edit),
            ExtraCommand::EditTask { number, edit } => self.edit_task(*number, edit),
            ExtraCommand::RemoveTask { number } => {
                let title = self.task(*number)?.title.clone();
                Ok(vec![ExtraEvent::TaskRemoved { number: *number, title }])
            }
            ExtraCommand::Watch { person, on } => self.watch(*person, *on),
            ExtraCommand::SetLinks { links } => self.set_links(links),
            ExtraCommand::Told { link, whom } => {
                let event = ExtraEvent::LinkTold { link: link.clone(), whom: whom.clone() };
                Ok(if self.awaited().contains(link) { vec![event] } else { vec![] })
            }
            ExtraCommand::Untold { link, untold } => Ok(self.untold(link, untold)),
            ExtraCommand::Rehearse { rehearsal, now } => self.rehearse(rehearsal, *now),
        }
    }

    /// The required tasks that are not done.
    pub fn tasks_missing(&self) -> Vec<(u32, &Task)> {
        self.tasks
            .iter()
            .filter(|(_, task)| task.required && task.done_at.is_none())
            .map(|(number, task)| (*number, task))
            .collect()
    }

    /// When its way back was rehearsed last, and passed.
    pub fn rehearsed_at(&self) -> Option<Timestamp> {
        let passed = self.rehearsals.iter().map(|one| &one.rehearsal).filter(|one| one.passed);
        passed.map(|one| one.at).max()
    }

    fn rehearse(&self, rehearsal: &Rehearsal, now: Timestamp) -> Result<Vec<ExtraEvent>, Refusal> {
        let mut check = Check::default();
        if rehearsal.environment == Environment::Production {
            let detail = "is where nothing depends on it: staging, test or development";
            check.wrong("/environment", detail);
        }
        if rehearsal.at > now {
            check.wrong("/at", "is in the future: write down what was carried out");
        }
        if !(1..=REHEARSAL_MINUTES_MAX).contains(&rehearsal.minutes) {
            check.wrong("/minutes", format!("is 1 to {REHEARSAL_MINUTES_MAX}"));
        }
        if !rehearsal.passed && rehearsal.note.trim().is_empty() {
            check.wrong("/note", "says what went wrong");
        }
        check.text("/note", &rehearsal.note, NOTE_MAX);
        check.count("/at", self.rehearsals.len() + 1, REHEARSALS_MAX);
        check.end()?;
        let known = self.rehearsals.iter().any(|one| one.rehearsal == *rehearsal);
        let event = ExtraEvent::RehearsalRecorded { rehearsal: rehearsal.clone() };
        Ok(if known { vec![] } else { vec![event] })
    }

    fn comment(&self, text: &str) -> Result<Vec<ExtraEvent>, Refusal> {
        let mut check = Check::default();
        check.name("/text", text, NOTE_MAX);
        check.count("/text", self.comments.len() + 1, COMMENTS_MAX);
        check.end()?;
        Ok(vec![ExtraEvent::CommentAdded { text: text.to_owned() }])
    }

    fn add_task(&self, edit: &TaskEdit) -> Result<Vec<ExtraEvent>, Refusal> {
        let mut task = Task::default();
        task.apply(edit);
        let last = self.tasks.keys().next_back().copied().unwrap_or(0);
        let number = last.max(self.task_removed) + 1;
        self.check_task(number, &task)?;
        Ok(vec![ExtraEvent::TaskAdded { number, task }])
    }

    fn task(&self, number: u32) -> Result<&Task, Refusal> {
        let found = self.tasks.get(&number);
        found.ok_or_else(|| General::Unknown { kind: "task", name: number.to_string() }.into())
    }

    fn edit_task(&self, number: u32, edit: &TaskEdit) -> Result<Vec<ExtraEvent>, Refusal> {
        let before = self.task(number)?;
        let mut edit = edit.clone();
        if edit.due_at.is_some() {
            // A time that someone sets stands where it is.
            edit.due_by = Some(None);
        }
        let edit = edit.against(before);
        let mut task = before.clone();
        task.apply(&edit);
        self.check_task(number, &task)?;
        if task.done_at.is_some() && before.done_at.is_none() {
            self.check_predecessors(&task)?;
        }
        Ok(if edit.is_empty() { vec![] } else { vec![ExtraEvent::TaskEdited { number, edit }] })
    }

    fn check_task(&self, number: u32, task: &Task) -> Result<(), Refusal> {
        let mut check = Check::default();
        check.name("/title", &task.title, NAME_MAX);
        check.count("/after", task.after.len(), TASKS_MAX);
        check.count("/title", self.tasks.len() + 1, TASKS_MAX + 1);
        for before in &task.after {
            if *before != number && !self.tasks.contains_key(before) {
                check.wrong("/after", format!("there is no task {before}"));
            }
        }
        check.end()?;
        if self.reaches(&task.after, number) {
            return Err(General::Cycle(format!("task {number}")).into());
        }
        Ok(())
    }

    fn check_predecessors(&self, task: &Task) -> Result<(), Refusal> {
        let mut check = Check::default();
        for before in &task.after {
            if self.tasks.get(before).is_some_and(|earlier| earlier.done_at.is_none()) {
                check.wrong("/done", format!("task {before} comes first and is not done"));
            }
        }
        check.end()
    }

    fn reaches(&self, from: &BTreeSet<u32>, goal: u32) -> bool {
        let mut waiting: Vec<u32> = from.iter().copied().collect();
        let mut seen = BTreeSet::new();
        while let Some(number) = waiting.pop() {
            if number == goal {
                return true;
            }
            if seen.insert(number) {
                waiting.extend(self.tasks.get(&number).into_iter().flat_map(|t| t.after.clone()));
            }
        }
        false
    }

    fn watch(&self, person: PersonId, on: bool) -> Result<Vec<ExtraEvent>, Refusal> {
        let mut check = Check::default();
        check.count("/watchers", self.watchers.len() + usize::from(on), WATCHERS_MAX);
        check.end()?;
        let unchanged = self.watchers.contains(&person) == on;
        Ok(if unchanged { vec![] } else { vec![ExtraEvent::WatchSet { person, on }] })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_tasks(edges: &[(u32, &[u32])]) -> Extras {
        let tasks = edges.iter().map(|(number, after)| {
            let after = after.iter().copied().collect();
            (*number, Task { title: format!("task {number}"), after, ..Task::default() })
        });
        Extras { tasks: tasks.collect(), ..Extras::default() }
    }

    #[test]
    fn a_cyclic_dependency_between_tasks_is_refused() {
        let extras = with_tasks(&[(1, &[]), (2, &[1]), (3, &[2])]);
        let edit = TaskEdit { after: Some([3].into()), ..TaskEdit::default() };
        let refusal = extras.decide(&ExtraCommand::EditTask { number: 1, edit });
        assert_eq!(refusal.expect_err("a cycle").code, "request.cycle");
    }

    #[test]
    fn a_task_waits_for_the_tasks_before_it() {
        let extras = with_tasks(&[(1, &[]), (2, &[1])]);
        let done_at = Some(Some(Timestamp::from_micros(1)));
        let edit = TaskEdit { done_at, ..TaskEdit::default() };
        let refusal = extras.decide(&ExtraCommand::EditTask { number: 2, edit });
        assert_eq!(refusal.expect_err("out of order").missing[0].pointer, "/done");
    }

    #[test]
    fn a_task_that_is_removed_leaves_neither_its_number_nor_those_that_waited_for_it() {
        let extras = with_tasks(&[(1, &[]), (2, &[1]), (3, &[1, 2])]);
        let by = Actor::System { part: "test".to_owned() };
        let stamp = Stamp { at: Timestamp::from_micros(0), by };
        let events = extras.decide(&ExtraCommand::RemoveTask { number: 3 }).expect("removed");
        let mut left = events.iter().fold(extras, |extras, event| extras.evolve(event, &stamp));
        let events = left.decide(&ExtraCommand::RemoveTask { number: 1 }).expect("removed");
        left = events.iter().fold(left, |extras, event| extras.evolve(event, &stamp));
        assert_eq!(left.tasks.keys().collect::<Vec<_>>(), [&2]);
        assert_eq!(left.tasks[&2].after, BTreeSet::new());
        let again = left.decide(&ExtraCommand::RemoveTask { number: 3 });
        assert_eq!(again.expect_err("gone").code, "request.unknown_record");
        let edit = TaskEdit { title: Some("new".to_owned()), ..TaskEdit::default() };
        let added = left.decide(&ExtraCommand::AddTask { edit }).expect("added");
        assert!(matches!(added[..], [ExtraEvent::TaskAdded { number: 4, .. }]), "{added:?}");
    }

    #[test]
    fn a_task_is_due_by_its_window_until_someone_sets_a_time() {
        let at = |minute| Timestamp::from_micros(0).plus_minutes(minute);
        let window = Window::try_new(at(6_000), at(6_060), kernel::Zone::utc()).expect("a window");
        let due = |due_by| Task { due_by: Some(due_by), ..Task::default() };
        let before = due(DueBy::HoursBeforeStart(24));
        assert_eq!(before.due(Some(&window)), Some(at(6_000 - 24 * 60)));
        assert_eq!(due(DueBy::HoursAfterEnd(1)).due(Some(&window)), Some(at(6_120)));
        assert_eq!(before.due(None), None);
        let task = Task { title: "Tell them".to_owned(), ..before };
        let extras = Extras { tasks: [(1, task)].into(), ..Extras::default() };
        let edit = TaskEdit { due_at: Some(Some(at(7))), ..TaskEdit::default() };
        let events = extras.decide(&ExtraCommand::EditTask { number: 1, edit }).expect("edited");
        let [ExtraEvent::TaskEdited { edit, .. }] = &events[..] else { panic!("{events:?}") };
        assert_eq!((edit.due_at, edit.due_by), (Some(Some(at(7))), Some(None)));
    }

    #[test]
    fn an_edit_that_changes_nothing_is_no_event() {
        let extras = with_tasks(&[(1, &[])]);
        let edit = TaskEdit { title: Some("task 1".to_owned()), ..TaskEdit::default() };
        assert_eq!(extras.decide(&ExtraCommand::EditTask { number: 1, edit }), Ok(vec![]));
    }

    fn rehearsal(minutes: u32, passed: bool) -> Rehearsal {
        Rehearsal {
            environment: Environment::Staging,
            at: Timestamp::from_micros(0).plus_minutes(i64::from(minutes)),
            minutes,
            passed,
            covers: [Covered::DataMigration].into(),
            note: if passed { String::new() } else { "the backup was cut".to_owned() },
        }
    }

    #[test]
    fn the_last_rehearsal_that_passed_counts() {
        let by = Actor::System { part: "test".to_owned() };
        let stamp = Stamp { at: Timestamp::from_micros(0).plus_minutes(60), by };
        let mut extras = Extras::default();
        for one in [rehearsal(9, true), rehearsal(7, true), rehearsal(20, false)] {
            let command = ExtraCommand::Rehearse { rehearsal: one, now: stamp.at };
            let events = extras.decide(&command).expect("written down");
            assert_eq!(events.len(), 1);
            assert_eq!(extras.clone().evolve(&events[0], &stamp).decide(&command), Ok(vec![]));
            extras = extras.evolve(&events[0], &stamp);
        }
        assert_eq!(extras.rehearsed_at(), Some(rehearsal(9, true).at));
        assert_eq!(extras.rehearsals.len(), 3);
    }

    #[test]
    fn a_bundle_is_as_fresh_as_the_whole_or_as_its_oldest_part() {
        let at = |minute| Timestamp::from_micros(0).plus_minutes(minute);
        assert_eq!(bundle_rehearsed_at(None, [Some(at(3)), Some(at(2))]), Some(at(2)));
        assert_eq!(bundle_rehearsed_at(None, [Some(at(3)), None]), None);
        assert_eq!(bundle_rehearsed_at(Some(at(1)), [Some(at(3)), Some(at(2))]), Some(at(2)));
        assert_eq!(bundle_rehearsed_at(Some(at(5)), [None]), Some(at(5)));
        assert_eq!(bundle_rehearsed_at(None, []), None);
        assert_eq!(days_since(at(0), at(2 * 24 * 60 - 1)), 1);
        assert_eq!(days_since(at(9), at(0)), 0);
    }

    #[test]
    fn a_rehearsal_says_where_nothing_depends_on_it_and_what_went_wrong() {
        let now = Timestamp::from_micros(0).plus_minutes(60);
        let pointers = |rehearsal: Rehearsal| -> Vec<String> {
            let refusal = Extras::default().decide(&ExtraCommand::Rehearse { rehearsal, now });
            let missing = refusal.expect_err("refused").missing;
            missing.into_iter().map(|one| one.pointer).collect()
        };
        let production = Environment::Production;
        let there = Rehearsal { environment: production, ..rehearsal(5, true) };
        assert_eq!(pointers(there), ["/environment"]);
        assert_eq!(pointers(rehearsal(61, true)), ["/at"]);
        assert_eq!(pointers(rehearsal(0, true)), ["/minutes"]);
        let silent = Rehearsal { note: " ".to_owned(), ..rehearsal(5, false) };
        assert_eq!(pointers(silent), ["/note"]);
    }
}
