//! What has been proved before, by the hash of everything that the proof depends on.
//!
//! An entry says “proved” and nothing else: a failure is always looked at again. It holds its own key,
//! so that a damaged or foreign file is a miss, and is renamed into place, so that it is whole or absent.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::miri;
use super::rules::Rules;
use super::toolchain::{ChapterCrates, Toolchain};
use crate::book::{Expectation, Sample, Tool, digest};

/// Entries on disk, and what their keys have in common.
pub(crate) struct Cache {
    dir: PathBuf,
    compiler: String,
    crates: String,
}

impl Cache {
    /// The cache in `dir`, for proofs with this compiler and these crates.
    pub(crate) fn new(dir: &Path, toolchain: &Toolchain, crates: &ChapterCrates) -> Self {
        // The harness itself is part of a proof; the build script hashes its source.
        let compiler = format!("{}\n{}", env!("GUIDE_HARNESS"), toolchain.version);
        Self { dir: dir.to_owned(), compiler, crates: digest(&crates.fingerprint()) }
    }

    /// The key of a sample's proof.
    pub(crate) fn key(&self, sample: &Sample, rules: &Rules, uses_crates: bool) -> String {
        let checks: Vec<_> = sample.checks.iter().map(|block| (&block.kind, &block.text)).collect();
        let crates = if uses_crates { self.crates.as_str() } else { "" };
        let by_miri = sample.expectation == Expectation::Reported { tool: Tool::Miri };
        let miri = by_miri.then(miri::version);
        digest(&format!(
            "{}\n{crates}\n{rules:?}\n{miri:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{checks:?}\n{}",
            self.compiler,
            sample.expectation,
            sample.edition,
            sample.form,
            sample.warns,
            sample.text
        ))
    }

    /// Whether the proof with this key has been made before.
    pub(crate) fn has(&self, key: &str) -> bool {
        fs::read_to_string(self.path(key)).is_ok_and(|text| text == entry(key))
    }

    /// Remembers a proof.
    pub(crate) fn add(&self, key: &str) -> Result<()> {
        let path = self.path(key);
        let dir = path.parent().unwrap_or(&self.dir);
        let write = || -> std::io::Result<()> {
            fs::create_dir_all(dir)?;
            let mut file = tempfile::NamedTempFile::new_in(dir)?;
            file.write_all(entry(key).as_bytes())?;
            file.persist(&path)?;
            Ok(())
        };
        write().with_context(|| format!("cannot write the cache entry `{}`", path.display()))
    }

    fn path(&self, key: &str) -> PathBuf {
        self.dir.join(&key[..2]).join(&key[2..])
    }
}

fn entry(key: &str) -> String {
    format!("proved {key}\n")
}
