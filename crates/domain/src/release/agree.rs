//! What the teams that own the affected services say of the window: asked of them, and accepted,
//! countered or refused. An answer is about one window and one set of services, and about no other.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{NOTE_MAX, ServiceId, TeamId};
use serde::{Deserialize, Serialize};

use crate::aggregate::{Decision, Stamp};
use crate::approval::{self, Why};
use crate::identity::IdentityRefusal;
use crate::record::Standing;
use crate::refusal::{Check, Missing, reasoned};
use crate::release::{
    Edit, Facts, Refusal, Release, ReleaseEvent, Verb, edit as edit_release, guard, schedule,
};
use crate::vocabulary::{Window, words};

words! {
    /// What a team says of a window that is asked of it.
    WindowAnswer {
        /// It suits.
        Accepted = "accepted",
        /// Another one would.
        Countered = "countered",
        /// It does not suit.
        Refused = "refused",
    }
}

words! {
    /// Where the agreement of a team with the planned window is.
    Agreement {
        /// It was not asked.
        NotAsked = "not_asked",
        /// What it was asked, or said, was about another window or other services.
        Lapsed = "lapsed",
        /// Its answer is awaited.
        Asked = "asked",
        /// The planned window suits it.
        Accepted = "accepted",
        /// Another one would.
        Countered = "countered",
        /// It does not suit.
        Refused = "refused",
    }
}

/// What a team said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TeamAnswer {
    /// What.
    pub said: WindowAnswer,
    /// The window that would suit it instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instead: Option<Window>,
    /// By whom, when and why.
    pub given: Standing,
}

/// A window that is asked of a team.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WindowAsk {
    /// Which.
    pub window: Window,
    /// The team's services that the release touches.
    pub services: BTreeSet<ServiceId>,
    /// By whom, when, and with which words.
    pub asked: Standing,
    /// What the team said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<TeamAnswer>,
    /// The window moved since.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub lapsed: bool,
}

impl WindowAsk {
    /// The window that the team agrees to, or is asked to.
    pub(super) fn about(&self) -> &Window {
        let instead = self.answer.as_ref().and_then(|answer| answer.instead.as_ref());
        instead.unwrap_or(&self.window)
    }

    fn agrees_to(&self, window: &Window) -> bool {
        let said = self.answer.as_ref().map(|answer| answer.said);
        let agrees = matches!(said, Some(WindowAnswer::Accepted | WindowAnswer::Countered));
        agrees && self.about() == window
    }
}

/// A team that owns services which the release touches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwningTeam {
    /// Which.
    pub id: TeamId,
    /// What it is called.
    pub name: String,
    /// Those services.
    pub services: BTreeSet<ServiceId>,
    /// Whether the person who asks belongs to it.
    pub yours: bool,
}

/// What a team is asked, as an event says it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedTeam {
    /// Which.
    pub team: TeamId,
    /// Its services that the release touches.
    pub services: BTreeSet<ServiceId>,
}

/// What asking means for each of the teams.
pub(super) fn asked(
    window: &Window,
    teams: &[AskedTeam],
    asked: &Standing,
) -> BTreeMap<TeamId, WindowAsk> {
    let ask = |team: &AskedTeam| {
        let (window, services) = (window.clone(), team.services.clone());
        let ask = WindowAsk { window, services, asked: asked.clone(), answer: None, lapsed: false };
        (team.team, ask)
    };
    teams.iter().map(ask).collect()
}

/// What was asked of a team, as long as the window has not moved and the team's services are those.
pub fn standing<'a>(release: &'a Release, team: &OwningTeam) -> Option<&'a WindowAsk> {
    let ask = release.asked.get(&team.id)?;
    (!ask.lapsed && ask.services == team.services).then_some(ask)
}

/// Where the agreement of a team is.
pub fn agreement(release: &Release, team: &OwningTeam) -> Agreement {
    let Some(ask) = standing(release, team) else {
        let known = release.asked.contains_key(&team.id);
        return if known { Agreement::Lapsed } else { Agreement::NotAsked };
    };
    let planned = release.content.window.as_ref();
    match &ask.answer {
        None => Agreement::Asked,
        Some(_) if planned.is_some_and(|window| ask.agrees_to(window)) => Agreement::Accepted,
        Some(TeamAnswer { said: WindowAnswer::Countered, .. }) => Agreement::Countered,
        Some(TeamAnswer { said: WindowAnswer::Refused, .. }) => Agreement::Refused,
        Some(_) => Agreement::Lapsed,
    }
}

