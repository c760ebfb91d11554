//! From a model and a record's facts to the approval it needs and the tasks it begins with.

use kernel::PersonId;

use crate::approval::Plan;
use crate::policy::{Assign, ChangeModel, Condition, ReleaseModel, TaskTemplate};
use crate::record::{ExtraEvent, Task};
use crate::vocabulary::Tier;

/// What routing looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RouteFacts {
    /// The recorded tier.
    pub tier: Tier,
    /// Whether the change travels in a release.
    pub in_release: bool,
}

/// The approval that a change needs.
pub fn change_plan(model: &ChangeModel, facts: RouteFacts) -> Plan {
    let stages = model.approval.iter().filter(|stage| holds(stage.when, facts));
    Plan { policy: model.reference(), stages: stages.map(|stage| stage.stage.clone()).collect() }
}

fn holds(condition: Condition, facts: RouteFacts) -> bool {
    let tier = condition.tier_at_least.is_none_or(|least| facts.tier >= least);
    tier && !(condition.outside_release && facts.in_release)
}

/// The approval that a release needs.
pub fn release_plan(model: &ReleaseModel) -> Plan {
    Plan { policy: model.reference(), stages: model.approval.clone() }
}

/// The tasks that a record begins with; `who` says whom each assignment means.
pub fn tasks(
    templates: &[TaskTemplate],
    who: impl Fn(Assign) -> Option<PersonId>,
) -> Vec<ExtraEvent> {
    let numbered = (1_u32..).zip(templates);
    let tasks = numbered.map(|(number, template)| ExtraEvent::TaskAdded {
        number,
        task: Task {
            title: template.title.clone(),
            assignee: who(template.assign),
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
    use crate::policy::{ChangeType, ConditionalStage, OutsideRelease};

    fn stage(name: &str, when: Condition) -> ConditionalStage {
        ConditionalStage { when, stage: StagePlan { name: name.to_owned(), groups: vec![] } }
    }

    fn normal() -> ChangeModel {
        let risky = Condition { tier_at_least: Some(Tier::High), outside_release: true };
        ChangeModel {
            outside_release_when_customers_are_hit: OutsideRelease::Allow,
            name: ChangeType::Normal,
            title: String::new(),
            description: String::new(),
            version: 1,
            approval: vec![stage("technical", Condition::default()), stage("CAB", risky)],
            tasks: vec![],
        }
    }

    fn stages(tier: Tier, in_release: bool) -> Vec<String> {
        let plan = change_plan(&normal(), RouteFacts { tier, in_release });
        plan.stages.into_iter().map(|stage| stage.name).collect()
    }

    #[test]
    fn a_risky_change_meets_the_cab_unless_its_release_does() {
        assert_eq!(stages(Tier::Moderate, false), ["technical"]);
        assert_eq!(stages(Tier::High, false), ["technical", "CAB"]);
        assert_eq!(stages(Tier::VeryHigh, true), ["technical"]);
    }
}
