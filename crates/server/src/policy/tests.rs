//! The approval that the built-in models ask for, as one table to be read by people: every type of
//! change, tier and place, and every type of release.

use std::fmt::Write as _;

use domain::approval::{GroupPlan, Plan, Quorum};
use domain::policy::{ChangeType, RouteFacts, change_plan, release_plan};
use domain::vocabulary::Tier;

use crate::policy::Models;

fn group(group: &GroupPlan) -> String {
    let quorum = match group.quorum {
        Quorum::First => "first".to_owned(),
        Quorum::Count(count) => count.to_string(),
        Quorum::Majority => "majority".to_owned(),
        Quorum::Percent(share) => format!("{share} %"),
        Quorum::All => "all".to_owned(),
    };
    let veto = if group.veto { ", veto" } else { "" };
    let roles: Vec<&str> = group.roles.iter().map(|role| role.word()).collect();
    let parts: Vec<&str> = group.covers.iter().map(|part| part.word()).collect();
    let covers = if parts.is_empty() { "everything".to_owned() } else { parts.join(", ") };
    format!("{quorum} of {}{veto}; covers {covers}", roles.join(" or "))
}

fn stages(plan: &Plan) -> String {
    let mut text = String::new();
    for (number, stage) in (1..).zip(&plan.stages) {
        let groups: Vec<String> = stage.groups.iter().map(group).collect();
        let _ = writeln!(text, "    {number}. {}: {}", stage.name, groups.join(" and "));
    }
    text
}

/// Neighbouring tiers that ask for the same are one entry.
fn by_tier(plan: impl Fn(Tier) -> Plan) -> Vec<(String, String)> {
    let mut entries: Vec<(String, String)> = Vec::new();
    for tier in Tier::ALL {
        let stages = stages(&plan(*tier));
        match entries.last_mut() {
            Some((tiers, same)) if *same == stages => {
                let _ = write!(tiers, ", {tier}");
            }
            _ => entries.push((tier.word().to_owned(), stages)),
        }
    }
    entries
}

#[test]
fn who_approves_what() {
    let models = Models::built_in().expect("sound");
    let mut table = String::new();
    for change_type in ChangeType::ALL {
        let model = models.change(*change_type);
        for (place, in_release) in [("alone", false), ("in a release", true)] {
            let plan = |tier| change_plan(model, RouteFacts { tier, in_release });
            for (tiers, stages) in by_tier(plan) {
                let _ = write!(table, "{change_type} change {place}, {tiers}\n{stages}");
            }
        }
    }
    for name in models.release_types() {
        let model = models.release(name).expect("listed");
        let _ = write!(table, "{name} release\n{}", stages(&release_plan(model)));
    }
    insta::assert_snapshot!(table);
}

#[test]
fn every_group_of_the_built_in_models_can_be_answered() {
    let models = Models::built_in().expect("sound");
    let releases = models.release_types();
    let releases = releases.iter().filter_map(|name| models.release(name)).map(release_plan);
    let facts = RouteFacts { tier: Tier::VeryHigh, in_release: false };
    let changes = ChangeType::ALL.iter().map(|kind| change_plan(models.change(*kind), facts));
    for plan in releases.chain(changes) {
        assert!(!plan.stages.is_empty(), "{} asks nobody", plan.policy);
        for group in plan.stages.iter().flat_map(|stage| &stage.groups) {
            assert!(!group.roles.is_empty(), "{}: {} has no roles", plan.policy, group.name);
        }
    }
}
