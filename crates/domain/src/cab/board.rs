//! A board: who sits on it, which roles of an approval it answers for, when it meets.

use std::collections::BTreeSet;

use kernel::{BoardId, NAME_MAX, PersonId};
use serde::{Deserialize, Serialize};

use crate::aggregate::{Aggregate, Decision, Stamp};
use crate::cab::BoardEvent;
use crate::cab::Schedule;
use crate::edit::editable;
use crate::identity::Role;
use crate::refusal::{Check, General};

/// The most people named as members of a board.
pub const MEMBERS_MAX: usize = 200;

editable! {
    /// What is known of a board.
    Content, Edit {
        /// Unique.
        name: String,
        /// Who leads its meetings.
        chair: Option<PersonId>,
        /// Who sits on it besides the holders of its roles.
        members: BTreeSet<PersonId>,
        /// The roles of an approval that it answers for; their holders sit on it.
        roles: BTreeSet<Role>,
        /// When it meets; only as called when absent.
        schedule: Option<Schedule>,
    }
}

/// A board.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Board {
    /// What is known of it.
    pub content: Content,
}

impl Board {
    /// Whether someone sits on it.
    pub fn seats(&self, person: Option<PersonId>, roles: &BTreeSet<Role>) -> bool {
        let content = &self.content;
        let named = person.is_some_and(|person| content.members.contains(&person));
        named || self.is_chaired_by(person) || !content.roles.is_disjoint(roles)
    }

    /// Whether someone leads its meetings.
    pub fn is_chaired_by(&self, person: Option<PersonId>) -> bool {
        person.is_some() && self.content.chair == person
    }
}

impl Aggregate for Board {
    type Id = BoardId;
    type Event = BoardEvent;
    const KIND: &'static str = "board";
    const FORMAT: i64 = 1;

    fn evolve(mut self, event: &BoardEvent, _: &Stamp) -> Self {
        match event {
            BoardEvent::Created { content } => self.content = content.clone(),
            BoardEvent::Edited { edit } => self.content.apply(edit),
        }
        self
    }
}

/// What saving a board needs to know of the world.
#[derive(Debug, Clone, Copy, Default)]
pub struct SaveFacts {
    /// Whether the record is there already.
    pub exists: bool,
    /// Whether another board has the name.
    pub name_taken: bool,
}

/// Sets a board up when it is new, edits it otherwise.
pub fn save(board: &Board, edit: &Edit, facts: SaveFacts) -> Decision<BoardEvent> {
    let edit = if facts.exists { edit.clone().against(&board.content) } else { edit.clone() };
    let mut content = board.content.clone();
    content.apply(&edit);
    check(&content)?;
    if facts.name_taken {
        return Err(General::NameTaken { kind: "board", name: content.name }.into());
    }
    Ok(match (facts.exists, edit.is_empty()) {
        (false, _) => vec![BoardEvent::Created { content }],
        (true, true) => vec![],
        (true, false) => vec![BoardEvent::Edited { edit }],
    })
}

fn check(content: &Content) -> Result<(), crate::Refusal> {
    let mut check = Check::default();
    check.name("/name", &content.name, NAME_MAX);
    check.count("/members", content.members.len(), MEMBERS_MAX);
    if content.roles.is_empty() {
        check.wrong("/roles", "names no role: give one that approvals ask for, `cab_member` say");
    }
    if let Some(schedule) = &content.schedule {
        schedule.check(&mut check);
    }
    check.end()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str, roles: &[Role]) -> Edit {
        let roles = Some(roles.iter().copied().collect());
        Edit { name: Some(name.to_owned()), roles, ..Edit::default() }
    }

    #[test]
    fn a_board_needs_a_name_and_a_role_that_it_answers_for() {
        let refusal = save(&Board::default(), &named(" ", &[]), SaveFacts::default());
        let missing = refusal.expect_err("nothing said").missing;
        let pointers: Vec<&str> = missing.iter().map(|found| found.pointer.as_str()).collect();
        assert_eq!(pointers, ["/name", "/roles"]);
    }

    #[test]
    fn two_boards_cannot_have_one_name() {
        let facts = SaveFacts { name_taken: true, ..SaveFacts::default() };
        let refusal = save(&Board::default(), &named("CAB", &[Role::CabMember]), facts);
        assert_eq!(refusal.expect_err("taken").code, "request.name_taken");
    }

    #[test]
    fn saving_the_same_again_is_no_event() {
        let edit = named("CAB", &[Role::CabMember]);
        let mut board = Board::default();
        board.content.apply(&edit);
        let facts = SaveFacts { exists: true, name_taken: false };
        assert_eq!(save(&board, &edit, facts), Ok(vec![]));
    }
}
