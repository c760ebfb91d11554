//! Judging, and keeping the answer where it is another than the last.

use api::common::Artifact as ApiArtifact;
use api::gate::{GateQuestion, GateReason, GateVerdict};
use domain::calendar::Side;
use domain::gate::{Answered, Gate, Purpose, Reason, Verdict, answer, judge};
use domain::identity::Permission;
use domain::vocabulary::Environment;
use domain::{Artifact, Digest};
use kernel::{ChangeId, GateId, ReleaseId, Timestamp};
use ports::{Fault, Query};

use crate::bus::{Command, Loaded, Lock, Stop, Work, find_state};
use crate::gate::facts::{As, Asked, Gathered, gather};
use crate::names::Names;
use crate::policy::in_force;

/// A verdict, with the records behind it and the policy it rests on.
pub(super) struct Judged {
    pub(super) verdict: Verdict,
    pub(super) sides: Vec<(String, Side)>,
    pub(super) policy: i64,
}

/// Judges from one snapshot.
pub(super) fn judged(db: &mut dyn Query, asked: &Asked, now: Timestamp) -> Result<Judged, Fault> {
    let Gathered { facts, sides } = gather(db, asked, (As::Now, now))?;
    let verdict = judge(&facts);
    let policy = in_force(db)?.version;
    let behind = |side: &(String, Side)| verdict.records.contains(&side.0);
    let sides = sides.into_iter().filter(behind).collect();
    Ok(Judged { verdict, sides, policy })
}

/// The same, and whether it was answered so before.
pub(super) fn judged_again(
    db: &mut dyn Query,
    asked: &Asked,
    now: Timestamp,
) -> Result<(Judged, bool), Fault> {
    let judged = judged(db, asked, now)?;
    let is_known = last_answer(db, asked)?.is_some_and(|last| judged.verdict.repeats(&last));
    Ok((judged, is_known))
}

/// The id of the gate of an artifact, if it was asked before.
pub(super) fn gate_id(
    db: &mut dyn Query,
    digest: &Digest,
    environment: Environment,
    purpose: Purpose,
) -> Result<Option<GateId>, Fault> {
    let sql = "SELECT id FROM gates WHERE digest = $1 AND environment = $2 AND purpose = $3";
    let params = [digest.as_str().into(), environment.word().into(), purpose.word().into()];
    db.query_one(sql, &params)?.map(|row| row.parsed(0)).transpose()
}

/// What a gate answered last.
fn last_answer(db: &mut dyn Query, asked: &Asked) -> Result<Option<Answered>, Fault> {
    let Asked { artifact, environment, purpose, .. } = asked;
    let Some(id) = gate_id(db, &artifact.digest, *environment, *purpose)? else {
        return Ok(None);
    };
    Ok(find_state::<Gate>(db, id)?.and_then(|gate| gate.state.answered))
}

/// The gate of an artifact under its lock, new where it was never asked.
pub(super) fn load(
    work: &mut Work<'_>,
    artifact: &Artifact,
    environment: Environment,
    purpose: Purpose,
) -> Result<Loaded<Gate>, Stop> {
    let key = format!("{} {environment} {purpose}", artifact.digest);
    work.lock(Lock::name("gate", &key))?;
    match gate_id(work.tx, &artifact.digest, environment, purpose)? {
        Some(id) => work.peek(id),
        None => Ok(work.fresh()),
    }
}

/// Judges inside a transaction, and keeps the answer.
pub struct AnswerGate {
    /// What is asked.
    pub question: GateQuestion,
}

impl Command for AnswerGate {
    type Answer = GateVerdict;

    fn verb(&self) -> &'static str {
        "gate.answer"
    }

    fn permission(&self) -> Permission {
        Permission::GateAsk
    }

    fn subject(&self, _: &mut dyn Query) -> Result<Option<String>, Stop> {
        Ok(None)
    }

    fn run(&self, work: &mut Work<'_>) -> Result<GateVerdict, Stop> {
        let asked = Asked::of(work.tx, &self.question)?;
        let mut gate = load(work, &asked.artifact, asked.environment, asked.purpose)?;
        let judged = judged(work.tx, &asked, work.now)?;
        keep(work, &mut gate, &asked, &judged)?;
        Ok(shown(work.tx, &asked, &judged)?)
    }
}

/// Keeps an answer where it is another than the last.
pub(super) fn keep(
    work: &mut Work<'_>,
    gate: &mut Loaded<Gate>,
    asked: &Asked,
    judged: &Judged,
) -> Result<(), Stop> {
    let (mut releases, mut changes): (Vec<ReleaseId>, Vec<ChangeId>) = Default::default();
    for (_, side) in &judged.sides {
        match side {
            Side::Release(id) => releases.push(*id),
            Side::Change(id) => changes.push(*id),
            Side::Period(_) => {}
        }
    }
    let of = (&asked.artifact, asked.environment, asked.purpose);
    let events = answer(&gate.state, of, &judged.verdict, judged.policy, (releases, changes));
    work.append(gate, events)
}

/// A verdict as it goes over the wire, not signed yet.
pub(super) fn shown(
    db: &mut dyn Query,
    asked: &Asked,
    judged: &Judged,
) -> Result<GateVerdict, Fault> {
    let verdict = &judged.verdict;
    Ok(GateVerdict {
        verdict: verdict.word.word().to_owned(),
        reasons: verdict.reasons.iter().map(shown_reason).collect(),
        records: Names::default().all(db, judged.sides.iter().map(|(_, side)| side.id()))?,
        artifact: shown_artifact(&asked.artifact),
        environment: asked.environment.word().to_owned(),
        purpose: asked.purpose.word().to_owned(),
        until: verdict.until.map(|until| until.to_string()),
        valid_until: verdict.valid_until.to_string(),
        policy: judged.policy,
        signed: None,
    })
}

pub(super) fn shown_artifact(artifact: &Artifact) -> ApiArtifact {
    ApiArtifact { name: artifact.name.clone(), digest: artifact.digest.to_string() }
}

pub(super) fn shown_reason(reason: &Reason) -> GateReason {
    GateReason {
        code: reason.code.word().to_owned(),
        sentence: reason.sentence.clone(),
        record: reason.record.clone(),
        until: reason.until.map(|until| until.to_string()),
        waits_for: reason.waits_for.clone(),
    }
}
