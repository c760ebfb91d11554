//! The one rule: from what is known to allow, wait or deny.

use kernel::Timestamp;
use serde::{Deserialize, Serialize};

use crate::artifact::Artifact;
use crate::calendar::ConflictKind;
use crate::gate::{Block, Candidate, Standing, VERDICT_MINUTES};
use crate::vocabulary::{Environment, words};

words! {
    /// What a gate answers.
    Word {
        /// It may go now.
        Allow = "allow",
        /// Not yet.
        Wait = "wait",
        /// No, and asking again changes nothing.
        Deny = "deny",
    }
}

words! {
    /// What the artifact is wanted for.
    Purpose {
        /// To go forward.
        Deploy = "deploy",
        /// To restore what ran before.
        Rollback = "rollback",
    }
}

words! {
    /// Why a gate answers as it does.
    ReasonCode {
        /// Approved for these bytes, in its window, nothing in the way.
        Allowed = "allowed",
        /// It restores what ran before; no window and no blackout holds that up.
        Restores = "restores",
        /// Nobody waits for the window of an approved emergency.
        Emergency = "emergency",
        /// No record ships it.
        UnknownArtifact = "unknown_artifact",
        /// Other bytes of it are planned.
        OtherDigest = "other_digest",
        /// It is planned for another environment.
        OtherEnvironment = "other_environment",
        /// A newer candidate was let through in its place.
        Superseded = "superseded",
        /// Its approval ended with a no.
        Rejected = "rejected",
        /// Its record was cancelled.
        Cancelled = "cancelled",
        /// Its record is over.
        Over = "over",
        /// Its release is taken back.
        TakenBack = "taken_back",
        /// Nobody asked for its approval yet.
        NotSubmitted = "not_submitted",
        /// Its approval is awaited.
        ApprovalPending = "approval_pending",
        /// Its approval does not hold any more.
        ApprovalLapsed = "approval_lapsed",
        /// It has no window that is committed.
        NotScheduled = "not_scheduled",
        /// Its window is to come.
        WindowAhead = "window_ahead",
        /// Its window is over.
        WindowOver = "window_over",
        /// Its record is on hold.
        OnHold = "on_hold",
        /// Something must be done before.
        Unfinished = "unfinished",
        /// A blackout lasts.
        Blackout = "blackout",
        /// Something else blocks.
        Conflict = "conflict",
    }
}

/// Why, with the record behind it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// The code.
    pub code: ReasonCode,
    /// A sentence.
    pub sentence: String,
    /// The number of the record behind it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<String>,
    /// When it ends by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// For whom it waits.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waits_for: Vec<String>,
}

/// What a gate answers, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The answer.
    pub word: Word,
    /// Why; never empty.
    pub reasons: Vec<Reason>,
    /// The record that ships it, by number.
    pub records: Vec<String>,
    /// When what it waits for ends by itself, where all of it does.
    pub until: Option<Timestamp>,
    /// When it must be asked again at the latest.
    pub valid_until: Timestamp,
}

impl Verdict {
    /// Why, in sentences for people, and for whom it waits.
    pub fn in_words(&self) -> String {
        let sentences: Vec<&str> =
            self.reasons.iter().map(|reason| reason.sentence.as_str()).collect();
        let waits = self.reasons.iter().flat_map(|reason| &reason.waits_for);
        let waits: Vec<&str> = waits.map(String::as_str).collect();
        let whom = if waits.is_empty() { "" } else { ". It waits for " };
        format!("{}{whom}{}", sentences.join(". "), waits.join(", "))
    }
}

/// A record of the same artifact that is planned for other bytes, or for another environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Other {
    /// `REL-…` or `CHG-…`.
    pub number: String,
    /// Which bytes it ships.
    pub digest: String,
    /// Where.
    pub environment: Environment,
}

/// What the rule needs to know of the world.
#[derive(Debug, Clone)]
pub struct GateFacts {
    /// Now.
    pub now: Timestamp,
    /// What is asked about.
    pub artifact: Artifact,
    /// Where it is to go.
    pub environment: Environment,
    /// What for.
    pub purpose: Purpose,
    /// The records that ship these bytes there, the newest first.
    pub candidates: Vec<Candidate>,
    /// The newest record that ships these bytes elsewhere.
    pub elsewhere: Option<Other>,
    /// The newest record that ships other bytes of the same name there.
    pub other: Option<Other>,
}

