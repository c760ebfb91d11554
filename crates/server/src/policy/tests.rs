//! What the policies come to, as tables to be read by people: every type of change, tier and place,
//! and every type of release, under the built-in policy and under two further models; the risk of
//! the built-in factors; and what is found wrong with broken files.

use std::fmt::Write as _;

use domain::approval::{GroupPlan, Plan, Quorum};
use domain::calendar::ConflictKind;
use domain::policy::{ChangeType, Files};
use domain::risk::Assessment;
use domain::vocabulary::{Environment, Tier};

use crate::policy::conflicts::{ConflictCase, ConflictRecord, Succession};
use crate::policy::document::Finding;
use crate::policy::facts::Facts;
use crate::policy::gather::routing;
use crate::policy::set::{PolicySet, built_in, route};

fn built_in_set() -> PolicySet {
    PolicySet::read(&built_in()).expect("sound")
}

/// The files of a test set: the built-in ones, an own model for changes, and two own release types.
fn further() -> Files {
    let mut files = built_in();
    let file = |path: &str, text: &str| (path.to_owned(), text.to_owned());
    files.extend([
        file("changes/normal.toml", include_str!("../../tests/policy/changes/normal.toml")),
        file("releases/hotfix.toml", include_str!("../../tests/policy/releases/hotfix.toml")),
        file("releases/train.toml", include_str!("../../tests/policy/releases/train.toml")),
    ]);
    files
}

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

fn risk(tier: Tier) -> Assessment {
    Assessment { tier, points: 0, factors: vec![] }
}

/// A change of which nothing stands out.
fn plain(change_type: ChangeType) -> Facts {
    Facts::default()
        .with("change.type", change_type.word())
        .with("change.environment", "production")
        .with("change.customer_impact", "none")
        .with("change.category", "application")
        .with("change.criticality", 3)
        .with("change.dependants", 0)
        .with("change.has_backout", true)
        .with("change.backout_timed", true)
        .with("change.irreversible", false)
        .with("change.outage_minutes", 0)
        .with("change.tags", Vec::new())
        .with("change.services", vec!["Payments".to_owned()])
        .with("change.team", "Payments")
}

fn plain_release(name: &str) -> Facts {
    Facts::default()
        .with("release.type", name)
        .with("release.tier", "moderate")
        .with("release.points", 40)
        .with("release.environment", "production")
        .with("release.changes", 3)
        .with("release.criticality", 3)
        .with("release.dependants", 0)
        .with("release.customer_impact", "none")
        .with("release.irreversible", false)
        .with("release.tags", Vec::new())
        .with("release.services", vec!["Payments".to_owned()])
        .with("release.team", "Payments")
}

