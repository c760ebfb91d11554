//! Why a record needs the approval it needs: every rule of its model with the facts it read, what
//! it came to, and what would have to be otherwise.

use std::collections::BTreeMap;

use api::policy::{ExplainedFact, ExplainedRule, Explanation, Turn};
use domain::approval::{Quorum, Round, RoundState, StagePlan};
use domain::calendar::{ConflictKind, Period, Side};
use domain::change::Change;
use domain::policy::{ReleaseModel, policy_version};
use domain::release::Release;
use domain::risk::{Assessment, BUNDLE, Factor, POINTS_MAX, combine};
use domain::{Aggregate, General};
use kernel::Timestamp;
use ports::{Fault, Query, Row};

use crate::bus::{Loaded, Stop, find_state};
use crate::names::{Names, find_change, find_release};
use crate::placement::{environments, placement};
use crate::policy::conflicts::{ConflictCase, ConflictRecord, deciding};
use crate::policy::document::Rule;
use crate::policy::facts::{Fact, FactValue, Facts};
use crate::policy::files::Ruled;
use crate::policy::force::{InForce, in_force, of_version};
use crate::policy::gather;
use crate::policy::set::{CONFLICTS, FactorRule, Model, PolicySet, RISK, route};

/// The most conflicts that are explained.
const CONFLICTS_MAX: i64 = 50;
const OPEN: &str = "SELECT conflict_sides.kind, conflict_sides.relations, conflict_sides.other, \
    COALESCE(changes.committed, releases.committed, 1) FROM conflict_sides \
    LEFT JOIN changes ON changes.id = conflict_sides.other \
    LEFT JOIN releases ON releases.id = conflict_sides.other \
    WHERE conflict_sides.side = $1 AND conflict_sides.state = 'open' \
    ORDER BY conflict_sides.blocks DESC, conflict_sides.start_at, conflict_sides.conflict LIMIT $2";

/// Why a change is routed as it is.
pub fn explain_change(db: &mut dyn Query, name: &str) -> Result<Explanation, Stop> {
    let id = find_change(db, name)?;
    let change = found::<Change>(find_state(db, id)?, name)?;
    let (policy, now, decided) = ruling(db, change.round())?;
    let ruled = policy.set.change_ruled(change.change_type());
    let facts = policy.facts(db, &change, true)?;
    let risk = policy.current_risk(db, &change)?;
    let routing = gather::routing(facts.clone(), &risk, change.release.is_some());
    let mut rules = stages(ruled, &routing);
    rules.extend(policy.set.factors.iter().map(|rule| factor(&policy.set, rule, &facts, 0)));
    let side = change.release.map_or(Side::Change(id), Side::Release);
    rules.extend(conflicts(db, side)?);
    Ok(explanation(&policy, now, decided, ruled, &routing, &risk, rules))
}

/// Why a release is routed as it is.
pub fn explain_release(db: &mut dyn Query, name: &str, at: Timestamp) -> Result<Explanation, Stop> {
    let id = find_release(db, name)?;
    let release = found::<Release>(find_state(db, id)?, name)?;
    let (policy, now, decided) = ruling(db, release.round())?;
    let ruled = policy.set.releases.get(&release.model);
    let ruled = ruled.ok_or_else(|| General::Unknown {
        kind: "release type in the policy",
        name: release.model.clone(),
    })?;
    let carried = carried(db, &policy, &release)?;
    let reads = policy.set.reads(ruled, false);
    let facts = gather::of_release(db, &release, &carried, policy.set.scale(), &reads, at)?;
    let risks: Vec<Assessment> = carried.iter().map(|(_, risk)| risk.clone()).collect();
    let risk = combine(&risks, policy.set.scale());
    let mut rules = stages(ruled, &facts);
    rules.extend(refuses(ruled, &facts));
    rules.extend(bundle(db, &policy, &carried, &risk)?);
    rules.extend(conflicts(db, Side::Release(id))?);
    Ok(explanation(&policy, now, decided, ruled, &facts, &risk, rules))
}

