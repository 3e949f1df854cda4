//! The site as it is, for a disk without a server: its pages work from there too.

use std::fs;

use anyhow::{Context, Result};
use walkdir::WalkDir;

use super::archive::archive;
use super::rendered::Rendered;

/// All files of the site, in one directory.
pub(super) fn export(guide: &Rendered<'_>) -> Result<Vec<u8>> {
    let top = guide.name();
    let mut files = Vec::new();
    for entry in WalkDir::new(guide.site).sort_by_file_name() {
        let entry = entry.context("cannot read the site")?;
        if entry.file_type().is_file() {
            let path = entry.path().strip_prefix(guide.site)?;
            let name = format!("{top}/{}", path.to_string_lossy().replace('\\', "/"));
            files.push((name, fs::read(entry.path())?));
        }
    }
    let files: Vec<_> =
        files.iter().map(|(name, contents)| (name.as_str(), &contents[..])).collect();
    archive(&files)
}
