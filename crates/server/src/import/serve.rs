//! Imports over HTTP: a file is sent, and what becomes of it is told line by line while it is
//! taken, so that a long one is watched and no limit of time cuts it off. One runs at a time, for
//! its file is held in memory. A sender who goes away does not end it.

use std::sync::Arc;
use std::time::Duration;

use api::common::FieldError;
use api::import::{BuiltInMapping, ImportLine, Progress};
use api::problem::Problem;
use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::{FromRequest as _, Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use domain::identity::Permission;
use futures_util::stream;
use kernel::Actor;
use ports::Fault;
use tokio::runtime::Handle;
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::spawn_blocking;

use super::{Finding, Malformed, Mapping, SENT_BYTES_MAX, Sheet, Target, Watch, run};
use crate::bus::Bus;
use crate::http::{App, ListQuery, Routes, Signed, wrong_parameter};
use crate::problem::{Answer, of_fault};

/// How many lines wait for a slow reader.
const LINES_MAX: usize = 1_024;
/// How long a line waits for its reader. After that it counts as gone.
const READER_MAX: Duration = Duration::from_secs(30);
/// After how many rows it is told how far an import is.
const PROGRESS_ROWS: u64 = 500;

/// The routes.
pub fn routes(routes: Routes) -> Routes {
    let summary = "Takes over the records of a CSV file of another system; told line by line";
    routes
        .get::<Vec<BuiltInMapping>, _, _>("/imports/mappings", "Built-in mappings", "", mappings)
        .upload::<ImportLine, _, _>("/imports", summary, "mapping,dry_run", SENT_BYTES_MAX, import)
}

async fn mappings(_: Signed) -> Json<Vec<BuiltInMapping>> {
    Json(Mapping::built_in())
}

async fn import(
    State(app): State<App>,
    signed: Signed,
    query: ListQuery,
    request: Request,
) -> Result<Response, Answer> {
    signed.permit_write(&app, "import.run", Permission::ImportRun).await?;
    let mapping = mapping(&query)?;
    let busy = |_| {
        let detail = "another import is running: send this one again when that is done";
        Answer(Problem::new("server.busy", detail))
    };
    let turn = Arc::clone(&app.importing).try_acquire_owned().map_err(busy)?;
    let bytes = Bytes::from_request(request, &app).await.map_err(|_| {
        let detail = format!(
            "send at most {SENT_BYTES_MAX} bytes: divide the file, or import it straight into the \
             database with `interlock import --database`"
        );
        Answer(Problem::new("request.too_large", detail))
    })?;
    let checked = spawn_blocking(move || {
        let sheet = Sheet::check(bytes.into(), &mapping);
        sheet.map(|sheet| (mapping, sheet))
    });
    let checked = checked.await.map_err(|panic| Fault::Panicked(panic.to_string()))?;
    let (mapping, sheet) = checked.map_err(|wrong| malformed(&wrong))?;
    let (sender, lines) = channel(LINES_MAX);
    let teller = Teller { to: Some(sender), reader: Handle::current(), done: 0, rows: sheet.rows };
    let work = Work { mapping, sheet, actor: signed.actor, dry_run: query.flag("dry_run") };
    let bus = app.bus.clone();
    spawn_blocking(move || work.carry_out(&bus, teller, turn));
    Ok(([(CONTENT_TYPE, "application/x-ndjson")], told(lines)).into_response())
}

/// A built-in mapping by its name, or a mapping of the sender's own as its text.
fn mapping(query: &ListQuery) -> Result<Mapping, Answer> {
    let wrong = |what: &str| wrong_parameter("mapping", what);
    let given = query.get("mapping").unwrap_or_default();
    if given.is_empty() {
        let what = "names a built-in mapping (`GET /api/v1/imports/mappings`), or is the text of \
            one of your own";
        return Err(wrong(what));
    }
    if let Some(mapping) = Mapping::find(given) {
        return Ok(mapping);
    }
    if !given.contains('=') {
        return Err(wrong("is no built-in mapping: `GET /api/v1/imports/mappings` lists them"));
    }
    Mapping::parse("own", given).map_err(|malformed| wrong(&format!("is no mapping: {malformed}")))
}

fn malformed(wrong: &Malformed) -> Answer {
    let detail = format!("{wrong}; nothing was written");
    let pointer = wrong.line.map_or_else(String::new, |line| format!("/{line}"));
    let error = FieldError { pointer, detail: wrong.what.clone() };
    Problem { errors: vec![error], ..Problem::new("import.malformed", detail) }.into()
}

/// An import that was checked and permitted.
struct Work {
    mapping: Mapping,
    sheet: Sheet,
    actor: Actor,
    dry_run: bool,
}

impl Work {
    fn carry_out(self, bus: &Bus, mut teller: Teller, turn: OwnedSemaphorePermit) {
        let world = bus.world();
        let began = world.clock.now();
        let target = if self.dry_run {
            Target::Nowhere(Some(&*world.store))
        } else {
            Target::Bus(bus, self.actor)
        };
        let end = run(&target, &self.mapping, &self.sheet, &mut teller);
        drop(turn);
        let took = world.clock.now().micros() - began.micros();
        teller.tell(match end {
            Ok(report) => ImportLine::Report(report.timed(took)),
            Err(fault) => ImportLine::Problem(of_fault(&fault)),
        });
    }
}

/// Tells the sender, as long as there is one.
struct Teller {
    to: Option<Sender<ImportLine>>,
    reader: Handle,
    done: u64,
    rows: u64,
}

impl Teller {
    fn tell(&mut self, line: ImportLine) {
        let Some(to) = &self.to else { return };
        if self.reader.block_on(to.send_timeout(line, READER_MAX)).is_err() {
            self.to = None;
        }
    }
}

impl Watch for Teller {
    fn rows(&mut self, done: u64) {
        let before = self.done / PROGRESS_ROWS;
        self.done += done;
        if self.done / PROGRESS_ROWS > before {
            self.tell(ImportLine::Progress(Progress { done: self.done, rows: self.rows }));
        }
    }

    fn finding(&mut self, finding: &Finding) {
        self.tell(ImportLine::Finding(finding.into()));
    }
}

fn told(lines: Receiver<ImportLine>) -> Body {
    Body::from_stream(stream::unfold(lines, async |mut lines| {
        let line = lines.recv().await?;
        let text = serde_json::to_string(&line).map(|text| Bytes::from(text + "\n"));
        Some((text, lines))
    }))
}
