//! The command line of `cargo guide`: arguments in, exit status out.

mod bench;
mod bless;
mod check;
mod exit;
mod export;
mod list;
mod measure;
mod new;
mod progress;
mod site;

use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Mutex;

use anyhow::Result;
use clap::{Parser, Subcommand};

pub use self::exit::Exit;
use crate::book::{BOOK_TOML, Book, Finding, Level};
use crate::check::{Terminal, clean_up};
use crate::study::export::Format;

/// Builds, serves and proves the Executable Rust Interview Guide.
///
/// Every sample in the chapters is compiled, run and compared with what its page states.
#[derive(Debug, Parser)]
#[command(name = "cargo guide", bin_name = "cargo guide", after_help = exit::HELP)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Builds the site, serves it on this machine, and reloads open pages after every save
    Serve {
        /// Opens the guide in a browser
        #[arg(long)]
        open: bool,
        /// The port to listen on; the next free one is taken when it is in use
        #[arg(long, default_value_t = 3000, value_name = "N")]
        port: u16,
        /// The address to listen on; where other machines can reach it, pages cannot run programs
        #[arg(long, default_value_t = Ipv4Addr::LOCALHOST.into(), value_name = "ADDRESS")]
        host: IpAddr,
    },
    /// Builds the static site into `book/`; it opens from a web server and from a file
    Build,
    /// Proves the samples: all, or those that a filter names
    ///
    /// What was proved before, with the same text and the same compiler, is not run again.
    Check(check::Options),
    /// Writes what samples really produce into the blocks below them, and prints the changes
    ///
    /// Review the diff: a blessed mistake is still a mistake. Refuses to work when `CI` is set.
    Bless {
        /// A chapter, a question or a line, as for `check`
        #[arg(value_name = "FILTER")]
        filters: Vec<String>,
    },
    /// Writes the guide in a form to take along
    Export {
        /// The form
        format: Format,
        /// The file; without it, one with the guide's name in the current directory
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Starts a chapter (`core/closures`) or a question in it (`core/closures#fn-traits`)
    New {
        /// `part/chapter` or `part/chapter#id`
        target: String,
        /// The level of the question
        #[arg(long, value_parser = level, default_value = "mid", value_name = "LEVEL")]
        level: Level,
    },
    /// Lists the questions with their levels and what is executed for each
    List {
        /// Only this level: junior, mid, senior or staff
        #[arg(long, value_parser = level, value_name = "LEVEL")]
        level: Option<Level>,
        /// Only this part, such as `core`
        #[arg(long, value_name = "PART")]
        part: Option<String>,
    },
    /// Runs measurements of `examples/`, checks their claims and records their figures for the pages
    ///
    /// What a claim does not hold for is not recorded. Let nothing else run meanwhile.
    Measure {
        /// The measurement; all without it
        #[arg(value_name = "NAME")]
        name: Option<String>,
        /// Checks the claims and records nothing
        #[arg(long)]
        check: bool,
    },
    /// Measures this tool beside mdBook's, skeptic's and rustdoc's own ways to test samples
    ///
    /// `cargo guide bench -- --help` lists the options.
    Bench {
        /// What is passed on to the crate in `bench/`, which Cargo builds for that
        #[arg(last = true, value_name = "OPTIONS")]
        options: Vec<String>,
    },
    /// Speaks mdBook's preprocessor protocol, so that a stock `mdbook build` works
    #[command(hide = true)]
    Preprocess {
        /// `supports` asks whether a renderer is supported
        request: Option<String>,
        /// The renderer in question
        renderer: Option<String>,
    },
    /// Prints the book as mdBook hands it to renderers that are programs, such as mdbook-linkcheck2
    #[command(hide = true)]
    RenderContext,
}

fn level(name: &str) -> Result<Level, String> {
    Level::from_name(name).ok_or("expected junior, mid, senior or staff".to_owned())
}

/// Whoever ends the process holds it: an interrupted check must not end before it is cleaned up.
static ENDING: Mutex<()> = Mutex::new(());

/// Runs the command line of this process.
#[must_use]
pub fn main() -> ExitCode {
    let result = run(Arguments::parse().command);
    let _turn = ENDING.lock();
    result.unwrap_or_else(|error| Exit::report(&error)).into()
}

fn run(command: Command) -> Result<Exit> {
    match command {
        Command::Preprocess { request, renderer } => {
            site::preprocess(request.as_deref(), renderer.as_deref())
        }
        Command::RenderContext => {
            crate::site::render_context(&root()?)?;
            Ok(Exit::Proved)
        }
        Command::Serve { open, port, host } => site::serve(&root()?, host, port, open),
        Command::Build => site::build(&load()?),
        Command::Export { format, out } => export::run(&load()?, format, out),
        Command::Check(options) => check::run(&root()?, &options),
        Command::Bless { filters } => with_settings(|book| bless::run(book, &filters)),
        Command::Measure { name, check } => {
            with_settings(|book| measure::run(book, name.as_deref(), check))
        }
        Command::Bench { options } => bench::run(&root()?, &options),
        Command::New { target, level } => with_settings(|book| new::run(book, &target, level)),
        Command::List { level, part } => {
            with_settings(|book| Ok(list::run(book, level, part.as_deref())))
        }
    }
}

/// Does what makes no sense in a book whose `book.toml` cannot be used: that comes first.
fn with_settings(work: impl FnOnce(&Book) -> Result<Exit>) -> Result<Exit> {
    let book = load()?;
    match book.findings.iter().find(|finding| finding.at.file == BOOK_TOML) {
        Some(finding) => {
            show(&book, [finding]);
            Ok(Exit::Wrong)
        }
        None => work(&book),
    }
}

/// Prints all that is wrong in the book, and says whether anything is.
fn refuses(book: &Book) -> bool {
    show(book, &book.findings);
    !book.findings.is_empty()
}

/// Prints what is wrong in the book.
fn show<'book>(book: &Book, findings: impl IntoIterator<Item = &'book Finding>) {
    let terminal = Terminal::new(&book.root, true);
    for finding in findings {
        anstream::eprintln!("{}\n", terminal.render(finding));
    }
}

/// Makes Ctrl-C end the running samples too: they are not in the terminal's process group.
fn clean_up_on_interrupt(root: &Path) -> Result<()> {
    let root = root.to_owned();
    ctrlc::set_handler(move || {
        let _turn = ENDING.lock();
        clean_up(&root);
        std::process::exit(130);
    })?;
    Ok(())
}

fn load() -> Result<Book> {
    Ok(Book::load(&root()?))
}

/// The nearest directory, from here upward, that holds a `book.toml`.
fn root() -> Result<PathBuf> {
    let here = std::env::current_dir()?;
    let root = here.ancestors().find(|dir| dir.join("book.toml").is_file());
    root.map(PathBuf::from).ok_or_else(|| exit::Usage::NoBook(here).into())
}