/// The changes of a release, each with its risk.
pub(super) fn carried(
    db: &mut dyn Query,
    policy: &InForce,
    release: &Release,
) -> Result<Vec<(Change, Assessment)>, Fault> {
    let mut carried = Vec::with_capacity(release.changes.len());
    for id in &release.changes {
        if let Some(change) = find_state::<Change>(db, *id)? {
            let risk = policy.current_risk(db, &change.state)?;
            carried.push((change.state, risk));
        }
    }
    Ok(carried)
}

fn found<A: Aggregate>(loaded: Option<Loaded<A>>, name: &str) -> Result<A, Stop> {
    let unknown = || General::Unknown { kind: A::KIND, name: name.to_owned() };
    Ok(loaded.ok_or_else(unknown)?.state)
}

/// The policy that decided, where an approval is under way or stands; else the one in force. With
/// the version in force, and whether it decided.
fn ruling(db: &mut dyn Query, round: Option<&Round>) -> Result<(InForce, i64, bool), Fault> {
    let now = in_force(db)?;
    let version = now.version;
    let stands = |round: &&Round| matches!(round.state, RoundState::Open | RoundState::Approved);
    let Some(round) = round.filter(stands) else { return Ok((now, version, false)) };
    let decided = of_version(db, policy_version(&round.plan.policy))?;
    Ok((decided.unwrap_or(now), version, true))
}

fn explanation(
    policy: &InForce,
    in_force: i64,
    decided: bool,
    ruled: &Ruled<impl Model>,
    facts: &Facts,
    risk: &Assessment,
    rules: Vec<ExplainedRule>,
) -> Explanation {
    let plan = route(ruled, facts, policy.version);
    Explanation {
        policy: policy.version,
        in_force,
        decided,
        model: ruled.model.word().to_owned(),
        model_version: ruled.model.version(),
        file: ruled.file.clone(),
        tier: risk.tier.word().to_owned(),
        points: risk.points,
        approval: plan.stages.iter().map(stage_words).collect(),
        rules,
    }
}

/// A stage in words: `CAB: Change advisory board (majority, veto)`.
pub(super) fn stage_words(stage: &StagePlan) -> String {
    let group = |group: &domain::approval::GroupPlan| {
        let quorum = match group.quorum {
            Quorum::First => "first to answer".to_owned(),
            Quorum::Count(count) => format!("{count} of them"),
            Quorum::Majority => "majority".to_owned(),
            Quorum::Percent(share) => format!("{share} %"),
            Quorum::All => "all of them".to_owned(),
        };
        let veto = if group.veto { ", veto" } else { "" };
        format!("{} ({quorum}{veto})", group.name)
    };
    let groups: Vec<String> = stage.groups.iter().map(group).collect();
    format!("{}: {}", stage.name, groups.join(" and "))
}

fn stages(ruled: &Ruled<impl Model>, facts: &Facts) -> Vec<ExplainedRule> {
    let stages = ruled.model.stages().iter().zip(&ruled.conditions);
    let explained = stages.map(|(stage, rule)| {
        let answer = |facts: &Facts| {
            rule.as_ref().is_none_or(|rule| rule.expression.holds(&facts.context()))
        };
        let matched = answer(facts);
        let observe = stage.observe;
        let words = |asked: &bool| {
            let words = match (*asked, observe) {
                (true, true) => "only observed: it would be asked for",
                (true, false) => "asked for",
                (false, _) => "not asked for",
            };
            words.to_owned()
        };
        ExplainedRule {
            about: "stage".to_owned(),
            name: stage_words(&stage.stage),
            file: ruled.file.clone(),
            line: rule.as_ref().map(|rule| line(rule.line)),
            expression: rule.as_ref().map(|rule| rule.expression.source().to_owned()),
            matched,
            outcome: words(&matched),
            facts: turns(rule.iter(), facts, &answer, words),
        }
    });
    explained.collect()
}

