//! What changes and releases have in common on the command line: verbs with a reason, windows,
//! tasks, remarks, and how a record is shown.

use api::approval::GrantExtension;
use api::change::{Extend, Link, LinkUntold, Links, Schedule};
use api::common::{
    Action, BulkOutcome, Comment, Lamp, LampState, NewComment, Reason, Refusal, Rehearsal,
    RehearsalFields, Rehearsals, Task, TaskFields, Written,
};
use clap::Args;
use ports::Method;
use serde::{Deserialize, Serialize};

use crate::client::{Client, Expect, Query, segment};
use crate::context::Global;
use crate::failure::{self, Failure, Result};
use crate::given::{Clock, FromFile, WindowArgs, ZoneArg, cleared, pair};
use crate::wall;

/// A record.
#[derive(Debug, Args)]
pub(crate) struct Named {
    /// Its number or id.
    pub(crate) record: String,
}

/// The same on several records, each on its own.
#[derive(Debug, Args)]
pub(crate) struct Several {
    /// Their numbers or ids.
    #[arg(required = true)]
    pub(crate) records: Vec<String>,
    /// A verb: `submit`, `hold`, `resume` or `cancel`.
    #[arg(long, required_unless_present = "from", conflicts_with = "from")]
    pub(crate) verb: Option<String>,
    /// Why.
    #[arg(long)]
    pub(crate) reason: Option<String>,
    /// New values from a JSON file in the API's shape, in place of a verb; `-` reads stdin.
    #[command(flatten)]
    pub(crate) from: FromFile,
}

/// Sends the same to several records; each that was refused is named.
pub(crate) fn several_sent(
    client: &Client,
    path: &str,
    body: &impl Serialize,
    global: &Global,
) -> Result {
    let outcomes: Vec<BulkOutcome> = client.post(path, Expect::Any, body)?;
    told_each(&outcomes, global)
}

/// Prints what became of each of several records.
pub(crate) fn told_each(outcomes: &Vec<BulkOutcome>, global: &Global) -> Result {
    let columns = &["record", "version", "refusal.code", "refusal.detail"];
    global.out().answer(outcomes, outcomes, columns)?;
    match outcomes.iter().filter(|outcome| outcome.refusal.is_some()).count() {
        0 => Ok(()),
        refused => Err(Failure::Found(format!("{refused} of {} were refused", outcomes.len()))),
    }
}

/// Which changes or releases are listed.
#[derive(Debug, Args)]
pub(crate) struct Filters {
    /// Of this risk tier: `low`, `moderate`, `high` or `very_high`.
    #[arg(long)]
    tier: Option<String>,
    /// Owned by this team.
    #[arg(long)]
    team: Option<String>,
    /// In this environment.
    #[arg(long)]
    environment: Option<String>,
    /// Yours.
    #[arg(long)]
    mine: bool,
    /// That you watch.
    #[arg(long)]
    watched: bool,
    /// On hold.
    #[arg(long)]
    held: bool,
    /// Still under way past the end of their window.
    #[arg(long)]
    overdue: bool,
    /// With these words.
    #[arg(long, short, value_name = "WORDS")]
    query: Option<String>,
    /// By `updated_at`, `window` or `number`, with a `-` before it from the last to the first;
    /// what was written last comes first when absent.
    #[arg(long, value_name = "ORDER", allow_hyphen_values = true)]
    sort: Option<String>,
}

impl Filters {
    /// As parameters.
    pub(crate) fn query(&self) -> Query {
        Query::default()
            .maybe("tier", self.tier.as_ref())
            .maybe("team", self.team.as_ref())
            .maybe("environment", self.environment.as_ref())
            .maybe("mine", self.mine.then_some(&true))
            .maybe("watched", self.watched.then_some(&true))
            .maybe("held", self.held.then_some(&true))
            .maybe("overdue", self.overdue.then_some(&true))
            .maybe("q", self.query.as_ref())
            .maybe("sort", self.sort.as_ref())
    }
}

