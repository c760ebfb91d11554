//! `interlock cab`: boards, their meetings, agendas and minutes. Votes are cast as always, with
//! `interlock approve vote`.

use api::cab::{
    AddItem, AgendaItem, Arrange, Attend, BoardFields, BoardSchedule, CabBoard, Defer, ItemTime,
    Meeting, MeetingFields, MeetingRow, Minutes, NewRemark, NextItem,
};
use api::common::{Reason, Written};
use clap::{Args, Subcommand};
use ports::Method;
use serde::Serialize;

use crate::client::{Client, Expect, Query};
use crate::context::{Global, Paging};
use crate::failure::{Failure, Result};
use crate::given::{Clock, WindowArgs, cleared, replaces};
use crate::output::Format;
use crate::record::{IfVersion, Named, Records};

const BOARD_COLUMNS: &[&str] = &["name", "chair", "roles", "next", "id"];
const BOARD_FIELDS: &[&str] =
    &["name", "id", "version", "chair", "members", "roles", "schedule", "next"];
const COLUMNS: &[&str] = &["number", "board", "state", "window", "cut_off", "items"];
const FIELDS: &[&str] = &[
    "number",
    "id",
    "version",
    "board",
    "chair",
    "state",
    "window",
    "cut_off",
    "started_at",
    "ended_at",
    "overrun",
    "cancelled",
];

/// What is done with boards and meetings.
#[derive(Debug, Subcommand)]
pub(crate) enum CabVerb {
    /// Boards.
    #[command(subcommand)]
    Board(BoardVerb),
    /// Lists meetings, the latest first.
    #[command(after_help = "Example:\n  interlock cab list --state planned")]
    List(List),
    /// Shows a meeting with its agenda.
    #[command(after_help = "Example:\n  interlock cab show CAB-3")]
    Show(Named),
    /// Calls a meeting outside the schedule.
    #[command(after_help = "Example:\n  interlock cab plan --board \"Emergency board\" \
        --start 2026-12-05T22:00 --end 2026-12-05T22:30 --zone Europe/Amsterdam")]
    Plan(Plan),
    /// Puts items in order, before the cut-off; the rest follows.
    #[command(after_help = "Example:\n  interlock cab order CAB-3 REL-17 CHG-1042")]
    Order(Order),
    /// Puts an item on the agenda, before the cut-off.
    #[command(after_help = "Example:\n  interlock cab add CAB-3 REL-17")]
    Add(Item),
    /// Puts an item off.
    #[command(after_help = "Example:\n  interlock cab defer CAB-3 REL-17 \
        --reason \"the load test is not done\"")]
    Defer(PutOff),
    /// Begins a meeting.
    #[command(after_help = "Example:\n  interlock cab start CAB-3")]
    Start(Named),
    /// Puts the next item on the table, or the one that is named.
    #[command(after_help = "Example:\n  interlock cab next CAB-3")]
    Next(MaybeItem),
    /// Gives an item another length.
    #[command(after_help = "Example:\n  interlock cab time CAB-3 REL-17 20")]
    Time(Time),
    /// Notes who comes, or goes.
    #[command(after_help = "Examples:\n  \
        interlock cab attend CAB-3\n  \
        interlock cab attend CAB-3 --person anna --gone")]
    Attend(Came),
    /// Notes something for the minutes.
    #[command(after_help = "Example:\n  interlock cab remark CAB-3 \
        \"watch the queue for an hour\" --on REL-17")]
    Remark(Note),
    /// Ends a meeting and fixes its minutes.
    #[command(after_help = "Example:\n  interlock cab end CAB-3")]
    End(Named),
    /// Calls a meeting off.
    #[command(after_help = "Example:\n  interlock cab cancel CAB-3 --reason \"a public holiday\"")]
    Cancel(CallOff),
    /// Prints the minutes as Markdown, or as the API has them with `--format json`.
    #[command(after_help = "Example:\n  interlock cab minutes CAB-3 --output CAB-3.md")]
    Minutes(Named),
}

