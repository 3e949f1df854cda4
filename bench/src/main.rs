//! `cargo guide bench`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};
use bench::{Tool, print_tables};
use clap::{Parser, Subcommand, value_parser};

#[derive(Debug, Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Prints how long each tool takes
    Table {
        /// How many samples a generated book has; several may be given
        #[arg(long, value_name = "N", default_values_t = [100])]
        samples: Vec<usize>,
        /// How often each time is measured
        #[arg(long, value_name = "N", default_value_t = 3, value_parser = value_parser!(u32).range(1..))]
        rounds: u32,
    },
    /// Ends with 0 when a tool accepts all samples of a view
    Verdict {
        /// The tool to ask
        tool: Tool,
        /// The directory of the view
        root: PathBuf,
    },
}

fn main() -> Result<ExitCode> {
    match Arguments::parse().command {
        Command::Table { samples, rounds } => {
            let workspace =
                Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("no workspace")?;
            print_tables(&std::env::current_exe()?, workspace, &samples, rounds)?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Verdict { tool, root } => {
            Ok(if tool.accepts(&root)? { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
    }
}