/// Where the model asks for it, every team agrees to the window.
pub(super) fn agreed(release: &Release, facts: &Facts) -> Result<(), Refusal> {
    let window = release.content.window.as_ref().filter(|_| facts.window_answer_required);
    let Some(window) = window else { return Ok(()) };
    let agrees =
        |team: &OwningTeam| standing(release, team).is_some_and(|ask| ask.agrees_to(window));
    let missing: Vec<Missing> = facts
        .owning
        .iter()
        .filter(|team| !agrees(team))
        .map(|team| {
            let pointer = format!("/window_answers/{}", team.name);
            Missing::new(pointer, words_of(release, team))
        })
        .collect();
    if missing.is_empty() { Ok(()) } else { Err(Refusal::WindowNotAgreed(missing)) }
}

/// Where the agreement of a team is, in words.
pub(super) fn words_of(release: &Release, team: &OwningTeam) -> String {
    let name = &team.name;
    let because = |ask: &WindowAsk| match &ask.answer {
        Some(answer) if !answer.given.reason.is_empty() => format!(": {}", answer.given.reason),
        _ => String::new(),
    };
    let why = release.asked.get(&team.id).map(because).unwrap_or_default();
    match agreement(release, team) {
        Agreement::NotAsked => format!("{name} is not asked about the window"),
        Agreement::Lapsed => {
            format!("{name} was asked about another window or other services: ask again")
        }
        Agreement::Asked => format!("{name} is asked about the window and has not answered"),
        Agreement::Accepted => format!("{name} accepts the window"),
        Agreement::Countered => format!("{name} proposes another window{why}"),
        Agreement::Refused => format!("{name} refuses the window{why}"),
    }
}

/// Whether anyone can be asked: there is a window to come, and a team that owns what it touches.
pub(super) fn may_ask(release: &Release, facts: &Facts) -> Result<(), crate::Refusal> {
    let window = release.content.window.as_ref().ok_or(Refusal::WindowMissing)?;
    if window.interval.end <= facts.now {
        return Err(Refusal::WindowPast.into());
    }
    if facts.owning.is_empty() { Err(Refusal::NobodyToAsk.into()) } else { Ok(()) }
}

/// The teams that the person may answer for: they belong to one that is asked, and did not ask.
pub fn answerable<'a>(
    release: &Release,
    facts: &'a Facts,
) -> Result<Vec<&'a OwningTeam>, crate::Refusal> {
    let person = facts.person.ok_or(IdentityRefusal::PeopleOnly)?;
    let asked = |team: &&OwningTeam| standing(release, team).is_some();
    let asked: Vec<&OwningTeam> = facts.owning.iter().filter(asked).collect();
    if asked.is_empty() {
        return Err(Refusal::WindowNotAsked.into());
    }
    let mine: Vec<&OwningTeam> = asked.iter().copied().filter(|team| team.yours).collect();
    if mine.is_empty() {
        let teams: Vec<&str> = asked.iter().map(|team| team.name.as_str()).collect();
        return Err(Refusal::NotOfTeam { teams: teams.join(", ") }.into());
    }
    let by_me = |team: &OwningTeam| {
        let ask = standing(release, team);
        ask.is_some_and(|ask| ask.asked.by.person() == Some(person))
    };
    let may: Vec<&OwningTeam> = mine.into_iter().filter(|team| !by_me(team)).collect();
    if may.is_empty() {
        return Err(approval::Refusal::OwnWork { why: Why::Requested }.into());
    }
    Ok(may)
}

/// The window that a team proposes instead.
pub fn countered<'a>(release: &'a Release, team: &OwningTeam) -> Option<&'a Window> {
    let proposes = agreement(release, team) == Agreement::Countered;
    let ask = standing(release, team).filter(|_| proposes)?;
    ask.answer.as_ref()?.instead.as_ref()
}

pub(super) fn may_take(release: &Release, facts: &Facts) -> Result<(), Refusal> {
    let any = facts.owning.iter().any(|team| countered(release, team).is_some());
    if any { Ok(()) } else { Err(Refusal::NothingCountered) }
}

