//! What a runner tells of its jobs: what they say, piece by piece, and what became of them. All of
//! it may be sent again.

use api::common::Written;
use api::runner::{JobReport, OutputPiece, OutputTaken};
use domain::identity::Permission;
use domain::runner::{self, How, Job, Refusal, Report, State, TAIL_MAX};
use domain::{Aggregate as _, Check, General};
use kernel::{JobId, Timestamp};
use ports::{Fault, Query};

use crate::bus::{Command, Loaded, Stop, Work};
use crate::names::Resolver;
use crate::runner::hold::held_by;
use crate::runner::read::{find_job, output_bytes};

/// The most that is kept of what one job says, in bytes; its runner cuts it off before.
const OUTPUT_BYTES_MAX: i64 = 2 * 1024 * 1024;
/// The largest piece, in bytes.
const PIECE_BYTES_MAX: usize = 64 * 1024;
/// How many pieces are looked at for the last lines.
const TAIL_PIECES: i64 = 20;

fn subject_of(db: &mut dyn Query, key: &str) -> Result<Option<String>, Stop> {
    Ok(find_job(db, key)?.map(Job::stream))
}

fn named(db: &mut dyn Query, key: &str) -> Result<JobId, Stop> {
    let unknown = || General::Unknown { kind: "job", name: key.to_owned() };
    Ok(find_job(db, key)?.ok_or_else(unknown)?)
}

/// Adds a piece to what a job said. A piece that is known already, or that does not follow what is
/// known, changes nothing: the answer says where to go on.
pub(super) struct AddOutput {
    pub(super) key: String,
    pub(super) piece: OutputPiece,
}

impl Command for AddOutput {
    type Answer = OutputTaken;

    fn verb(&self) -> &'static str {
        "job.add_output"
    }

    fn permission(&self) -> Permission {
        Permission::Runner
    }

    fn subject(&self, db: &mut dyn Query) -> Result<Option<String>, Stop> {
        subject_of(db, &self.key)
    }

    fn run(&self, work: &mut Work<'_>) -> Result<OutputTaken, Stop> {
        let piece = &self.piece;
        let mut check = Check::default();
        if piece.text.is_empty() || piece.text.len() > PIECE_BYTES_MAX {
            check.wrong("/text", format!("is 1 to {PIECE_BYTES_MAX} bytes long"));
        }
        if !(0..=OUTPUT_BYTES_MAX).contains(&piece.start) {
            check.wrong("/start", format!("is from 0 to {OUTPUT_BYTES_MAX}"));
        }
        check.end()?;
        let id = named(work.tx, &self.key)?;
        let job: Loaded<Job> = work.peek(id)?;
        let runner = held_by(work, &piece.runner, &piece.instance)?;
        let state = &job.state;
        let own = state.runner == Some(runner.id)
            && state.instance == piece.instance
            && state.fence == piece.fence;
        if !own {
            return Err(Stop::Refused(Refusal::Fenced(self.key.clone()).into()));
        }
        let known = output_bytes(work.tx, id)?;
        let open = matches!(state.state, Some(State::Claimed | State::Lost));
        if piece.start != known || !open {
            return Ok(OutputTaken { next: known });
        }
        let bytes = i64::try_from(piece.text.len()).unwrap_or(i64::MAX);
        let sql = "INSERT INTO job_output (job, start, bytes, text) VALUES ($1, $2, $3, $4) \
            ON CONFLICT (job, start) DO NOTHING";
        let row = [id.to_string().into(), known.into(), bytes.into(), (&piece.text).into()];
        work.tx.execute(sql, &row)?;
        Ok(OutputTaken { next: output_bytes(work.tx, id)? })
    }
}

/// Says what became of a job.
pub(super) struct ReportJob {
    pub(super) key: String,
    pub(super) report: JobReport,
}

impl Command for ReportJob {
    type Answer = Written;

    fn verb(&self) -> &'static str {
        "job.report"
    }

    fn permission(&self) -> Permission {
        Permission::Runner
    }

    fn subject(&self, db: &mut dyn Query) -> Result<Option<String>, Stop> {
        subject_of(db, &self.key)
    }

    fn run(&self, work: &mut Work<'_>) -> Result<Written, Stop> {
        let id = named(work.tx, &self.key)?;
        let mut job: Loaded<Job> = work.load_subject(id)?;
        let found = self.found(work, id)?;
        let runner = held_by(work, &self.report.runner, &self.report.instance)?;
        let reporter = (runner.id, &runner.state);
        let events = runner::report(&job.state, reporter, self.report.fence, found)?;
        work.append(&mut job, events)?;
        Ok(Written { id: id.to_string(), number: None, version: job.version.0 })
    }
}

impl ReportJob {
    fn found(&self, work: &mut Work<'_>, id: JobId) -> Result<Report, Stop> {
        let report = &self.report;
        let mut resolver = Resolver::default();
        let how: Option<How> = resolver.parse("/how", report.how.as_deref());
        let began_at: Option<Timestamp> = resolver.parse("/began_at", report.began_at.as_deref());
        let ended_at: Option<Timestamp> = resolver.parse("/ended_at", report.ended_at.as_deref());
        let reason = report.reason.clone().unwrap_or_default();
        let found = match report.found.as_str() {
            "not_begun" => Some(Report::NotBegun { reason }),
            "unknown" => Some(Report::Unknown { reason }),
            "ended" => {
                if report.exit.is_none() || report.how.is_none() {
                    resolver.wrong("/exit", "of an end, say `how` and the exit code");
                }
                let output_bytes = output_bytes(work.tx, id)?;
                let tail = tail(work.tx, id)?;
                how.zip(report.exit).map(|(how, exit)| Report::Ended {
                    how,
                    exit,
                    began_at,
                    ended_at,
                    output_bytes,
                    tail,
                })
            }
            _ => {
                resolver.wrong("/found", "is `ended`, `not_begun` or `unknown`");
                None
            }
        };
        resolver.end()?;
        found.ok_or_else(|| General::Invalid(Vec::new()).into())
    }
}

/// The last of what a job said.
fn tail(db: &mut dyn Query, id: JobId) -> Result<String, Fault> {
    let sql = "SELECT text FROM job_output WHERE job = $1 ORDER BY start DESC LIMIT $2";
    let rows = db.query(sql, &[id.to_string().into(), TAIL_PIECES.into()])?;
    let mut pieces: Vec<&str> = rows.iter().map(|row| row.text(0)).collect::<Result<_, _>>()?;
    pieces.reverse();
    let text = pieces.concat();
    let from = text.len().saturating_sub(TAIL_MAX);
    Ok(text[text.ceil_char_boundary(from)..].to_owned())
}
