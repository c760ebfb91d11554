//! The story of a meeting: called, led, attended, noted, ended.

use anyhow::bail;
use api::cab::{Attend, MeetingFields, NewRemark, NextItem};
use server::cab::{MoveMeeting, PlanMeeting, Verb};

use crate::demo::files::{Deed, MeetingPlan};
use crate::demo::replay::{Replay, Subject, Turn};

/// Plans its course.
pub(super) fn plan<'a>(replay: &mut Replay<'a>, plan: &'a MeetingPlan) {
    let on = Subject::Meeting(plan);
    replay.at(plan.called.instant(&replay.today), &plan.by, on, Deed::Begin);
    let start = plan.window.window(&replay.today).start;
    replay.at(start, &plan.led_by, on, Deed::Start);
    for person in &plan.present {
        replay.at(start, person, on, Deed::Attend);
    }
    for remark in &plan.remarks {
        let deed = Deed::Remark(remark.on.clone(), remark.text.clone());
        replay.at(remark.at.instant(&replay.today), &remark.by, on, deed);
    }
    replay.at(plan.ended.instant(&replay.today), &plan.led_by, on, Deed::Complete);
}

/// Does one deed of it.
pub(super) fn act<'a>(
    replay: &mut Replay<'a>,
    plan: &'a MeetingPlan,
    turn: &Turn<'a>,
) -> anyhow::Result<()> {
    if matches!(turn.deed, Deed::Begin) {
        let fields = MeetingFields {
            board: plan.board.clone(),
            window: plan.window.window(&replay.today).on_the_wire(),
            cut_off: Some(plan.cut_off.instant(&replay.today).to_string()),
        };
        let written = replay.act(&turn.by, PlanMeeting { fields })?;
        return replay.keep(&plan.key, written);
    }
    let meeting = replay.record(&plan.key)?.id.clone();
    let send = |verb| replay.act(&turn.by, MoveMeeting { meeting: meeting.clone(), verb });
    match &turn.deed {
        Deed::Start => {
            send(Verb::Start)?;
            send(Verb::Attend(Attend { person: None, present: true }))?;
        }
        Deed::Attend => {
            send(Verb::Attend(Attend { person: None, present: true }))?;
        }
        Deed::Remark(on, text) => {
            let subject = on.as_ref().map(|key| replay.record(key).map(|on| on.id.clone()));
            let subject = subject.transpose()?;
            if subject.is_some() {
                let verb = Verb::Next(NextItem { subject: subject.clone() });
                replay.act(&plan.led_by, MoveMeeting { meeting: meeting.clone(), verb })?;
            }
            send(Verb::Remark(NewRemark { subject, text: text.clone() }))?;
        }
        Deed::Complete => {
            send(Verb::End)?;
        }
        deed => bail!("{deed:?} is not done to it"),
    }
    Ok(())
}