/// A case: what is altered about the plain facts, and how the table calls it.
type Case = (&'static str, fn(Facts) -> Facts);

const CHANGES: &[Case] = &[
    ("", |facts| facts),
    (", customers meet an outage", |facts| facts.with("change.customer_impact", "outage")),
    (", criticality 1", |facts| facts.with("change.criticality", 1)),
    (", tagged pci", |facts| facts.with("change.tags", vec!["pci".to_owned()])),
    (", in test", |facts| facts.with("change.environment", "test")),
    (", cannot be undone", |facts| facts.with("change.irreversible", true)),
];

const RELEASES: &[Case] = &[
    ("", |facts| facts),
    (", very high", |facts| facts.with("release.tier", "very_high")),
    (", one change", |facts| facts.with("release.changes", 1)),
    (", criticality 1", |facts| facts.with("release.criticality", 1)),
    (", tagged pci", |facts| facts.with("release.tags", vec!["pci".to_owned()])),
    (", in test", |facts| facts.with("release.environment", "test")),
];

/// Who approves what under a set, case by case; a case that alters nothing is left out.
fn table(set: &PolicySet) -> String {
    let mut table = String::new();
    for change_type in ChangeType::ALL {
        for (place, in_release) in [("alone", false), ("in a release", true)] {
            let mut usual = Vec::new();
            for (about, alter) in CHANGES {
                let plan = |tier| {
                    let facts = routing(alter(plain(*change_type)), &risk(tier), in_release);
                    route(set.change_ruled(*change_type), &facts, 1)
                };
                let entries = by_tier(plan);
                if !about.is_empty() && entries == usual {
                    continue;
                }
                for (tiers, stages) in &entries {
                    let _ = write!(table, "{change_type} change {place}{about}, {tiers}\n{stages}");
                }
                if about.is_empty() {
                    usual = entries;
                }
            }
        }
    }
    for (name, ruled) in &set.releases {
        let mut usual = String::new();
        for (about, alter) in RELEASES {
            let stages = stages(&route(ruled, &alter(plain_release(name)), 1));
            if !about.is_empty() && stages == usual {
                continue;
            }
            let _ = write!(table, "{name} release{about}\n{stages}");
            if about.is_empty() {
                usual = stages;
            }
        }
    }
    table
}

#[test]
fn who_approves_what() {
    let table = table(&built_in_set());
    insta::assert_snapshot!(table);
}

#[test]
fn who_approves_what_under_further_models() {
    insta::assert_snapshot!(table(&PolicySet::read(&further()).expect("sound")));
}

#[test]
fn what_blocks() {
    let set = built_in_set();
    let mut table = String::new();
    for (who, emergency) in [("any other record", false), ("an emergency", true)] {
        let mut by_environment: Vec<(String, String)> = Vec::new();
        for environment in Environment::ALL {
            let lines = blocked(&set, &ConflictRecord::at(*environment, emergency));
            match by_environment.last_mut() {
                Some((named, same)) if *same == lines => {
                    let _ = write!(named, ", {environment}");
                }
                _ => by_environment.push((environment.word().to_owned(), lines)),
            }
        }
        for (environments, lines) in by_environment {
            let _ = write!(table, "{who}, {environments}\n{lines}");
        }
    }
    insta::assert_snapshot!(table);
    let test = ConflictRecord::at(Environment::Test, false);
    assert!(set.blocking(&test).says(ConflictKind::SameCi, true, 0));
}

/// What blocks a record, a line each.
fn blocked(set: &PolicySet, record: &ConflictRecord) -> String {
    let line = |(kind, committed, relations): &(ConflictKind, bool, usize)| {
        let what = if *committed { "committed" } else { "planned" };
        format!("    {kind}, {what}, {relations} relations between\n")
    };
    set.blocking(record).0.iter().map(line).collect()
}

/// Rules of conflicts that look at the record: its type, how critical it is, services and team.
const BY_RECORD: &str = r#"version = 1

[[rules]]
name = "The payments team works around its own peak"
when = "conflict.kind == 'peak_hours' && conflict.team == 'Payments'"
blocks = false

[[rules]]
name = "Peak hours of what is most critical"
when = "conflict.kind == 'peak_hours' && conflict.criticality == 1"
blocks = true

[[rules]]
name = "Major releases have the CI to themselves"
when = "conflict.kind == 'same_ci' && conflict.type == 'major'"
blocks = true

[[rules]]
name = "The ledger is left alone during an event"
when = "conflict.kind == 'business_event' && 'Ledger' in conflict.services"
blocks = true
"#;

#[test]
fn what_blocks_by_what_the_record_is() {
    let mut files = built_in();
    files.insert("conflicts.toml".to_owned(), BY_RECORD.to_owned());
    let set = PolicySet::read(&files).expect("sound");
    let plain = ConflictRecord::at(Environment::Production, false);
    let cases = [
        ("a minor release of criticality 3", plain.clone()),
        ("criticality 1", ConflictRecord { criticality: 1, ..plain.clone() }),
        (
            "criticality 1, of Payments",
            ConflictRecord { criticality: 1, team: "Payments".to_owned(), ..plain.clone() },
        ),
        ("major", ConflictRecord { record_type: "major".to_owned(), ..plain.clone() }),
        ("touches Ledger", ConflictRecord { services: vec!["Ledger".to_owned()], ..plain }),
    ];
    let lines = cases.iter().map(|(name, record)| format!("{name}\n{}", blocked(&set, record)));
    insta::assert_snapshot!(lines.collect::<String>());
}

/// A set whose one rule about conflicts blocks.
fn blocking_when(when: &str) -> PolicySet {
    let mut files = built_in();
    let rules = format!(
        "version = 1\n\n[[rules]]\nname = \"Blackouts\"\nwhen = \"{when}\"\nblocks = true\n"
    );
    files.insert("conflicts.toml".to_owned(), rules);
    PolicySet::read(&files).expect("sound")
}

/// Whether some record may pass a blackout by what a rule blocks afterwards, and may not by what it
/// blocks before.
fn frees(before: &str, after: &str) -> bool {
    let (before, after) = (blocking_when(before), blocking_when(after));
    let rules = Succession { before: &before.conflicts, after: &after.conflicts };
    let record = ConflictRecord::at(Environment::Production, false);
    let kind = ConflictKind::Blackout;
    rules.frees(&ConflictCase { kind, committed: true, relations: 0, record })
}

#[test]
fn a_blackout_passes_where_any_record_may_pass_it() {
    let passes = |when: &str| frees("conflict.kind in ['blackout', 'same_ci']", when);
    assert!(!passes("conflict.kind == 'blackout'"));
    assert!(!passes("conflict.kind == 'blackout' && conflict.criticality <= 4"));
    for one in [
        "conflict.criticality <= 3",
        "conflict.type != 'major'",
        "conflict.team != 'Payments'",
        "!('Ledger' in conflict.services)",
        "!(conflict.team == 'Payments' && conflict.type == 'major')",
        "!('Ledger' in conflict.services && 'Payments' in conflict.services)",
        "conflict.team == ''",
        "!conflict.team.startsWith('Pay')",
        "conflict.services.all(name, name != 'Ledger')",
    ] {
        assert!(passes(&format!("conflict.kind == 'blackout' && {one}")), "{one}");
    }
}

#[test]
fn a_blackout_that_stops_only_some_records_is_not_lifted_for_those() {
    let (all, none) = ("conflict.kind == 'blackout'", "conflict.kind == 'same_ci'");
    let on = |record: &str| format!("{all} && ({record})");
    for one in [
        "conflict.criticality <= 3",
        "conflict.type != 'major'",
        "conflict.team == 'Payments'",
        "'Ledger' in conflict.services",
        "conflict.team.startsWith('Pay')",
    ] {
        assert!(frees(&on(one), none), "{one}");
        assert!(frees(&on(one), &on("conflict.type == 'minor'")), "{one}");
        assert!(!frees(&on(one), &on(one)), "{one}");
        assert!(!frees(&on(one), all), "{one}");
    }
    assert!(frees(&on("conflict.criticality <= 3"), &on("conflict.criticality <= 2")));
    assert!(!frees(&on("conflict.criticality <= 2"), &on("conflict.criticality <= 3")));
    // Seven names make more lists than are tried out.
    let names = ["A", "B", "C", "D", "E", "F", "G"].map(|name| format!("'{name}'"));
    let many = names.map(|name| format!("{name} in conflict.services")).join(" || ");
    assert!(!frees(&on(&many), &on(&many)), "nothing is edited");
    assert!(frees(&on(&many), &on(&format!("{many} || conflict.criticality == 1"))));
}

/// The points of each factor, in the order of the file, their sum and its tier.
fn points(facts: Facts) -> (Vec<u32>, u32, Tier) {
    let assessed = built_in_set().assess(&facts);
    let each = assessed.factors.iter().map(|factor| factor.points).collect();
    (each, assessed.points, assessed.tier)
}

#[test]
fn a_prepared_change_to_a_minor_ci_in_test_is_low() {
    let facts = plain(ChangeType::Normal).with("change.environment", "test");
    assert_eq!(points(facts.with("change.criticality", 4)), (vec![0; 5], 0, Tier::Low));
}

#[test]
fn the_worst_of_everything_is_very_high_and_full() {
    let worst = plain(ChangeType::Normal)
        .with("change.criticality", 1)
        .with("change.dependants", 40)
        .with("change.customer_impact", "outage")
        .with("change.has_backout", false);
    assert_eq!(points(worst), (vec![35, 20, 15, 20, 10], 100, Tier::VeryHigh));
}

#[test]
fn every_factor_says_what_it_added_and_why() {
    let facts =
        plain(ChangeType::Normal).with("change.criticality", 2).with("change.dependants", 3);
    let assessed = built_in_set().assess(&facts);
    let said: Vec<&str> = assessed.factors.iter().map(|factor| factor.evidence.as_str()).collect();
    assert_eq!(
        said,
        [
            "the most critical CI or service touched is of level 2",
            "3 CIs depend on those touched",
            "it happens in production",
            "customers meet nothing",
            "the backout is planned and timed",
        ]
    );
}

#[test]
fn what_is_not_said_counts_in_between() {
    let facts = plain(ChangeType::Normal)
        .with("change.criticality", 0)
        .with("change.customer_impact", "unknown")
        .with("change.backout_timed", false)
        .with("change.environment", "staging");
    assert_eq!(points(facts), (vec![20, 0, 5, 10, 5], 40, Tier::Moderate));
}

/// The findings of the built-in set with one file edited.
fn findings(path: &str, from: &str, to: &str) -> Vec<Finding> {
    let mut files = built_in();
    let text = files.get_mut(path).expect("a built-in file");
    assert!(text.contains(from), "{path} holds {from}");
    *text = text.replacen(from, to, 1);
    PolicySet::read(&files).expect_err("a flaw")
}

fn one(path: &str, from: &str, to: &str) -> String {
    let findings = findings(path, from, to);
    assert_eq!(findings.len(), 1, "{findings:?}");
    format!("{}, {}", findings[0].file, findings[0])
}

#[test]
fn every_flaw_is_told_with_file_line_and_column() {
    let said = [
        one("changes/normal.toml", "change.tier", "change.tire"),
        one("changes/normal.toml", "when = ", "wehn = "),
        one("changes/normal.toml", "veto = true", "vetto = true"),
        one("changes/normal.toml", "majority", "most"),
        one("changes/normal.toml", "cab_member", "cab_members"),
        one("changes/normal.toml", "!change.in_release", "change.in_release > 2"),
        one("changes/normal.toml", "version = 3", "version ="),
        one("releases/major.toml", "phase = \"build\"", "phase = \"review\""),
        one("releases/major.toml", "name = \"major\"", "name = \"minor\""),
        one("releases/minor.toml", "roles = [\"release_manager\"]", "roles = []"),
        one("risk.toml", "very_high = 75", "very_high = 55"),
        one("risk.toml", "change.dependants >= 10", "change.tier == 'high'"),
        one("risk.toml", "points_max = 35", "points_max = 30"),
        one("conflicts.toml", "conflict.committed", "conflict.comitted"),
        one("releases/major.toml", "phase = \"test\"", "phase = \"testt\""),
        one("releases/major.toml", "name = \"build\"", "name = \"planning\""),
        one("releases/major.toml", "assign = \"owner\"", "assign = \"owners\""),
        one("changes/normal.toml", "\"plans\", \"risk\"] }", SECOND_GROUP),
        one("changes/normal.toml", "\"plans\", \"risk\"] }", "\"package\"] }"),
        one("changes/normal.toml", "\"majority\"", "{ count = 0 }"),
        one("changes/normal.toml", "reminder_hours = 24", "reminder_hours = 96"),
        one("changes/normal.toml", "[\"cab_member\"]", "[\"cab_member\", \"auditor\"]"),
        one("changes/normal.toml", "[\"release_authority\"]", "[\"auditor\"]"),
        one("changes/normal.toml", "version = 3", "version = 3\nextension = []"),
        one("changes/normal.toml", "'very_high'", "'very high'"),
        one("conflicts.toml", "== 'same_ci'", "== 'same_cy'"),
        one("risk.toml", "change.criticality == 1", "change.criticality > 7"),
        one("risk.toml", "very_high = 75", "very_hihg = 75"),
    ];
    insta::assert_snapshot!(said.join("\n"));
}

const SECOND_GROUP: &str = "\"plans\", \"risk\"] },
  { name = \"Second\", roles = [\"cab_member\"], quorum = \"first\", covers = [\"plan\"] }";

#[test]
fn every_flaw_of_a_file_is_told_at_once() {
    let mut files = built_in();
    let normal = files.get_mut("changes/normal.toml").expect("a built-in file");
    *normal = normal
        .replace("title = ", "titel = ")
        .replace("when = ", "wehn = ")
        .replace("change.tier", "change.tire")
        .replace("majority", "most")
        .replace("veto = true", "vetto = true")
        .replace("[\"cab_member\"]", "[\"cab_member\", \"cab\", \"board\"]");
    let found = PolicySet::read(&files).expect_err("flaws");
    let said: Vec<String> = found.iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(said.join("\n"));

    let syntax = "name = \nversion = \n".to_owned();
    files.insert("changes/normal.toml".to_owned(), syntax);
    assert_eq!(PolicySet::read(&files).expect_err("flaws").len(), 2);
}

#[test]
fn no_more_flaws_are_told_than_someone_reads() {
    let mut files = built_in();
    let many: String = (0..60).fold(String::new(), |mut text, number| {
        let _ = writeln!(text, "other_{number} = 1");
        text
    });
    let risk = files.get_mut("risk.toml").expect("a built-in file");
    *risk = format!("{many}{risk}");
    let found = PolicySet::read(&files).expect_err("flaws");
    assert_eq!(found.len(), 51);
    assert!(found[50].detail.starts_with("10 more flaws"), "{}", found[50]);
}

#[test]
fn a_misplaced_file_is_told_with_where_it_belongs() {
    let built_in = built_in();
    for (from, to, meant) in [
        ("releases/minor.toml", "release/minor.toml", Some("releases/minor.toml")),
        ("releases/minor.toml", "releases/minor.tml", Some("releases/minor.toml")),
        ("releases/minor.toml", "releases/eu/minor.toml", Some("releases/minor.toml")),
        ("releases/minor.toml", "x/minor.toml", Some("releases/minor.toml")),
        ("changes/normal.toml", "normal.toml", Some("changes/normal.toml")),
        ("changes/normal.toml", "chagnes/normal.toml", Some("changes/normal.toml")),
        ("risk.toml", "risks.toml", Some("risk.toml")),
        ("risk.toml", "x/points.toml", Some("risk.toml")),
        ("conflicts.toml", "blocks.toml", Some("conflicts.toml")),
    ] {
        let mut files = built_in.clone();
        let text = files.remove(from).expect("a built-in file");
        files.insert(to.to_owned(), text);
        let found = PolicySet::read(&files).expect_err("a flaw");
        let said: Vec<_> =
            found.iter().map(|one| (one.file.as_str(), one.suggestion.as_deref())).collect();
        assert_eq!(said, [(to, meant)]);
    }
    let mut files = built_in;
    files.insert("notes.toml".to_owned(), "a = 1".to_owned());
    assert_eq!(PolicySet::read(&files).expect_err("a flaw")[0].suggestion, None);
}

#[test]
fn what_was_in_force_stays_readable_when_a_word_is_no_longer_known() {
    let mut files = built_in();
    let normal = files.get_mut("changes/normal.toml").expect("a built-in file");
    *normal = normal.replace("'very_high'", "'extreme'");
    assert!(PolicySet::read(&files).is_err());
    assert!(PolicySet::stored(&files).is_ok());
}

#[test]
fn a_set_is_whole() {
    let mut files = built_in();
    files.remove("changes/standard.toml");
    files.remove("risk.toml");
    files.insert("changes.toml".to_owned(), String::new());
    let found = PolicySet::read(&files).expect_err("flaws");
    assert!(found[0].detail.contains("no such file"), "{found:?}");
    files.remove("changes.toml");
    let found = PolicySet::read(&files).expect_err("flaws");
    let missing: Vec<&str> = found.iter().map(|finding| finding.file.as_str()).collect();
    assert_eq!(missing, ["changes/standard.toml", "risk.toml"]);
}

#[test]
fn every_group_of_the_built_in_models_can_be_answered() {
    let set = built_in_set();
    let releases = set.releases.values().flat_map(|ruled| &ruled.model.approval);
    let changes = set.changes.values().flat_map(|ruled| &ruled.model.approval);
    for group in releases.chain(changes).flat_map(|stage| &stage.stage.groups) {
        assert!(!group.roles.is_empty(), "{} has no roles", group.name);
    }
    for change_type in ChangeType::ALL {
        let asks_always = |stage: &domain::policy::ConditionalStage| stage.when.is_none();
        assert!(set.change(*change_type).approval.iter().any(asks_always), "{change_type}");
    }
}

const TRAIN: &str = include_str!("../../tests/policy/releases/train.toml");

/// What is found in a release model with a cadence.
fn of_cadence(cadence: &str) -> Result<PolicySet, Vec<String>> {
    let mut files = built_in();
    files.insert("releases/train.toml".to_owned(), format!("{TRAIN}\n{cadence}"));
    let said = |found: Vec<Finding>| found.iter().map(ToString::to_string).collect();
    PolicySet::read(&files).map_err(said)
}

/// The example of the manual.
fn example() -> String {
    let manual = include_str!("../../../../docs/features/policy.md");
    let (_, from) = manual.split_once("```toml\n[cadence]").expect("an example");
    format!("[cadence]{}", from.split("```").next().expect("its end"))
}

#[test]
fn the_cadence_of_the_manual_is_sound_and_no_built_in_model_has_one() {
    let set = of_cadence(&example()).expect("sound");
    let cadences: Vec<&str> = set.cadences().map(|(model, _)| model.name.as_str()).collect();
    assert_eq!(cadences, ["train"]);
    assert_eq!(built_in_set().cadences().count(), 0);
}

#[test]
fn every_flaw_of_a_cadence_is_told_where_it_stands() {
    let line = TRAIN.lines().count() + 2;
    for (from, to, at, said) in [
        ("zone =", "zoen =", (3, 1), "did you mean `zone`?"),
        ("Europe/Amsterdam", "Europe/Amsterdm", (3, 9), "did you mean `Europe/Amsterdam`?"),
        ("BYDAY=2TU", "BYDAY=2TO", (1, 22), "`TO` is not a day"),
        ("BYDAY=2TU", "BYDAY=2TU;BYHOUR=4", (1, 9), "leave out BYHOUR"),
        ("BYDAY=2TU", "INTERVAL=2", (1, 8), "say which with `from`"),
        ("BYDAY=2TU", "BYMONTH=2;BYMONTHDAY=30", (1, 8), "names no day"),
        ("\"20:00\"", "\"8 pm\"", (2, 9), "`start` is a time of day"),
        ("= 28", "= 0", (4, 13), "`lead_days` is from 1 to 366"),
        ("{month}", "{mnoth}", (5, 33), "did you mean `{month}`?"),
        ("start =", "from = \"soon\"\nstart =", (2, 8), "`from` is a day"),
    ] {
        let example = example();
        let flawed = example.replacen(from, to, 1);
        assert_ne!(flawed, example, "{from}");
        let found = of_cadence(&flawed).expect_err("a flaw");
        let [one] = &found[..] else { panic!("one flaw: {found:?}") };
        let place = format!("line {}, column {}: ", line + at.0, at.1);
        assert!(one.starts_with(&place) && one.contains(said), "{place}{said}: {one}");
    }
}