/// What is done with boards.
#[derive(Debug, Subcommand)]
pub(crate) enum BoardVerb {
    /// Lists boards.
    #[command(after_help = "Example:\n  interlock cab board list")]
    List(BoardList),
    /// Shows a board.
    #[command(after_help = "Example:\n  interlock cab board show \"Change advisory board\"")]
    Show(Named),
    /// Sets a board up.
    #[command(after_help = "Examples:\n  interlock cab board create \
        --name \"Change advisory board\" --chair anna --role cab_member \
        --repeats \"FREQ=WEEKLY;INTERVAL=2\" --start 2026-12-01T10:00 --end 2026-12-01T11:00 \
        --zone Europe/Amsterdam --cut-off-minutes 1440\n  interlock cab board create \
        --name \"Architecture board\" --role cab_member --repeats \"FREQ=MONTHLY;BYDAY=1TU\" \
        --start 2026-12-01T10:00 --end 2026-12-01T11:00 --zone Europe/Amsterdam")]
    Create(Fields),
    /// Edits a board; members, roles and days replace the lists, and what is not said of its
    /// schedule stays.
    #[command(after_help = "Examples:\n  \
        interlock cab board edit \"Change advisory board\" --chair ben\n  \
        interlock cab board edit \"Change advisory board\" --except 2026-12-29")]
    Edit(Edit),
}

/// A page of boards.
#[derive(Debug, Args)]
pub(crate) struct BoardList {
    #[command(flatten)]
    paging: Paging,
}

/// New values for a board.
#[derive(Debug, Args)]
pub(crate) struct Edit {
    /// Its name or id.
    board: String,
    #[command(flatten)]
    fields: Fields,
    #[command(flatten)]
    version: IfVersion,
}

/// The fields of a board.
#[derive(Debug, Args)]
pub(crate) struct Fields {
    /// Unique.
    #[arg(long)]
    name: Option<String>,
    /// Who leads its meetings, by login; empty for nobody.
    #[arg(long, value_name = "LOGIN")]
    chair: Option<String>,
    /// Who sits on it besides the holders of its roles; give it again for more.
    #[arg(long = "member", value_name = "LOGIN")]
    members: Vec<String>,
    /// A role of an approval that it answers for, such as `cab_member`; give it again for more.
    #[arg(long = "role", value_name = "ROLE")]
    roles: Vec<String>,
    /// How it repeats, at the same wall time, from the first meeting on, as `--start` and
    /// `--end` say: `daily`, `weekly`, or a rule of RFC 5545.
    #[arg(long, value_name = "RULE")]
    repeats: Option<String>,
    /// A day left out of the rule; give it again for more.
    #[arg(long, value_name = "DAY")]
    except: Vec<String>,
    /// A day, or a wall time on it, added to the rule; give it again for more.
    #[arg(long, value_name = "DAY")]
    also: Vec<String>,
    #[command(flatten)]
    window: WindowArgs,
    /// How long before a meeting its agenda is closed; a day when nothing is said.
    #[arg(long)]
    cut_off_minutes: Option<u32>,
    /// Meets only as called.
    #[arg(long, conflicts_with_all = ["start", "repeats", "except", "also", "cut_off_minutes"])]
    no_schedule: bool,
}

impl Fields {
    /// What is sent; `before` is the schedule so far.
    fn body(&self, clock: &Clock<'_>, before: Option<BoardSchedule>) -> Result<BoardFields> {
        let schedule =
            if self.no_schedule { Some(None) } else { self.schedule(clock, before)?.map(Some) };
        Ok(BoardFields {
            name: self.name.clone(),
            chair: cleared(self.chair.as_ref()),
            members: replaces(&self.members),
            roles: replaces(&self.roles),
            schedule,
        })
    }

    fn schedule(
        &self,
        clock: &Clock<'_>,
        before: Option<BoardSchedule>,
    ) -> Result<Option<BoardSchedule>> {
        let window = self.window.window(clock)?;
        let (except, also) = (replaces(&self.except), replaces(&self.also));
        let days = except.is_some() || also.is_some();
        if window.is_none() && self.repeats.is_none() && self.cut_off_minutes.is_none() && !days {
            return Ok(None);
        }
        let first = window.clone().map(|window| BoardSchedule {
            window,
            repeats: "none".to_owned(),
            except: Vec::new(),
            also: Vec::new(),
            cut_off_minutes: 24 * 60,
        });
        let missing =
            || Failure::usage("a schedule begins with its first meeting: give --start and --end");
        let before = before.or(first).ok_or_else(missing)?;
        Ok(Some(BoardSchedule {
            window: window.unwrap_or(before.window),
            repeats: self.repeats.clone().unwrap_or(before.repeats),
            except: except.unwrap_or(before.except),
            also: also.unwrap_or(before.also),
            cut_off_minutes: self.cut_off_minutes.unwrap_or(before.cut_off_minutes),
        }))
    }
}

