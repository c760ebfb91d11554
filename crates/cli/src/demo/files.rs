//! The files of `demo/`, built into the program, and their shapes.

use std::collections::BTreeMap;

use anyhow::{Context as _, anyhow};
use api::change::Link;
use jiff::civil::Time;
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use toml::{Table, Value};

use crate::demo::times::{When, WindowPlan};

macro_rules! file {
    ($name:literal) => {
        ($name, include_str!(concat!("../../../../demo/", $name)))
    };
}

const PEOPLE: (&str, &str) = file!("people.toml");
const TEAMS: (&str, &str) = file!("teams.toml");
const GROUPS: (&str, &str) = file!("groups.toml");
const SERVICES: (&str, &str) = file!("services.toml");
const CIS: (&str, &str) = file!("cis.toml");
const WINDOWS: (&str, &str) = file!("windows.toml");
const BOARDS: (&str, &str) = file!("boards.toml");
const STANDARD: (&str, &str) = file!("standard.toml");
const HISTORY: (&str, &str) = file!("history.toml");
const RELEASES: (&str, &str) = file!("releases.toml");
const UPCOMING: (&str, &str) = file!("upcoming.toml");
const PLANNED: (&str, &str) = file!("planned.toml");
const INCIDENTS: (&str, &str) = file!("incidents.toml");
const MEETINGS: (&str, &str) = file!("meetings.toml");
const KNOWLEDGE: (&str, &str) = file!("knowledge.toml");
const EXCEPTIONS: (&str, &str) = file!("exceptions.toml");

/// Everything that is told.
#[derive(Debug)]
pub(super) struct Story {
    pub(super) people: People,
    pub(super) teams: Vec<TeamPlan>,
    pub(super) services: Vec<ServicePlan>,
    pub(super) cis: Vec<CiPlan>,
    pub(super) groups: Vec<GroupPlan>,
    pub(super) periods: Periods,
    pub(super) boards: Vec<BoardPlan>,
    /// Changes that travel alone.
    pub(super) changes: Vec<ChangePlan>,
    pub(super) releases: Vec<ReleasePlan>,
    pub(super) incidents: Vec<IncidentPlan>,
    pub(super) meetings: Vec<MeetingPlan>,
    pub(super) exceptions: Vec<ExceptionPlan>,
    pub(super) articles: Vec<ArticlePlan>,
    /// Texts of recurring work, by name.
    standard: BTreeMap<String, Table>,
}

impl Story {
    /// Reads all files.
    pub(super) fn read() -> anyhow::Result<Self> {
        let mut story = Self {
            people: Self::people()?,
            teams: parse::<Teams>(TEAMS)?.team,
            services: parse::<Services>(SERVICES)?.service,
            cis: parse::<Cis>(CIS)?.ci,
            groups: parse::<Groups>(GROUPS)?.group,
            periods: parse(WINDOWS)?,
            boards: parse::<Boards>(BOARDS)?.board,
            changes: Vec::new(),
            releases: Vec::new(),
            incidents: Vec::new(),
            meetings: parse::<Meetings>(MEETINGS)?.meeting,
            exceptions: parse::<Exceptions>(EXCEPTIONS)?.exception,
            articles: parse::<Articles>(KNOWLEDGE)?.article,
            standard: parse(STANDARD)?,
        };
        for file in [HISTORY, RELEASES, UPCOMING, PLANNED, INCIDENTS] {
            let chapter: Chapter = parse(file)?;
            story.changes.extend(chapter.change);
            story.releases.extend(chapter.release);
            story.incidents.extend(chapter.incident);
        }
        Ok(story)
    }

    /// Reads the people alone.
    pub(super) fn people() -> anyhow::Result<People> {
        parse(PEOPLE)
    }

    /// What a change says of itself: its own fields over those of the recurring work it is like,
    /// in which `{ci}` stands for the first CI it names.
    pub(super) fn fields(&self, change: &ChangePlan) -> anyhow::Result<Table> {
        let Some(like) = &change.like else { return Ok(change.fields.clone()) };
        let standard = self.standard.get(like);
        let mut fields = standard.ok_or_else(|| anyhow!("no work is called `{like}`"))?.clone();
        let ci = change.first_ci().ok_or_else(|| anyhow!("a change like `{like}` names a CI"))?;
        for (_, value) in &mut fields {
            if let Value::String(text) = value {
                *text = text.replace("{ci}", ci);
            }
        }
        fields.extend(change.fields.clone());
        Ok(fields)
    }

