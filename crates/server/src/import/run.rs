//! Carries an import out: drafts in slices, what is there already looked up for a whole slice, and
//! then each record as a command of its own, many on their way at once, so that they share commits.

use std::collections::{BTreeMap, HashMap};
use std::sync::mpsc::{Receiver, Sender, channel};

use api::import::ImportReport;
use domain::change::{Imported, Origin, check_import};
use domain::record::{Link, LinkKind};
use kernel::{Actor, CiId};
use ports::{Fault, Lane, Store};

use super::draft::{Body, CiName, Draft, Drafter};
use super::finding::{Code, Finding, Kind, Tally};
use super::lookup::{Known, Wanted, look_up};
use super::mapping::{Mapping, Unknown};
use super::sheet::Sheet;
use super::take_change::ImportChange;
use super::{BUSY_TRIES_MAX, BUSY_WAIT, IN_FLIGHT_MAX, SLICE_MAX};
use crate::bus::{Bus, Envelope, Failure};
use crate::incident::ImportIncident;
use crate::read::wait;
use crate::service::{IMPORT_CIS_MAX, ImportCis, name_key};

/// Where an import writes.
pub enum Target<'a> {
    /// Through the bus, for an actor.
    Bus(&'a Bus, Actor),
    /// Nowhere: it is tried out. The store, when there is one, says what is there already.
    Nowhere(Option<&'a dyn Store>),
}

/// Whoever watches an import.
pub trait Watch {
    /// So many more rows are done.
    fn rows(&mut self, done: u64);
    /// Something was found.
    fn finding(&mut self, finding: &Finding);
}

/// Imports a checked file. What was written stays when it ends early; a repetition does the rest.
pub fn run(
    target: &Target<'_>,
    mapping: &Mapping,
    sheet: &Sheet,
    watch: &mut dyn Watch,
) -> Result<ImportReport, Fault> {
    let report = ImportReport {
        mapping: mapping.name.clone(),
        dry_run: matches!(target, Target::Nowhere(_)),
        encoding: sheet.encoding.to_owned(),
        rows: sheet.rows,
        ..ImportReport::default()
    };
    let mut import = Import {
        target,
        mapping,
        watch,
        report,
        tally: Tally::default(),
        cis: HashMap::new(),
        flight: Flight::new(),
    };
    let mut drafter = Drafter::new(&sheet.plan, &mapping.zone);
    let mut slice = Vec::with_capacity(SLICE_MAX);
    for rows in sheet.records() {
        import.report.records += 1;
        let (draft, findings) = drafter.draft(&rows);
        findings.into_iter().for_each(|finding| import.found(finding));
        match draft {
            Some(draft) => slice.push((draft, rows.len() as u64)),
            None => import.rejected(rows.len() as u64),
        }
        if slice.len() >= SLICE_MAX {
            import.take(std::mem::take(&mut slice))?;
        }
    }
    import.take(slice)?;
    import.land(0)?;
    import.report.findings = import.tally.counts();
    Ok(import.report)
}

/// A record on its way, so that it can be sent again and spoken of.
struct Sent {
    line: u64,
    number: String,
    rows: u64,
    command: Take,
}

/// The command of a record.
#[derive(Clone)]
enum Take {
    Change(ImportChange),
    Incident(Box<ImportIncident>),
}

type Ended = (u64, Result<bool, Failure>);

/// What is on its way.
struct Flight {
    waiting: HashMap<u64, Sent>,
    /// Records that the store was too busy for.
    delayed: Vec<Sent>,
    tries: u32,
    next: u64,
    sender: Sender<Ended>,
    ended: Receiver<Ended>,
}

impl Flight {
    fn new() -> Self {
        let (sender, ended) = channel();
        let (waiting, delayed) = (HashMap::new(), Vec::new());
        Self { waiting, delayed, tries: 0, next: 0, sender, ended }
    }

    fn len(&self) -> usize {
        self.waiting.len() + self.delayed.len()
    }
}

struct Import<'a> {
    target: &'a Target<'a>,
    mapping: &'a Mapping,
    watch: &'a mut dyn Watch,
    report: ImportReport,
    tally: Tally,
    /// The CIs met so far, by the key of their names; without an id in a trial.
    cis: HashMap<String, Option<CiId>>,
    flight: Flight,
}

