//! Plays what the files tell, in the order of time, each deed by its person through the bus, on a
//! clock that stands where the story is.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use anyhow::{Context as _, anyhow, bail};
use api::common::Written;
use domain::calendar::PeriodKind;
use domain::identity::Role;
use kernel::{Actor, PersonId, ReleaseId, Timestamp};
use ports::{ManualClock, Value as Cell};
use server::bus::{Bus, Command, Envelope, Failure, World};
use server::notice::{DUE, TellRelease};
use server::read::wait;
use toml::{Table, Value};

use crate::database::operator;
use crate::demo::files::{
    ArticlePlan, BoardPlan, ChangePlan, Deed, ExceptionPlan, IncidentPlan, MeetingPlan, PeriodPlan,
    ReleasePlan, Story,
};
use crate::demo::times::Today;
use crate::demo::{article, change, exception, incident, meeting, release, setup};

/// What a deed is done to.
#[derive(Debug, Clone, Copy)]
pub(super) enum Subject<'a> {
    Change(&'a ChangePlan),
    Release(&'a ReleasePlan),
    Incident(&'a IncidentPlan),
    Period(&'a PeriodPlan, PeriodKind),
    Board(&'a BoardPlan),
    Meeting(&'a MeetingPlan),
    Exception(&'a ExceptionPlan),
    Article(&'a ArticlePlan),
}

impl Subject<'_> {
    /// Its key in the files.
    pub(super) fn key(&self) -> &str {
        match self {
            Self::Change(change) => &change.key,
            Self::Release(release) => &release.key,
            Self::Incident(incident) => &incident.key,
            Self::Period(period, _) => &period.name,
            Self::Board(board) => &board.name,
            Self::Meeting(meeting) => &meeting.key,
            Self::Exception(exception) => &exception.key,
            Self::Article(article) => &article.key,
        }
    }
}

/// A deed whose time will come.
#[derive(Debug)]
pub(super) struct Turn<'a> {
    pub(super) at: Timestamp,
    pub(super) by: String,
    pub(super) on: Subject<'a>,
    pub(super) deed: Deed,
}

/// Someone of the story.
#[derive(Debug, Clone)]
pub(super) struct Known {
    pub(super) login: String,
    pub(super) id: PersonId,
    pub(super) roles: BTreeSet<Role>,
}

/// The story on its way.
pub(super) struct Replay<'a> {
    pub(super) story: &'a Story,
    pub(super) today: Today,
    bus: Bus,
    clock: Arc<ManualClock>,
    /// In the order of the file.
    people: Vec<Known>,
    records: BTreeMap<String, Written>,
    due: BTreeMap<(Timestamp, usize), Turn<'a>>,
    planned: usize,
}

impl<'a> Replay<'a> {
    /// A story over the store of a bus.
    pub(super) fn new(bus: &Bus, story: &'a Story, today: Today) -> Self {
        let clock = Arc::new(ManualClock::new(today.hour));
        let bus = Bus::new(World { clock: clock.clone(), ..bus.world().clone() });
        let (people, records, due) = (Vec::new(), BTreeMap::new(), BTreeMap::new());
        Self { story, today, bus, clock, people, records, due, planned: 0 }
    }

    /// Plans a deed. What lies in the future has not happened.
    pub(super) fn at(&mut self, at: Timestamp, by: &str, on: Subject<'a>, deed: Deed) {
        if at <= self.today.hour {
            self.due.insert((at, self.planned), Turn { at, by: by.to_owned(), on, deed });
            self.planned += 1;
        }
    }

    /// Does everything that is planned.
    pub(super) fn run(&mut self) -> anyhow::Result<()> {
        while let Some((_, turn)) = self.due.pop_first() {
            self.tell_until(turn.at)?;
            self.clock.set(turn.at);
            let done = match turn.on {
                Subject::Change(plan) => change::act(self, plan, &turn),
                Subject::Release(plan) => release::act(self, plan, &turn),
                Subject::Incident(plan) => incident::act(self, plan, &turn),
                Subject::Period(plan, kind) => setup::set_period(self, plan, kind),
                Subject::Board(plan) => setup::set_board(self, plan, &turn.deed),
                Subject::Meeting(plan) => meeting::act(self, plan, &turn),
                Subject::Exception(plan) => exception::act(self, plan, &turn),
                Subject::Article(plan) => article::act(self, plan, &turn),
            };
            done.with_context(|| {
                let (key, by, at, deed) = (turn.on.key(), &turn.by, turn.at, &turn.deed);
                format!("`{key}` at {at}, {by}: {deed:?}")
            })?;
            if let (Subject::Release(_), Some(made)) = (turn.on, self.records.get(turn.on.key())) {
                self.tell(made.id.parse()?)?;
            }
        }
        self.tell_until(self.today.hour)
    }

    /// Lets what is due of a release be told, as the server does when it moves.
    fn tell(&self, release: ReleaseId) -> anyhow::Result<()> {
        let told = self.bus.call(Envelope::system("notice"), TellRelease { release });
        told.map(|_| ()).map_err(|failure| anyhow!("{}", words(&failure)))
    }

    /// Lets be told what is due before something happens, each at its time.
    fn tell_until(&self, at: Timestamp) -> anyhow::Result<()> {
        let due = wait(&*self.bus.world().store, move |db| {
            let sql = "SELECT due_at, stream FROM timers WHERE kind = $1 AND due_at <= $2 \
                ORDER BY due_at";
            let rows = db.query(sql, &[DUE.into(), Cell::from(at)])?;
            let read = |row: &ports::Row| Ok((row.time(0)?, row.text(1)?.to_owned()));
            rows.iter().map(read).collect::<Result<Vec<_>, ports::Fault>>()
        })?;
        for (due, stream) in due {
            self.clock.set(due);
            let id = stream.split_once(':').map(|(_, id)| id).unwrap_or_default();
            self.tell(id.parse()?)?;
        }
        Ok(())
    }

    /// Moves the clock.
    pub(super) fn set_clock(&self, at: Timestamp) {
        self.clock.set(at);
    }

    /// Sends a command as someone.
    pub(super) fn act<C: Command>(&self, by: &str, command: C) -> anyhow::Result<C::Answer> {
        let sent = self.try_act(by, command)?;
        sent.map_err(|failure| anyhow!("{}", words(&failure)))
    }

    /// The same, where a refusal is part of the story.
    pub(super) fn try_act<C: Command>(
        &self,
        by: &str,
        command: C,
    ) -> anyhow::Result<Result<C::Answer, Failure>> {
        let actor = Actor::Person { id: self.person(by)?.id };
        let sent = self.bus.call(Envelope::new(actor), command);
        Ok(sent.map(|reply| reply.answer))
    }

    /// Sends a command as someone with a shell.
    pub(super) fn act_as_operator<C: Command>(&self, command: C) -> anyhow::Result<C::Answer> {
        let sent = self.bus.call(Envelope::new(operator()), command);
        Ok(sent.map_err(|failure| anyhow!("{}", words(&failure)))?.answer)
    }

    /// The bus, for questions.
    pub(super) fn bus(&self) -> &Bus {
        &self.bus
    }

    /// Makes someone known.
    pub(super) fn meet(&mut self, known: Known) {
        self.people.push(known);
    }

    /// Everyone, in the order of the file.
    pub(super) fn people(&self) -> &[Known] {
        &self.people
    }

    pub(super) fn person(&self, login: &str) -> anyhow::Result<&Known> {
        let found = self.people.iter().find(|person| person.login == login);
        found.ok_or_else(|| anyhow!("nobody is called `{login}`"))
    }

    /// Remembers what became of a key.
    pub(super) fn keep(&mut self, key: &str, written: Written) -> anyhow::Result<()> {
        if self.records.insert(key.to_owned(), written).is_some() {
            bail!("two records have the key `{key}`");
        }
        Ok(())
    }

    /// The record of a key.
    pub(super) fn record(&self, key: &str) -> anyhow::Result<&Written> {
        self.records.get(key).ok_or_else(|| anyhow!("`{key}` does not exist yet"))
    }

    /// A text in which each key in braces became the number of its record.
    pub(super) fn named(&self, text: &str) -> anyhow::Result<String> {
        let mut named = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let (key, after) = after.split_once('}').ok_or_else(|| anyhow!("{{ without }}"))?;
            let number = self.record(key)?.number.as_deref().unwrap_or_default();
            named.push_str(before);
            named.push_str(number);
            rest = after;
        }
        named.push_str(rest);
        Ok(named)
    }

    /// The same for an optional text.
    pub(super) fn named_opt(&self, text: Option<&String>) -> anyhow::Result<Option<String>> {
        text.map(|text| self.named(text)).transpose()
    }

    /// The same for the texts of a table.
    pub(super) fn named_table(&self, mut table: Table) -> anyhow::Result<Table> {
        for (_, value) in &mut table {
            if let Value::String(text) = value {
                *text = self.named(text)?;
            }
        }
        Ok(table)
    }
}

/// Why a command did not do what the story tells.
fn words(failure: &Failure) -> String {
    match failure {
        Failure::Refused(refusal) => {
            let missing = refusal.missing.iter();
            let missing: Vec<String> =
                missing.map(|missing| format!("{} {}", missing.pointer, missing.detail)).collect();
            format!("{}: {} {}", refusal.code, refusal.detail, missing.join("; "))
        }
        other => format!("{other:?}"),
    }
}