/// What refuses the go of a release, and whether it does now.
fn refuses(ruled: &Ruled<ReleaseModel>, facts: &Facts) -> Vec<ExplainedRule> {
    let rules = ruled.refusals.iter().zip(&ruled.model.refuses);
    let explained = rules.map(|(rule, refuses)| {
        let answer = |facts: &Facts| rule.expression.holds(&facts.context());
        let matched = answer(facts);
        let words = |held: &bool| if *held { "refuses the go" } else { "lets it pass" }.to_owned();
        ExplainedRule {
            about: "refusal".to_owned(),
            name: facts.fill(&refuses.sentence),
            file: ruled.file.clone(),
            line: Some(line(rule.line)),
            expression: Some(rule.expression.source().to_owned()),
            matched,
            outcome: words(&matched),
            facts: turns(std::iter::once(rule), facts, &answer, words),
        }
    });
    explained.collect()
}

/// The factors of a bundle's risk: those of its riskiest change, and what the further ones add.
fn bundle(
    db: &mut dyn Query,
    policy: &InForce,
    carried: &[(Change, Assessment)],
    risk: &Assessment,
) -> Result<Vec<ExplainedRule>, Fault> {
    let riskiest = carried.iter().max_by_key(|(_, risk)| risk.points);
    let further = risk.factors.iter().find(|factor| factor.name == BUNDLE);
    let (Some((change, _)), Some(further)) = (riskiest, further) else { return Ok(Vec::new()) };
    let facts = policy.facts(db, change, true)?;
    let of_change = policy.set.factors.iter().map(|rule| {
        let explained = factor(&policy.set, rule, &facts, further.points);
        ExplainedRule { name: format!("{} of {}", explained.name, change.number), ..explained }
    });
    let of_bundle = ExplainedRule {
        about: "factor".to_owned(),
        name: BUNDLE.to_owned(),
        file: RISK.to_owned(),
        line: None,
        expression: None,
        matched: further.points > 0,
        outcome: came_to(further),
        facts: Vec::new(),
    };
    Ok(of_change.chain([of_bundle]).collect())
}

fn came_to(factor: &Factor) -> String {
    format!("{} of {} points: {}", factor.points, factor.points_max, factor.evidence)
}

/// A factor of a change's risk, to which something outside of the change adds `further` points.
fn factor(set: &PolicySet, factor: &FactorRule, facts: &Facts, further: u32) -> ExplainedRule {
    let added = factor.added(facts);
    let others = set.assess(facts).factors.into_iter().filter(|one| one.name != factor.name);
    let others = others.map(|one| one.points).sum::<u32>() + further;
    let words = |points: &u32| {
        let tier = set.scale().tier((others + points).min(POINTS_MAX));
        format!("{points} points, tier {}", tier.word().replace('_', " "))
    };
    let rules = || factor.steps.iter().filter_map(|step| step.when.as_ref());
    let rule = factor.step(facts).and_then(|step| step.when.as_ref());
    ExplainedRule {
        about: "factor".to_owned(),
        name: factor.name.clone(),
        file: RISK.to_owned(),
        line: rule.map(|rule| line(rule.line)),
        expression: rule.map(|rule| rule.expression.source().to_owned()),
        matched: added.points > 0,
        outcome: came_to(&added),
        facts: turns(rules(), facts, &|facts| factor.added(facts).points, words),
    }
}

/// Why each open conflict blocks or warns, by the policy in force: it goes for what is placed now.
fn conflicts(db: &mut dyn Query, side: Side) -> Result<Vec<ExplainedRule>, Fault> {
    let Some(placed) = placement(db, side)? else { return Ok(Vec::new()) };
    let id = side.id();
    let counts = environments(db, std::slice::from_ref(&id))?;
    let placed = (counts.get(&id).copied().unwrap_or(placed.environment), placed.emergency);
    let (set, mut names) = (in_force(db)?.set, Names::default());
    let record = gather::of_side(db, &set, side, placed)?;
    let mut explained = Vec::new();
    for row in db.query(OPEN, &[side.id().into(), CONFLICTS_MAX.into()])? {
        let case = case(&row, record.clone())?;
        if case.kind != ConflictKind::ReleaseOrder {
            let with = other(db, &mut names, row.text(2)?)?;
            explained.push(conflict(&set, &with, &case));
        }
    }
    Ok(explained)
}

