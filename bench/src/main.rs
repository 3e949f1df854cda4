//! `cargo guide bench`.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use bench::Tool;
use clap::{Parser, Subcommand};

#[derive(Debug, Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
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
        Command::Verdict { tool, root } => {
            Ok(if tool.accepts(&root)? { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
    }
}