impl Import<'_> {
    fn found(&mut self, finding: Finding) {
        self.tally.count(&finding);
        self.watch.finding(&finding);
    }

    fn rejected(&mut self, rows: u64) {
        self.report.rejected += 1;
        self.watch.rows(rows);
    }

    /// Takes a slice of records over.
    fn take(&mut self, slice: Vec<(Draft, u64)>) -> Result<(), Fault> {
        if slice.is_empty() {
            return Ok(());
        }
        let known = self.look_up(&slice)?;
        let fresh = slice.iter().filter(|(draft, _)| !known.numbers.contains(&draft.number));
        self.make_cis(fresh.flat_map(|(draft, _)| &draft.cis))?;
        for (mut draft, rows) in slice {
            if known.numbers.contains(&draft.number) {
                self.report.unchanged += 1;
                self.watch.rows(rows);
                continue;
            }
            let cis = self.ids(&mut draft);
            let links = self.links(&mut draft, &known);
            self.send(draft, rows, cis, links)?;
        }
        Ok(())
    }

    fn look_up(&mut self, slice: &[(Draft, u64)]) -> Result<Known, Fault> {
        let mut names = BTreeMap::new();
        for ci in slice.iter().flat_map(|(draft, _)| &draft.cis) {
            let key = name_key(&ci.name);
            if !self.cis.contains_key(&key) {
                names.insert(key, ());
            }
        }
        let related = |draft: &Draft| match &draft.body {
            Body::Incident(body) => body.related_change.clone(),
            Body::Change(_) => None,
        };
        let wanted = Wanted {
            numbers: slice.iter().map(|(draft, _)| draft.number.clone()).collect(),
            cis: names.into_keys().collect(),
            changes: slice.iter().filter_map(|(draft, _)| related(draft)).collect(),
        };
        let known = self.ask(wanted)?;
        for (key, id) in &known.cis {
            self.cis.insert(key.clone(), Some(*id));
        }
        Ok(known)
    }

    fn ask(&self, wanted: Wanted) -> Result<Known, Fault> {
        let store = match self.target {
            Target::Bus(bus, _) => &*bus.world().store,
            Target::Nowhere(Some(store)) => *store,
            Target::Nowhere(None) => return Ok(Known::default()),
        };
        let (kind, source) = (self.mapping.record, self.mapping.source.clone());
        wait(store, move |db| look_up(db, kind, &source, &wanted))
    }

    /// Writes down the CIs that are not there, when the mapping says so.
    fn make_cis<'d>(&mut self, named: impl Iterator<Item = &'d CiName>) -> Result<(), Fault> {
        let creates = self.mapping.ci.as_ref().is_some_and(|ci| ci.unknown == Unknown::Create);
        if !creates {
            return Ok(());
        }
        let mut missing: BTreeMap<String, (String, String)> = BTreeMap::new();
        for ci in named {
            let key = name_key(&ci.name);
            if !self.cis.contains_key(&key) {
                missing.entry(key).or_insert_with(|| (ci.name.clone(), ci.kind.clone()));
            }
        }
        let missing: Vec<_> = missing.into_iter().collect();
        for slice in missing.chunks(IMPORT_CIS_MAX) {
            let (keys, cis): (Vec<_>, Vec<_>) = slice.iter().cloned().unzip();
            self.report.cis_created += self.write_cis(keys, cis)?;
        }
        Ok(())
    }

    fn write_cis(
        &mut self,
        keys: Vec<String>,
        cis: Vec<(String, String)>,
    ) -> Result<u64, Fault> {
        let Target::Bus(bus, actor) = self.target else {
            let made = keys.len() as u64;
            self.cis.extend(keys.into_iter().map(|key| (key, None)));
            return Ok(made);
        };
        let envelope = Envelope { lane: Lane::Bulk, ..Envelope::new(actor.clone()) };
        let made = bus.call(envelope, ImportCis { cis }).map_err(fault)?.answer;
        let known = self.ask(Wanted { cis: keys, ..Wanted::default() })?;
        self.cis.extend(known.cis.into_iter().map(|(key, id)| (key, Some(id))));
        Ok(made)
    }

    /// The CIs of a record. One that is not there is reported, and kept by its name.
    fn ids(&mut self, draft: &mut Draft) -> Vec<CiId> {
        let mut ids = Vec::with_capacity(draft.cis.len());
        let mut unknown = Vec::new();
        for ci in &draft.cis {
            match self.cis.get(&name_key(&ci.name)) {
                Some(id) => ids.extend(*id),
                None => unknown.push(ci.name.clone()),
            }
        }
        for name in unknown {
            self.found(Finding {
                line: draft.line,
                record: draft.number.clone(),
                kind: Kind::Repaired,
                code: Code::ReferenceDangling,
                detail: format!("there is no CI {name}: it is kept as text"),
            });
            draft.keep("CI", &name);
        }
        ids
    }

    /// The change that a record names, by its number here.
    fn links(&mut self, draft: &mut Draft, known: &Known) -> Vec<Link> {
        let Body::Incident(body) = &draft.body else { return Vec::new() };
        let Some(number) = body.related_change.clone() else { return Vec::new() };
        if let Some(here) = known.changes.get(&number) {
            return vec![Link { kind: LinkKind::Change, target: here.clone(), url: None }];
        }
        self.found(Finding {
            line: draft.line,
            record: draft.number.clone(),
            kind: Kind::Repaired,
            code: Code::ReferenceDangling,
            detail: format!("there is no change {number} of this source: it is kept as text"),
        });
        draft.keep("Related change", &number);
        Vec::new()
    }

    fn send(
        &mut self,
        draft: Draft,
        rows: u64,
        cis: Vec<CiId>,
        links: Vec<Link>,
    ) -> Result<(), Fault> {
        let (line, number) = (draft.line, draft.number.clone());
        let command = take(draft, self.mapping, cis, links);
        let sent = Sent { line, number, rows, command };
        if let Target::Nowhere(_) = self.target {
            let end = match &sent.command {
                Take::Change(command) => check_import(&command.change).map_err(Failure::Refused),
                Take::Incident(command) => command.check().map_err(Failure::Refused),
            };
            return self.landed(sent, end.map(|()| true));
        }
        self.land(IN_FLIGHT_MAX - 1)?;
        self.submit(sent);
        Ok(())
    }

    fn submit(&mut self, sent: Sent) {
        let Target::Bus(bus, actor) = self.target else { return };
        let place = self.flight.next;
        self.flight.next += 1;
        let envelope = Envelope { lane: Lane::Bulk, ..Envelope::new(actor.clone()) };
        let sender = self.flight.sender.clone();
        match sent.command.clone() {
            Take::Change(command) => bus.submit(envelope, command, move |end| {
                let _ = sender.send((place, end.map(|reply| reply.answer.created)));
            }),
            Take::Incident(command) => bus.submit(envelope, *command, move |end| {
                let _ = sender.send((place, end.map(|reply| reply.answer.created)));
            }),
        }
        self.flight.waiting.insert(place, sent);
    }

    /// Waits until at most so many are on their way.
    fn land(&mut self, most: usize) -> Result<(), Fault> {
        while self.flight.len() > most {
            if self.flight.waiting.is_empty() {
                self.try_again()?;
            }
            let (place, end) = self.flight.ended.recv().map_err(|_| Fault::Busy)?;
            let Some(sent) = self.flight.waiting.remove(&place) else { continue };
            if let Err(Failure::Fault(Fault::Busy)) = end {
                self.flight.delayed.push(sent);
                continue;
            }
            self.flight.tries = 0;
            self.landed(sent, end)?;
            if let Some(delayed) = self.flight.delayed.pop() {
                self.submit(delayed);
            }
        }
        Ok(())
    }

    /// The store is full of other people's work, and nothing of ours will end and tell.
    fn try_again(&mut self) -> Result<(), Fault> {
        self.flight.tries += 1;
        if self.flight.tries > BUSY_TRIES_MAX {
            return Err(Fault::Busy);
        }
        std::thread::sleep(BUSY_WAIT);
        if let Some(delayed) = self.flight.delayed.pop() {
            self.submit(delayed);
        }
        Ok(())
    }

    fn landed(&mut self, sent: Sent, end: Result<bool, Failure>) -> Result<(), Fault> {
        match end {
            Ok(true) => self.report.created += 1,
            Ok(false) => self.report.unchanged += 1,
            // Nobody may import this one because they may import none.
            Err(Failure::Refused(refusal)) if refusal.code != "request.not_permitted" => {
                let fields = refusal.missing.iter();
                let fields = fields.map(|field| format!("; {} {}", field.pointer, field.detail));
                let detail = format!("{}{}", refusal.detail, fields.collect::<String>());
                let (line, record) = (sent.line, sent.number);
                let (kind, code) = (Kind::Rejected, Code::Refused);
                self.found(Finding { line, record, kind, code, detail });
                self.report.rejected += 1;
            }
            Err(failure) => return Err(fault(failure)),
        }
        self.watch.rows(sent.rows);
        Ok(())
    }
}

