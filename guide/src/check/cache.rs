//! What has been proved before, by the hash of everything that the proof depends on.
//!
//! An entry says “proved” and nothing else: a failure is always looked at again. It holds its own key,
//! so that a damaged or foreign file is a miss, and is renamed into place, so that it is whole or absent.
//! Machines may share a cache: the key has all that can make a proof worth nothing on another one.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use anyhow::{Context, Result};
use regex::Regex;

use super::miri;
use super::os;
use super::prover::needs_miri;
use super::rules::Rules;
use super::toolchain::{ChapterCrates, Toolchain};
use crate::book::{Sample, digest};

/// What a sample says that asks which processor it runs on.
static ASKS_PROCESSOR: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"_feature_detected!|\barch::|\bavailable_parallelism\b").expect("a valid pattern")
});

/// Entries on disk, and what their keys have in common.
pub(crate) struct Cache {
    dir: PathBuf,
    compiler: String,
    crates: String,
}

impl Cache {
    /// The cache in `dir`, for proofs with this compiler and these crates.
    pub(crate) fn new(dir: &Path, toolchain: &Toolchain, crates: &ChapterCrates) -> Self {
        // The harness itself is part of a proof; the build script hashes its source. What the compiler
        // says about its version names the system and the kind of processor that it compiles for.
        let compiler = format!("{}\n{}", env!("GUIDE_HARNESS"), toolchain.version);
        Self { dir: dir.to_owned(), compiler, crates: digest(&crates.fingerprint()) }
    }