/// The version that a write is bound to.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct IfVersion {
    /// Refuses unless the record is still at this version, as `show` tells it.
    #[arg(long, value_name = "VERSION")]
    if_version: Option<i64>,
}

impl IfVersion {
    /// What a verb expects: its own rules look at the record.
    pub(crate) fn expect(self) -> Expect {
        self.if_version.map_or(Expect::Any, Expect::Version)
    }

    /// What an edit expects: the version that is read now, when none is given.
    pub(crate) fn or_read(self, client: &Client, path: &str) -> Result<Expect> {
        #[derive(Deserialize)]
        struct Versioned {
            version: i64,
        }
        self.or(|| Ok(client.get::<Versioned>(path, &Query::default())?.version))
    }

    /// The same with another way to read it.
    pub(crate) fn or(self, read: impl FnOnce() -> Result<i64>) -> Result<Expect> {
        Ok(Expect::Version(self.if_version.map_or_else(read, Ok)?))
    }
}

/// A verb that needs no more than, perhaps, a reason.
#[derive(Debug, Args)]
pub(crate) struct Step {
    /// Its number or id.
    record: String,
    /// Why.
    #[arg(long)]
    reason: Option<String>,
    #[command(flatten)]
    version: IfVersion,
}

/// A window for a record.
#[derive(Debug, Args)]
pub(crate) struct Scheduled {
    /// Its number or id.
    pub(crate) record: String,
    #[command(flatten)]
    window: WindowArgs,
    #[command(flatten)]
    version: IfVersion,
}

/// A later end.
#[derive(Debug, Args)]
pub(crate) struct Extended {
    /// Its number or id.
    record: String,
    /// The new end: RFC 3339, or wall time of --zone.
    #[arg(long, value_name = "TIME")]
    end: String,
    #[command(flatten)]
    zone: ZoneArg,
    /// Why.
    #[arg(long)]
    reason: String,
    #[command(flatten)]
    version: IfVersion,
}

/// A longer window to decide about.
#[derive(Debug, Args)]
pub(crate) struct GrantedExtension {
    /// Its number or id.
    record: String,
    /// The end that was seen, RFC 3339 or wall time of --zone; the one that is asked for when
    /// nothing is said.
    #[arg(long, value_name = "TIME")]
    end: Option<String>,
    #[command(flatten)]
    zone: ZoneArg,
    #[command(flatten)]
    version: IfVersion,
}

/// A remark.
#[derive(Debug, Args)]
pub(crate) struct Remark {
    /// Its number or id.
    record: String,
    /// The text.
    text: String,
}

/// A rehearsal of the way back.
#[derive(Debug, Args)]
pub(crate) struct Rehearsed {
    /// The number or id of the record.
    record: String,
    /// Where it was carried out: `staging`, `test` or `development`.
    #[arg(long)]
    environment: String,
    /// How long it took.
    #[arg(long)]
    minutes: u32,
    /// What it covered beside the deployment itself: `data_migration` or `configuration`; give it
    /// again for both.
    #[arg(long, value_name = "WHAT")]
    covers: Vec<String>,
    /// When it ended, if not now: RFC 3339, or wall time of --zone.
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
    #[command(flatten)]
    zone: ZoneArg,
    /// It went wrong; --note says what.
    #[arg(long, requires = "note")]
    failed: bool,
    /// A remark.
    #[arg(long)]
    note: Option<String>,
}

