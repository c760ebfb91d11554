//! The rules of change and release management, a folder per feature: state, events, decide,
//! evolve. Pure: no async, no I/O, no clock, no randomness, no hash maps; what a rule needs to know
//! of the world arrives as facts.

pub mod aggregate;
mod artifact;
pub mod canonical;
mod edit;
pub mod record;
mod refusal;
pub mod vocabulary;

pub mod approval;
pub mod cab;
pub mod calendar;
pub mod change;
pub mod deployment;
pub mod exception;
pub mod gate;
pub mod identity;
pub mod incident;
pub mod knowledge;
pub mod notice;
pub mod policy;
pub mod release;
pub mod report;
pub mod review;
pub mod risk;
pub mod rollback;
pub mod runner;
pub mod service;
pub mod team;

pub use aggregate::{Aggregate, Decision, Stamp};
pub use artifact::{Artifact, Digest};
pub use refusal::{Check, General, Missing, Refusal, Refuse};
