//! The server: the bus that every write passes, the read models, the reactions, and HTTP. It holds
//! no driver and no outbound client; those arrive as ports.

pub mod asking;
pub mod assets;
pub mod bulk;
pub mod bus;
mod csv;
pub mod extras;
pub mod follow;
pub mod health;
pub mod html;
pub mod http;
pub mod kept;
mod keys;
pub mod listing;
pub mod live;
#[cfg(test)]
mod matrix;
pub mod names;
pub mod nearest;
pub mod placement;
pub mod problem;
pub mod reactions;
pub mod read;
pub mod read_models;
pub mod records;
pub mod serve;
pub mod settings;
pub mod withheld;

pub mod approval;
pub mod audit;
pub mod cab;
pub mod calendar;
pub mod change;
pub mod deployment;
pub mod exception;
pub mod export;
pub mod gate;
pub mod identity;
pub mod import;
pub mod incident;
pub mod knowledge;
pub mod notice;
pub mod policy;
pub mod release;
pub mod report;
pub mod review;
pub mod risk;
pub mod runner;
pub mod search;
pub mod service;
pub mod team;
