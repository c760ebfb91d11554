//! The read models of boards and meetings.

use domain::Aggregate as _;
use domain::cab::{Board, Meeting, MeetingState};
use kernel::{BoardId, MeetingId, Timestamp, Version};
use ports::{Fault, Tx, Value};

use crate::bus::Record;
use crate::follow::timers;

/// The timer of a meeting whose time runs out.
pub const RUNS_OUT: &str = "meeting.runs_out";

impl Record for Board {
    const MODEL: i64 = 1;
    const TABLE_NAMES: &'static [&'static str] = &["boards"];
    const TABLES: &'static [&'static str] = &[
        "CREATE TABLE boards (id TEXT PRIMARY KEY, name TEXT NOT NULL, name_key TEXT NOT NULL)",
        "CREATE UNIQUE INDEX boards_by_name ON boards (name_key)",
    ];

    fn project(&self, id: BoardId, _: Version, _: Timestamp, tx: &mut dyn Tx) -> Result<(), Fault> {
        let name = &self.content.name;
        tx.execute(
            "INSERT INTO boards (id, name, name_key) VALUES ($1, $2, $3) ON CONFLICT (id) \
            DO UPDATE SET name = excluded.name, name_key = excluded.name_key",
            &[id.to_string().into(), name.into(), name.to_lowercase().into()],
        )
        .map(|_| ())
    }

    fn search_text(&self) -> String {
        self.content.name.clone()
    }
}

impl Record for Meeting {
    const MODEL: i64 = 3;
    const TABLE_NAMES: &'static [&'static str] = &["meetings", "meeting_items"];
    const TABLES: &'static [&'static str] = &[
        "CREATE TABLE meetings (id TEXT PRIMARY KEY, number TEXT NOT NULL, board TEXT NOT NULL, \
            state TEXT NOT NULL, scheduled BIGINT NOT NULL, start_at BIGINT NOT NULL, \
            end_at BIGINT NOT NULL, zone TEXT NOT NULL, cut_off BIGINT NOT NULL, items BIGINT, \
            version BIGINT NOT NULL, updated_at BIGINT NOT NULL)",
        "CREATE UNIQUE INDEX meetings_by_number ON meetings (number)",
        "CREATE INDEX meetings_by_start ON meetings (start_at, id)",
        "CREATE INDEX meetings_by_board ON meetings (board, state, cut_off, id)",
        "CREATE INDEX meetings_by_board_start ON meetings (board, start_at, id)",
        // What stands on agendas that are not over, so that another meeting leaves it alone.
        "CREATE TABLE meeting_items (meeting TEXT NOT NULL, board TEXT NOT NULL, \
            subject TEXT NOT NULL, PRIMARY KEY (meeting, subject))",
        "CREATE INDEX meeting_items_by_board ON meeting_items (board, subject)",
    ];

    fn project(
        &self,
        id: MeetingId,
        version: Version,
        at: Timestamp,
        tx: &mut dyn Tx,
    ) -> Result<(), Fault> {
        let id = id.to_string();
        let (Some(board), Some(window), Some(cut_off), Some(state)) =
            (self.board, &self.window, self.cut_off, self.state)
        else {
            return Ok(());
        };
        let items = match state {
            MeetingState::Planned => None,
            _ => Some(i64::try_from(self.agenda.len()).unwrap_or(i64::MAX)),
        };
        tx.execute(
            "INSERT INTO meetings (id, number, board, state, scheduled, start_at, end_at, zone, \
            cut_off, items, version, updated_at) \
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) \
            ON CONFLICT (id) DO UPDATE SET state = excluded.state, items = excluded.items, \
            version = excluded.version, updated_at = excluded.updated_at",
            &[
                (&id).into(),
                (&self.number).into(),
                board.to_string().into(),
                state.word().into(),
                Value::from(i64::from(self.scheduled)),
                window.interval.start.into(),
                window.interval.end.into(),
                window.zone.name().into(),
                cut_off.into(),
                items.into(),
                version.into(),
                at.into(),
            ],
        )?;
        tx.execute("DELETE FROM meeting_items WHERE meeting = $1", &[(&id).into()])?;
        // The timer follows from the meeting, as its rows do.
        let ends_at = self.runs_out_at();
        timers::keep(tx, &format!("{}:{id}", Self::KIND), RUNS_OUT, ends_at)?;
        let is_over = ends_at.is_none();
        let taken = self.agenda.iter().map(|item| item.item.subject);
        for subject in taken.chain(self.added.iter().copied()).filter(|_| !is_over) {
            let sql = "INSERT INTO meeting_items (meeting, board, subject) VALUES ($1, $2, $3) \
                ON CONFLICT (meeting, subject) DO NOTHING";
            tx.execute(sql, &[(&id).into(), board.to_string().into(), subject.id().into()])?;
        }
        Ok(())
    }

    fn search_text(&self) -> String {
        let remarks = self.remarks.iter().map(|remark| remark.text.as_str());
        [self.number.as_str()].into_iter().chain(remarks).collect::<Vec<_>>().join(" ")
    }
}