/// A task: a new one, or the one with a number.
#[derive(Debug, Args)]
pub(crate) struct Tasked {
    /// The number or id of the record.
    record: String,
    /// The task's number, to write an existing one.
    #[arg(long)]
    number: Option<u32>,
    /// What is to be done.
    #[arg(long)]
    title: Option<String>,
    /// Who does it, by login.
    #[arg(long, value_name = "LOGIN")]
    assignee: Option<String>,
    /// The team that does it.
    #[arg(long, value_name = "NAME")]
    team: Option<String>,
    /// Due at this time: RFC 3339, or wall time of --zone.
    #[arg(long, value_name = "TIME")]
    due: Option<String>,
    #[command(flatten)]
    zone: ZoneArg,
    /// After this task; give it again for more.
    #[arg(long, value_name = "NUMBER")]
    after: Vec<u32>,
    /// Whether the work may not complete without it.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    required: Option<bool>,
    /// Whether it is done.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    done: Option<bool>,
    /// Takes the task with --number away.
    #[arg(long, requires = "number")]
    #[arg(conflicts_with_all = ["title", "assignee", "team", "due", "after", "required", "done"])]
    remove: bool,
    #[command(flatten)]
    version: IfVersion,
}

impl Tasked {
    fn fields(&self, clock: &Clock<'_>) -> Result<TaskFields> {
        Ok(TaskFields {
            title: self.title.clone(),
            assignee: cleared(self.assignee.as_ref()),
            team: cleared(self.team.as_ref()),
            due_at: clock.maybe(self.due.as_ref())?.map(Some),
            after: (!self.after.is_empty()).then(|| self.after.clone()),
            required: self.required,
            done: self.done,
        })
    }
}

/// Links to add and to take away.
#[derive(Debug, Args)]
pub(crate) struct Linked {
    /// The number or id of the record.
    record: String,
    /// A link to add, such as `incident=INC-7` or `ticket=JIRA-7`; give it again for more.
    #[arg(long, value_name = "KIND=TARGET", value_parser = pair)]
    add: Vec<(String, String)>,
    /// A link to take away; give it again for more.
    #[arg(long, value_name = "KIND=TARGET", value_parser = pair)]
    remove: Vec<(String, String)>,
    /// The address of the links that are added.
    #[arg(long, requires = "add")]
    link_url: Option<String>,
    /// To whom it is told that the work is done, for the problems and requests that are added. A
    /// login or an e-mail address is told by a notice; for any other name you are reminded.
    #[arg(long, requires = "add", value_name = "WHO")]
    tell: Option<String>,
    /// A problem or request that is ticked off: those who wait were told, or it moved on; give it
    /// again for more.
    #[arg(long, value_name = "KIND=TARGET", value_parser = pair)]
    done: Vec<(String, String)>,
}

impl Linked {
    /// What is there, without what is taken away, with what is added.
    fn applied(&self, there: Vec<Link>) -> Links {
        let is_named = |link: &Link, named: &[(String, String)]| {
            named.iter().any(|(kind, target)| *kind == link.kind && *target == link.target)
        };
        let mut links = there;
        for link in &mut links {
            link.done |= is_named(link, &self.done);
        }
        links.retain(|link| !is_named(link, &self.remove) && !is_named(link, &self.add));
        links.extend(self.add.iter().map(|(kind, target)| {
            let (url, tell) = (self.link_url.clone(), self.tell.clone());
            Link { url, tell, ..Link::new(kind, target) }
        }));
        Links { links }
    }
}

/// The records of one kind, at `/changes` or `/releases`.
pub(crate) struct Records<'a> {
    /// The way to the server.
    pub(crate) client: &'a Client,
    /// Where they are.
    pub(crate) folder: &'static str,
}

