//! `cargo guide export`: the guide in other forms.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::Subcommand;

use super::{Exit, show};
use crate::book::{Book, write_whole};
use crate::site;
use crate::study::export;

/// Where exports are written, relative to the root.
const DIRECTORY: &str = "target/guide/export";

#[derive(Debug, Subcommand)]
pub(crate) enum Form {
    /// The site as one zip: unpack it and open its `index.html`; everything works without a server
    Zip {
        /// Where to write it, instead of into `target/guide/export`
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
}

pub(crate) fn run(book: &Book, form: Form) -> Result<Exit> {
    show(book, &book.findings);
    if !book.findings.is_empty() {
        return Ok(Exit::Wrong);
    }
    match form {
        Form::Zip { out } => zip(book, out)?,
    }
    Ok(Exit::Proved)
}

fn zip(book: &Book, out: Option<PathBuf>) -> Result<()> {
    let directory = tempfile::tempdir().context("cannot make a temporary directory")?;
    let site = directory.path().join("site");
    site::build(&book.root, &site)?;
    write(book, out, "zip", &export::zip(&site, &name(book))?)
}

/// Writes an export to where the user wants it, or to a file with the name of the book.
fn write(book: &Book, out: Option<PathBuf>, extension: &str, contents: &[u8]) -> Result<()> {
    let usual = || book.root.join(DIRECTORY).join(format!("{}.{extension}", name(book)));
    let file = out.unwrap_or_else(usual);
    write_whole(&file, contents).with_context(|| format!("cannot write {}", file.display()))?;
    anstream::println!("wrote {} ({})", file.display(), size(&file)?);
    Ok(())
}

#[allow(clippy::cast_precision_loss, reason = "one digit is shown")]
fn size(file: &Path) -> Result<String> {
    let bytes = file.metadata()?.len();
    Ok(format!("{:.1} MB", bytes as f64 / 1e6))
}

/// The title of the book as the name of a file: `the-executable-rust-interview-guide`.
fn name(book: &Book) -> String {
    let title = book.config.book.title.as_deref().unwrap_or("book").to_lowercase();
    let words = title.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("-")
}