pub(super) fn case(row: &Row, record: ConflictRecord) -> Result<ConflictCase, Fault> {
    let relations = usize::try_from(row.int(1)?).unwrap_or(usize::MAX);
    let (kind, committed) = (row.parsed(0)?, row.bool(3)?);
    Ok(ConflictCase { kind, committed, relations, record })
}

/// How the other side of a conflict is called.
pub(super) fn other(db: &mut dyn Query, names: &mut Names, id: &str) -> Result<String, Fault> {
    if let Some(found) = names.get(db, id)? {
        return Ok(found.number.unwrap_or(found.name));
    }
    let period = match id.parse() {
        Ok(period) => find_state::<Period>(db, period)?,
        Err(_) => None,
    };
    Ok(period.map_or_else(|| id.to_owned(), |period| period.state.content.name))
}

fn conflict(set: &PolicySet, with: &str, case: &ConflictCase) -> ExplainedRule {
    let facts = case.facts();
    let rule = set.conflict_rule(case);
    let answer = |facts: &Facts| deciding(&set.conflicts, facts).is_some_and(|rule| rule.blocks);
    let words = |blocks: &bool| (if *blocks { "it blocks" } else { "it warns" }).to_owned();
    let matched = answer(&facts);
    let name = rule.map_or("no rule speaks of it", |rule| &rule.name);
    // What comes before the rule that decides was asked too.
    let asked =
        set.conflicts.iter().take_while(|one| rule.is_none_or(|rule| one.name != rule.name));
    let asked = asked.filter(|one| !one.observe);
    let asked: Vec<&Rule> = asked.chain(rule).map(|rule| &rule.when).collect();
    ExplainedRule {
        about: "conflict".to_owned(),
        name: format!("{} with {with}", case.kind.word().replace('_', " ")),
        file: CONFLICTS.to_owned(),
        line: rule.map(|rule| line(rule.line())),
        expression: rule.map(|rule| rule.expression().to_owned()),
        matched,
        outcome: format!("{}: {name}", words(&matched)),
        facts: turns(asked.into_iter(), &facts, &answer, words),
    }
}

/// Every fact that some rules read, with the other values of it that would change the answer. Of
/// numbers the nearest on each side are enough.
pub(super) fn turns<'a, T: PartialEq>(
    rules: impl Iterator<Item = &'a Rule>,
    facts: &Facts,
    answer: &dyn Fn(&Facts) -> T,
    words: impl Fn(&T) -> String,
) -> Vec<ExplainedFact> {
    let now = answer(facts);
    let mut read: BTreeMap<&'static str, (&'static Fact, Vec<FactValue>)> = BTreeMap::new();
    for rule in rules {
        for fact in rule.expression.reads() {
            let Some(value) = facts.get(fact.name) else { continue };
            let others = rule.expression.others(fact, value);
            read.entry(fact.name).or_insert((fact, Vec::new())).1.extend(others);
        }
    }
    let explained = read.into_values().filter_map(|(fact, mut others)| {
        let value = facts.get(fact.name)?;
        others.sort();
        others.dedup();
        let turned = others.into_iter().filter_map(|other| {
            let then = answer(&facts.clone().with(fact.name, other.clone()));
            (then != now).then(|| (other, words(&then)))
        });
        let turned = nearest_numbers(value, turned.collect());
        Some(ExplainedFact {
            name: fact.name.to_owned(),
            about: fact.about.to_owned(),
            value: value.to_string(),
            turns: turned
                .into_iter()
                .map(|(value, outcome)| Turn { value: value.to_string(), outcome })
                .collect(),
        })
    });
    explained.collect()
}

fn nearest_numbers(now: &FactValue, turned: Vec<(FactValue, String)>) -> Vec<(FactValue, String)> {
    if !matches!(now, FactValue::Number(_)) {
        return turned;
    }
    let below = turned.iter().rfind(|(value, _)| value < now).cloned();
    let above = turned.iter().find(|(value, _)| value > now).cloned();
    below.into_iter().chain(above).collect()
}

pub(super) fn line(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