/// Judges: the best answer of all records that ship it, the newest first.
pub fn judge(facts: &GateFacts) -> Verdict {
    let all = facts.candidates.iter().map(|candidate| of_candidate(facts, candidate));
    // `min_by_key` keeps the first of equals, and allow comes before wait before deny.
    let best = all.min_by_key(|(word, _)| *word);
    let (word, reasons) = best.unwrap_or_else(|| (Word::Deny, vec![unknown(facts)]));
    let mut records: Vec<String> =
        reasons.iter().filter_map(|reason| reason.record.clone()).collect();
    records.dedup();
    let until = match word {
        Word::Wait => {
            reasons.iter().map(|reason| reason.until).max_by_key(|until| lasts(*until)).flatten()
        }
        Word::Allow | Word::Deny => None,
    };
    let latest = facts.now.plus_minutes(VERDICT_MINUTES);
    let ends = match word {
        Word::Allow => reasons.iter().filter_map(|reason| reason.until).min(),
        Word::Wait | Word::Deny => until,
    };
    let valid_until = ends.map_or(latest, |ends| ends.min(latest));
    Verdict { word, reasons, records, until, valid_until }
}

/// What has no end of its own is the latest of all.
fn lasts(until: Option<Timestamp>) -> (bool, Option<Timestamp>) {
    (until.is_none(), until)
}

fn unknown(facts: &GateFacts) -> Reason {
    let (artifact, environment) = (&facts.artifact, facts.environment);
    let plain = |code, sentence: String, record: Option<&str>| Reason {
        code,
        sentence,
        record: record.map(str::to_owned),
        until: None,
        waits_for: Vec::new(),
    };
    if let Some(other) = &facts.other {
        let (number, digest) = (&other.number, &other.digest);
        let sentence = format!(
            "{artifact} is not what {number} ships to {environment}: that is {digest}; build \
            nothing anew after the approval, or put this digest into the package and ask again"
        );
        return plain(ReasonCode::OtherDigest, sentence, Some(number));
    }
    if let Some(other) = &facts.elsewhere {
        let (number, there) = (&other.number, other.environment);
        let sentence = format!(
            "{number} ships {artifact} to {there}, not to {environment}: plan it for \
            {environment} in a release or a change"
        );
        return plain(ReasonCode::OtherEnvironment, sentence, Some(number));
    }
    let sentence = format!(
        "no release and no change ships {artifact} to {environment}: add it, with its digest, to \
        the package of one and have that approved"
    );
    plain(ReasonCode::UnknownArtifact, sentence, None)
}

/// Gathers the reasons of one candidate.
struct Reasons<'a> {
    candidate: &'a Candidate,
    all: Vec<Reason>,
}

impl Reasons<'_> {
    fn add(&mut self, code: ReasonCode, sentence: String) -> &mut Reason {
        let record = Some(self.candidate.number.clone());
        self.all.push(Reason { code, sentence, record, until: None, waits_for: Vec::new() });
        self.all.last_mut().expect("just pushed")
    }

    /// The same, waiting for whoever answers for the record.
    fn for_owner(&mut self, code: ReasonCode, sentence: String) {
        let owner = self.candidate.owner.clone();
        self.add(code, sentence).waits_for = owner.into_iter().collect();
    }
}

fn of_candidate(facts: &GateFacts, candidate: &Candidate) -> (Word, Vec<Reason>) {
    let mut reasons = Reasons { candidate, all: Vec::new() };
    if facts.purpose == Purpose::Rollback && candidate.ran {
        let number = &candidate.number;
        let sentence = format!("{number} was carried out and verified: going back to it is free");
        reasons.add(ReasonCode::Restores, sentence);
        return (Word::Allow, reasons.all);
    }
    denials(facts, &mut reasons);
    if !reasons.all.is_empty() {
        return (Word::Deny, reasons.all);
    }
    waits(facts, &mut reasons);
    if !reasons.all.is_empty() {
        return (Word::Wait, reasons.all);
    }
    let number = &candidate.number;
    match candidate.window.filter(|_| candidate.standing != Standing::Urgent) {
        Some(window) => {
            let end = window.end;
            let sentence = format!("{number} is approved and its window is open until {end}");
            reasons.add(ReasonCode::Allowed, sentence).until = Some(end);
        }
        None => {
            let sentence =
                format!("{number} is an approved emergency, which need not wait for a window");
            reasons.add(ReasonCode::Emergency, sentence);
        }
    }
    (Word::Allow, reasons.all)
}

