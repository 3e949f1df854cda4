//! Hashes the harness: a proof made by another harness is not a proof.

use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};

/// The rooms that prove, and the versions of the crates that they use.
const HARNESS: [&str; 3] = ["src/book", "src/check", "../Cargo.lock"];

fn main() {
    let target = std::env::var("TARGET").unwrap_or_default();
    let mut hasher = DefaultHasher::new();
    target.hash(&mut hasher);
    for part in HARNESS {
        println!("cargo::rerun-if-changed={part}");
        for file in files(Path::new(part)) {
            fs::read(file).unwrap_or_default().hash(&mut hasher);
        }
    }
    println!("cargo::rustc-env=GUIDE_TARGET={target}");
    println!("cargo::rustc-env=GUIDE_HARNESS={:016x}", hasher.finish());
}

/// The file itself, or all files below the directory, in an order that does not change.
fn files(path: &Path) -> Vec<PathBuf> {
    if path.is_file() {
        return vec![path.to_owned()];
    }
    let entries = fs::read_dir(path).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    paths.sort();
    paths.iter().flat_map(|path| files(path)).collect()
}
