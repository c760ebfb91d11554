//! From a model and a record's facts to the approval it needs and the tasks it begins with.

use kernel::{PersonId, TeamId};

use crate::approval::Plan;
use crate::policy::{Assign, ConditionalStage, TaskTemplate};
use crate::record::{ExtraEvent, Task};

/// Where a plan comes from, as rounds keep it: model, its version, and the version of the policy.
pub fn reference(model: &str, version: u32, policy: i64) -> String {
    format!("{model} {version}, policy {policy}")
}

/// The version of the policy that a reference names. Those from before there was one name none,
/// and come from the models that were built in.
pub fn policy_version(reference: &str) -> i64 {
    let named = reference.rsplit_once(", policy ").and_then(|(_, version)| version.parse().ok());
    named.unwrap_or(0)
}

/// The approval that a record needs: the stages of its model whose condition holds. What each
/// condition came to is a fact: `asked`, stage by stage.
pub fn plan(reference: String, stages: &[ConditionalStage], asked: &[bool]) -> Plan {
    let asked = stages.iter().zip(asked).filter(|(_, asked)| **asked).map(|(stage, _)| stage);
    let (observed, enforced): (Vec<_>, Vec<_>) = asked.partition(|stage| stage.observe);
    Plan {
        policy: reference,
        stages: enforced.into_iter().map(|stage| stage.stage.clone()).collect(),
        observed: observed.into_iter().map(|stage| stage.stage.name.clone()).collect(),
    }
}

/// The tasks that a record begins with; `who` says whom each assignment means, `team` owns it.
pub fn tasks(
    templates: &[TaskTemplate],
    team: Option<TeamId>,
    who: impl Fn(Assign) -> Option<PersonId>,
) -> Vec<ExtraEvent> {
    let numbered = (1_u32..).zip(templates);
    let tasks = numbered.map(|(number, template)| ExtraEvent::TaskAdded {
        number,
        task: Task {
            title: template.title.clone(),
            assignee: who(template.assign),
            team: team.filter(|_| template.assign == Assign::Team),
            due_by: template.due,
            after: template.after.iter().copied().filter(|before| *before < number).collect(),
            required: template.required,
            ..Task::default()
        },
    });
    tasks.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::approval::StagePlan;
    use crate::record::DueBy;
    use kernel::Id;

    #[test]
    fn a_task_goes_to_whom_its_rule_means_and_moves_with_the_window() {
        let id = |number| uuid::Uuid::from_u128(number);
        let (team, person) = (TeamId::from_uuid(id(3)), PersonId::from_uuid(id(1)));
        let template = |assign, due| TaskTemplate {
            title: "Tell them".to_owned(),
            assign,
            required: false,
            after: vec![1],
            due,
        };
        let due = Some(DueBy::HoursBeforeStart(24));
        let templates = [template(Assign::Team, due), template(Assign::Requester, None)];
        let who = |assign| (assign == Assign::Requester).then_some(person);
        let made = tasks(&templates, Some(team), who);
        let [ExtraEvent::TaskAdded { task: one, .. }, ExtraEvent::TaskAdded { task: two, .. }] =
            &made[..]
        else {
            panic!("{made:?}")
        };
        assert_eq!((one.team, one.assignee, one.due_by), (Some(team), None, due));
        assert_eq!((two.team, two.assignee, two.due_by), (None, Some(person), None));
        assert_eq!((one.after.len(), two.after.len()), (0, 1), "nothing waits for itself");
    }

    #[test]
    fn a_stage_is_asked_for_when_its_condition_holds() {
        let stage = |name: &str| ConditionalStage {
            when: None,
            observe: false,
            stage: StagePlan { name: name.to_owned(), groups: vec![] },
        };
        let stages = [stage("technical"), stage("CAB"), stage("go")];
        let plan = plan(reference("normal", 2, 7), &stages, &[true, false, true]);
        let names: Vec<&str> = plan.stages.iter().map(|stage| stage.name.as_str()).collect();
        assert_eq!((names, plan.policy.as_str()), (vec!["technical", "go"], "normal 2, policy 7"));
    }

    #[test]
    fn a_stage_that_is_observed_is_recorded_and_not_asked_for() {
        let stage = |name: &str, observe| ConditionalStage {
            when: None,
            observe,
            stage: StagePlan { name: name.to_owned(), groups: vec![] },
        };
        let stages = [stage("technical", false), stage("legal", true), stage("privacy", true)];
        let plan = plan(reference("normal", 2, 7), &stages, &[true, true, false]);
        assert_eq!(plan.stages.len(), 1);
        assert_eq!(plan.observed, ["legal"], "only where its condition holds");
    }

    #[test]
    fn a_reference_tells_which_policy_decided_and_old_ones_mean_the_built_in_one() {
        assert_eq!(policy_version(&reference("hot fix", 3, 12)), 12);
        assert_eq!(policy_version("major 1"), 0);
    }
}
