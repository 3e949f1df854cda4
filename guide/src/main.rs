//! `cargo guide`: see [`guide::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    guide::cli::main()
}
