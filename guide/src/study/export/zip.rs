//! The site as one file, for a disk without a web server.

use std::fs;
use std::io::{Cursor, Write};
use std::path::Path;

use anyhow::{Context, Result};
use walkdir::WalkDir;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

/// The archive of a site, in which all files stand in the directory `top`. The same site gives the same
/// bytes: entries are sorted and carry no time.
///
/// # Errors
///
/// When a file of the site cannot be read.
pub fn zip(site: &Path, top: &str) -> Result<Vec<u8>> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644);
    for entry in WalkDir::new(site).sort_by_file_name() {
        let entry = entry.context("cannot read the site")?;
        if entry.file_type().is_file() {
            let name = entry.path().strip_prefix(site)?.to_string_lossy().replace('\\', "/");
            archive.start_file(format!("{top}/{name}"), options)?;
            archive.write_all(&fs::read(entry.path())?)?;
        }
    }
    Ok(archive.finish()?.into_inner())
}
