//! `cargo guide check`.

use anyhow::Result;
use clap::ValueEnum;

use super::exit::Usage;
use super::progress::Bar;
use super::{Exit, clean_up_on_interrupt, show};
use crate::book::{Book, Finding};
use crate::check::{Counts, Filter, Proof, json, prove, select};

/// How to report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Text,
    /// One object for programs
    Json,
}

pub(crate) fn run(
    book: &Book,
    filters: &[String],
    trust_cache: bool,
    format: Format,
) -> Result<Exit> {
    let text = text_findings(book, filters);
    let samples = match select(book, filters) {
        // A chapter that cannot be read has no names to select.
        Err(_) if !text.is_empty() => Vec::new(),
        selected => selected.map_err(Usage::NoMatch)?,
    };
    clean_up_on_interrupt(book)?;
    let bar = Bar::new();
    let proof = prove(&book.root, &samples, trust_cache, &bar)?;
    bar.clear();
    let findings: Vec<&Finding> = text.into_iter().chain(proof.findings()).collect();
    match format {
        Format::Text => print(book, &proof, &findings),
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

fn print(book: &Book, proof: &Proof<'_>, findings: &[&Finding]) {
    show(book, findings.iter().copied());
    let summary = Counts::of(proof).summary(proof.elapsed.as_secs_f64());
    match findings.len() {
        0 => anstream::println!("{summary}"),
        1 => anstream::println!("1 error in the book; {summary}"),
        errors => anstream::println!("{errors} errors in the book; {summary}"),
    }
}
