//! What people leave on changes and releases alike: remarks, tasks, an eye on it, links.

use api::change::{Link, Links};
use api::common::{NewComment, TaskFields};
use server::extras::Extra;

use crate::demo::files::{Deed, TaskPlan};
use crate::demo::replay::Replay;

/// A deed as a mark on a record, if it is one. `links` are those of the record.
pub(super) fn mark(
    replay: &Replay<'_>,
    deed: &Deed,
    links: &[Link],
) -> anyhow::Result<Option<Extra>> {
    Ok(Some(match deed {
        Deed::Comment(text) => Extra::Comment(NewComment { text: replay.named(text)? }),
        Deed::Watch(_) => Extra::Watch(true),
        Deed::Task(task) => Extra::AddTask(task_fields(replay, task)?),
        Deed::Done(number) => {
            Extra::EditTask(*number, TaskFields { done: Some(true), ..TaskFields::default() })
        }
        Deed::Links => {
            let named = |link: &Link| -> anyhow::Result<Link> {
                Ok(Link { target: replay.named(&link.target)?, ..link.clone() })
            };
            Extra::SetLinks(Links { links: links.iter().map(named).collect::<Result<_, _>>()? })
        }
        _ => return Ok(None),
    }))
}

fn task_fields(replay: &Replay<'_>, task: &TaskPlan) -> anyhow::Result<TaskFields> {
    Ok(TaskFields {
        title: Some(replay.named(&task.title)?),
        assignee: task.assignee.clone().map(Some),
        team: None,
        due_at: task.due.map(|due| Some(due.instant(&replay.today).to_string())),
        after: None,
        required: Some(task.required),
        done: None,
    })
}
