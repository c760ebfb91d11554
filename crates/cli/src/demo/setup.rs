//! Sets the organisation up: people, teams, services, configuration items, and the periods of its
//! calendar; and its boards.

use anyhow::{Context as _, anyhow};
use api::cab::{BoardFields, BoardSchedule};
use api::calendar::BandFields;
use api::common::Written;
use api::identity::PersonFields;
use api::notice::UserGroupFields;
use api::service::{CiFields, RelationFields, Relations, ServiceFields};
use api::team::TeamFields;
use domain::calendar::PeriodKind;
use kernel::Timestamp;
use server::cab::SaveBoard;
use server::calendar::SavePeriod;
use server::identity::{SavePerson, hash_password};
use server::notice::SaveUserGroup;
use server::service::{SaveCi, SaveService, SetRelations};
use server::team::SaveTeam;

use crate::demo::files::{BoardPlan, CiPlan, Deed, PeriodPlan, PersonPlan, ServicePlan};
use crate::demo::replay::{Known, Replay, Subject};
use crate::demo::times::When;

/// When the organisation begins.
const BEGINS: &str = "-98 09:00";
/// Where mail would go: a domain that never exists (RFC 2606).
const DOMAIN: &str = "veldhaven.example";

/// Sets everything up, and plans the periods.
pub(super) fn build(replay: &mut Replay<'_>) -> anyhow::Result<()> {
    let begins: When = BEGINS.parse()?;
    let begins = begins.instant(&replay.today);
    replay.set_clock(begins);
    people(replay, begins)?;
    let administrator = replay.story.people.administrator()?.login.clone();
    for team in &replay.story.teams {
        let fields = TeamFields {
            name: Some(team.name.clone()),
            description: Some(team.description.clone()),
            members: Some(team.members.clone()),
        };
        replay.act(&administrator, SaveTeam { team: None, fields })?;
    }
    replay.set_clock(begins.plus_minutes(60));
    for service in &replay.story.services {
        save_service(replay, &administrator, service)?;
    }
    for ci in &replay.story.cis {
        save_ci(replay, &administrator, ci)?;
    }
    for ci in &replay.story.cis {
        relate(replay, &administrator, ci)?;
    }
    for group in &replay.story.groups {
        let fields = UserGroupFields {
            name: Some(group.name.clone()),
            audience: Some(group.audience.clone()),
            services: Some(group.services.clone()),
            people: Some(group.people.clone()),
            ..UserGroupFields::default()
        };
        replay.act(&administrator, SaveUserGroup { group: None, fields })?;
    }
    periods(replay);
    for board in &replay.story.boards {
        let at = board.set.instant(&replay.today);
        replay.at(at, &board.by, Subject::Board(board), Deed::Begin);
        if let Some(meets) = board.meets {
            let at = meets.instant(&replay.today);
            replay.at(at, &board.by, Subject::Board(board), Deed::Schedule);
        }
    }
    Ok(())
}

/// Everyone has the same password here, so it is hashed once.
fn people(replay: &mut Replay<'_>, begins: Timestamp) -> anyhow::Result<()> {
    let people = &replay.story.people;
    let hash = hash_password(&people.password).context("hashing the password of everyone")?;
    let first = people.administrator()?;
    let made = save_person(replay, None, first, &hash)?;
    replay.meet(as_known(first, &made)?);
    replay.set_clock(begins.plus_minutes(20));
    for person in people.person.iter().filter(|person| person.login != first.login) {
        let made = save_person(replay, Some(&first.login), person, &hash)?;
        replay.meet(as_known(person, &made)?);
    }
    Ok(())
}

fn as_known(person: &PersonPlan, made: &Written) -> anyhow::Result<Known> {
    let roles: Result<_, String> = person.roles.iter().map(|role| role.parse()).collect();
    let roles = roles.map_err(|wrong| anyhow!("{}: {wrong}", person.login))?;
    Ok(Known { login: person.login.clone(), id: made.id.parse()?, roles })
}

/// The first account is made by an operator, the others by the first.
fn save_person(
    replay: &Replay<'_>,
    by: Option<&str>,
    person: &PersonPlan,
    hash: &str,
) -> anyhow::Result<Written> {
    let fields = PersonFields {
        login: Some(person.login.clone()),
        name: Some(person.name.clone()),
        email: Some(format!("{}@{DOMAIN}", person.login)),
        roles: Some(person.roles.clone()),
        zone: Some(person.zone.clone()),
        ..PersonFields::default()
    };
    let command = SavePerson { person: None, fields, hash: Some(hash.to_owned()) };
    let made = match by {
        Some(by) => replay.act(by, command),
        None => replay.act_as_operator(command),
    };
    made.with_context(|| format!("making the account of {}", person.login))
}

