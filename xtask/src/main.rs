//! House keeping of the repository: `cargo xtask tidy`, `where`, `new-feature`.
//! It reads and writes files of the source tree only; nothing here ships.

mod finding;
mod house;
mod locate;
mod new_feature;
mod register;
mod source;
mod tidy;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Result, bail};

use crate::house::House;

const USAGE: &str = "\
usage:
  cargo xtask tidy                 check the rules of the house
  cargo xtask where <feature>      print every address of a feature
  cargo xtask new-feature <name> <sentence>
                                   register a feature and lay its first files";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(&words) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn run(words: &[&str]) -> Result<ExitCode> {
    let root = root();
    match words {
        ["tidy"] => {
            let findings = tidy::findings(&House::read(&root)?);
            for finding in &findings {
                println!("{finding}");
            }
            println!("tidy: {} finding(s)", findings.len());
            Ok(ExitCode::from(u8::from(!findings.is_empty())))
        }
        ["where", feature] => {
            print!("{}", locate::describe(&House::read(&root)?, feature)?);
            Ok(ExitCode::SUCCESS)
        }
        ["new-feature", name, does] => {
            for line in new_feature::create(&root, name, does)? {
                println!("{line}");
            }
            Ok(ExitCode::SUCCESS)
        }
        _ => bail!("{USAGE}"),
    }
}

/// The folder above this package.
fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}
