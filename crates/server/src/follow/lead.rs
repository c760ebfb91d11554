//! Which of several servers on one database does what only one may do: it says so for a time, and
//! again before that is over. A file has one process, which needs not ask.

use domain::identity::Permission;
use kernel::Timestamp;
use ports::{Engine, Query};

use crate::bus::{Bus, Command, Envelope, Failure, Lock, Stop, Work};
use crate::settings::{remember, setting};

/// How long one of several leads without saying so again.
const LEASE_SECONDS: i64 = 10;

/// One of several who would do the same.
pub struct Leader {
    bus: Bus,
    /// What is done.
    what: &'static str,
    /// What it is called among several.
    name: String,
    /// Until when it leads.
    until: Timestamp,
}

impl Leader {
    /// One who would do something.
    pub fn new(bus: &Bus, what: &'static str) -> Self {
        let name = bus.world().chance.uuid().simple().to_string();
        Self { bus: bus.clone(), what, name, until: Timestamp::from_micros(0) }
    }

    /// Until when it leads, as far as it said so; for ever where there is no other.
    pub fn until(&self) -> Timestamp {
        match self.bus.world().store.engine() {
            Engine::Sqlite => Timestamp::from_micros(i64::MAX),
            Engine::Postgres => self.until,
        }
    }

    /// Whether it leads now.
    pub fn leads(&mut self) -> Result<bool, Failure> {
        let now = self.bus.world().clock.now();
        let renews_at = self.until.plus_seconds(-LEASE_SECONDS / 2);
        if self.bus.world().store.engine() == Engine::Sqlite || now < renews_at {
            return Ok(true);
        }
        let until = now.plus_seconds(LEASE_SECONDS);
        let lead = Lead { what: self.what, name: self.name.clone(), until };
        let leads = self.bus.call(Envelope::system("lead"), lead)?.answer;
        self.until = if leads { until } else { now };
        Ok(leads)
    }
}

/// Asks to lead until an instant, where no other does.
struct Lead {
    what: &'static str,
    name: String,
    until: Timestamp,
}

impl Command for Lead {
    type Answer = bool;

    fn verb(&self) -> &'static str {
        "lead"
    }

    fn permission(&self) -> Permission {
        Permission::Read
    }

    fn subject(&self, _: &mut dyn Query) -> Result<Option<String>, Stop> {
        Ok(None)
    }

    fn run(&self, work: &mut Work<'_>) -> Result<bool, Stop> {
        work.lock(Lock::name("leader", self.what))?;
        let held = setting(work.tx, self.what)?;
        let held = held.as_deref().and_then(|held| held.split_once(' '));
        let is_others = held.is_some_and(|(name, until)| {
            name != self.name && until.parse().is_ok_and(|until| work.now.micros() < until)
        });
        if !is_others {
            remember(work.tx, self.what, &format!("{} {}", self.name, self.until.micros()))?;
            work.touched();
        }
        Ok(!is_others)
    }
}
