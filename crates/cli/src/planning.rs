//! What is planned of a release beside its fields: its scope document, the order among releases,
//! what a move would do, and the readiness board.

use api::change::Schedule;
use api::common::{LampState, Ref, Window, Written};
use api::incident::{BlastIncident, BlastRadius};
use api::release::{
    Dependencies, Effect, ImpactedService, MovePreview, Neighbour, Outside, OutsideFields,
    ProposedPart, Readiness, ReadinessItem, Release, ReleaseFields, ScopeDocument, ScopeFields,
    SharedCi, SignOff,
};
use clap::Args;
use ports::Method;

use crate::change::factor_lines;
use crate::client::{Expect, Query};
use crate::context::Global;
use crate::failure::{Failure, Result};
use crate::given::{FromFile, WindowArgs, ZoneArg, cleared, pair, set};
use crate::record::{IfVersion, Records, refusal_words};
use crate::wall;

const SCOPE: &[&str] = &["release", "owner", "frozen", "freeze_at", "freeze.reason", "version"];
const READINESS: &[&str] = &["release", "window", "blocked", "waiting"];
const PREVIEW: &[&str] = &["window", "effect.blocked", "effect.votes_voided"];

/// New values of the scope document. Lists replace what is there; the rest is given with --from.
#[derive(Debug, Args)]
pub(crate) struct Stated {
    /// The number or id of the release.
    release: String,
    #[command(flatten)]
    from: FromFile,
    /// Who decides about the scope between the teams, by login; an empty text for nobody.
    #[arg(long, value_name = "LOGIN")]
    scope_owner: Option<String>,
    /// Something that is left out, and why; give it again for more.
    #[arg(long, value_name = "WHAT=WHY", value_parser = pair)]
    exclude: Vec<(String, String)>,
    /// Something that is done independently, and why; give it again for more.
    #[arg(long, value_name = "WHAT=WHY", value_parser = pair)]
    independent: Vec<(String, String)>,
    /// From when on nothing joins without an exception; an empty text for no such time.
    #[arg(long, value_name = "TIME")]
    freeze_at: Option<String>,
    #[command(flatten)]
    zone: ZoneArg,
    #[command(flatten)]
    version: IfVersion,
}

impl Stated {
    /// States the scope.
    pub(crate) fn send(&self, releases: &Records<'_>) -> Result<Written> {
        let mut body: ScopeFields = self.from.fields()?;
        set(&mut body.owner, cleared(self.scope_owner.as_ref()));
        set(&mut body.excluded, outside(&self.exclude));
        set(&mut body.independent, outside(&self.independent));
        let at = match self.freeze_at.as_deref() {
            None => None,
            Some("") => Some(None),
            Some(at) => Some(Some(releases.clock(&self.zone, &self.release).instant(at)?)),
        };
        set(&mut body.freeze_at, at);
        let path = releases.path(&self.release);
        let expect = self.version.or_read(releases.client, &path)?;
        releases.client.write(Method::Patch, &format!("{path}/scope"), expect, &body)
    }
}

/// A part that is signed off.
#[derive(Debug, Args)]
pub(crate) struct SignedOff {
    /// The number or id of the release.
    release: String,
    /// The team; needed where you may sign off for more than one.
    #[arg(long)]
    team: Option<String>,
    /// A word to it.
    #[arg(long, default_value = "")]
    note: String,
    #[command(flatten)]
    version: IfVersion,
}

impl SignedOff {
    /// Signs it off.
    pub(crate) fn send(&self, releases: &Records<'_>) -> Result<Written> {
        let body = SignOff { team: self.team.clone(), note: self.note.clone() };
        releases.post(&self.release, "scope/sign-off", self.version.expect(), &body)
    }
}

/// A milestone that is reached.
#[derive(Debug, Args)]
pub(crate) struct Reached {
    /// The number or id of the release.
    release: String,
    /// The milestone, by its name.
    milestone: String,
}

impl Reached {
    /// Marks it.
    pub(crate) fn send(&self, releases: &Records<'_>) -> Result<Written> {
        let path = releases.path(&self.release);
        let found: Release = releases.client.get(&path, &Query::default())?;
        let mut milestones = found.milestones;
        let Some(one) = milestones.iter_mut().find(|one| one.name == self.milestone) else {
            let names: Vec<&str> = milestones.iter().map(|one| one.name.as_str()).collect();
            let wrong =
                format!("`{}` is none of its milestones: {}", self.milestone, names.join(", "));
            return Err(Failure::usage(wrong));
        };
        one.reached = true;
        let body = ReleaseFields { milestones: Some(milestones), ..ReleaseFields::default() };
        releases.client.write(Method::Patch, &path, Expect::Version(found.version), &body)
    }
}