impl Records<'_> {
    /// Where a record is.
    pub(crate) fn path(&self, record: &str) -> String {
        format!("{}/{}", self.folder, segment(record))
    }

    /// The clock by which times of a record are read.
    pub(crate) fn clock<'a>(&'a self, zone: &'a ZoneArg, record: &str) -> Clock<'a> {
        zone.clock(self.client).of(self.path(record))
    }

    /// Sends a verb with a body.
    pub(crate) fn post<B: Serialize>(
        &self,
        record: &str,
        verb: &str,
        version: Expect,
        body: &B,
    ) -> Result<Written> {
        self.client.post(&format!("{}/{verb}", self.path(record)), version, body)
    }

    /// Sends a verb with a reason.
    pub(crate) fn step(&self, step: &Step, verb: &str) -> Result<Written> {
        let body = Reason { reason: step.reason.clone() };
        self.post(&step.record, verb, step.version.expect(), &body)
    }

    /// Sets or moves the window.
    pub(crate) fn schedule(&self, scheduled: &Scheduled) -> Result<Written> {
        let clock = self.clock(&scheduled.window.zone, &scheduled.record);
        let body = Schedule { window: scheduled.window.window(&clock)? };
        self.post(&scheduled.record, "schedule", scheduled.version.expect(), &body)
    }

    /// Lengthens the window as it was asked for.
    pub(crate) fn grant_extension(&self, granted: &GrantedExtension) -> Result<Written> {
        #[derive(Deserialize)]
        struct Asked {
            end: String,
        }
        #[derive(Deserialize)]
        struct Seen {
            extension: Option<Asked>,
        }
        let end = match &granted.end {
            Some(end) => self.clock(&granted.zone, &granted.record).instant(end)?,
            None => {
                let seen: Seen = self.client.get(&self.path(&granted.record), &Query::default())?;
                // Where nothing is asked for any more, the server says so.
                seen.extension.map_or_else(|| "1970-01-01T00:00:00Z".to_owned(), |asked| asked.end)
            }
        };
        let body = GrantExtension { end };
        self.post(&granted.record, "extension/grant", granted.version.expect(), &body)
    }

    /// Asks for a longer window.
    pub(crate) fn extend(&self, extended: &Extended) -> Result<Written> {
        let end = self.clock(&extended.zone, &extended.record).instant(&extended.end)?;
        let body = Extend { end, reason: extended.reason.clone() };
        self.post(&extended.record, "extend", extended.version.expect(), &body)
    }

    /// Makes a draft with the same content.
    pub(crate) fn copy(&self, named: &Named) -> Result<Written> {
        self.post(&named.record, "clone", Expect::Any, &Reason::default())
    }

    /// Adds a remark.
    pub(crate) fn comment(&self, remark: &Remark) -> Result<Written> {
        let body = NewComment { text: remark.text.clone() };
        self.post(&remark.record, "comments", Expect::Any, &body)
    }

    /// Writes a rehearsal of the way back down.
    pub(crate) fn rehearse(&self, rehearsed: &Rehearsed) -> Result<Written> {
        let clock = self.clock(&rehearsed.zone, &rehearsed.record);
        let body = RehearsalFields {
            environment: rehearsed.environment.clone(),
            at: rehearsed.at.as_ref().map(|at| clock.instant(at)).transpose()?,
            minutes: rehearsed.minutes,
            passed: Some(!rehearsed.failed),
            covers: rehearsed.covers.clone(),
            note: rehearsed.note.clone(),
        };
        self.post(&rehearsed.record, "rehearsals", Expect::Any, &body)
    }

    /// Adds a task, writes one or takes it away.
    pub(crate) fn task(&self, tasked: &Tasked) -> Result<Written> {
        let path = self.path(&tasked.record);
        let body = tasked.fields(&self.clock(&tasked.zone, &tasked.record))?;
        let Some(number) = tasked.number else {
            return self.client.post(&format!("{path}/tasks"), tasked.version.expect(), &body);
        };
        let expect = tasked.version.or_read(self.client, &path)?;
        let task = format!("{path}/tasks/{number}");
        if tasked.remove {
            return self.client.bare(Method::Delete, &task, expect);
        }
        self.client.write(Method::Patch, &task, expect, &body)
    }

    /// Watches a record, or stops watching it.
    pub(crate) fn watch(&self, named: &Named, watches: bool) -> Result<Written> {
        let method = if watches { Method::Put } else { Method::Delete };
        self.client.bare(method, &format!("{}/watch", self.path(&named.record)), Expect::Any)
    }

    /// Adds links, and takes links away.
    pub(crate) fn link(&self, linked: &Linked) -> Result<Written> {
        #[derive(Deserialize)]
        struct Seen {
            version: i64,
            links: Vec<Link>,
        }
        let path = self.path(&linked.record);
        let seen: Seen = self.client.get(&path, &Query::default())?;
        let (expect, body) = (Expect::Version(seen.version), linked.applied(seen.links));
        self.client.write(Method::Put, &format!("{path}/links"), expect, &body)
    }
}

