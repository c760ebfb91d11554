//! Setting a team up, and editing it.

use kernel::{NAME_MAX, NOTE_MAX};

use crate::aggregate::Decision;
use crate::refusal::{Check, General};
use crate::team::{Content, Edit, MEMBERS_MAX, Team, TeamEvent};

/// What the rule needs to know of the world.
#[derive(Debug, Clone, Default)]
pub struct SaveFacts {
    /// Whether the record is there already.
    pub exists: bool,
    /// Whether another team has the name.
    pub name_taken: bool,
}

/// Sets a team up when it is new, edits it otherwise.
pub fn save(team: &Team, edit: &Edit, facts: &SaveFacts) -> Decision<TeamEvent> {
    let edit = if facts.exists { edit.clone().against(&team.content) } else { edit.clone() };
    let mut content = team.content.clone();
    content.apply(&edit);
    check(&content)?;
    if facts.name_taken {
        return Err(General::NameTaken { kind: "team", name: content.name }.into());
    }
    Ok(match (facts.exists, edit.is_empty()) {
        (false, _) => vec![TeamEvent::Created { content }],
        (true, true) => vec![],
        (true, false) => vec![TeamEvent::Edited { edit }],
    })
}

fn check(content: &Content) -> Result<(), crate::Refusal> {
    let mut check = Check::default();
    check.name("/name", &content.name, NAME_MAX);
    check.text("/description", &content.description, NOTE_MAX);
    check.count("/members", content.members.len(), MEMBERS_MAX);
    check.end()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str) -> Edit {
        Edit { name: Some(name.to_owned()), ..Edit::default() }
    }

    #[test]
    fn a_team_needs_a_name() {
        let refusal = save(&Team::default(), &Edit::default(), &SaveFacts::default());
        assert_eq!(refusal.expect_err("no name").missing[0].pointer, "/name");
    }

    #[test]
    fn two_teams_cannot_have_one_name() {
        let facts = SaveFacts { name_taken: true, ..SaveFacts::default() };
        let refusal = save(&Team::default(), &named("Payments"), &facts);
        assert_eq!(refusal.expect_err("taken").code, "request.name_taken");
    }

    #[test]
    fn saving_the_same_again_is_no_event() {
        let team = Team { content: Content { name: "Payments".to_owned(), ..Content::default() } };
        let facts = SaveFacts { exists: true, name_taken: false };
        assert_eq!(save(&team, &named("Payments"), &facts), Ok(vec![]));
    }
}
