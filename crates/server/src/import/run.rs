//! Carries an import out: drafts in slices, what is there already looked up for a whole slice, and
//! then the records as commands.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use api::common::Written;
use api::import::ImportReport;
use domain::change::{self, Change, Origin};
use domain::incident::{self, Incident};
use domain::record::{Link, LinkKind};
use kernel::{Actor, CiId};
use ports::{Fault, Store};

use super::draft::{Body, CiName, Draft, Drafter};
use super::finding::{Code, Finding, Kind, Tally};
use super::flight::{About, Flight, Landed};
use super::lookup::{Known, Wanted, look_up};
use super::mapping::{Mapping, RecordKind, Unknown};
use super::sheet::Sheet;
use super::take::{Import, Takeable, Taken};
use super::{SLICE_MAX, TAKEN_MAX};
use crate::bus::Bus;
use crate::read::wait;
use crate::service::name_key;

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
    match mapping.record {
        RecordKind::Change => Runner::<Change>::new(target, mapping, sheet, watch).run(sheet),
        RecordKind::Incident => Runner::<Incident>::new(target, mapping, sheet, watch).run(sheet),
    }
}

/// A kind of record that a draft becomes.
trait Drafted: Takeable + 'static {
    fn of(draft: Draft, origin: Origin, cis: Vec<CiId>, links: Vec<Link>) -> Option<Self::Taken>;
}

impl Drafted for Change {
    fn of(draft: Draft, origin: Origin, cis: Vec<CiId>, _: Vec<Link>) -> Option<change::Imported> {
        let Body::Change(body) = draft.body else { return None };
        Some(change::Imported {
            number: String::new(),
            origin,
            title: draft.title,
            description: draft.description,
            change_type: body.change_type,
            environment: body.environment,
            cis,
            artifacts: Vec::new(),
            window: body.window,
            started_at: body.started_at,
            finished_at: body.finished_at,
            created_at: body.created_at,
            outcome: body.outcome,
            incidents: body.incidents,
            scheduled: body.scheduled,
        })
    }
}

impl Drafted for Incident {
    fn of(
        draft: Draft,
        origin: Origin,
        cis: Vec<CiId>,
        links: Vec<Link>,
    ) -> Option<incident::Imported> {
        let Body::Incident(body) = draft.body else { return None };
        Some(incident::Imported {
            number: String::new(),
            origin,
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
        })
    }
}

struct Runner<'a, R: Drafted> {
    target: &'a Target<'a>,
    mapping: &'a Mapping,
    watch: &'a mut dyn Watch,
    report: ImportReport,
    tally: Tally,
    /// The CIs met so far, by the key of their names; without an id in a trial.
    cis: HashMap<String, Option<CiId>>,
    /// Records that make up the next command.
    parcel: Vec<(About, R::Taken)>,
    /// None in a trial.
    flight: Option<Flight<'a, R>>,
}

impl<'a, R: Drafted> Runner<'a, R> {
    fn new(
        target: &'a Target<'a>,
        mapping: &'a Mapping,
        sheet: &Sheet,
        watch: &'a mut dyn Watch,
    ) -> Self {
        let flight = match target {
            Target::Bus(bus, actor) => Some(Flight::new(bus, actor)),
            Target::Nowhere(_) => None,
        };
        let report = ImportReport {
            mapping: mapping.name.clone(),
            dry_run: flight.is_none(),
            encoding: sheet.encoding.to_owned(),
            rows: sheet.rows,
            ..ImportReport::default()
        };
        let (tally, cis, parcel) = (Tally::default(), HashMap::new(), Vec::new());
        Self { target, mapping, watch, report, tally, cis, parcel, flight }
    }

    fn run(mut self, sheet: &Sheet) -> Result<ImportReport, Fault> {
        let mut drafter = Drafter::new(&sheet.plan, &self.mapping.zone);
        let mut slice = Vec::with_capacity(SLICE_MAX);
        for rows in sheet.records() {
            self.report.records += 1;
            let (draft, findings) = drafter.draft(&rows);
            findings.into_iter().for_each(|finding| self.found(&finding));
            match draft {
                Some(draft) => slice.push((draft, rows.len() as u64)),
                None => self.rejected(rows.len() as u64),
            }
            if slice.len() >= SLICE_MAX {
                self.take(std::mem::take(&mut slice))?;
            }
        }
        self.take(slice)?;
        self.post()?;
        let landed = self.flight.as_mut().map_or(Ok(Vec::new()), |flight| flight.land(0))?;
        self.landed(landed);
        self.report.findings = self.tally.counts();
        Ok(self.report)
    }