/// Which meetings are listed.
#[derive(Debug, Args)]
pub(crate) struct List {
    /// Of this board, by name or id.
    #[arg(long)]
    board: Option<String>,
    /// `planned`, `frozen`, `in_session`, `ended`, `cancelled` or `lapsed`.
    #[arg(long)]
    state: Option<String>,
    #[command(flatten)]
    paging: Paging,
}

/// A meeting that is called.
#[derive(Debug, Args)]
pub(crate) struct Plan {
    /// Whose, by name or id.
    #[arg(long)]
    board: String,
    #[command(flatten)]
    window: WindowArgs,
    /// When its agenda is closed; at its start when absent.
    #[arg(long, value_name = "TIME")]
    cut_off: Option<String>,
}

/// An order of items.
#[derive(Debug, Args)]
pub(crate) struct Order {
    /// The meeting.
    record: String,
    /// Changes and releases, the first first.
    #[arg(required = true)]
    items: Vec<String>,
}

/// An item of a meeting.
#[derive(Debug, Args)]
pub(crate) struct Item {
    /// The meeting.
    record: String,
    /// A change or a release.
    item: String,
}

/// An item of a meeting, or none.
#[derive(Debug, Args)]
pub(crate) struct MaybeItem {
    /// The meeting.
    record: String,
    /// A change or a release; the next item when absent.
    item: Option<String>,
}

/// An item to put off.
#[derive(Debug, Args)]
pub(crate) struct PutOff {
    #[command(flatten)]
    on: Item,
    /// Why.
    #[arg(long)]
    reason: String,
}

/// An item's length.
#[derive(Debug, Args)]
pub(crate) struct Time {
    #[command(flatten)]
    on: Item,
    /// Minutes.
    minutes: u32,
}

/// Who comes or goes.
#[derive(Debug, Args)]
pub(crate) struct Came {
    /// The meeting.
    record: String,
    /// By login; you when absent.
    #[arg(long, value_name = "LOGIN")]
    person: Option<String>,
    /// Goes instead.
    #[arg(long)]
    gone: bool,
}

/// A note.
#[derive(Debug, Args)]
pub(crate) struct Note {
    /// The meeting.
    record: String,
    /// The note.
    text: String,
    /// On this item; on the meeting when absent.
    #[arg(long, value_name = "ITEM")]
    on: Option<String>,
}

/// A meeting to call off.
#[derive(Debug, Args)]
pub(crate) struct CallOff {
    /// The meeting.
    record: String,
    /// Why.
    #[arg(long)]
    reason: String,
}

