//! Voting as the boards do: one after the other, each on what the round holds at that moment.

use anyhow::{anyhow, bail};
use api::approval::Vote;
use api::common::Written;
use domain::approval::{Answer, Round, RoundState};
use domain::change::Change;
use domain::release::Release;
use kernel::Timestamp;
use server::bus::{Failure, find_state};
use server::change::{MoveChange, Verb as ChangeVerb};
use server::read::wait;
use server::release::{MoveRelease, Verb as ReleaseVerb};

use crate::demo::files::Deed;
use crate::demo::replay::{Replay, Subject};

/// Lets the next one vote yes, and plans the vote after that, `left` in all, until the round ends.
pub(super) fn next<'a>(
    replay: &mut Replay<'a>,
    on: Subject<'a>,
    at: Timestamp,
    (left, gap_minutes): (u32, i64),
) -> anyhow::Result<()> {
    let Some(round) = open_round(replay, on)? else { return Ok(()) };
    let voter = voter(replay, on, &round)?;
    cast(replay, on, &voter, Answer::Approve, None)?;
    if left > 1 {
        let deed = Deed::Votes(left - 1, gap_minutes);
        replay.at(at.plus_minutes(gap_minutes), "the next", on, deed);
    }
    Ok(())
}

/// Casts a vote.
pub(super) fn cast(
    replay: &Replay<'_>,
    on: Subject<'_>,
    by: &str,
    answer: Answer,
    reason: Option<&str>,
) -> anyhow::Result<()> {
    let sent = try_cast(replay, on, by, answer, reason)?;
    sent.map(|_| ()).map_err(|failure| anyhow!("{by} cannot vote: {failure:?}"))
}

/// Tries to vote yes, and is refused for the code that the story names.
pub(super) fn refused(
    replay: &Replay<'_>,
    on: Subject<'_>,
    by: &str,
    code: &str,
) -> anyhow::Result<()> {
    match try_cast(replay, on, by, Answer::Approve, None)? {
        Err(Failure::Refused(refusal)) if refusal.code == code => Ok(()),
        other => bail!("{by} should be refused for {code}: {other:?}"),
    }
}

fn try_cast(
    replay: &Replay<'_>,
    on: Subject<'_>,
    by: &str,
    answer: Answer,
    reason: Option<&str>,
) -> anyhow::Result<Result<Written, Failure>> {
    let round = open_round(replay, on)?;
    let round = round.ok_or_else(|| anyhow!("no round is open"))?;
    let vote = Vote {
        round: round.number,
        content_hash: round.content.hash(),
        reason: reason.map(str::to_owned),
        condition: None,
    };
    let name = replay.record(on.key())?.id.clone();
    match on {
        Subject::Change(_) => {
            let verb = ChangeVerb::Vote(answer, vote);
            replay.try_act(by, MoveChange { change: name, verb })
        }
        Subject::Release(_) => {
            let verb = ReleaseVerb::Vote(answer, vote);
            replay.try_act(by, MoveRelease { release: name, verb })
        }
        _ => bail!("nobody votes on it"),
    }
}

/// The newest round of a record, while it is open.
fn open_round(replay: &Replay<'_>, on: Subject<'_>) -> anyhow::Result<Option<Round>> {
    let store = &*replay.bus().world().store;
    let id = &replay.record(on.key())?.id;
    let newest = match on {
        Subject::Change(_) => {
            let id = id.parse()?;
            let found = wait(store, move |db| find_state::<Change>(db, id))?;
            found.and_then(|change| change.state.round)
        }
        Subject::Release(_) => {
            let id = id.parse()?;
            let found = wait(store, move |db| find_state::<Release>(db, id))?;
            found.and_then(|release| release.state.round)
        }
        _ => None,
    };
    Ok(newest.filter(|round| round.state == RoundState::Open))
}

/// Who votes next: the owner of the service first, then whoever stands first in the file.
fn voter(replay: &Replay<'_>, on: Subject<'_>, round: &Round) -> anyhow::Result<String> {
    let stage = round.stage().ok_or_else(|| anyhow!("the round has no open stage"))?;
    let groups = round.plan.stages[stage].groups.iter().enumerate();
    let open = groups.filter(|(group, _)| !round.approved.contains(&(stage, *group)));
    let owner = match on {
        Subject::Change(change) => change.first_ci().and_then(|ci| replay.story.owner_of(ci)),
        _ => None,
    };
    for (_, group) in open {
        let mut able = replay.people().iter().filter(|person| {
            let free = round.barred(person.id).is_none() && !round.has_voted(person.id);
            free && !person.roles.is_disjoint(&group.roles)
        });
        let first = able.clone().find(|person| Some(person.login.as_str()) == owner);
        if let Some(person) = first.or_else(|| able.next()) {
            return Ok(person.login.clone());
        }
    }
    bail!("nobody is left who may vote")
}