    /// The key of a sample's proof.
    pub(crate) fn key(&self, sample: &Sample, rules: &Rules, uses_crates: bool) -> String {
        let checks: Vec<_> = sample.checks.iter().map(|block| (&block.kind, &block.text)).collect();
        let crates = if uses_crates { self.crates.as_str() } else { "" };
        let options: Vec<_> =
            sample.options.iter().map(|option| (&option.claim, option.is_right)).collect();
        let miri = needs_miri(sample).then(miri::version);
        let processor = ASKS_PROCESSOR.is_match(&sample.text).then(os::processor);
        digest(&format!(
            "{}\n{crates}\n{rules:?}\n{miri:?}\n{processor:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{checks:?}\n{options:?}\n{}",
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

    /// Remembers a proof. The entry is written in the directory `scratch`, so that a killed check leaves
    /// no half of one in the cache.
    pub(crate) fn add(&self, key: &str, scratch: &Path) -> Result<()> {
        let path = self.path(key);
        let write = || -> std::io::Result<()> {
            fs::create_dir_all(path.parent().unwrap_or(&self.dir))?;
            let mut file = tempfile::NamedTempFile::new_in(scratch)?;
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use tempfile::TempDir;

    use super::*;
    use crate::book::{CheckKind, CheckedBlock, Choice, Claim, Edition, Expectation, Form};

    const VERSION: &str = "rustc 1.95.0\nhost: x86_64-unknown-linux-gnu\nLLVM version: 22.1.2\n";

    fn cache_of(dir: &Path, version: &str) -> Cache {
        let toolchain = Toolchain { rustc: PathBuf::new(), version: version.to_owned() };
        Cache::new(dir, &toolchain, &ChapterCrates::default())
    }

    fn sample() -> Sample {
        Sample::of_text("fn main() {}\n")
    }

    fn key(sample: &Sample) -> String {
        cache_of(Path::new("cache"), VERSION).key(sample, &Rules::Guide, false)
    }

    /// A cache with one entry: its directory, itself, the key of the entry, and its file.
    fn with_an_entry() -> (TempDir, Cache, String, PathBuf) {
        let dir = tempfile::tempdir().expect("a directory");
        let cache = cache_of(dir.path(), VERSION);
        let key = key(&sample());
        cache.add(&key, dir.path()).expect("an entry");
        let path = cache.path(&key);
        (dir, cache, key, path)
    }

    #[test]
    fn whatever_a_proof_depends_on_changes_the_key() {
        let changes: [fn(&mut Sample); 11] = [
            |_| (),
            |sample| sample.text.push('\n'),
            |sample| sample.expectation = Expectation::Panic,
            |sample| sample.edition = Edition::E2021,
            |sample| sample.form = Form::Standalone,
            |sample| sample.warns.extend(["dead_code".to_owned()]),
            |sample| sample.checks.push(block(CheckKind::Output, "1\n")),
            |sample| sample.checks.push(block(CheckKind::Output, "2\n")),
            |sample| sample.checks.push(block(CheckKind::Stderr, "1\n")),
            |sample| sample.options.push(option(false)),
            |sample| sample.options.push(option(true)),
        ];
        let mut keys = BTreeSet::new();
        for change in changes {
            let mut other = sample();
            change(&mut other);
            assert!(keys.insert(key(&other)), "{other:?}");
        }
    }

    fn option(is_right: bool) -> Choice {
        Choice { claim: Claim::NeverEnds, is_right, lines: 1..=1 }
    }

    fn block(kind: CheckKind, text: &str) -> CheckedBlock {
        CheckedBlock { kind, lines: 1..=3, text: text.to_owned() }
    }

    #[test]
    fn a_proof_by_other_rules_is_a_miss() {
        let (_dir, cache, key, _) = with_an_entry();
        let by = |strict| Rules::Doctests { strict, libraries: Vec::new() };
        let [lax, strict] = [false, true].map(|strict| cache.key(&sample(), &by(strict), false));
        assert!(cache.has(&key) && !cache.has(&lax) && lax != strict);
    }

    #[test]
    fn a_proof_of_another_compiler_system_or_processor_is_a_miss() {
        let (dir, _, _, _) = with_an_entry();
        let others = [
            VERSION.replace("1.95.0", "1.96.0"),
            VERSION.replace("x86_64", "aarch64"),
            VERSION.replace("linux-gnu", "linux-musl"),
            VERSION.replace("unknown-linux-gnu", "apple-darwin"),
            VERSION.replace("22.1.2", "23.0.0"),
        ];
        let proved = |version: &str| {
            let cache = cache_of(dir.path(), version);
            cache.has(&cache.key(&sample(), &Rules::Guide, false))
        };
        assert!(proved(VERSION));
        for version in others {
            assert!(!proved(&version), "{version}");
        }
    }

    #[test]
    fn a_proof_by_another_harness_is_a_miss() {
        let (_dir, mut cache, key, _) = with_an_entry();
        cache.compiler = cache.compiler.replace(env!("GUIDE_HARNESS"), "0123456789abcdef");
        let other = cache.key(&sample(), &Rules::Guide, false);
        assert!(cache.has(&key) && !cache.has(&other));
    }

    #[test]
    fn a_sample_that_asks_about_the_processor_is_proved_for_that_one() {
        for asks in [
            "is_x86_feature_detected!(\"avx2\")",
            "std::arch::asm!(\"nop\")",
            "use std::{arch::asm, thread};",
        ] {
            assert!(ASKS_PROCESSOR.is_match(asks), "{asks}");
        }
        assert!(!ASKS_PROCESSOR.is_match("std::thread::spawn(search::arches)"));
        assert!(!os::processor().is_empty());
    }

    #[test]
    fn an_entry_with_any_bit_flipped_is_a_miss() {
        let (_dir, cache, key, path) = with_an_entry();
        let whole = fs::read(&path).expect("the entry");
        for bit in 0..8 * whole.len() {
            let mut damaged = whole.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            fs::write(&path, damaged).expect("a writable entry");
            assert!(!cache.has(&key), "bit {bit}");
        }
        fs::write(&path, whole).expect("a writable entry");
        assert!(cache.has(&key));
    }

    #[test]
    fn an_entry_of_another_length_is_a_miss() {
        let (_dir, cache, key, path) = with_an_entry();
        let whole = fs::read(&path).expect("the entry");
        for length in 0..whole.len() {
            fs::write(&path, &whole[..length]).expect("a writable entry");
            assert!(!cache.has(&key), "{length} bytes");
        }
        fs::write(&path, whole.repeat(2)).expect("a writable entry");
        assert!(!cache.has(&key));
    }

    #[test]
    fn an_entry_under_the_name_of_another_is_a_miss() {
        let (_dir, cache, key, path) = with_an_entry();
        let other = self::key(&Sample::of_text("fn main() { panic!() }\n"));
        let place = cache.path(&other);
        fs::create_dir_all(place.parent().expect("a parent")).expect("a directory");
        fs::copy(&path, place).expect("a copy");
        assert!(cache.has(&key) && !cache.has(&other));
    }

    #[test]
    fn a_damaged_entry_is_replaced_by_the_next_proof() {
        let (dir, cache, key, path) = with_an_entry();
        fs::write(&path, "").expect("a writable entry");
        cache.add(&key, dir.path()).expect("an entry");
        assert!(cache.has(&key));
    }
}
