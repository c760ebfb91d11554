//! `make bench`: the product beside its floors and peers, in one run on one machine, as ratios.
//! What is measured and why is in `docs/howto/measure.md`.
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "figures are printed with three digits"
)]

mod figures;
mod floor;
mod gate;
mod load;
mod notices;
mod pages;
mod report;
mod seed;
mod startup;
mod trace;
mod tree;

use std::path::PathBuf;

use anyhow::{Result, ensure};

use crate::report::Report;

fn main() -> Result<()> {
    let folder = PathBuf::from(
        std::env::var("INTERLOCK_BENCH_FOLDER").unwrap_or_else(|_| "target/bench".to_owned()),
    );
    std::fs::create_dir_all(&folder)?;
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let wants = |name: &str| wanted.is_empty() || wanted.iter().any(|given| given == name);
    let mut report = Report::default();
    if wants("commands") {
        load::sqlite(&folder, &mut report)?;
        load::postgres(&mut report)?;
        load::http(&folder, &mut report)?;
    }
    if wants("gate") {
        let large = seed::database(&folder, seed::large(), &mut report)?;
        gate::measure(&large, &mut report)?;
    }
    if wants("tree") {
        let large = seed::database(&folder, seed::large(), &mut report)?;
        tree::measure(&large, &mut report)?;
    }
    if wants("notices") {
        notices::measure(&folder, &mut report)?;
    }
    if wants("pages") || wants("startup") || wants("figures") {
        let small = seed::database(&folder, seed::SMALL, &mut report)?;
        let large = seed::database(&folder, seed::large(), &mut report)?;
        if wants("pages") {
            pages::measure(&small, &large, &mut report)?;
        }
        if wants("figures") {
            figures::measure(&small, &large, &mut report)?;
        }
        if wants("startup") {
            startup::measure(&folder, &large, &mut report)?;
        }
    }
    report.write(&folder.join("report.json"), wanted.is_empty())?;
    let missed = report.missed();
    let is_strict = std::env::var_os("INTERLOCK_BENCH_STRICT").is_some();
    ensure!(!is_strict || missed == 0, "{missed} aims were not reached");
    Ok(())
}