/// Asks teams about the planned window, or the one given: those that are named, or every one that
/// does not agree to it yet.
pub fn ask_window(
    release: &Release,
    window: Option<&Window>,
    teams: &BTreeSet<TeamId>,
    note: &str,
    facts: &Facts,
) -> Decision<ReleaseEvent> {
    let mut wanted = release.clone();
    wanted.content.window = window.or(release.content.window.as_ref()).cloned();
    guard(Verb::AskWindow, &wanted, facts)?;
    let window = wanted.content.window.ok_or(Refusal::WindowMissing)?;
    let mut check = Check::default();
    check.text("/note", note, NOTE_MAX);
    let owning: BTreeMap<TeamId, &OwningTeam> =
        facts.owning.iter().map(|team| (team.id, team)).collect();
    for team in teams.iter().filter(|team| !owning.contains_key(team)) {
        let detail = format!("{team} owns no service that this release touches");
        check.wrong("/teams", detail);
    }
    check.end()?;
    let waits = |team: &&&OwningTeam| {
        let ask = standing(release, team).filter(|ask| ask.about() == &window);
        match ask {
            _ if teams.contains(&team.id) => true,
            Some(ask) if teams.is_empty() => {
                ask.answer.as_ref().is_some_and(|answer| answer.said == WindowAnswer::Refused)
            }
            None => teams.is_empty(),
            Some(_) => false,
        }
    };
    let asked: Vec<AskedTeam> = owning
        .values()
        .filter(waits)
        .map(|team| AskedTeam { team: team.id, services: team.services.clone() })
        .collect();
    if asked.is_empty() {
        return Ok(vec![]);
    }
    Ok(vec![ReleaseEvent::WindowAsked { window, teams: asked, note: note.to_owned() }])
}

/// An answer for a team.
#[derive(Debug, Clone)]
pub struct Answering<'a> {
    /// Which; the one that the person may answer for, when there is only one.
    pub team: Option<TeamId>,
    /// The window that was seen.
    pub seen: &'a Window,
    /// What is said of it.
    pub said: WindowAnswer,
    /// The window that would suit instead.
    pub instead: Option<&'a Window>,
    /// Why.
    pub reason: &'a str,
}

/// Answers for a team. It may change its mind as long as what it was asked stands.
pub fn answer_window(
    release: &Release,
    answering: &Answering<'_>,
    facts: &Facts,
) -> Decision<ReleaseEvent> {
    guard(Verb::AnswerWindow, release, facts)?;
    let may = answerable(release, facts)?;
    let team = one_of(&may, answering.team)?;
    let ask = standing(release, team).ok_or(Refusal::WindowNotAsked)?;
    if &ask.window != answering.seen {
        return Err(Refusal::WindowNotAsked.into());
    }
    let Answering { said, reason, .. } = *answering;
    if said != WindowAnswer::Accepted {
        reasoned(reason)?;
    }
    let mut check = Check::default();
    check.text("/reason", reason, NOTE_MAX);
    let instead = answering.instead.filter(|_| said == WindowAnswer::Countered);
    match instead {
        None if said == WindowAnswer::Countered => check.wrong("/window", "is missing"),
        Some(window) if window == &ask.window => {
            check.wrong("/window", "is the one that was asked about: accept it");
        }
        Some(window) if window.interval.start <= facts.now => {
            check.wrong("/window", "must begin in the future");
        }
        _ => {}
    }
    check.end()?;
    Ok(vec![ReleaseEvent::WindowAnswered {
        team: team.id,
        answer: said,
        instead: instead.cloned(),
        reason: reason.to_owned(),
    }])
}

fn one_of<'a>(
    may: &[&'a OwningTeam],
    wanted: Option<TeamId>,
) -> Result<&'a OwningTeam, crate::Refusal> {
    let mut fits = may.iter().copied();
    match (wanted, may) {
        (None, [only]) => Ok(only),
        (Some(wanted), _) => fits.find(|team| team.id == wanted).ok_or_else(|| {
            let teams: Vec<&str> = may.iter().map(|team| team.name.as_str()).collect();
            Refusal::NotOfTeam { teams: teams.join(", ") }.into()
        }),
        (None, _) => {
            let mut check = Check::default();
            let teams: Vec<&str> = fits.map(|team| team.name.as_str()).collect();
            check.wrong("/team", format!("is one of {}", teams.join(", ")));
            Err(check.end().expect_err("something is wrong"))
        }
    }
}

/// Takes the window that a team proposes: it is committed where the planned one was, else planned.
/// `facts.blocking` was gathered for it.
pub fn take_window(
    release: &Release,
    team: TeamId,
    facts: &Facts,
    stamp: &Stamp,
) -> Decision<ReleaseEvent> {
    guard(Verb::TakeWindow, release, facts)?;
    let team = facts.owning.iter().find(|known| known.id == team);
    let window = team.and_then(|team| countered(release, team));
    let window = window.ok_or(Refusal::NothingCountered)?.clone();
    if release.scheduled {
        return schedule(release, Some(&window), facts, stamp);
    }
    let edit = Edit { window: Some(Some(window)), ..Edit::default() };
    edit_release(release, &edit, None, facts, stamp)
}