/// The lamps from here to done, a line each.
pub(crate) fn lamp_lines(route: &[Lamp], zone: &str) -> Vec<String> {
    let line = |lamp: &Lamp| {
        let shown = match lamp.state {
            LampState::Clear => "clear     ",
            LampState::Waiting => "waiting   ",
            LampState::Stop => "STOP      ",
            LampState::NotNeeded => "not needed",
        };
        format!("{shown}  {}: {}", lamp.name, wall::sentence(&lamp.detail, zone))
    };
    route.iter().map(line).collect()
}

/// Tasks, a line each.
pub(crate) fn task_lines(tasks: &[Task], zone: &str) -> Vec<String> {
    let line = |task: &Task| {
        let done = if task.done { "done" } else { "open" };
        let who = task.assignee.iter().chain(&task.team).map(|who| format!(" ({})", who.name));
        let due = task.due_at.iter().filter(|_| !task.done);
        let due = due.map(|at| format!(", due {}", wall::moment(at, zone)));
        let facts: String = who.chain(due).collect();
        format!("{} {done} {}{facts}", task.number, task.title)
    };
    tasks.iter().map(line).collect()
}

/// Rehearsals, a line each, after how fresh the last that passed is.
pub(crate) fn rehearsal_lines(rehearsals: &Rehearsals, zone: &str) -> Vec<String> {
    let fresh = match rehearsals.days {
        None => "never rehearsed".to_owned(),
        Some(1) => "rehearsed 1 day ago".to_owned(),
        Some(days) => format!("rehearsed {days} days ago"),
    };
    let line = |one: &Rehearsal| {
        let ended = if one.passed { "passed" } else { "FAILED" };
        let at = wall::moment(&one.at, zone);
        let covers = one.covers.iter().map(|what| format!(", {}", what.replace('_', " ")));
        let covers: String = covers.collect();
        let head = format!("{at} {ended} in {}, {} min{covers}", one.environment, one.minutes);
        format!("{head} {}", one.note).trim_end().to_owned()
    };
    std::iter::once(fresh).chain(rehearsals.items.iter().map(line)).collect()
}

/// Links, a line each.
pub(crate) fn link_lines(links: &[Link], zone: &str) -> Vec<String> {
    let line = |link: &Link| {
        let url = link.url.iter().map(|url| format!(" {url}"));
        let tell = match (&link.told, &link.tell, &link.untold) {
            (Some(told), ..) => {
                format!(" (told {} at {})", told.whom, wall::moment(&told.at, zone))
            }
            (None, Some(who), Some(LinkUntold { reason, notice })) => {
                let again = notice.iter().map(|id| format!("; `notice retry {id}` sends it again"));
                let again: String = again.collect();
                format!(" (tell {who}; not told by a notice: {reason}{again})")
            }
            (None, Some(who), None) => format!(" (tell {who})"),
            (None, None, _) => String::new(),
        };
        let done = if link.done && link.told.is_none() { ", ticked off" } else { "" };
        let url: String = url.collect();
        format!("{} {}{url}{tell}{done}", link.kind, link.target)
    };
    links.iter().map(line).collect()
}

/// Remarks, a line each.
pub(crate) fn comment_lines(comments: &[Comment], zone: &str) -> Vec<String> {
    let at = |one: &Comment| wall::moment(&one.at, zone);
    comments.iter().map(|one| format!("{} {}: {}", at(one), one.author, one.text)).collect()
}

