//! The models of releases and changes, as their files say them.

use domain::approval::{EXTENSION_ROLES, ExtensionRoles, GroupPlan, StagePlan};
use domain::policy::{
    ChangeModel, ConditionalStage, MilestoneTemplate, ModelFlaw, ModelState, Refuses, ReleaseModel,
    TaskTemplate,
};
use domain::record::DueBy;
use domain::release::Cadence;
use jiff::civil::Date;
use kernel::{NAME_MAX, NOTE_MAX};

use crate::policy::cadence;
use crate::policy::document::{Reader, Rule, Table};
use crate::policy::facts::{CHANGE, Fact, RELEASE, facts_in};

/// The most stages of a model, groups of a stage, tasks and states of a model.
const PARTS_MAX: usize = 30;
/// When the review of a release is due where its model says nothing: after two weeks.
const REVIEW_DAYS: u16 = 14;
/// How far from the window a task is due at most, in hours (a year).
const DUE_HOURS_MAX: u32 = 8_784;
const BEFORE_START: &str = "due_hours_before_start";
const AFTER_END: &str = "due_hours_after_end";
const ANSWER: &str = "window_answer";
const SIGN_OFF: &str = "sign_off";
const APPLIES: &str = "applies_when";
const IRREVERSIBLE: &str = "irreversible_steps";
const OUTSIDE: &str = "outside_release_when_customers_are_hit";

/// A model with its conditions, stage by stage.
#[derive(Debug)]
pub(super) struct Ruled<M> {
    pub(super) model: M,
    pub(super) file: String,
    pub(super) conditions: Vec<Option<Rule>>,
    /// When it is proposed.
    pub(super) applies: Option<Rule>,
    /// What refuses the go, in the order of the model.
    pub(super) refusals: Vec<Rule>,
    /// How it opens releases by itself.
    pub(super) cadence: Option<Cadence>,
}

/// A file of `releases/`.
pub(super) fn release(reader: &mut Reader<'_>) -> Option<Ruled<ReleaseModel>> {
    let mut table = reader.document()?;
    let needed = ["name", "title", "version", "window_minutes", "states", "approval"];
    let more = [
        "description",
        "owner",
        "review_on",
        "review_days",
        "review",
        ANSWER,
        "notes",
        SIGN_OFF,
        APPLIES,
        IRREVERSIBLE,
        "refuse",
        "extension",
        "milestones",
        "cadence",
        "tasks",
    ];
    table.keys(reader, &needed, &more);
    let name: Option<String> = table.find(reader, "name");
    let window_minutes: Option<u32> = table.find(reader, "window_minutes");
    let review_days = table.find(reader, "review_days").unwrap_or(REVIEW_DAYS);
    let review = table.find(reader, "review").unwrap_or_default();
    let window_answer = table.find(reader, ANSWER).unwrap_or_default();
    let notes = table.find(reader, "notes").unwrap_or_default();
    let sign_off = table.find(reader, SIGN_OFF).unwrap_or_default();
    let applies = table.expression(reader, APPLIES, RELEASE);
    let milestones = table.list(reader, "milestones", PARTS_MAX, milestone).unwrap_or_default();
    let cadence = table.table(reader, "cadence");
    let cadence = cadence.and_then(|table| cadence::read(reader, table));
    let irreversible_steps = table.find(reader, IRREVERSIBLE).unwrap_or_default();
    let refuses = table.list(reader, "refuse", PARTS_MAX, refuse).unwrap_or_default();
    let states = table.list(reader, "states", PARTS_MAX, state);
    let shared = shared(reader, &mut table, RELEASE);
    if let Some(name) = &name {
        reader.named("the name", "/name", name, NAME_MAX);
        let small = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit();
        if !name.chars().all(|letter| small(letter) || "_- ".contains(letter)) {
            let wrong = "people write this name: use small letters, digits, spaces, `_` and `-`";
            reader.wrong("/name", wrong);
        }
    }
    if window_minutes == Some(0) {
        reader.wrong("/window_minutes", "`window_minutes` is at least 1");
    }
    let shared = shared?;
    let (refuses, refusals) = refuses.into_iter().unzip();
    let model = ReleaseModel {
        name: name?,
        title: shared.title,
        description: shared.description,
        version: shared.version,
        owner: shared.owner,
        review_on: shared.review_on,
        window_minutes: window_minutes?,
        review_days,
        review,
        window_answer,
        notes,
        sign_off,
        applies_when: applies.as_ref().map(|rule| rule.expression.source().to_owned()),
        milestones,
        irreversible_steps,
        refuses,
        states: states?,
        approval: shared.approval,
        extension: shared.extension,
        tasks: shared.tasks,
    };
    tell(reader, &model.check());
    let (file, conditions) = (reader.file.to_owned(), shared.conditions);
    Some(Ruled { model, file, conditions, applies, refusals, cadence })
}

