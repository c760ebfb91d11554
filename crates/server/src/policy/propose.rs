//! Which model fits a release that is only thought of, by the rules of the models, and why.

use api::policy::{ExplainedRule, ModelProposal, ProposeModel};
use domain::change::Change;
use domain::release::{CHANGES_MAX, Release};
use domain::risk::Assessment;
use domain::{General, Missing};
use kernel::{ChangeId, Timestamp};
use ports::Query;

use crate::bus::{Stop, find_state};
use crate::names::{Resolver, find_change};
use crate::policy::explain::{line, turns};
use crate::policy::facts::Facts;
use crate::policy::force::in_force;
use crate::policy::gather;

/// What the rules say: the first model, in the order of the files, whose rule holds.
pub(super) fn propose(
    db: &mut dyn Query,
    asked: &ProposeModel,
    now: Timestamp,
) -> Result<ModelProposal, Stop> {
    let policy = in_force(db)?;
    if asked.changes.len() > CHANGES_MAX {
        let many = Missing::new("/changes", format!("are at most {CHANGES_MAX}"));
        return Err(General::Invalid(vec![many]).into());
    }
    let mut resolver = Resolver::default();
    let ids: Vec<ChangeId> = resolver.many(db, "/changes", &asked.changes, find_change)?;
    let mut release = Release::default();
    let environment = resolver.parse("/environment", asked.environment.as_deref());
    release.content.environment = environment.unwrap_or(release.content.environment);
    release.content.tags = asked.tags.iter().cloned().collect();
    resolver.end()?;
    let mut carried: Vec<(Change, Assessment)> = Vec::with_capacity(ids.len());
    for id in ids {
        let Some(change) = find_state::<Change>(db, id)? else { continue };
        let risk = policy.current_risk(db, &change.state)?;
        carried.push((change.state, risk));
    }
    let mut by_file: Vec<_> = policy.set.releases.values().collect();
    by_file.sort_by(|one, other| one.file.cmp(&other.file));
    let (mut proposed, mut rules) = (None, Vec::new());
    for ruled in by_file {
        let Some(rule) = &ruled.applies else { continue };
        let name = &ruled.model.name;
        release.model.clone_from(name);
        let reads = rule.expression.reads().map(|fact| fact.name).collect();
        let facts = gather::of_release(db, &release, &carried, policy.set.scale(), &reads, now)?;
        let answer = |facts: &Facts| rule.expression.holds(&facts.context());
        let words = |holds: &bool| (if *holds { "it fits" } else { "it does not fit" }).to_owned();
        let matched = answer(&facts);
        let facts = turns(std::iter::once(rule), &facts, &answer, words);
        if matched && proposed.is_none() {
            let told: Vec<String> =
                facts.iter().map(|fact| format!("{} is {}", fact.name, fact.value)).collect();
            proposed = Some((name.clone(), told.join(", ")));
        }
        rules.push(ExplainedRule {
            about: "model".to_owned(),
            name: name.clone(),
            file: ruled.file.clone(),
            line: Some(line(rule.line)),
            expression: Some(rule.expression.source().to_owned()),
            matched,
            outcome: words(&matched),
            facts,
        });
    }
    let (proposed, reason) = match proposed {
        Some((name, reason)) => (Some(name), reason),
        None if rules.is_empty() => (None, "no model says when it applies".to_owned()),
        None => (None, "the rule of no model holds".to_owned()),
    };
    Ok(ModelProposal { policy: policy.version, proposed, reason, rules })
}