    fn found(&mut self, finding: &Finding) {
        self.tally.count(finding);
        self.watch.finding(finding);
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
                // What the first run said of it is said again: it holds as long as the file does.
                self.ids(&mut draft);
                self.links(&mut draft, &known);
                self.report.unchanged += 1;
                self.watch.rows(rows);
            } else {
                self.pack(draft, rows, &known);
                if self.parcel.len() >= TAKEN_MAX {
                    self.post()?;
                }
            }
        }
        Ok(())
    }

    fn look_up(&mut self, slice: &[(Draft, u64)]) -> Result<Known, Fault> {
        let named = slice.iter().flat_map(|(draft, _)| &draft.cis);
        let cis: BTreeSet<String> =
            named.map(|ci| name_key(&ci.name)).filter(|key| !self.cis.contains_key(key)).collect();
        let related = slice.iter().filter_map(|(draft, _)| match &draft.body {
            Body::Incident(body) => body.related_change.clone(),
            Body::Change(_) => None,
        });
        let known = self.ask(Wanted {
            numbers: slice.iter().map(|(draft, _)| draft.number.clone()).collect(),
            cis: cis.into_iter().collect(),
            changes: related.collect(),
        })?;
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
        if missing.is_empty() {
            return Ok(());
        }
        let (keys, cis): (Vec<_>, Vec<_>) = missing.into_iter().unzip();
        let Some(flight) = &self.flight else {
            self.report.cis_created += keys.len() as u64;
            self.cis.extend(keys.into_iter().map(|key| (key, None)));
            return Ok(());
        };
        self.report.cis_created += flight.write_cis(&cis)?;
        let known = self.ask(Wanted { cis: keys, ..Wanted::default() })?;
        self.cis.extend(known.cis.into_iter().map(|(key, id)| (key, Some(id))));
        Ok(())
    }

    /// Puts a record into the next command.
    fn pack(&mut self, mut draft: Draft, rows: u64, known: &Known) {
        let about = About { line: draft.line, number: draft.number.clone(), rows };
        let cis = self.ids(&mut draft);
        let links = self.links(&mut draft, known);
        let origin = Origin {
            source: self.mapping.source.clone(),
            number: draft.number.clone(),
            zone: self.mapping.zone.clone(),
        };
        let taken = R::of(draft, origin, cis, links);
        self.parcel.extend(taken.map(|taken| (about, taken)));
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
            self.dangling(draft, format!("there is no CI {name}: it is kept as text"));
            draft.keep("CI", &name);
        }
        ids
    }

    /// The change that a record names, by its number here.
    fn links(&mut self, draft: &mut Draft, known: &Known) -> Vec<Link> {
        let Body::Incident(body) = &draft.body else { return Vec::new() };
        let Some(number) = body.related_change.clone() else { return Vec::new() };
        if let Some(here) = known.changes.get(&number) {
            return vec![Link::new(LinkKind::Change, here)];
        }
        let detail = format!("there is no change {number} of this source: it is kept as text");
        self.dangling(draft, detail);
        draft.keep("Related change", &number);
        Vec::new()
    }

    fn dangling(&mut self, draft: &Draft, detail: String) {
        let (line, record) = (draft.line, draft.number.clone());
        let (kind, code) = (Kind::Repaired, Code::ReferenceDangling);
        self.found(&Finding { line, record, kind, code, detail });
    }

    /// Sends what is packed.
    fn post(&mut self) -> Result<(), Fault> {
        let (about, records): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.parcel).into_iter().unzip();
        if records.is_empty() {
            return Ok(());
        }
        let landed = match &mut self.flight {
            Some(flight) => flight.send(about, Import::new(records))?,
            None => about.into_iter().zip(records.into_iter().map(tried::<R>)).collect(),
        };
        self.landed(landed);
        Ok(())
    }

    fn landed(&mut self, landed: Landed) {
        for (about, end) in landed {
            match end {
                Taken::Created(_) => self.report.created += 1,
                Taken::There(_) => self.report.unchanged += 1,
                Taken::Refused(refusal) => {
                    let fields = refusal.errors.iter();
                    let fields = fields.map(|one| format!("; {} {}", one.pointer, one.detail));
                    let detail = format!("{}{}", refusal.detail, fields.collect::<String>());
                    let (line, record) = (about.line, about.number);
                    let (kind, code) = (Kind::Rejected, Code::Refused);
                    self.found(&Finding { line, record, kind, code, detail });
                    self.report.rejected += 1;
                }
            }
            self.watch.rows(about.rows);
        }
    }
}

/// What would become of a record.
fn tried<R: Takeable>(record: R::Taken) -> Taken {
    match R::decide(record, String::new()) {
        Ok(_) => Taken::Created(Written { id: String::new(), number: None, version: 0 }),
        Err(refusal) => Taken::Refused(super::take::shown(refusal)),
    }
}