/// A file of `changes/`.
pub(super) fn change(reader: &mut Reader<'_>) -> Option<Ruled<ChangeModel>> {
    let mut table = reader.document()?;
    let more = ["description", "owner", "review_on", OUTSIDE, "extension", "tasks"];
    table.keys(reader, &["name", "title", "version", "approval"], &more);
    let name = table.find(reader, "name");
    let outside = table.find(reader, OUTSIDE);
    let shared = shared(reader, &mut table, CHANGE);
    let shared = shared?;
    let model = ChangeModel {
        name: name?,
        title: shared.title,
        description: shared.description,
        version: shared.version,
        owner: shared.owner,
        review_on: shared.review_on,
        outside_release_when_customers_are_hit: outside.unwrap_or_default(),
        approval: shared.approval,
        extension: shared.extension,
        tasks: shared.tasks,
    };
    tell(reader, &model.check());
    let (file, conditions) = (reader.file.to_owned(), shared.conditions);
    Some(Ruled { model, file, conditions, applies: None, refusals: Vec::new(), cadence: None })
}

fn tell(reader: &mut Reader<'_>, flaws: &[ModelFlaw]) {
    flaws.iter().for_each(|(pointer, wrong)| reader.wrong(pointer, wrong.to_string()));
}

/// What both kinds of model say.
struct Shared {
    title: String,
    description: String,
    version: u32,
    owner: Option<String>,
    review_on: Option<Date>,
    approval: Vec<ConditionalStage>,
    conditions: Vec<Option<Rule>>,
    extension: ExtensionRoles,
    tasks: Vec<TaskTemplate>,
}

fn shared<'a>(
    reader: &mut Reader<'a>,
    table: &mut Table<'a>,
    facts: &'static [Fact],
) -> Option<Shared> {
    let title: Option<String> = table.find(reader, "title");
    let description: String = table.find(reader, "description").unwrap_or_default();
    let version = table.find(reader, "version");
    let owner: Option<String> = table.find(reader, "owner");
    let review_on = table.find::<String>(reader, "review_on");
    let review_on = review_on.and_then(|day| self::review_on(reader, &day));
    let stage = |reader: &mut Reader<'a>, table: Table<'a>| stage(reader, table, facts);
    let approval = table.list(reader, "approval", PARTS_MAX, stage);
    let extension = table.words(reader, "extension").unwrap_or_else(|| EXTENSION_ROLES.into());
    let tasks = table.list(reader, "tasks", PARTS_MAX, task).unwrap_or_default();
    if let Some(title) = &title {
        reader.named("the title", "/title", title, NAME_MAX);
    }
    if description.chars().count() > NOTE_MAX {
        let long = format!("the description has more than {NOTE_MAX} characters");
        reader.wrong("/description", long);
    }
    if let Some(owner) = &owner {
        reader.named("the owner", "/owner", owner, NAME_MAX);
    }
    let (approval, conditions) = approval?.into_iter().unzip();
    let (title, version) = (title?, version?);
    Some(Shared {
        title,
        description,
        version,
        owner,
        review_on,
        approval,
        conditions,
        extension,
        tasks,
    })
}

/// The day on which a model is to be looked at again.
fn review_on(reader: &mut Reader<'_>, day: &str) -> Option<Date> {
    let read = day.parse().ok();
    if read.is_none() {
        reader.wrong("/review_on", "`review_on` is a day, such as \"2027-03-01\"");
    }
    read
}

fn state<'a>(reader: &mut Reader<'a>, mut table: Table<'a>) -> Option<ModelState> {
    table.keys(reader, &["name", "phase"], &[]);
    let (name, phase) = (table.find::<String>(reader, "name"), table.find(reader, "phase"));
    let name = name?;
    reader.named("the name of a state", &table.at("name"), &name, NAME_MAX);
    Some(ModelState { name, phase: phase? })
}

fn task<'a>(reader: &mut Reader<'a>, mut table: Table<'a>) -> Option<TaskTemplate> {
    let more = ["required", "after", BEFORE_START, AFTER_END];
    table.keys(reader, &["title", "assign"], &more);
    let (title, assign) = (table.find::<String>(reader, "title"), table.find(reader, "assign"));
    let required = table.find(reader, "required").unwrap_or_default();
    let after = table.find(reader, "after").unwrap_or_default();
    let due = due(reader, &mut table, (BEFORE_START, AFTER_END));
    let title = title?;
    reader.named("the title of a task", &table.at("title"), &title, NAME_MAX);
    Some(TaskTemplate { title, assign: assign?, required, after, due })
}

