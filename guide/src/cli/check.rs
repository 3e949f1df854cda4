//! `cargo guide check`.

use std::io;
use std::path::{self, Path, PathBuf};
use std::time::Instant;

use anyhow::Result;
use clap::{Args, ValueEnum};

use super::exit::Usage;
use super::progress::Bar;
use super::{Exit, clean_up_on_interrupt, show};
use crate::book::{Book, Finding, MeasuredBlock};
use crate::check::{
    Counts, Filter, Proof, Rules, Spent, Step, json, prove_by, select, select_measured, time_table,
};

/// How to report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Text,
    /// One object for programs
    Json,
}

/// What to check, and how.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// A chapter (`core/ownership`), a question (`drop-order`) or a line (`core/ownership.md:42`)
    #[arg(value_name = "FILTER")]
    filters: Vec<String>,
    /// Runs everything, also what was proved before
    #[arg(long)]
    no_cache: bool,
    /// How to report: for people, or one JSON object for programs
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Prints where the time went; the JSON object always says it
    #[arg(long)]
    timings: bool,
    /// Checks another mdBook, by the rules of `mdbook test`
    ///
    /// A sample passes where rustdoc's test of it passes, with the edition of that book's `book.toml`.
    /// What is not standard there, such as a preprocessor or an unknown word, is counted and ignored.
    #[arg(long, value_name = "DIR")]
    book: Option<PathBuf>,
    /// With `--book`: a sample that must not compile has to fail with the error codes it names
    #[arg(long, requires = "book")]
    strict: bool,
    /// With `--book`: a directory of compiled crates that samples may name in `extern crate`
    #[arg(short = 'L', long = "library-path", value_name = "DIR", requires = "book")]
    libraries: Vec<PathBuf>,
}

impl Options {
    /// The book to check, and the rules for it.
    fn book(&self, home: &Path) -> Result<(Book, Rules)> {
        let Some(dir) = &self.book else { return Ok((Book::load(home), Rules::Guide)) };
        let libraries: io::Result<_> = self.libraries.iter().map(path::absolute).collect();
        let rules = Rules::Doctests { strict: self.strict, libraries: libraries? };
        Ok((Book::load_foreign(dir), rules))
    }
}

/// Proves a book with the compiler and the cache of the guide in `home`.
pub(crate) fn run(home: &Path, options: &Options) -> Result<Exit> {
    let started = Instant::now();
    let (book, rules) = options.book(home)?;
    let (book, filters) = (&book, &options.filters);
    let reading = Spent { count: book.samples().count(), time: started.elapsed() };
    let text = text_findings(book, filters);
    let samples = match select(book, filters) {
        // A chapter that cannot be read has no names to select.
        Err(_) if !text.is_empty() => Vec::new(),
        selected => selected.map_err(Usage::NoMatch)?,
    };
    let measured = select_measured(book, filters);
    clean_up_on_interrupt(home)?;
    let bar = Bar::new();
    let proof = prove_by(&rules, home, &samples, !options.no_cache, &bar)?;
    bar.clear();
    proof.timings.add(Step::Read, reading);
    let findings: Vec<&Finding> = text.into_iter().chain(proof.findings()).collect();
    match options.format {
        Format::Text => print(book, &proof, &measured, &findings, options.timings),
        Format::Json => anstream::println!("{:#}", json(book, &proof, &measured, &findings)),
    }
    Ok(if findings.is_empty() { Exit::Proved } else { Exit::Wrong })
}

/// What is wrong with the text that was asked for, and with the files that all chapters depend on.
fn text_findings<'book>(book: &'book Book, filters: &[String]) -> Vec<&'book Finding> {
    let filters: Vec<Filter> = filters.iter().map(|text| Filter::parse(text)).collect();
    let asked_for = |finding: &&Finding| {
        filters.is_empty()
            || book.concerns_all(finding)
            || filters.iter().any(|filter| filter.names_file(book, &finding.at.file))
    };
    book.findings.iter().filter(asked_for).collect()
}

fn print(
    book: &Book,
    proof: &Proof<'_>,
    measured: &[&MeasuredBlock],
    findings: &[&Finding],
    timings: bool,
) {
    show(book, findings.iter().copied());
    let counts = Counts::of(proof).and_measured(measured);
    let summary = counts.summary(proof.elapsed.as_secs_f64());
    match findings.len() {
        0 => anstream::println!("{summary}"),
        1 => anstream::println!("1 error in the book; {summary}"),
        errors => anstream::println!("{errors} errors in the book; {summary}"),
    }
    for (what, count) in &book.ignored {
        anstream::println!("  ignored: {count} ({what})");
    }
    if timings {
        anstream::println!("\n{}", time_table(&proof.timings));
    }
}
