//! Exit statuses: one type, documented in one place.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Error;
use thiserror::Error;

use crate::site::Misrendered;

/// The part of `--help` that names the exit statuses.
pub(crate) const HELP: &str = "Exit status:\n  \
    0  everything that was asked for is proved, built or written\n  \
    1  something is wrong in the book\n  \
    2  the command line is wrong\n  \
    3  the environment is at fault: no rustc, no space, no permission";

/// How `cargo guide` ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Everything that was asked for is proved, built or written: 0.
    Proved = 0,
    /// Something is wrong in the book: 1.
    Wrong = 1,
    /// The command line is wrong: 2.
    Usage = 2,
    /// The environment is at fault, such as a missing compiler or a full disk: 3.
    Environment = 3,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// What is wrong with a command line.
#[derive(Debug, Error)]
pub(crate) enum Usage {
    #[error("no book.toml in `{0}` or above it: run this inside the guide's repository")]
    NoBook(PathBuf),
    #[error(
        "`{0}` names no chapter, question or sample of this book: `cargo guide list` shows them"
    )]
    NoMatch(String),
    #[error(
        "`bless` does not run when CI is set: bless on your machine, review the diff, commit it"
    )]
    BlessInCi,
    #[error("{0}")]
    Target(String),
}

impl Exit {
    /// Prints an error to standard error and tells whose fault it is.
    pub(crate) fn report(error: &Error) -> Self {
        anstream::eprintln!("\u{1b}[1;31merror\u{1b}[0m\u{1b}[1m: {error:#}\u{1b}[0m");
        if error.is::<Usage>() {
            Self::Usage
        } else if error.is::<Misrendered>() {
            Self::Wrong
        } else {
            Self::Environment
        }
    }
}
