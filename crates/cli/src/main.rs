//! The program `interlock`. Everything it does is in the library beside it.

use std::process::ExitCode;

fn main() -> ExitCode {
    interlock_cli::run()
}
