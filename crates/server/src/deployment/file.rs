//! The plan file of a release: TOML, a table for each step. What the engine needs of it becomes its
//! plan; what is called stays here, and is looked up by the key of the step.

use std::collections::{BTreeMap, BTreeSet};

use domain::identity::Role;
use domain::runner::Target;
use orchestrator::{Act, Ask, Attempt, Choice, IfLost, OnFailure, Plan, Retries, Step, Undo, Way};
use ports::Method;
use serde::Deserialize;

use super::canary;
use super::look::{LookText, PromQuery, address_flaw};
pub(crate) use super::places::Flaw;
use super::places::Places;
use super::trigger::{TriggerText, Watch};

/// The most flaws that are told at once.
const FLAWS_MAX: usize = 50;
/// How long a call may take unless the file says otherwise; for longer no client waits for one
/// answer.
const CALL_SECONDS: u32 = 60;
/// How long a runner may take unless the file says otherwise.
const JOB_SECONDS: u32 = 60 * 60;
/// How long a person may take unless the file says otherwise.
const PERSON_SECONDS: u32 = 24 * 60 * 60;
/// How long probes and queries wait between two looks.
const LOOK_EVERY_SECONDS: u32 = 5;

/// A plan file that was read.
#[derive(Debug)]
pub(crate) struct PlanFile {
    /// What the engine carries out.
    pub(crate) plan: Plan,
    /// What it asks of runners, with the place in the file.
    pub(super) jobs: Vec<(Flaw, JobCall)>,
    /// The places of the steps that cannot be taken back.
    pub(super) stands: Vec<Flaw>,
    steps: BTreeMap<String, StepText>,
    triggers: BTreeMap<String, TriggerText>,
}

/// What a driver does for a step.
#[derive(Debug, Clone)]
pub(super) enum Call {
    /// One request, with an effect.
    Http(HttpCall),
    /// A message, which may be left.
    Notice(HttpCall),
    /// An address that is looked at until it is as it should be.
    Probe(Probe),
    /// A query that is watched for a time.
    Query(PromQuery),
    /// A command that a runner carries out, under the key of the attempt.
    Job(String, JobCall),
}

/// A command of a runner.
#[derive(Debug, Clone)]
pub(super) struct JobCall {
    pub(super) target: Target,
    pub(super) command: String,
    pub(super) arguments: BTreeMap<String, String>,
}

/// One request.
#[derive(Debug, Clone)]
pub(super) struct HttpCall {
    pub(super) method: Method,
    pub(super) url: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: String,
    /// The statuses that are a success; any 2xx when there is none.
    pub(super) expect: Vec<u16>,
    /// Where it is asked what became of it.
    pub(super) status_url: Option<String>,
    /// Whether it is safe to repeat it under its key.
    pub(super) is_repeated: bool,
}