fn milestone<'a>(reader: &mut Reader<'a>, mut table: Table<'a>) -> Option<MilestoneTemplate> {
    let keys = ("hours_before_start", "hours_after_end");
    table.keys(reader, &["name"], &[keys.0, keys.1]);
    let name: Option<String> = table.find(reader, "name");
    let due = due(reader, &mut table, keys);
    let name = name?;
    reader.named("the name of a milestone", &table.at("name"), &name, NAME_MAX);
    if due.is_none() {
        let missing = format!("a milestone says `{}` or `{}`", keys.0, keys.1);
        reader.wrong(&table.at("name"), missing);
    }
    Some(MilestoneTemplate { name, due: due? })
}

/// By when something is due, as seen from the window.
fn due<'a>(
    reader: &mut Reader<'a>,
    table: &mut Table<'a>,
    (before_start, after_end): (&'static str, &'static str),
) -> Option<DueBy> {
    let before = table.find(reader, before_start).map(DueBy::HoursBeforeStart);
    let after = table.find(reader, after_end).map(DueBy::HoursAfterEnd);
    if before.is_some() && after.is_some() {
        let both = format!("it is due by `{before_start}` or by `{after_end}`, not by both");
        reader.wrong(&table.at(after_end), both);
    }
    for (key, due) in [(before_start, before), (after_end, after)] {
        let Some(DueBy::HoursBeforeStart(hours) | DueBy::HoursAfterEnd(hours)) = due else {
            continue;
        };
        if hours > DUE_HOURS_MAX {
            reader.wrong(&table.at(key), format!("`{key}` is at most {DUE_HOURS_MAX}"));
        }
    }
    before.or(after)
}

fn stage<'a>(
    reader: &mut Reader<'a>,
    mut table: Table<'a>,
    facts: &'static [Fact],
) -> Option<(ConditionalStage, Option<Rule>)> {
    table.keys(reader, &["name", "groups"], &["when", "observe"]);
    let name: Option<String> = table.find(reader, "name");
    let condition = table.expression(reader, "when", facts);
    let observe = table.find(reader, "observe").unwrap_or_default();
    let groups = table.list(reader, "groups", PARTS_MAX, group);
    let name = name?;
    reader.named("the name of a stage", &table.at("name"), &name, NAME_MAX);
    let when = condition.as_ref().map(|rule| rule.expression.source().to_owned());
    let stage = StagePlan { name, groups: groups? };
    Some((ConditionalStage { when, observe, stage }, condition))
}

/// What refuses the go of a release, and what is then to be done.
fn refuse<'a>(reader: &mut Reader<'a>, mut table: Table<'a>) -> Option<(Refuses, Rule)> {
    table.keys(reader, &["when", "sentence"], &[]);
    let rule = table.expression(reader, "when", RELEASE);
    let sentence: Option<String> = table.find(reader, "sentence");
    let (rule, sentence) = (rule?, sentence?);
    reader.named("the sentence", &table.at("sentence"), &sentence, NOTE_MAX);
    if facts_in(&sentence, RELEASE).count() != sentence.matches('{').count() {
        reader.wrong(&table.at("sentence"), "the sentence names in braces what is no fact here");
    }
    let when = rule.expression.source().to_owned();
    Some((Refuses { when, sentence }, rule))
}

fn group<'a>(reader: &mut Reader<'a>, mut table: Table<'a>) -> Option<GroupPlan> {
    let more = ["veto", "covers", "reminder_hours", "limit_hours", "on_limit", "escalate_to"];
    table.keys(reader, &["name", "roles", "quorum"], &more);
    let (name, roles) = (table.find(reader, "name"), table.words(reader, "roles"));
    let (quorum, veto) = (table.find(reader, "quorum"), table.find(reader, "veto"));
    let covers = table.words(reader, "covers");
    let reminder_hours = table.find(reader, "reminder_hours");
    let limit_hours = table.find(reader, "limit_hours");
    let on_limit = table.find(reader, "on_limit");
    let escalate_to = table.words(reader, "escalate_to");
    Some(GroupPlan {
        name: name?,
        roles: roles?,
        quorum: quorum?,
        veto: veto.unwrap_or_default(),
        covers: covers.unwrap_or_default(),
        reminder_hours,
        limit_hours,
        on_limit,
        escalate_to: escalate_to.unwrap_or_default(),
    })
}
