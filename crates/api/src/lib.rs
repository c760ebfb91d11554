//! The wire contract: what goes over HTTP as JSON, the problem codes, and nothing that decides.
//! It builds without the server. Conversion to and from the domain is written in the server.
//!
//! All paths start with `/api/v1`. A record is named by its id or its number (`CHG-1042`); a CI, a
//! service and a team also by name, a person also by login.

pub mod approval;
pub mod audit;
pub mod cab;
pub mod calendar;
pub mod change;
pub mod common;
pub mod deployment;
pub mod exception;
pub mod export;
pub mod gate;
pub mod identity;
pub mod import;
pub mod incident;
pub mod knowledge;
pub mod live;
pub mod notice;
pub mod policy;
pub mod problem;
pub mod release;
pub mod report;
pub mod review;
pub mod risk;
pub mod rollback;
pub mod runner;
pub mod scope;
pub mod search;
pub mod service;
pub mod team;
