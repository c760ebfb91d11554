//! The story of an exception: asked for, granted.

use anyhow::bail;
use api::exception::ExceptionFields;
use domain::exception::Verb;
use server::exception::{AskForException, DecideException};

use crate::demo::files::{Deed, ExceptionPlan};
use crate::demo::replay::{Replay, Subject, Turn};

/// Plans its course.
pub(super) fn plan<'a>(replay: &mut Replay<'a>, plan: &'a ExceptionPlan) {
    let on = Subject::Exception(plan);
    replay.at(plan.asked.instant(&replay.today), &plan.by, on, Deed::Begin);
    let granted = Deed::Approve(plan.note.clone());
    replay.at(plan.granted.instant(&replay.today), &plan.granted_by, on, granted);
}

/// Does one deed of it.
pub(super) fn act<'a>(
    replay: &mut Replay<'a>,
    plan: &'a ExceptionPlan,
    turn: &Turn<'a>,
) -> anyhow::Result<()> {
    match &turn.deed {
        Deed::Begin => {
            let fields = ExceptionFields {
                rule: plan.rule.clone(),
                subject: replay.record(&plan.subject)?.id.clone(),
                with: replay.record(&plan.with)?.id.clone(),
                reason: plan.reason.clone(),
                until: plan.until.instant(&replay.today).to_string(),
            };
            let written = replay.act(&turn.by, AskForException { fields })?;
            replay.keep(&plan.key, written)
        }
        Deed::Approve(note) => {
            let exception = replay.record(&plan.key)?.id.clone();
            let reason = Some(note.clone());
            let verb = Verb::Grant;
            replay.act(&turn.by, DecideException { exception, verb, reason }).map(|_| ())
        }
        deed => bail!("{deed:?} is not done to it"),
    }
}
