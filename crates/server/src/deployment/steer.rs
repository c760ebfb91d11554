//! What may be done with a run now, found by the engine itself, and what taking it back would do.

use api::common::Action;
use api::deployment as wire;
use domain::release::Release;
use domain::{General, Refusal};
use kernel::Timestamp;
use orchestrator::{
    Choice, Input, Leg, LegState, Scope, Step, Way, backwards, compile, decide, drag_along,
    minutes_to_take_back,
};
use ports::{Fault, Query};

use crate::asking::Asking;
use crate::bus::{Loaded, Stop, find_state};
use crate::deployment::file::{self, PlanFile};
use crate::deployment::run::Run;
use crate::deployment::tell::{
    is_run, may_tell, not_verified, numbers, refused, reported, scope_of,
};
use crate::names::find_release;
use crate::read::action;

/// What a reason is when it is only asked whether something may be done.
const ASKED: &str = "asked";

/// Whose run it is, and who asks.
pub(super) struct Helm<'a> {
    pub(super) run: &'a orchestrator::Run,
    pub(super) release: &'a Release,
    pub(super) file: Option<&'a PlanFile>,
    pub(super) asking: &'a Asking,
}

impl Helm<'_> {
    /// The verbs of the run, each with whether it may be done now.
    pub(super) fn actions(&self) -> Vec<Action> {
        let reason = || ASKED.to_owned();
        let back = |scope| Input::Rollback { scope, reason: reason() };
        let verbs = [
            ("pause", Input::Pause),
            ("resume", Input::Resume),
            ("abort", Input::Abort { reason: reason() }),
            ("alarm", Input::Alarm { reason: reason() }),
            ("decide", Input::Decide { choice: Choice::Continue, reason: reason() }),
            ("give_up", Input::GiveUp { reason: reason() }),
        ];
        let shown = verbs.into_iter().map(|(name, input)| action(name, self.may(&input)));
        let whole = self.may(&back(Scope::Whole));
        let rollback = whole.or_else(|no| self.may(&back(Scope::AsFarAsPossible)).map_err(|_| no));
        shown.chain([action("rollback", rollback)]).collect()
    }

    /// What can be answered about a step now. What the run itself does not ask or take is left out.
    pub(super) fn answers(&self, step: &Step) -> Vec<Action> {
        let is_open = |way| self.run.leg(&step.key, way).is_some_and(|leg| !leg.is_settled());
        if self.run.has_ended() || !(is_open(Way::Forward) || is_open(Way::Back)) {
            return Vec::new();
        }
        let key = || step.key.clone();
        let report = |result: &str| {
            let said = wire::ReportRun {
                step: key(),
                way: None,
                attempt: None,
                result: result.to_owned(),
                note: Some(ASKED.to_owned()),
            };
            reported(&said, self.run).ok()
        };
        let inputs = [
            ("done", report("done")),
            ("failed", report("failed").filter(|_| !self.is_failed(step))),
            ("not_begun", report("not_begun")),
            ("retry", Some(Input::Retry { step: key() })),
            ("skip", Some(Input::Skip { step: key(), reason: ASKED.to_owned() })),
        ];
        let taken = inputs.into_iter().filter_map(|(name, input)| {
            let input = input?;
            decide(self.run, &input, self.asking.now).ok()?;
            Some(action(name, self.permits(&input)))
        });
        taken.collect()
    }

    fn is_failed(&self, step: &Step) -> bool {
        let is_failed =
            |leg: &Leg| matches!(leg.state, LegState::Failed | LegState::Retrying { .. });
        self.run.leg(&step.key, self.run.way()).is_some_and(is_failed)
    }

    /// Whether a run takes an input now, from whoever asks.
    fn may(&self, input: &Input) -> Result<(), Refusal> {
        decide(self.run, input, self.asking.now).map_err(refused)?;
        self.permits(input)
    }

    /// Whether whoever asks may give an input that the run takes.
    fn permits(&self, input: &Input) -> Result<(), Refusal> {
        if matches!(input, Input::Alarm { .. } | Input::Rollback { .. }) {
            not_verified(self.release)?;
        }
        may_tell(self.asking, (self.release, self.run), self.file, input)
    }
}

/// What taking a run back that far would do now: what is in flight or was decided before aside.
pub(super) fn way_back(run: &orchestrator::Run, scope: Scope, now: Timestamp) -> wire::RunWayBack {
    let dragged = match &scope {
        Scope::Groups(groups) => drag_along(&run.plan, groups).into_iter().collect(),
        Scope::Whole | Scope::AsFarAsPossible => Vec::new(),
    };
    let mut compiled = compile(run, &scope).unwrap_or_default();
    compiled.steps.retain(|step| !run.back.contains_key(step));
    let stands = compiled.stands.into_iter();
    let order = backwards(&run.plan).into_iter().filter(|key| compiled.steps.contains(*key));
    let steps = order.map(str::to_owned).collect();
    let minutes = minutes_to_take_back(run, &compiled.steps);
    let decided = decide(run, &Input::Rollback { scope, reason: ASKED.to_owned() }, now);
    let refusal = action("rollback", decided.map(drop).map_err(refused)).refusal;
    wire::RunWayBack {
        steps,
        stands: stands.map(|(step, why)| wire::RunStands { step, why }).collect(),
        dragged,
        minutes,
        refusal,
    }
}

/// The same for a release that someone names.
pub(super) fn preview(
    db: &mut dyn Query,
    name: &str,
    asked: &wire::RollBackRun,
    asking: &Asking,
) -> Result<wire::RunWayBack, Stop> {
    let id = find_release(db, name)?;
    let unknown = || General::Unknown { kind: "run", name: name.to_owned() };
    let release: Loaded<Release> = find_state(db, id)?.ok_or_else(unknown)?;
    let run = find_state::<Run>(db, id)?.filter(|_| is_run(&release.state));
    let run = run.ok_or_else(unknown)?.state.0;
    let scope = scope_of(asked)?;
    if let Scope::Groups(groups) = &scope
        && let Some(strange) = groups
            .iter()
            .find(|group| !run.plan.steps.iter().any(|step| step.group.as_ref() == Some(group)))
    {
        return Err(General::Unknown { kind: "part of the run", name: strange.clone() }.into());
    }
    Ok(way_back(&run, scope, asking.now))
}

/// The plan file of a release, as far as it can be read.
pub(super) fn file_of(db: &mut dyn Query, release: &Release) -> Result<Option<PlanFile>, Fault> {
    let changes = numbers(db, &release.changes)?;
    Ok(file::read(release.plan.as_deref().unwrap_or_default(), &changes).ok())
}