/// The command of a draft.
fn take(draft: Draft, mapping: &Mapping, cis: Vec<CiId>, links: Vec<Link>) -> Take {
    let (source, zone) = (mapping.source.clone(), mapping.zone.clone());
    match draft.body {
        Body::Change(body) => Take::Change(ImportChange::new(Imported {
            number: String::new(),
            origin: Origin { source, number: draft.number, zone },
            title: draft.title,
            description: draft.description,
            change_type: body.change_type,
            environment: body.environment,
            cis,
            window: body.window,
            started_at: body.started_at,
            finished_at: body.finished_at,
            created_at: body.created_at,
            outcome: body.outcome,
            scheduled: body.scheduled,
        })),
        Body::Incident(body) => Take::Incident(Box::new(ImportIncident {
            source,
            source_number: draft.number,
            zone,
            title: draft.title,
            description: draft.description,
            priority: body.priority,
            state: body.state,
            opened_at: body.opened_at,
            resolved_at: body.resolved_at,
            cis,
            services: Vec::new(),
            caused_by: None,
            links,
        })),
    }
}

/// What ends an import, as a fault.
fn fault(failure: Failure) -> Fault {
    match failure {
        Failure::Fault(fault) => fault,
        Failure::Refused(refusal) => Fault::permanent("importing", refusal.detail),
        Failure::ReplayedRefusal(problem) => Fault::permanent("importing", problem.detail),
        Failure::KeyReused => Fault::permanent("importing", "the key was used before"),
    }
}