fn denials(facts: &GateFacts, reasons: &mut Reasons<'_>) {
    let candidate = reasons.candidate;
    let number = &candidate.number;
    match candidate.standing {
        Standing::Rejected => {
            let sentence = format!(
                "the approval of {number} ended with a no: mend what was said and submit it again"
            );
            reasons.add(ReasonCode::Rejected, sentence);
        }
        Standing::Cancelled => {
            reasons.add(ReasonCode::Cancelled, format!("{number} was cancelled"));
        }
        Standing::Over => {
            let hint = match facts.purpose {
                Purpose::Rollback => ", and it was not carried out with success",
                Purpose::Deploy => ": to restore what it shipped, ask with the purpose `rollback`",
            };
            reasons.add(ReasonCode::Over, format!("{number} is over{hint}"));
        }
        Standing::TakenBack => {
            let sentence = format!("{number} is being taken back, or was");
            reasons.add(ReasonCode::TakenBack, sentence);
        }
        _ => {}
    }
    if let Some(newer) = &candidate.newer {
        let sentence = format!(
            "{} ships {} in its place and was let through: {number} is left behind on purpose; to \
            go back, ask with the purpose `rollback`",
            newer.number, newer.digest
        );
        reasons.add(ReasonCode::Superseded, sentence);
    }
}

fn waits(facts: &GateFacts, reasons: &mut Reasons<'_>) {
    let candidate = reasons.candidate;
    let number = &candidate.number;
    match &candidate.standing {
        Standing::Draft => {
            let sentence = format!("{number} is not submitted: its approval was not asked for yet");
            reasons.for_owner(ReasonCode::NotSubmitted, sentence);
        }
        Standing::Asked { waits_for, lapsed } => {
            let (code, sentence) = if *lapsed {
                let sentence = format!("votes for {number} do not count any more and are awaited");
                (ReasonCode::ApprovalLapsed, sentence)
            } else {
                (ReasonCode::ApprovalPending, format!("the approval of {number} is awaited"))
            };
            reasons.add(code, sentence).waits_for.clone_from(waits_for);
        }
        Standing::Approved => {
            let sentence = format!("{number} is approved, and its window is not committed");
            reasons.for_owner(ReasonCode::NotScheduled, sentence);
        }
        Standing::Committed | Standing::UnderWay => in_window(facts.now, reasons),
        _ => {}
    }
    if let Some(why) = &candidate.held {
        reasons.for_owner(ReasonCode::OnHold, format!("{number} is on hold: {why}"));
    }
    if !candidate.lacks.is_empty() {
        let what = candidate.lacks.join("; ");
        let sentence = format!("{number} is not ready: {what}");
        reasons.for_owner(ReasonCode::Unfinished, sentence);
    }
    let lasts = |block: &&Block| block.until.is_none_or(|until| until > facts.now);
    for block in candidate.blocks.iter().filter(lasts) {
        blocked(block, reasons);
    }
}

fn in_window(now: Timestamp, reasons: &mut Reasons<'_>) {
    let number = &reasons.candidate.number;
    let Some(window) = reasons.candidate.window else {
        let sentence = format!("{number} has no window");
        return reasons.for_owner(ReasonCode::NotScheduled, sentence);
    };
    if now < window.start {
        let sentence = format!("the window of {number} begins at {}", window.start);
        reasons.add(ReasonCode::WindowAhead, sentence).until = Some(window.start);
    } else if now >= window.end {
        let sentence =
            format!("the window of {number} was over at {}: it needs another", window.end);
        reasons.for_owner(ReasonCode::WindowOver, sentence);
    }
}

fn blocked(block: &Block, reasons: &mut Reasons<'_>) {
    let number = &reasons.candidate.number;
    if block.kind == ConflictKind::Blackout {
        let sentence = format!("{}; only an exception for {number} passes it", block.words);
        reasons.add(ReasonCode::Blackout, sentence).until = block.until;
    } else {
        let sentence = format!("{number} collides: {}", block.words);
        reasons.add(ReasonCode::Conflict, sentence).until = block.until;
    }
}