/// What is left out: a change by its number, or words.
fn outside(given: &[(String, String)]) -> Option<Vec<OutsideFields>> {
    let one = |(what, reason): &(String, String)| {
        let is_change = what.starts_with("CHG-") || what.starts_with("chg_");
        let change = is_change.then(|| what.clone());
        let what = if is_change { String::new() } else { what.clone() };
        OutsideFields { change, what, reason: reason.clone() }
    };
    (!given.is_empty()).then(|| given.iter().map(one).collect())
}

/// What must be over first.
#[derive(Debug, Args)]
pub(crate) struct After {
    /// The number or id of the release.
    release: String,
    /// The releases that must be over before it; none to wait for nothing.
    after: Vec<String>,
    #[command(flatten)]
    version: IfVersion,
}

impl After {
    /// Sets the dependencies.
    pub(crate) fn send(&self, releases: &Records<'_>) -> Result<Written> {
        let path = releases.path(&self.release);
        let expect = self.version.or_read(releases.client, &path)?;
        let body = Dependencies { after: self.after.clone() };
        releases.client.write(Method::Put, &format!("{path}/dependencies"), expect, &body)
    }
}

/// A window that is asked about.
#[derive(Debug, Args)]
pub(crate) struct Preview {
    /// The number or id of the release.
    release: String,
    #[command(flatten)]
    window: WindowArgs,
}

/// Shows what a move would do.
pub(crate) fn preview(releases: &Records<'_>, wanted: &Preview, global: &Global) -> Result {
    let clock = releases.clock(&wanted.window.zone, &wanted.release);
    let body = Schedule { window: wanted.window.window(&clock)? };
    let path = format!("{}/schedule/preview", releases.path(&wanted.release));
    let told: MovePreview = releases.client.post(&path, Expect::Any, &body)?;
    let refusal = told.effect.refusal.iter().map(refusal_words).collect();
    let slips = told.effect.slips.iter().map(|slip| {
        let start = |window: &Window| wall::moment(&window.start, &window.zone);
        let (from, to) = (start(&slip.from), start(&slip.to));
        format!("{} from {from} to {to}, after {}", name(&slip.release), name(&slip.because))
    });
    let sections = [("it cannot be done", refusal), ("would begin later", slips.collect())];
    global.out().record(&told, PREVIEW, &sections)
}

fn proposed_line(part: &ProposedPart) -> String {
    let team = part.team.as_ref().map_or("no team", |team| &team.name);
    format!("{} {} ({team}): {}", part.kind.replace('_', " "), part.ci.name, part.path)
}

fn impact_line(one: &ImpactedService) -> String {
    let how = if one.direct { "touched" } else { "rests on it" };
    let changes: Vec<String> = one.changes.iter().map(name).collect();
    format!("{} (criticality {}), {how}: {}", one.service.name, one.criticality, changes.join(", "))
}

/// Shows the scope document.
pub(crate) fn show_scope(releases: &Records<'_>, release: &str, global: &Global) -> Result {
    let path = format!("{}/scope", releases.path(release));
    let scope: ScopeDocument = releases.client.get(&path, &Query::default())?;
    let included = scope.included.iter().map(|one| {
        let team = one.team.as_ref().map_or("no team", |team| &team.name);
        format!("{} ({team}, {})", name(&one.change), one.tier)
    });
    let teams = scope.teams.iter().map(|one| {
        let owns = if one.owns.is_empty() { "not stated yet" } else { &one.owns };
        let signed = one.signed_by.as_ref().zip(one.signed_at.as_ref());
        let signed = signed.map_or(String::new(), |(by, at)| format!("; signed off by {by}, {at}"));
        format!("{} owns: {owns}; signs off: {}{signed}", one.team.name, one.signs_off)
    });
    let sections = [
        ("included, in deploy order", included.collect()),
        ("handled independently", scope.independent.iter().map(outside_line).collect()),
        ("excluded", scope.excluded.iter().map(outside_line).collect()),
        ("shared infrastructure", scope.shared.iter().map(shared_line).collect()),
        ("proposed parts", scope.proposed.iter().map(proposed_line).collect()),
        ("services that feel it", scope.impact.iter().map(impact_line).collect()),
        ("risk", factor_lines(&scope.risk)),
        ("teams", teams.collect()),
        ("waits for", scope.after.iter().map(neighbour_line).collect()),
        ("waited for by", scope.followers.iter().map(neighbour_line).collect()),
    ];
    global.out().record(&scope, SCOPE, &sections)
}

