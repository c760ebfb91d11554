//! What the rules of a meeting need to know, and finding meetings and their subjects.

use domain::approval::Round;
use domain::cab::{Board, Facts, Meeting, Named, Subject};
use domain::change::Change;
use domain::identity::Permission;
use domain::release::Release;
use domain::{General, Missing};
use kernel::{MeetingId, PersonId, Timestamp};
use ports::{Fault, Query};

use crate::asking::Asking;
use crate::bus::{Loaded, Stop, find_state};
use crate::names::{Names, find_change, find_release};

/// The meeting of an id or a number.
pub(super) fn find_meeting(db: &mut dyn Query, name: &str) -> Result<MeetingId, Stop> {
    let sql = "SELECT id FROM meetings WHERE id = $1 OR number = $2";
    match db.query_one(sql, &[name.into(), name.to_uppercase().into()])? {
        Some(row) => Ok(row.parsed(0)?),
        None => Err(General::Unknown { kind: "meeting", name: name.to_owned() }.into()),
    }
}

/// The change or release that a field names, with its number.
pub(super) fn find_named(db: &mut dyn Query, pointer: &str, name: &str) -> Result<Named, Stop> {
    let subject = find_subject(db, pointer, name)?;
    let number = Names::default().get(db, &subject.id())?.and_then(|found| found.number);
    Ok(Named { subject, number: number.unwrap_or_else(|| name.to_owned()) })
}

/// The change or release that a field names.
pub(super) fn find_subject(db: &mut dyn Query, pointer: &str, name: &str) -> Result<Subject, Stop> {
    let upper = name.to_uppercase();
    let found = if upper.starts_with("REL") {
        find_release(db, name).map(Subject::Release)
    } else {
        find_change(db, name).map(Subject::Change)
    };
    found.map_err(|stop| match stop {
        Stop::Refused(refusal) => {
            General::Invalid(vec![Missing::new(pointer, refusal.detail)]).into()
        }
        stop => stop,
    })
}

/// The board of a meeting.
pub(super) fn board_of(db: &mut dyn Query, meeting: &Meeting) -> Result<Loaded<Board>, Stop> {
    let unknown = || General::Unknown { kind: "board", name: meeting.number.clone() };
    let id = meeting.board.ok_or_else(unknown)?;
    Ok(find_state::<Board>(db, id)?.ok_or_else(unknown)?)
}

/// Who asks, as the board sees them at a meeting.
pub(super) fn facts(
    db: &mut dyn Query,
    board: &Board,
    meeting: &Meeting,
    asking: &Asking,
) -> Result<Facts, Fault> {
    let who = &asking.who;
    let leads = who.permissions.contains(&Permission::CabWrite) || board.is_chaired_by(who.person);
    let seated = leads || board.seats(who.person, &who.roles);
    let sits = seated || answers(db, meeting, who.person)?;
    Ok(Facts { now: asking.now, person: who.person, leads, sits })
}

/// Whether someone answers for a release on the closed agenda: its owner, or its release manager.
fn answers(db: &mut dyn Query, meeting: &Meeting, person: Option<PersonId>) -> Result<bool, Fault> {
    let Some(person) = person else { return Ok(false) };
    let sql = "SELECT 1 FROM releases WHERE id = $1 AND (owner = $2 OR release_manager = $2)";
    for item in &meeting.agenda {
        let Subject::Release(id) = item.item.subject else { continue };
        let params = [id.to_string().into(), person.to_string().into()];
        if db.query_one(sql, &params)?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// What an agenda asks of a change or a release.
pub(super) struct Known {
    pub(super) number: String,
    pub(super) title: String,
    pub(super) tier: Option<domain::vocabulary::Tier>,
    pub(super) window: Option<domain::vocabulary::Window>,
    pub(super) round: Option<Round>,
}

impl Known {
    pub(super) fn starts_at(&self) -> Option<Timestamp> {
        self.window.as_ref().map(|window| window.interval.start)
    }
}

/// A change or a release, as an agenda sees it.
pub(super) fn known(db: &mut dyn Query, subject: Subject) -> Result<Option<Known>, Fault> {
    match subject {
        Subject::Change(id) => {
            let Some(found) = find_state::<Change>(db, id)? else { return Ok(None) };
            let change = found.state;
            let window = match change.release {
                Some(release) => {
                    find_state::<Release>(db, release)?.and_then(|found| found.state.content.window)
                }
                None => change.content.window,
            };
            Ok(Some(Known {
                number: change.number,
                title: change.content.title,
                tier: change.risk.map(|risk| risk.tier),
                window,
                round: change.round,
            }))
        }
        Subject::Release(id) => {
            let Some(found) = find_state::<Release>(db, id)? else { return Ok(None) };
            let release = found.state;
            Ok(Some(Known {
                number: release.number,
                title: release.content.title,
                tier: release.tier,
                window: release.content.window,
                round: release.round,
            }))
        }
    }
}
