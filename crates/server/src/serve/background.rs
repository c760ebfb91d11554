//! What runs beside the requests, each on a thread of its own: timers and followers of the log.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{Builder, JoinHandle};

use crate::bus::Bus;
use crate::calendar::CalendarReactor;
use crate::follow::followers::{self, Follower, SearchIndex};
use crate::follow::rounds::Leavers;
use crate::follow::timers;
use crate::live::Live;

/// The threads, until they are stopped.
#[derive(Debug)]
pub struct Background {
    stop: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl Background {
    /// Starts all of them.
    pub fn start(bus: &Bus, live: &Arc<Live>) -> io::Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        let mut background = Self { stop: Arc::clone(&stop), threads: Vec::new() };
        let with = bus.clone();
        background.spawn("timers", move |stop| timers::run(&with, stop))?;
        let (with, live) = (bus.clone(), Arc::clone(live));
        background.spawn("live", move |stop| live.run(&with, stop))?;
        background.follow(bus, SearchIndex)?;
        background.follow(bus, CalendarReactor)?;
        background.follow(bus, Leavers)?;
        Ok(background)
    }

    fn follow(&mut self, bus: &Bus, follower: impl Follower) -> io::Result<()> {
        let with = bus.clone();
        self.spawn(follower.name(), move |stop| followers::run(&with, &follower, stop))
    }

    fn spawn(
        &mut self,
        name: &str,
        work: impl FnOnce(&Arc<AtomicBool>) + Send + 'static,
    ) -> io::Result<()> {
        let stop = Arc::clone(&self.stop);
        self.threads.push(Builder::new().name(name.to_owned()).spawn(move || work(&stop))?);
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