/// An address that is looked at.
#[derive(Debug, Clone)]
pub(super) struct Probe {
    pub(super) url: String,
    pub(super) expect: Vec<u16>,
    pub(super) contains: Option<String>,
    pub(super) for_seconds: u32,
    pub(super) every_seconds: u32,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FileText {
    #[serde(default)]
    ask: AskText,
    #[serde(default)]
    step: Vec<StepText>,
    #[serde(default)]
    trigger: Vec<TriggerText>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct AskText {
    minutes: Option<u32>,
    default: Option<Choice>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    Http,
    Weight,
    Canary,
    #[default]
    Wait,
    Manual,
    Signoff,
    Probe,
    Query,
    Notice,
    Command,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum How {
    Reversible,
    Compensating,
    Irreversible,
    PointOfNoReturn,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RetriesText {
    limit: u32,
    #[serde(default)]
    delay_seconds: u32,
    #[serde(default = "one")]
    factor: u32,
}

fn one() -> u32 {
    1
}

/// What is written of a request, forward or back.
#[derive(Debug, Default, Clone, Deserialize)]
pub(super) struct RequestText {
    pub(super) url: Option<String>,
    pub(super) method: Option<String>,
    #[serde(default)]
    pub(super) headers: BTreeMap<String, String>,
    pub(super) body: Option<String>,
    #[serde(default)]
    pub(super) expect: Vec<u16>,
    pub(super) status_url: Option<String>,
    pub(super) weight: Option<u32>,
    pub(super) runner: Option<String>,
    pub(super) label: Option<String>,
    pub(super) command: Option<String>,
    #[serde(default)]
    pub(super) arguments: BTreeMap<String, String>,
}

#[derive(Debug, Default, Clone, Deserialize)]
pub(super) struct StepText {
    pub(super) key: String,
    #[serde(default)]
    pub(super) needs: BTreeSet<String>,
    pub(super) change: Option<String>,
    pub(super) kind: Kind,
    pub(super) text: Option<String>,
    pub(super) role: Option<String>,
    #[serde(flatten)]
    pub(super) request: RequestText,
    pub(super) seconds: Option<u32>,
    pub(super) contains: Option<String>,
    pub(super) for_seconds: Option<u32>,
    pub(super) every_seconds: Option<u32>,
    #[serde(flatten)]
    pub(super) look: LookText,
    #[serde(default)]
    pub(super) weights: Vec<u32>,
    pub(super) settle_seconds: Option<u32>,
    pub(super) prometheus: Option<String>,
    #[serde(default = "one")]
    pub(super) minutes: u32,
    pub(super) time_limit_seconds: Option<u32>,
    pub(super) retries: Option<RetriesText>,
    pub(super) on_failure: Option<OnFailure>,
    pub(super) on_no_data: Option<OnFailure>,
    #[serde(default)]
    pub(super) idempotent: bool,
    pub(super) undo: Option<UndoText>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct UndoText {
    #[serde(default = "reversible")]
    pub(super) how: How,
    pub(super) reason: Option<String>,
    pub(super) text: Option<String>,
    #[serde(default = "one")]
    pub(super) minutes: u32,
    #[serde(flatten)]
    pub(super) request: RequestText,
}

fn reversible() -> How {
    How::Reversible
}

/// Reads a plan file. `changes` are the numbers of the release's changes; each has a step.
pub(crate) fn read(text: &str, changes: &[String]) -> Result<PlanFile, Vec<Flaw>> {
    let place = Places::of(text);
    let file: FileText = match toml::from_str(text) {
        Ok(file) => file,
        Err(error) => {
            let at = error.span().unwrap_or(0..0);
            return Err(vec![place.flaw(at, error.message().to_owned())]);
        }
    };
    let mut flaws = place.unknown_fields();
    let mut plan = Plan::default();
    plan.ask.seconds =
        file.ask.minutes.map_or(plan.ask.seconds, |minutes| minutes.saturating_mul(60));
    plan.ask.default = file.ask.default.unwrap_or(Ask::default().default);
    for (at, step) in file.step.iter().enumerate() {
        for (field, detail) in step.flaws(changes) {
            flaws.push(place.flaw(place.field("step", at, field), detail));
        }
    }
    for (at, trigger) in file.trigger.iter().enumerate() {
        for (field, detail) in trigger.flaws() {
            flaws.push(place.flaw(place.field("trigger", at, field), detail));
        }
    }
    let steps = canary::spelled_out(&file.step);
    plan.steps = steps.iter().map(|(_, step)| step.engine()).collect();
    plan.triggers = file.trigger.iter().map(TriggerText::engine).collect();
    for flaw in plan.flaws() {
        let table = flaw.step.and_then(|step| steps.get(step)).map(|(at, _)| *at);
        let at = match (table, flaw.trigger, flaw.field) {
            (Some(step), _, "undo_minutes") => place.field("step", step, "undo.minutes"),
            (Some(step), _, "reason") => place.field("step", step, "undo.reason"),
            (Some(step), _, "group") => place.field("step", step, "change"),
            (Some(step), _, field) => place.field("step", step, field),
            (None, Some(trigger), field) => place.field("trigger", trigger, field),
            (None, None, "ask.seconds") => place.path("ask.minutes"),
            (None, None, _) => 0..0,
        };
        flaws.push(place.flaw(at, flaw.detail));
    }
    for change in changes {
        if !file.step.iter().any(|step| step.change.as_ref() == Some(change)) {
            let detail = format!("{change} of the release has no step: write one with it");
            flaws.push(place.flaw(0..0, detail));
        }
    }
    if flaws.is_empty() {
        let at = |step, field| place.flaw(place.field("step", step, field), String::new());
        let jobs = file.step.iter().enumerate().flat_map(|(step, text)| {
            text.jobs().into_iter().map(move |(field, job)| (step, field, job))
        });
        let jobs = jobs.map(|(step, field, job)| (at(step, field), job)).collect();
        let stands = file.step.iter().enumerate().filter(|(_, step)| step.stands());
        let stands = stands.map(|(step, _)| at(step, "undo.how")).collect();
        let steps = steps.into_iter().map(|(_, step)| (step.key.clone(), step)).collect();
        let triggers = file.trigger.into_iter().map(|one| (one.key.clone(), one)).collect();
        return Ok(PlanFile { plan, jobs, stands, steps, triggers });
    }
    flaws.sort_by_key(|flaw| (flaw.line, flaw.column));
    flaws.truncate(FLAWS_MAX);
    Err(flaws)
}

impl PlanFile {
    /// What is called for an attempt, with its key filled in; nothing for what no call does.
    pub(super) fn call(&self, attempt: &Attempt, key: &str) -> Option<Call> {
        let step = self.steps.get(&attempt.step)?;
        let request = match attempt.way {
            Way::Forward => &step.request,
            Way::Back => &step.undo.as_ref()?.request,
        };
        let every_seconds = step.every_seconds.unwrap_or(LOOK_EVERY_SECONDS).max(1);
        let for_seconds = step.for_seconds.unwrap_or(0);
        let url = request.url.clone().unwrap_or_default();
        match step.kind {
            Kind::Http | Kind::Weight => Some(Call::Http(step.http(request, key))),
            Kind::Notice => Some(Call::Notice(step.http(request, key))),
            Kind::Probe => Some(Call::Probe(Probe {
                url,
                expect: request.expect.clone(),
                contains: step.contains.clone(),
                for_seconds,
                every_seconds,
            })),
            Kind::Query => Some(Call::Query(step.look.query(url, for_seconds, every_seconds))),
            Kind::Command => request.job().map(|job| Call::Job(key.to_owned(), job)),
            Kind::Wait | Kind::Manual | Kind::Signoff | Kind::Canary => None,
        }
    }

    /// What kind of step it is, in the file's word.
    pub(super) fn kind(&self, step: &str) -> &'static str {
        self.steps.get(step).map_or("", |step| step.kind.word())
    }

    /// What a person is told to do, and back.
    pub(super) fn instructions(&self, step: &str, way: Way) -> Option<String> {
        let step = self.steps.get(step)?;
        match way {
            Way::Forward => step.text.clone(),
            Way::Back => step.undo.as_ref()?.text.clone(),
        }
    }

    /// How a trigger is looked at, and how often, in seconds.
    pub(super) fn watch(&self, trigger: &str) -> Option<(Watch, u32)> {
        let trigger = self.triggers.get(trigger)?;
        Some((trigger.watch(), trigger.every_seconds()))
    }

    /// What a trigger watches, in words.
    pub(super) fn watches(&self, trigger: &str) -> String {
        self.triggers.get(trigger).map(TriggerText::what).unwrap_or_default()
    }

    /// Whether an attempt is a job of a runner, which counts as begun once it was asked for.
    pub(super) fn is_job(&self, attempt: &Attempt) -> bool {
        matches!(self.call(attempt, ""), Some(Call::Job(..)))
    }

    /// Who signs off, where that is what the step asks for.
    pub(super) fn signs_off(&self, step: &str) -> Option<Role> {
        let step = self.steps.get(step).filter(|step| step.kind == Kind::Signoff)?;
        step.role.as_ref()?.parse().ok()
    }
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Weight => "weight",
            Self::Canary => "canary",
            Self::Wait => "wait",
            Self::Manual => "manual",
            Self::Signoff => "signoff",
            Self::Probe => "probe",
            Self::Query => "query",
            Self::Notice => "notice",
            Self::Command => "command",
        }
    }

    fn has_effect(self) -> bool {
        matches!(self, Self::Http | Self::Weight | Self::Manual | Self::Command)
    }
}

impl StepText {
    /// What the file's own rules find wrong; the engine finds the rest.
    fn flaws(&self, changes: &[String]) -> Vec<(&'static str, String)> {
        let mut flaws = Vec::new();
        let kind = self.kind.word();
        if let Some(change) = self.change.as_ref().filter(|change| !changes.contains(change)) {
            flaws.push(("change", format!("{change} is not a change of this release")));
        }
        let mut need = |there: bool, field: &'static str, what: &str| {
            if !there {
                flaws.push((field, format!("a `{kind}` step needs `{field}`: {what}")));
            }
        };
        match self.kind {
            Kind::Http | Kind::Weight | Kind::Canary | Kind::Probe | Kind::Query | Kind::Notice => {
                need(self.request.url.is_some(), "url", "where it calls");
            }
            Kind::Wait => need(self.seconds.is_some(), "seconds", "how long"),
            Kind::Manual => need(self.text.is_some(), "text", "what is to be done"),
            Kind::Signoff => need(self.role.is_some(), "role", "who signs"),
            Kind::Command => {
                need(self.request.command.is_some(), "command", "its name on the runner's list");
                let somebody = self.request.runner.is_some() || self.request.label.is_some();
                need(somebody, "runner", "whose it is; or `label`");
            }
        }
        if self.kind == Kind::Weight {
            need(self.request.weight.is_some(), "weight", "the share of traffic, in percent");
        }
        if matches!(self.kind, Kind::Query | Kind::Canary) {
            need(self.look.query.is_some(), "query", "what Prometheus is asked");
            need(self.look.is_bounded(), "at_most", "the value that is still good; or `at_least`");
        }
        if self.kind == Kind::Canary {
            flaws.extend(canary::flaws(self));
        }
        if self.on_no_data.is_some() && !matches!(self.kind, Kind::Query | Kind::Canary) {
            let detail = format!("a `{kind}` step has no verdict: take `on_no_data` away");
            flaws.push(("on_no_data", detail));
        }
        let role = self.role.as_ref().map(|role| role.parse::<Role>());
        if let Some(Err(detail)) = role {
            flaws.push(("role", detail));
        }
        flaws.extend(self.look.flaws());
        flaws.extend(self.request.flaws());
        flaws.extend(self.prometheus.as_deref().and_then(address_flaw).map(|d| ("prometheus", d)));
        if self.kind != Kind::Canary {
            flaws.extend(self.undo_flaws());
        }
        let is_left = self.request.status_url.is_none() && !self.idempotent;
        let limit = self.time_limit_seconds.filter(|seconds| *seconds > CALL_SECONDS);
        if let Some(seconds) = limit.filter(|_| self.calls() && is_left) {
            let detail = format!(
                "an answer is waited for {CALL_SECONDS} seconds: for {seconds} write `status_url`, \
                where it is asked what became of it, or `idempotent = true`, so that it is called \
                again"
            );
            flaws.push(("time_limit_seconds", detail));
        }
        flaws
    }

    fn undo_flaws(&self) -> Vec<(&'static str, String)> {
        let kind = self.kind.word();
        let Some(undo) = &self.undo else {
            let detail = format!(
                "a `{kind}` step has an effect: write `[step.undo]`, how it is taken back, or \
                `how = \"irreversible\"` with the reason"
            );
            return if self.kind.has_effect() { vec![("undo", detail)] } else { Vec::new() };
        };
        if !self.kind.has_effect() {
            return vec![("undo", format!("a `{kind}` step has no effect: take `undo` away"))];
        }
        let stands = matches!(undo.how, How::Irreversible | How::PointOfNoReturn);
        let mut flaws = Vec::new();
        if !stands && self.kind == Kind::Manual && undo.text.is_none() {
            flaws.push(("undo.text", "say what is to be done to take it back".to_owned()));
        }
        if !stands && self.kind == Kind::Command && undo.request.job().is_none() {
            let detail = "say which `command` of which `runner` or `label` takes it back";
            flaws.push(("undo.command", detail.to_owned()));
        }
        if !stands && self.calls() && undo.request.url.is_none() {
            flaws.push(("undo.url", "say where it calls to take it back".to_owned()));
        }
        if !stands && self.kind == Kind::Weight && undo.request.weight.is_none() {
            flaws.push(("undo.weight", "say which share it goes back to".to_owned()));
        }
        let under = |(field, detail): (&'static str, String)| match field {
            "url" => ("undo.url", detail),
            "method" => ("undo.method", detail),
            _ => ("undo", detail),
        };
        flaws.extend(undo.request.flaws().into_iter().map(under));
        flaws
    }

    /// Whether it is one request with an effect.
    fn calls(&self) -> bool {
        matches!(self.kind, Kind::Http | Kind::Weight)
    }

    /// Whether what it does stands for ever.
    fn stands(&self) -> bool {
        let how = self.undo.as_ref().map(|undo| undo.how);
        matches!(how, Some(How::Irreversible | How::PointOfNoReturn))
    }

    /// What it asks of runners, forward and back, and the field that says so.
    fn jobs(&self) -> Vec<(&'static str, JobCall)> {
        if self.kind != Kind::Command {
            return Vec::new();
        }
        let forward = self.request.job().map(|job| ("command", job));
        let back = self.undo.as_ref().and_then(|undo| undo.request.job());
        forward.into_iter().chain(back.map(|job| ("undo.command", job))).collect()
    }

    fn engine(&self) -> Step {
        let act = match self.kind {
            Kind::Wait => Act::Wait { seconds: self.seconds.unwrap_or(1) },
            Kind::Manual | Kind::Signoff => Act::Person,
            _ => Act::Call,
        };
        let reason = |undo: &UndoText| undo.reason.clone().unwrap_or_default();
        let undo = self.undo.as_ref().map_or(Undo::Nothing, |undo| match undo.how {
            How::Reversible => Undo::Reversible,
            How::Compensating => Undo::Compensating,
            How::Irreversible => Undo::Irreversible { reason: reason(undo) },
            How::PointOfNoReturn => Undo::PointOfNoReturn { reason: reason(undo) },
        });
        let least_limit = match self.kind {
            // One that hangs is left, and does not fail by its time.
            Kind::Notice => CALL_SECONDS,
            _ => 0,
        };
        let default_limit = match act {
            Act::Person => PERSON_SECONDS,
            _ if self.kind == Kind::Command => JOB_SECONDS,
            // Looks go on for their time, and a little more.
            _ => CALL_SECONDS.saturating_add(self.for_seconds.unwrap_or(0)),
        };
        let retries = self.retries.map_or(Retries::NONE, |retries| Retries {
            limit: retries.limit,
            delay_seconds: retries.delay_seconds,
            factor: retries.factor,
        });
        let if_lost = match self.kind {
            // A runner does what has one key once.
            Kind::Probe | Kind::Query | Kind::Notice | Kind::Command => IfLost::Repeat,
            _ if self.request.status_url.is_some() => IfLost::Ask,
            _ if self.idempotent => IfLost::Repeat,
            _ => IfLost::Person,
        };
        Step {
            key: self.key.clone(),
            needs: self.needs.clone(),
            group: self.change.clone(),
            act,
            undo,
            minutes: self.minutes,
            undo_minutes: self.undo.as_ref().map_or(0, |undo| undo.minutes),
            retries,
            time_limit_seconds: self.time_limit_seconds.unwrap_or(default_limit).max(least_limit),
            on_failure: self.on_failure.unwrap_or(OnFailure::Ask),
            on_no_data: self.on_no_data,
            if_lost,
        }
    }

    fn http(&self, request: &RequestText, key: &str) -> HttpCall {
        let fill = |text: &str| {
            let weight = request.weight.map(|weight| weight.to_string()).unwrap_or_default();
            text.replace("{key}", key).replace("{weight}", &weight)
        };
        let by_weight = (self.kind == Kind::Weight).then_some("{\"weight\": {weight}}");
        let fallback = if self.kind == Kind::Weight { Method::Put } else { Method::Post };
        let mut headers = vec![("idempotency-key".to_owned(), key.to_owned())];
        headers.extend(request.headers.iter().map(|(name, value)| (name.clone(), fill(value))));
        let asked = request.status_url.as_ref().or(self.request.status_url.as_ref());
        HttpCall {
            method: request.method.as_deref().and_then(method).unwrap_or(fallback),
            url: fill(request.url.as_deref().unwrap_or_default()),
            headers,
            body: fill(request.body.as_deref().or(by_weight).unwrap_or_default()),
            expect: request.expect.clone(),
            status_url: asked.map(|url| fill(url)),
            is_repeated: self.idempotent || self.kind == Kind::Notice,
        }
    }
}

impl RequestText {
    fn job(&self) -> Option<JobCall> {
        let by_name = self.runner.clone().map(Target::Runner);
        let target = by_name.or_else(|| self.label.clone().map(Target::Label))?;
        let (command, arguments) = (self.command.clone()?, self.arguments.clone());
        Some(JobCall { target, command, arguments })
    }

