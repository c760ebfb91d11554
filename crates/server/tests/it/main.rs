//! The features of the server, each on both engines, through the same router as real requests.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

#[path = "../support/mod.rs"]
mod support;

mod approval;
mod approval_extension;
mod approval_limits;
mod audit;
mod bad_input;
mod cab;
mod calendar;
mod deployment;
mod detection;
mod due;
mod duties;
mod exception;
mod export;
mod feeds;
mod fill;
mod followers;
mod hostile;
mod identity;
mod incident;
mod live;
mod matrix;
mod periods;
mod permission;
mod policy;
mod promises;
mod release;
mod review;
mod runner;
mod scope;
mod search;
mod service;
mod sign_in;
mod timers;