    /// Who answers for the service of a CI.
    pub(super) fn owner_of(&self, ci: &str) -> Option<&str> {
        let ci = self.cis.iter().find(|known| known.name == ci)?;
        let service = self.services.iter().find(|known| known.name == ci.service)?;
        Some(&service.owner)
    }
}

fn parse<T: DeserializeOwned>((name, text): (&str, &str)) -> anyhow::Result<T> {
    toml::from_str(text).with_context(|| format!("reading demo/{name}"))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct People {
    /// Everyone's.
    pub(super) password: String,
    pub(super) person: Vec<PersonPlan>,
}

impl People {
    /// The first who keeps accounts.
    pub(super) fn administrator(&self) -> anyhow::Result<&PersonPlan> {
        let found = self.person.iter().find(|person| person.has("administrator"));
        found.ok_or_else(|| anyhow!("nobody in demo/people.toml is an administrator"))
    }

    /// The first who plans releases: assesses changes and closes them.
    pub(super) fn release_manager(&self) -> anyhow::Result<&str> {
        let found = self.person.iter().find(|person| person.has("release_manager"));
        Ok(&found.ok_or_else(|| anyhow!("nobody in demo/people.toml is a release manager"))?.login)
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PersonPlan {
    pub(super) login: String,
    pub(super) name: String,
    pub(super) title: String,
    pub(super) roles: Vec<String>,
    pub(super) zone: String,
}

impl PersonPlan {
    fn has(&self, role: &str) -> bool {
        self.roles.iter().any(|held| held == role)
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Teams {
    team: Vec<TeamPlan>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TeamPlan {
    pub(super) name: String,
    pub(super) description: String,
    pub(super) members: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Groups {
    group: Vec<GroupPlan>,
}

/// A user group. Only people with an account are in it: the demonstration writes to nobody.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GroupPlan {
    pub(super) name: String,
    pub(super) audience: String,
    pub(super) services: Vec<String>,
    pub(super) people: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Services {
    service: Vec<ServicePlan>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ServicePlan {
    pub(super) name: String,
    pub(super) description: String,
    pub(super) criticality: u8,
    pub(super) owner: String,
    pub(super) team: String,
    pub(super) data_loss_minutes: u32,
    #[serde(default)]
    pub(super) known_limits: String,
    pub(super) region: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Cis {
    ci: Vec<CiPlan>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CiPlan {
    pub(super) name: String,
    pub(super) kind: String,
    pub(super) service: String,
    pub(super) criticality: u8,
    pub(super) region: String,
    pub(super) version_running: Option<String>,
    #[serde(default)]
    pub(super) runs_on: Vec<String>,
    #[serde(default)]
    pub(super) uses: Vec<String>,
    #[serde(default)]
    pub(super) part_of: Vec<String>,
    #[serde(default)]
    pub(super) connects_to: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Periods {
    pub(super) window: Vec<PeriodPlan>,
    pub(super) peak: Vec<PeriodPlan>,
    pub(super) blackout: Vec<PeriodPlan>,
    pub(super) event: Vec<PeriodPlan>,
    pub(super) sprint: Vec<PeriodPlan>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PeriodPlan {
    pub(super) name: String,
    pub(super) reason: String,
    pub(super) services: Vec<String>,
    pub(super) environment: Option<String>,
    /// When it was decided.
    pub(super) set: When,
    pub(super) by: String,
    pub(super) window: WindowPlan,
    pub(super) repeats: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Boards {
    board: Vec<BoardPlan>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BoardPlan {
    pub(super) name: String,
    pub(super) chair: String,
    pub(super) roles: Vec<String>,
    /// At which wall time it meets; only as called when absent.
    pub(super) at: Option<Time>,
    #[serde(default)]
    pub(super) repeats: String,
    #[serde(default)]
    pub(super) minutes: u32,
    #[serde(default)]
    pub(super) cut_off_minutes: u32,
    /// When it was set up.
    pub(super) set: When,
    /// When it got its schedule.
    pub(super) meets: Option<When>,
    pub(super) by: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Meetings {
    meeting: Vec<MeetingPlan>,
}

/// A meeting that is over.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MeetingPlan {
    pub(super) key: String,
    pub(super) board: String,
    pub(super) by: String,
    pub(super) called: When,
    pub(super) window: WindowPlan,
    pub(super) cut_off: When,
    /// The chair.
    pub(super) led_by: String,
    pub(super) present: Vec<String>,
    pub(super) remarks: Vec<RemarkPlan>,
    pub(super) ended: When,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RemarkPlan {
    pub(super) at: When,
    pub(super) by: String,
    /// The key of the item; the meeting when nothing is said.
    pub(super) on: Option<String>,
    pub(super) text: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Articles {
    article: Vec<ArticlePlan>,
}

/// An article: what it says, or for whom the notes of its release are written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ArticlePlan {
    pub(super) key: String,
    pub(super) by: String,
    pub(super) written: When,
    pub(super) kind: Option<String>,
    pub(super) audience: Option<String>,
    pub(super) title: Option<String>,
    pub(super) body: Option<String>,
    #[serde(default)]
    pub(super) services: Vec<String>,
    /// The key of its release.
    pub(super) release: Option<String>,
    /// For whom it is written from the record.
    pub(super) notes: Option<String>,
    pub(super) approved: Option<When>,
    pub(super) approved_by: Option<String>,
    pub(super) published: Option<When>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Exceptions {
    exception: Vec<ExceptionPlan>,
}

/// An exception that was granted.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ExceptionPlan {
    pub(super) key: String,
    pub(super) by: String,
    pub(super) asked: When,
    pub(super) rule: String,
    /// The key of the record that is to pass.
    pub(super) subject: String,
    /// The key of what the rule holds against it.
    pub(super) with: String,
    pub(super) reason: String,
    pub(super) until: When,
    pub(super) granted_by: String,
    pub(super) granted: When,
    pub(super) note: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Chapter {
    #[serde(default)]
    change: Vec<ChangePlan>,
    #[serde(default)]
    release: Vec<ReleasePlan>,
    #[serde(default)]
    incident: Vec<IncidentPlan>,
}

/// How far the story of a change goes by itself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Until {
    /// It is raised.
    Draft,
    /// It is handed in.
    Assess,
    /// Its risk is recorded.
    Authorise,
    /// Its work is done.
    Review,
    /// It is over.
    #[default]
    Closed,
}

/// A change; the fields that are not named here are those of the product.
#[derive(Debug, Deserialize)]
pub(super) struct ChangePlan {
    pub(super) key: String,
    pub(super) requester: String,
    pub(super) raised: When,
    pub(super) like: Option<String>,
    #[serde(default)]
    pub(super) until: Until,
    /// When the first vote is cast; the next morning when nothing is said.
    pub(super) voted: Option<When>,
    /// How many vote; all that are needed when nothing is said.
    pub(super) votes: Option<u32>,
    pub(super) window: Option<WindowPlan>,
    /// Minutes of work, or of its step in a deployment.
    pub(super) took: Option<i64>,
    pub(super) outcome: Option<String>,
    pub(super) note: Option<String>,
    /// Why its step in a deployment failed.
    pub(super) failed: Option<String>,
    #[serde(default)]
    pub(super) links: Vec<Link>,
    pub(super) review: Option<ReviewPlan>,
    #[serde(default)]
    pub(super) also: Vec<Also>,
    #[serde(flatten)]
    pub(super) fields: Table,
}

impl ChangePlan {
    /// The first CI it names.
    pub(super) fn first_ci(&self) -> Option<&str> {
        self.fields.get("cis")?.as_array()?.first()?.as_str()
    }
}

/// A release; the fields that are not named here are those of the product.
#[derive(Debug, Deserialize)]
pub(super) struct ReleasePlan {
    pub(super) key: String,
    pub(super) by: String,
    pub(super) created: When,
    pub(super) build: Option<When>,
    pub(super) test: Option<When>,
    pub(super) submitted: Option<When>,
    pub(super) voted: Option<When>,
    pub(super) votes: Option<u32>,
    pub(super) scheduled: Option<When>,
    pub(super) window: Option<WindowPlan>,
    pub(super) deployer: Option<String>,
    #[serde(default)]
    pub(super) milestones: Vec<MilestonePlan>,
    pub(super) rollback: Option<RollbackPlan>,
    pub(super) outcome: Option<String>,
    pub(super) note: Option<String>,
    #[serde(default)]
    pub(super) links: Vec<Link>,
    pub(super) review: Option<ReviewPlan>,
    #[serde(default)]
    pub(super) also: Vec<Also>,
    /// Its changes in deploy order.
    #[serde(default)]
    pub(super) change: Vec<ChangePlan>,
    #[serde(flatten)]
    pub(super) fields: Table,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MilestonePlan {
    pub(super) name: String,
    pub(super) at: When,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RollbackPlan {
    pub(super) by: String,
    /// Minutes after the step that failed.
    pub(super) after: i64,
    pub(super) reason: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReviewPlan {
    pub(super) by: String,
    pub(super) went_well: String,
    pub(super) went_wrong: String,
    #[serde(default)]
    pub(super) root_cause: String,
    #[serde(default)]
    pub(super) objectives_met: String,
    #[serde(default)]
    pub(super) user_feedback: String,
    #[serde(default)]
    pub(super) business_value: String,
    #[serde(default)]
    pub(super) kpis: Vec<api::review::ReviewKpi>,
    #[serde(default)]
    pub(super) actions: Vec<ActionPlan>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ActionPlan {
    pub(super) title: String,
    pub(super) owner: String,
    /// A day, counted from today.
    pub(super) due: i64,
    #[serde(default)]
    pub(super) done: bool,
}

/// An incident.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct IncidentPlan {
    pub(super) key: String,
    pub(super) by: String,
    pub(super) opened: When,
    pub(super) resolved: Option<When>,
    pub(super) closed: Option<When>,
    pub(super) assignee: String,
    pub(super) priority: u8,
    /// The change that caused it, known when it is resolved.
    pub(super) caused_by: Option<String>,
    pub(super) title: String,
    pub(super) description: String,
    pub(super) cis: Vec<String>,
    pub(super) services: Vec<String>,
    #[serde(default)]
    pub(super) also: Vec<Also>,
}

/// What someone does to a record beside its usual course.
#[derive(Debug, Deserialize)]
pub(super) struct Also {
    pub(super) at: When,
    pub(super) by: String,
    #[serde(flatten)]
    pub(super) deed: Deed,
}

/// What people do to records.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Deed {
    /// Remarks.
    Comment(String),
    /// Watches it.
    Watch(IgnoredAny),
    /// Adds a task.
    Task(TaskPlan),
    /// Does the task of a number.
    Done(u32),
    /// Edits its fields.
    Edit(Table),
    /// Hands it in.
    Submit(IgnoredAny),
    /// Records its risk and asks for approval.
    Assess(IgnoredAny),
    /// Votes yes, with a reason.
    Approve(String),
    /// Votes no.
    Reject(String),
    /// Tries to vote, and is refused for this code.
    Refused(String),
    /// Answers for its conflict with another record.
    Accept(AcceptPlan),
    /// Lets it wait.
    Hold(String),
    /// Gives it up.
    Cancel(String),
    /// States the scope of a release.
    Scope(Table),
    /// Lets nothing join any more, with a reason.
    Freeze(String),
    /// Lets a release wait for those of these keys.
    After(Vec<String>),
    /// Attaches the change of a key.
    Attach(String),
    /// Opens the record.
    #[serde(skip)]
    Begin,
    /// Sets its links.
    #[serde(skip)]
    Links,
    /// Lets so many vote, one after the other, so many minutes apart.
    #[serde(skip)]
    Votes(u32, i64),
    /// Goes on to the next state.
    #[serde(skip)]
    Advance,
    /// Lets its audience read it.
    #[serde(skip)]
    Publish,
    /// Commits the window.
    #[serde(skip)]
    Schedule,
    /// Begins the work.
    #[serde(skip)]
    Start,
    /// Reports the step of a change; why, when it failed.
    #[serde(skip)]
    Step(String, Option<String>),
    /// Ends the work.
    #[serde(skip)]
    Complete,
    /// Says that what was done holds.
    #[serde(skip)]
    Verify,
    /// Decides to take it back.
    #[serde(skip)]
    Rollback,
    /// Reports the way back of a change.
    #[serde(skip)]
    StepBack(String),
    /// Writes its review and completes it.
    #[serde(skip)]
    Review,
    /// Restores service.
    #[serde(skip)]
    Resolve,
    /// Ends it.
    #[serde(skip)]
    Close,
    /// Comes to a meeting.
    #[serde(skip)]
    Attend,
    /// Notes something for its minutes: on the item of a key, and what.
    #[serde(skip)]
    Remark(Option<String>, String),
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TaskPlan {
    pub(super) title: String,
    pub(super) assignee: Option<String>,
    pub(super) due: Option<When>,
    #[serde(default)]
    pub(super) required: bool,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AcceptPlan {
    /// The key of the other record.
    pub(super) other: String,
    pub(super) reason: String,
}