fn name(record: &Ref) -> String {
    match &record.number {
        Some(number) => format!("{number} {}", record.name),
        None => record.name.clone(),
    }
}

fn outside_line(outside: &Outside) -> String {
    let what = outside.change.as_ref().map_or_else(|| outside.what.clone(), name);
    format!("{what}: {}", outside.reason)
}

fn shared_line(shared: &SharedCi) -> String {
    let who = shared.changes.iter().chain(&shared.releases);
    let who: Vec<String> = who.map(|one| one.number.clone().unwrap_or(one.name.clone())).collect();
    format!("{}: {}", shared.ci.name, who.join(", "))
}

fn neighbour_line(neighbour: &Neighbour) -> String {
    let until = |window: &Window| format!("until {}", wall::moment(&window.end, &window.zone));
    let end = neighbour.window.as_ref().map_or_else(|| "no window".to_owned(), until);
    let verified = if neighbour.verified { "verified" } else { "not verified" };
    format!("{} ({}, {verified}, {end})", name(&neighbour.release), neighbour.phase)
}

/// Shows the readiness board. Exit code 1 when something blocks.
pub(crate) fn readiness(releases: &Records<'_>, release: &str, global: &Global) -> Result {
    let path = format!("{}/readiness", releases.path(release));
    let board: Readiness = releases.client.get(&path, &Query::default())?;
    let zone = wall::zone_of(board.window.as_ref());
    let of = |state: LampState| {
        let items = board.items.iter().filter(move |item| item.state == state);
        items.flat_map(|item| item_lines(item, zone)).collect::<Vec<_>>()
    };
    let sections = [
        ("blocks", of(LampState::Stop)),
        ("waits", of(LampState::Waiting)),
        ("ready", of(LampState::Clear)),
    ];
    global.out().record(&board, READINESS, &sections)?;
    match board.blocked {
        0 => Ok(()),
        1 => Err(Failure::Found("one thing blocks the date".to_owned())),
        many => Err(Failure::Found(format!("{many} things block the date"))),
    }
}

/// Prints what a release reaches, and the incidents there since its deployment began.
pub(crate) fn blast(releases: &Records<'_>, release: &str, global: &Global) -> Result {
    let path = format!("{}/blast", releases.path(release));
    let blast: BlastRadius = releases.client.get(&path, &Query::default())?;
    let names = |refs: &[Ref]| refs.iter().map(|one| one.name.clone()).collect::<Vec<_>>();
    let line = |one: &BlastIncident| {
        let number = one.incident.number.as_deref().unwrap_or(&one.incident.id);
        let label = one.causality.as_deref().unwrap_or("later");
        let at = wall::moment(&one.opened_at, "UTC");
        format!("{number} {} ({}, began {at}): {} [{label}]", one.incident.name, one.state, one.why)
    };
    let sections = [
        ("touches", names(&blast.services).into_iter().chain(names(&blast.cis)).collect()),
        (
            "reaches",
            names(&blast.reached_services).into_iter().chain(names(&blast.reached_cis)).collect(),
        ),
        ("incidents since", blast.incidents.iter().map(line).collect()),
    ];
    global.out().record(&blast, &["since", "truncated"], &sections)
}

fn item_lines(item: &ReadinessItem, zone: &str) -> Vec<String> {
    let who = if item.who.is_empty() {
        String::new()
    } else {
        format!(" (asked of {})", item.who.join(", "))
    };
    let mut lines = vec![format!("{}: {}{who}", item.kind, wall::sentence(&item.detail, zone))];
    for way in &item.ways {
        lines.push(format!(
            "  way out: {}; {}",
            wall::sentence(&way.detail, zone),
            effect_words(&way.effect)
        ));
    }
    lines
}

fn effect_words(effect: &Effect) -> String {
    if let Some(refusal) = &effect.refusal {
        return format!("not now: {}", refusal_words(refusal));
    }
    let mut words = vec![format!("{} would block", effect.blocked)];
    if effect.rollback_minutes != effect.rollback_minutes_now {
        let (now, then) = (effect.rollback_minutes_now, effect.rollback_minutes);
        words.push(format!("rollback {then} minutes instead of {now}"));
    }
    if effect.tier != effect.tier_now {
        words.push(format!("risk {} instead of {}", effect.tier, effect.tier_now));
    }
    words.push(format!("{} votes void", effect.votes_voided));
    for (list, what) in [
        (effect.dependants.iter().map(name).collect::<Vec<_>>(), "rest on it"),
        (effect.slips.iter().map(|slip| name(&slip.release)).collect(), "begin later"),
    ] {
        if !list.is_empty() {
            words.push(format!("{} {what}", list.join(", ")));
        }
    }
    words.join(", ")
}
