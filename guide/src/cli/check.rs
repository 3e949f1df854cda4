//! `cargo guide check`.

use std::time::Instant;

use anyhow::Result;
use clap::{Args, ValueEnum};

use super::exit::Usage;
use super::progress::Bar;
use super::{Exit, clean_up_on_interrupt, load, show};
use crate::book::{Book, Finding};
use crate::check::{Counts, Filter, Proof, Spent, Step, json, prove, select, time_table};

/// How to report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Text,
    /// One object for programs
    Json,
}

/// What to check, and how to report it.
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
}

pub(crate) fn run(options: &Options) -> Result<Exit> {
    let started = Instant::now();
    let book = &load()?;
    let reading = Spent { count: book.samples().count(), time: started.elapsed() };
    let text = text_findings(book, &options.filters);
    let samples = match select(book, &options.filters) {
        // A chapter that cannot be read has no names to select.
        Err(_) if !text.is_empty() => Vec::new(),
        selected => selected.map_err(Usage::NoMatch)?,
    };
    clean_up_on_interrupt(book)?;
    let bar = Bar::new();
    let proof = prove(&book.root, &samples, !options.no_cache, &bar)?;
    bar.clear();
    proof.timings.add(Step::Read, reading);
    let findings: Vec<&Finding> = text.into_iter().chain(proof.findings()).collect();
    match options.format {
        Format::Text => print(book, &proof, &findings, options.timings),
        Format::Json => anstream::println!("{:#}", json(&proof, &findings)),
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

fn print(book: &Book, proof: &Proof<'_>, findings: &[&Finding], timings: bool) {
    show(book, findings.iter().copied());
    let summary = Counts::of(proof).summary(proof.elapsed.as_secs_f64());
    match findings.len() {
        0 => anstream::println!("{summary}"),
        1 => anstream::println!("1 error in the book; {summary}"),
        errors => anstream::println!("{errors} errors in the book; {summary}"),
    }
    if timings {
        anstream::println!("\n{}", time_table(&proof.timings));
    }
}
