//! The figures that `/metrics` shows.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};

use crate::follow::watch::Watch;
use crate::live::Live;

/// Counters and histograms of one server.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    requests: Family<Request, Counter>,
    request_seconds: Family<Route, Histogram>,
    work: Family<Work, Counter>,
    work_seconds: Family<Queue, Histogram>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Request {
    method: String,
    route: String,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    method: String,
    route: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Work {
    queue: &'static str,
    end: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Queue {
    queue: &'static str,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("interlock"),
            requests: Family::default(),
            request_seconds: Family::new_with_constructor(seconds),
            work: Family::default(),
            work_seconds: Family::new_with_constructor(seconds),
        };
        metrics.register();
        metrics
    }
}

impl Metrics {
    /// Those of a server, of who listens to it, and of what follows its log.
    pub fn watching(live: &Live, followers: &Watch) -> Self {
        let mut metrics = Self::default();
        let registry = &mut metrics.registry;
        let (open, cut_off, sent) = live.figures();
        registry.register("live_connections", "Pages and programs that listen now", open);
        let slow = "Connections cut off because they read too slowly";
        registry.register("live_cut_off", slow, cut_off);
        registry.register("live_sent", "Events sent to those who listen", sent);
        let (positions, failures) = followers.figures();
        let how_far = "The last position of the log that a follower dealt with";
        registry.register("follower_position", how_far, positions);
        let stuck = "How often a follower failed at the event it is stuck at; 0 when it goes on";
        registry.register("follower_failures", stuck, failures);
        metrics
    }

    fn register(&mut self) {
        let registry = &mut self.registry;
        let requests = "Requests by route and status";
        registry.register("http_requests", requests, self.requests.clone());
        let taken = "Time from the head of a request to the head of its answer";
        let spent = self.request_seconds.clone();
        registry.register_with_unit("http_request", taken, Unit::Seconds, spent);
        let work = "Transactions and reads by how they ended; `busy` were refused by a full queue";
        registry.register("store_work", work, self.work.clone());
        let taken =
            "Time of a transaction or a read, its wait in the queue and the commit included";
        let spent = self.work_seconds.clone();
        registry.register_with_unit("store_work", taken, Unit::Seconds, spent);
    }

    /// Counts a request that was answered.
    pub fn request(&self, method: &str, route: &str, status: u16, micros: i64) {
        let (method, route) = (method.to_owned(), route.to_owned());
        let key = Route { method: method.clone(), route: route.clone() };
        self.request_seconds.get_or_create(&key).observe(in_seconds(micros));
        self.requests.get_or_create(&Request { method, route, status }).inc();
    }

    /// Counts what the store did.
    pub fn work(&self, queue: &'static str, end: &'static str, micros: i64) {
        self.work_seconds.get_or_create(&Queue { queue }).observe(in_seconds(micros));
        self.work.get_or_create(&Work { queue, end }).inc();
    }

    /// All of it as text, in the format that Prometheus reads.
    pub fn text(&self) -> String {
        let mut text = String::new();
        // Only a writer that can fail would: text grows.
        let _ = encode(&mut text, &self.registry);
        text
    }
}

/// From half a millisecond to sixteen seconds.
fn seconds() -> Histogram {
    Histogram::new(exponential_buckets(0.0005, 2.0, 16))
}

fn in_seconds(micros: i64) -> f64 {
    std::time::Duration::from_micros(u64::try_from(micros).unwrap_or(0)).as_secs_f64()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_counted_is_shown() {
        let metrics = Metrics::default();
        metrics.request("GET", "/api/v1/teams", 200, 1_500);
        metrics.work("read", "busy", 40);
        let text = metrics.text();
        let counted = "interlock_http_requests_total{method=\"GET\",route=\"/api/v1/teams\",status=\"200\"} 1";
        assert!(text.contains(counted), "{text}");
        assert!(text.contains("interlock_store_work_total{queue=\"read\",end=\"busy\"} 1"));
        assert!(text.contains("interlock_http_request_seconds_sum"));
    }
}