fn save_service(replay: &Replay<'_>, by: &str, service: &ServicePlan) -> anyhow::Result<()> {
    let fields = ServiceFields {
        name: Some(service.name.clone()),
        description: Some(service.description.clone()),
        criticality: Some(service.criticality),
        owner: Some(Some(service.owner.clone())),
        team: Some(Some(service.team.clone())),
        data_loss_minutes: Some(Some(service.data_loss_minutes)),
        known_limits: Some(service.known_limits.clone()),
        region: Some(service.region.clone()),
    };
    let made = replay.act(by, SaveService { service: None, fields });
    made.map(|_| ()).with_context(|| format!("setting up the service {}", service.name))
}

fn save_ci(replay: &Replay<'_>, by: &str, ci: &CiPlan) -> anyhow::Result<()> {
    let fields = CiFields {
        name: Some(ci.name.clone()),
        kind: Some(ci.kind.clone()),
        criticality: Some(ci.criticality),
        environment: Some("production".to_owned()),
        region: Some(ci.region.clone()),
        version_running: ci.version_running.clone(),
        service: Some(Some(ci.service.clone())),
    };
    let made = replay.act(by, SaveCi { ci: None, fields });
    made.map(|_| ()).with_context(|| format!("writing the CI {} down", ci.name))
}

fn relate(replay: &Replay<'_>, by: &str, ci: &CiPlan) -> anyhow::Result<()> {
    let kinds = [
        ("runs_on", &ci.runs_on),
        ("uses", &ci.uses),
        ("part_of", &ci.part_of),
        ("connects_to", &ci.connects_to),
    ];
    let mut relations = Vec::new();
    for (kind, others) in kinds {
        let related = |to: &String| RelationFields { kind: kind.to_owned(), to: to.clone() };
        relations.extend(others.iter().map(related));
    }
    if relations.is_empty() {
        return Ok(());
    }
    let command = SetRelations { ci: ci.name.clone(), relations: Relations { relations } };
    let made = replay.act(by, command);
    made.map(|_| ()).with_context(|| format!("relating the CI {}", ci.name))
}

fn periods(replay: &mut Replay<'_>) {
    let periods = &replay.story.periods;
    let windows = periods.window.iter().map(|plan| (plan, PeriodKind::MaintenanceWindow));
    let blackouts = periods.blackout.iter().map(|plan| (plan, PeriodKind::Blackout));
    let peaks = periods.peak.iter().map(|plan| (plan, PeriodKind::PeakHours));
    let events = periods.event.iter().map(|plan| (plan, PeriodKind::BusinessEvent));
    let sprints = periods.sprint.iter().map(|plan| (plan, PeriodKind::Sprint));
    for (plan, kind) in windows.chain(peaks).chain(blackouts).chain(events).chain(sprints) {
        let at = plan.set.instant(&replay.today);
        replay.at(at, &plan.by, Subject::Period(plan, kind), Deed::Begin);
    }
}

/// Sets a period of the calendar.
pub(super) fn set_period(
    replay: &Replay<'_>,
    plan: &PeriodPlan,
    kind: PeriodKind,
) -> anyhow::Result<()> {
    let fields = BandFields {
        name: Some(plan.name.clone()),
        reason: Some(plan.reason.clone()),
        services: Some(plan.services.clone()),
        environment: plan.environment.clone(),
        window: Some(plan.window.window(&replay.today).on_the_wire()),
        repeats: plan.repeats.clone(),
        except: None,
        also: None,
    };
    replay.act(&plan.by, SavePeriod { kind, period: None, fields }).map(|_| ())
}

/// Sets a board up; then gives it its schedule, from the Monday of this week on.
pub(super) fn set_board(replay: &Replay<'_>, plan: &BoardPlan, deed: &Deed) -> anyhow::Result<()> {
    let schedule = plan.at.map(|at| BoardSchedule {
        window: replay.today.on_monday(at, plan.minutes).on_the_wire(),
        repeats: plan.repeats.clone(),
        except: Vec::new(),
        also: Vec::new(),
        cut_off_minutes: plan.cut_off_minutes,
    });
    if matches!(deed, Deed::Schedule) {
        let fields = BoardFields { schedule: Some(schedule), ..BoardFields::default() };
        let board = Some(plan.name.clone());
        return replay.act(&plan.by, SaveBoard { board, fields }).map(|_| ());
    }
    let fields = BoardFields {
        name: Some(plan.name.clone()),
        chair: Some(Some(plan.chair.clone())),
        members: None,
        roles: Some(plan.roles.clone()),
        schedule: plan.meets.is_none().then_some(schedule),
    };
    replay.act(&plan.by, SaveBoard { board: None, fields }).map(|_| ())
}