/// A refusal with what is missing, in one line.
pub(crate) fn refusal_words(refusal: &Refusal) -> String {
    let missing: Vec<&str> = refusal.errors.iter().map(|error| error.detail.as_str()).collect();
    let detail = failure::without_errors(&refusal.detail);
    if missing.is_empty() { detail } else { format!("{detail}: {}", missing.join("; ")) }
}

/// What may be done now, then why the rest may not, verbs of one reason together. Those that
/// belong to another phase are left out.
pub(crate) fn action_lines(actions: &[Action], zone: &str) -> Vec<String> {
    let mut reasons: Vec<(String, Vec<&str>)> = Vec::new();
    for action in actions {
        let refusal = action.refusal.as_ref().filter(|_| !action.allowed);
        if refusal.is_some_and(|refusal| refusal.code.ends_with(".wrong_phase")) {
            continue;
        }
        let reason = refusal.map_or_else(String::new, refusal_words);
        match reasons.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, names)) => names.push(&action.name),
            None => reasons.push((reason, vec![&action.name])),
        }
    }
    reasons.sort_by_key(|(reason, _)| !reason.is_empty());
    let line = |(reason, names): &(String, Vec<&str>)| match reason.as_str() {
        "" => names.join(", "),
        reason => format!("not {}: {}", names.join(", "), wall::sentence(reason, zone)),
    };
    reasons.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use api::change::LinkTold;

    use super::*;

    fn link(kind: &str, target: &str) -> Link {
        Link::new(kind, target)
    }

    #[test]
    fn a_link_that_is_added_twice_is_there_once() {
        let named = |kind: &str, target: &str| (kind.to_owned(), target.to_owned());
        let linked = Linked {
            record: "CHG-1".to_owned(),
            add: vec![named("incident", "INC-7"), named("ticket", "T-1")],
            remove: vec![named("commit", "abc")],
            link_url: None,
            tell: None,
            done: vec![named("request", "R-1")],
        };
        let there = vec![
            link("commit", "abc"),
            link("incident", "INC-7"),
            link("build", "9"),
            link("request", "R-1"),
        ];
        let told = Link { done: true, ..link("request", "R-1") };
        let expected = [link("build", "9"), told, link("incident", "INC-7"), link("ticket", "T-1")];
        assert_eq!(linked.applied(there).links, expected);
    }

    #[test]
    fn a_link_says_who_was_told_or_why_nobody_was() {
        let told = LinkTold { whom: "Olga".to_owned(), at: "2026-11-21T08:00:00Z".to_owned() };
        let told = Link {
            tell: Some("olga".to_owned()),
            done: true,
            told: Some(told),
            ..link("request", "SR-1")
        };
        let (tell, reason) = (Some("Piet".to_owned()), "Piet is no login".to_owned());
        let untold = Some(LinkUntold { reason, notice: None });
        let open = Link { tell, untold, ..link("problem", "P-3") };
        let by_hand = Link { done: true, ..link("problem", "P-4") };
        assert_eq!(
            link_lines(&[told, open, by_hand], "Europe/Amsterdam"),
            [
                "request SR-1 (told Olga at 2026-11-21 09:00+01:00 Europe/Amsterdam)",
                "problem P-3 (tell Piet; not told by a notice: Piet is no login)",
                "problem P-4, ticked off",
            ]
        );
    }

    #[test]
    fn verbs_that_are_refused_for_one_reason_share_a_line() {
        let action = |name: &str, code: Option<&str>| Action {
            name: name.to_owned(),
            allowed: code.is_none(),
            refusal: code.map(|code| Refusal {
                code: code.to_owned(),
                detail: format!("because of {code}"),
                errors: Vec::new(),
            }),
        };
        let lines = action_lines(
            &[
                action("approve", Some("approval.own_work")),
                action("edit", None),
                action("start", Some("change.wrong_phase")),
                action("reject", Some("approval.own_work")),
                action("hold", None),
            ],
            "UTC",
        );
        assert_eq!(lines, ["edit, hold", "not approve, reject: because of approval.own_work"]);
    }
}
