//! The features of the server, each on both engines, through the same router as real requests.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

#[path = "../support/receivers.rs"]
mod receivers;
#[path = "../support/mod.rs"]
mod support;

mod approval;
mod approval_extension;
mod approval_limits;
mod audit;
mod audit_pack;
mod audit_proof;
mod backlog;
mod bad_input;
mod cab;
mod cadence;
mod calendar;
mod clone;
mod deployment;
mod deployment_proof;
mod deployment_run;
mod deployment_verify;
mod deployment_waiting;
mod deployment_watch;
mod detection;
mod due;
mod duties;
mod exception;
mod export;
mod feeds;
mod fill;
mod followers;
mod gate;
mod gate_hooks;
mod hostile;
mod identity;
mod incident;
mod knowledge;
mod live;
mod matrix;
mod notice;
mod notice_arrivals;
mod notice_astray;
mod notice_deaths;
mod notice_feed;
mod notice_hostile;
mod notice_moves;
mod notice_quiet;
mod notice_waiting;
mod observed;
mod periods;
mod permission;
mod policy;
mod promises;
mod release;
mod release_window;
mod report;
mod review;
mod runner;
mod scope;
mod search;
mod service;
mod settling;
mod sign_in;
mod sort;
mod timers;