/// Runs a verb.
pub(crate) fn run(verb: CabVerb, global: &Global) -> Result {
    let client = global.client()?;
    let meetings = Records { client: &client, folder: "/meetings" };
    let written: Result<Written> = match verb {
        CabVerb::Board(verb) => return run_board(verb, global),
        CabVerb::List(list) => {
            let query = Query::default()
                .maybe("board", list.board.as_ref())
                .maybe("state", list.state.as_ref());
            let listed = client.list::<MeetingRow>("/meetings", &query, &list.paging.wanted())?;
            return global.out().listed(&listed, COLUMNS);
        }
        CabVerb::Show(named) => {
            let meeting: Meeting = client.get(&meetings.path(&named.record), &Query::default())?;
            let agenda = meeting.agenda.iter().enumerate().map(item_line).collect();
            return global.out().record(&meeting, FIELDS, &[("agenda", agenda)]);
        }
        CabVerb::Minutes(named) => {
            let path = format!("{}/minutes", meetings.path(&named.record));
            let minutes: Minutes = client.get(&path, &Query::default())?;
            let out = global.out();
            return match out.format {
                Format::Json => out.json(&minutes),
                Format::Table | Format::Csv => out.write(minutes.markdown.as_bytes()),
            };
        }
        CabVerb::Plan(plan) => {
            let missing = || Failure::usage("a meeting needs --start and --end");
            let clock = plan.window.zone.clock(&client).known(board_zone(&client, &plan.board)?);
            let window = plan.window.window(&clock)?.ok_or_else(missing)?;
            let cut_off = clock.maybe(plan.cut_off.as_ref())?;
            let body = MeetingFields { board: plan.board, window, cut_off };
            client.post("/meetings", Expect::Any, &body)
        }
        CabVerb::Order(order) => {
            send(&meetings, &order.record, "arrange", &Arrange { order: order.items })
        }
        CabVerb::Add(item) => send(&meetings, &item.record, "add", &AddItem { subject: item.item }),
        CabVerb::Defer(off) => {
            let body = Defer { subject: off.on.item, reason: off.reason };
            send(&meetings, &off.on.record, "defer", &body)
        }
        CabVerb::Start(named) => send(&meetings, &named.record, "start", &Reason::default()),
        CabVerb::Next(item) => {
            send(&meetings, &item.record, "next", &NextItem { subject: item.item })
        }
        CabVerb::Time(time) => {
            let body = ItemTime { subject: time.on.item, minutes: time.minutes };
            send(&meetings, &time.on.record, "time", &body)
        }
        CabVerb::Attend(came) => {
            let body = Attend { person: came.person, present: !came.gone };
            send(&meetings, &came.record, "attend", &body)
        }
        CabVerb::Remark(note) => {
            let body = NewRemark { subject: note.on, text: note.text };
            send(&meetings, &note.record, "remark", &body)
        }
        CabVerb::End(named) => send(&meetings, &named.record, "end", &Reason::default()),
        CabVerb::Cancel(off) => {
            send(&meetings, &off.record, "cancel", &Reason { reason: Some(off.reason) })
        }
    };
    global.out().written(&written?)
}

fn send<B: Serialize>(
    meetings: &Records<'_>,
    meeting: &str,
    verb: &str,
    body: &B,
) -> Result<Written> {
    let path = format!("{}/{verb}", meetings.path(meeting));
    meetings.client.post(&path, Expect::Any, body)
}

fn run_board(verb: BoardVerb, global: &Global) -> Result {
    let client = global.client()?;
    let boards = Records { client: &client, folder: "/boards" };
    let written = match verb {
        BoardVerb::List(list) => {
            let query = Query::default();
            let listed = client.list::<CabBoard>("/boards", &query, &list.paging.wanted())?;
            return global.out().listed(&listed, BOARD_COLUMNS);
        }
        BoardVerb::Show(named) => {
            let board: CabBoard = client.get(&boards.path(&named.record), &Query::default())?;
            return global.out().record(&board, BOARD_FIELDS, &[]);
        }
        BoardVerb::Create(fields) => {
            let body = fields.body(&fields.window.zone.clock(&client), None)?;
            client.post("/boards", Expect::Any, &body)
        }
        BoardVerb::Edit(edit) => {
            let path = boards.path(&edit.board);
            let expect = edit.version.or_read(&client, &path)?;
            let before = board_schedule(&client, &edit.board)?;
            let zone = before.as_ref().map(|schedule| schedule.window.zone.clone());
            let clock = edit.fields.window.zone.clock(&client).known(zone);
            let body = edit.fields.body(&clock, before)?;
            client.write(Method::Patch, &path, expect, &body)
        }
    };
    global.out().written(&written?)
}

/// The zone in which a board meets, where it has a schedule.
fn board_zone(client: &Client, board: &str) -> Result<Option<String>> {
    Ok(board_schedule(client, board)?.map(|schedule| schedule.window.zone))
}

fn board_schedule(client: &Client, board: &str) -> Result<Option<BoardSchedule>> {
    let boards = Records { client, folder: "/boards" };
    let board: CabBoard = client.get(&boards.path(board), &Query::default())?;
    Ok(board.schedule)
}

fn item_line((index, item): (usize, &AgendaItem)) -> String {
    let number = item.subject.number.as_deref().unwrap_or(&item.subject.id);
    let decision = item.decision.as_ref().map_or_else(String::new, |word| format!(" · {word}"));
    let tier = item.tier.as_ref().map_or_else(String::new, |tier| format!(" · {tier}"));
    let by_hand = if item.by_hand { " · put on by hand" } else { "" };
    let (place, name, minutes) = (index + 1, &item.subject.name, item.minutes);
    format!("{place}. {number} {name}{tier} · {minutes} min{by_hand}{decision}")
}
