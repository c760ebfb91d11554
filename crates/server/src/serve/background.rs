//! What runs beside the requests, each on a thread of its own: timers and followers of the log.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use crate::audit;
use crate::calendar::CalendarReactor;
use crate::deployment::Driver;
use crate::follow::followers::{Follower, SearchIndex, run};
use crate::follow::rounds::Leavers;
use crate::follow::timers;
use crate::gate::Caller;
use crate::http::App;
use crate::notice::{MovesReactor, NoticeReactor, Sender, WaitingReactor, Way};
use crate::report::{Figures, Surveys};

/// How long work that panicked rests before it begins again.
const REST: Duration = Duration::from_millis(500);

/// Whatever follows the log.
pub fn followers() -> Vec<Box<dyn Follower>> {
    vec![
        Box::new(audit::Tree),
        Box::new(SearchIndex),
        Box::new(CalendarReactor),
        Box::new(Leavers),
        Box::new(NoticeReactor),
        Box::new(MovesReactor),
        Box::new(WaitingReactor),
        Box::new(Figures),
        Box::new(Surveys),
    ]
}

/// The threads, until they are stopped.
#[derive(Debug)]
pub struct Background {
    stop: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl Background {
    /// Starts all of them.
    pub fn start(app: &App) -> io::Result<Self> {
        let bus = &app.bus;
        let stop = Arc::new(AtomicBool::new(false));
        let mut background = Self { stop: Arc::clone(&stop), threads: Vec::new() };
        let with = bus.clone();
        background.spawn("timers", move |stop| timers::run(&with, stop))?;
        let (with, live) = (bus.clone(), Arc::clone(&app.live));
        background.spawn("live", move |stop| live.run(&with, stop))?;
        if let Some(http) = &app.web {
            let (with, http) = (bus.clone(), Arc::clone(http));
            background.spawn("runs", move |stop| {
                Driver::new(&with, Arc::clone(&http), Arc::clone(stop)).run();
            })?;
        }
        if let (Some(github), Some(web)) = (&app.github, &app.web) {
            let (bus, github, web) = (bus.clone(), github.clone(), Arc::clone(web));
            let answer = move |stop: &Arc<AtomicBool>| {
                Caller::new(bus.clone(), github.clone(), Arc::clone(&web)).run(stop);
            };
            background.spawn("gates", answer)?;
        }
        let with = bus.clone();
        background.spawn("checkpoints", move |stop| audit::keep_signing(&with, stop))?;
        let way = Way::of(app);
        if way.web.is_some() || way.mailer.is_some() {
            let with = bus.clone();
            background.spawn("notices", move |stop| {
                Sender::new(&with, way.clone(), Arc::clone(stop)).run();
            })?;
        }
        for follower in followers() {
            let (with, watch) = (bus.clone(), Arc::clone(&app.followers));
            background.spawn(follower.name(), move |stop| run(&with, &*follower, &watch, stop))?;
        }
        Ok(background)
    }

    fn spawn(
        &mut self,
        name: &str,
        work: impl Fn(&Arc<AtomicBool>) + Send + 'static,
    ) -> io::Result<()> {
        let stop = Arc::clone(&self.stop);
        let thread = Builder::new().name(name.to_owned());
        self.threads.push(thread.spawn(move || until_told(&stop, &work))?);
        Ok(())
    }

    /// Tells all of them to stop, and waits for them.
    pub fn stop(self) {
        self.stop.store(true, Ordering::SeqCst);
        for thread in self.threads {
            let name = thread.thread().name().unwrap_or_default().to_owned();
            if thread.join().is_err() {
                tracing::error!(thread.name = name, "a thread beside the requests had panicked");
            }
        }
    }
}

/// Does some work until it is told to stop. What panics is begun again: it keeps its place in the
/// database, and the server is not left without it.
fn until_told(stop: &Arc<AtomicBool>, work: &dyn Fn(&Arc<AtomicBool>)) {
    while catch_unwind(AssertUnwindSafe(|| work(stop))).is_err() && !stop.load(Ordering::SeqCst) {
        let thread = std::thread::current();
        let name = thread.name().unwrap_or_default();
        tracing::error!(thread.name = name, "work beside the requests panicked and begins again");
        std::thread::sleep(REST);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicU32;

    use super::*;

    #[test]
    fn what_panics_is_begun_again_until_it_ends() {
        let times = AtomicU32::new(0);
        let work = |_: &Arc<AtomicBool>| {
            assert!(times.fetch_add(1, Ordering::SeqCst) > 0, "the first time it fails");
        };
        until_told(&Arc::default(), &work);
        assert_eq!(times.load(Ordering::SeqCst), 2);
    }
}
