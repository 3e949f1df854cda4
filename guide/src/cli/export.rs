//! `cargo guide export`: the guide in forms to take along.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::{Exit, clean_up_on_interrupt, refuses};
use crate::book::{Book, write_whole};
use crate::check::work_in;
use crate::site;
use crate::study::export::{Format, Rendered, SCHEMA};

pub(crate) fn run(book: &Book, format: Format, out: Option<PathBuf>) -> Result<Exit> {
    if refuses(book) {
        return Ok(Exit::Wrong);
    }
    clean_up_on_interrupt(&book.root)?;
    let scratch = work_in(&book.root)?;
    let (site, work) = (scratch.path().join("site"), scratch.path().join("export"));
    site::build(&book.root, &site)?;
    fs::create_dir(&work)?;
    let guide = Rendered::new(book, &site);
    let bytes = format.export(&guide, &work)?;
    let usual = || PathBuf::from(guide.name()).with_extension(format.extension());
    let out = out.unwrap_or_else(usual);
    write(&out, &bytes)?;
    if format == Format::Json {
        write(&out.with_extension("schema.json"), SCHEMA.as_bytes())?;
    }
    Ok(Exit::Proved)
}

fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    write_whole(path, bytes).with_context(|| format!("cannot write {}", path.display()))?;
    anstream::println!("wrote {} ({} KB)", path.display(), bytes.len().div_ceil(1000));
    Ok(())
}
