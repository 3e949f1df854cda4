//! `cargo guide check`.

use anyhow::Result;
use clap::ValueEnum;

use super::exit::Usage;
use super::progress::Bar;
use super::{Exit, clean_up_on_interrupt};
use crate::book::{Book, Finding};
use crate::check::{Counts, Filter, Proof, Terminal, json, prove, select};

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
    let samples = select(book, filters).map_err(Usage::NoMatch)?;
    clean_up_on_interrupt(book)?;
    let bar = Bar::new();
    let proof = prove(&book.root, &samples, trust_cache, &bar)?;
    bar.clear();
    let findings = all_findings(book, filters, &proof);
    match format {
        Format::Text => print(book, &proof, &findings),
        Format::Json => anstream::println!("{:#}", json(&proof, &findings)),
    }
    Ok(if findings.is_empty() { Exit::Proved } else { Exit::Wrong })
}

/// What is wrong with the text and with the samples, in the order of the book.
fn all_findings<'a>(book: &'a Book, filters: &[String], proof: &'a Proof<'_>) -> Vec<&'a Finding> {
    let filters: Vec<Filter> = filters.iter().map(|text| Filter::parse(text)).collect();
    let asked_for = |finding: &&Finding| {
        let chapter = book.chapters.iter().find(|chapter| chapter.file == finding.at.file);
        filters.is_empty()
            || chapter
                .is_some_and(|chapter| filters.iter().any(|filter| filter.names_chapter(chapter)))
    };
    let text = book.findings.iter().filter(asked_for);
    text.chain(proof.findings()).collect()
}

fn print(book: &Book, proof: &Proof<'_>, findings: &[&Finding]) {
    let terminal = Terminal::new(&book.root, true);
    for finding in findings {
        anstream::eprintln!("{}\n", terminal.render(finding));
    }
    let summary = Counts::of(proof).summary(proof.elapsed.as_secs_f64());
    match findings.len() {
        0 => anstream::println!("{summary}"),
        1 => anstream::println!("1 error in the book; {summary}"),
        errors => anstream::println!("{errors} errors in the book; {summary}"),
    }
}
