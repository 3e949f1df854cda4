//! Zip files whose bytes depend on nothing but what is in them.

use std::io::{Cursor, Read, Write};

use anyhow::Result;
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

/// A zip file with these files, in this order.
pub(super) fn archive(files: &[(&str, &[u8])]) -> Result<Vec<u8>> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, contents) in files {
        archive.start_file(*name, SimpleFileOptions::default())?;
        archive.write_all(contents)?;
    }
    Ok(archive.finish()?.into_inner())
}

/// A zip file with the same files, of which one has another text.
pub(super) fn rewrite(
    bytes: &[u8],
    name: &str,
    with: impl FnOnce(&str) -> String,
) -> Result<Vec<u8>> {
    let mut old = ZipArchive::new(Cursor::new(bytes))?;
    let mut text = String::new();
    old.by_name(name)?.read_to_string(&mut text)?;
    let text = with(&text);
    let mut new = ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..old.len() {
        let file = old.by_index_raw(index)?;
        if file.name() == name {
            new.start_file(name, SimpleFileOptions::default())?;
            new.write_all(text.as_bytes())?;
        } else {
            new.raw_copy_file(file)?;
        }
    }
    Ok(new.finish()?.into_inner())
}