    fn flaws(&self) -> Vec<(&'static str, String)> {
        let mut flaws = Vec::new();
        for (field, url) in [("url", &self.url), ("status_url", &self.status_url)] {
            flaws.extend(url.as_deref().and_then(address_flaw).map(|detail| (field, detail)));
        }
        if let Some(name) = self.method.as_deref().filter(|name| method(name).is_none()) {
            let detail = format!("`{name}` is not one of GET, POST, PUT, PATCH, DELETE");
            flaws.push(("method", detail));
        }
        if self.weight.is_some_and(|weight| weight > 100) {
            flaws.push(("weight", "a share is 0 to 100".to_owned()));
        }
        flaws
    }
}

fn method(name: &str) -> Option<Method> {
    match name {
        "GET" => Some(Method::Get),
        "POST" => Some(Method::Post),
        "PUT" => Some(Method::Put),
        "PATCH" => Some(Method::Patch),
        "DELETE" => Some(Method::Delete),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
[ask]
minutes = 10
default = "rollback"

[[step]]
key = "database"
change = "CHG-1"
kind = "http"
url = "http://db.test/migrate"
body = '{"key": "{key}"}'
status_url = "http://db.test/status/{key}"

[step.undo]
url = "http://db.test/back"
minutes = 4

[[step]]
key = "half"
needs = ["database"]
change = "CHG-2"
kind = "weight"
url = "http://lb.test/weight"
weight = 50
idempotent = true
undo = { url = "http://lb.test/weight", weight = 0 }

[[step]]
key = "quiet"
needs = ["half"]
kind = "query"
url = "http://prometheus.test"
query = "rate(errors[1m])"
at_most = 0.01
for_seconds = 120
"#;

    fn numbers() -> Vec<String> {
        vec!["CHG-1".to_owned(), "CHG-2".to_owned()]
    }

    fn flaws(text: &str) -> Vec<String> {
        let flaws = read(text, &numbers()).expect_err("flaws");
        flaws.iter().map(|flaw| format!("{}:{} {}", flaw.line, flaw.column, flaw.detail)).collect()
    }

    #[test]
    fn a_file_becomes_a_plan_and_what_is_called() {
        let file = read(GOOD, &numbers()).expect("no flaw");
        let steps: Vec<_> = file.plan.steps.iter().map(|step| (&*step.key, step.if_lost)).collect();
        let lost = [IfLost::Ask, IfLost::Repeat, IfLost::Repeat];
        assert_eq!(steps.iter().map(|step| step.1).collect::<Vec<_>>(), lost);
        assert_eq!(file.plan.steps[0].undo_minutes, 4);
        assert_eq!(file.plan.steps[2].time_limit_seconds, CALL_SECONDS + 120);
        let attempt = Attempt { step: "half".to_owned(), way: Way::Back, number: 1 };
        let Some(Call::Http(call)) = file.call(&attempt, "k-1") else { panic!("a call") };
        assert_eq!((call.method, call.body.as_str()), (Method::Put, "{\"weight\": 0}"));
        let attempt = Attempt { step: "database".to_owned(), way: Way::Forward, number: 1 };
        let Some(Call::Http(call)) = file.call(&attempt, "k-2") else { panic!("a call") };
        assert_eq!(call.body, "{\"key\": \"k-2\"}");
        assert_eq!(call.status_url.as_deref(), Some("http://db.test/status/k-2"));
    }

    #[test]
    fn what_is_not_toml_is_told_with_its_place() {
        let told = flaws("[[step]]\nkey = \"a\"\nkind = \"magic\"\n");
        assert!(told[0].starts_with("3:8 unknown variant `magic`"), "{told:?}");
    }

    #[test]
    fn each_flaw_is_told_with_line_and_column() {
        let circle = GOOD.replace("key = \"database\"", "key = \"database\"\nneeds = [\"half\"]");
        assert!(flaws(&circle)[0].starts_with("8:1 `database` needs `half` needs"));
        let told = flaws(&GOOD.replace("change = \"CHG-2\"", "change = \"CHG-9\""));
        assert!(told[0].contains("CHG-2 of the release has no step"), "{told:?}");
        assert_eq!(told[1], "21:1 CHG-9 is not a change of this release");
        let told = flaws(&GOOD.replace("http://db.test/back", "db.test"));
        assert!(told[0].starts_with("15:1 `db.test` is not an address"), "{told:?}");
        let told = flaws(&GOOD.replace("weight = 0 }", "wait = 0 }"));
        let unknown = told.iter().any(|told| told.ends_with("`undo` has no field `wait`"));
        assert!(unknown && told.len() == 2, "{told:?}");
    }

    #[test]
    fn a_bound_that_nothing_exceeds_and_a_time_that_nobody_waits_are_flaws() {
        for bound in ["nan", "inf", "-inf"] {
            let told = flaws(&GOOD.replace("at_most = 0.01", &format!("at_most = {bound}")));
            assert_eq!(told, ["34:1 `at_most` is a number, and no `nan` or `inf`"]);
        }
        let told = flaws(&GOOD.replace("minutes = 10", "minutes = 99999999"));
        assert_eq!(told, ["3:1 a decision may take 1 to 2592000 seconds"]);
        let limit = |of: &str, seconds: u32| {
            GOOD.replacen(of, &format!("time_limit_seconds = {seconds}\n{of}"), 1)
        };
        let long = limit("body = ", 600);
        assert!(read(&long, &numbers()).is_ok(), "it is asked what became of it");
        let told = flaws(&long.replace("status_url = \"http://db.test/status/{key}\"\n", ""));
        assert!(
            told[0].starts_with("11:1 an answer is waited for 60 seconds: for 600"),
            "{told:?}"
        );
        let again = limit("idempotent = true", 600);
        assert!(read(&again, &numbers()).is_ok(), "it is called again");
        let told = flaws(&again.replace("idempotent = true\n", ""));
        assert!(told[0].starts_with("25:1 an answer is waited for"), "{told:?}");
        assert!(read(&limit("at_most", 600), &numbers()).is_ok(), "looks go on for long");
    }

    #[test]
    fn an_effect_without_a_way_back_is_a_flaw() {
        let bare = "[[step]]\nkey = \"a\"\nkind = \"http\"\nurl = \"http://a.test\"\n";
        let told = read(bare, &[]).expect_err("no undo");
        assert!(told[0].detail.contains("[step.undo]"), "{told:?}");
        let command = "[[step]]\nkey = \"a\"\nkind = \"command\"\n";
        let told = read(command, &[]).expect_err("no runner");
        assert!(told[0].detail.contains("runner"), "{told:?}");
        let whole = "[[step]]\nkey = \"a\"\nkind = \"command\"\nlabel = \"web\"\n\
            command = \"deploy\"\narguments = { version = \"1.9.0\" }\n\
            undo = { label = \"web\", command = \"deploy\", arguments = { version = \"1.8.0\" } }\n";
        let file = read(whole, &[]).expect("a plan");
        let asked: Vec<_> = file.jobs.iter().map(|(at, job)| (at.line, &job.arguments)).collect();
        assert_eq!(asked.len(), 2);
        assert_eq!((asked[0].0, asked[1].0), (5, 7));
        assert_eq!(asked[1].1["version"], "1.8.0");
    }
}
