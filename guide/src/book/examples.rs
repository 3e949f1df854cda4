//! The crates under `examples/`: some are shown by pages, others are used by samples.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

/// The crate that lists what samples may use; it has nothing to show.
pub(crate) const CHAPTER_CRATES: &str = "chapter-crates";
/// The crate with which others measure.
pub(crate) const MEASUREMENT: &str = "measurement";
const EXAMPLES: &str = "examples";

/// The manifest that lists what samples may use, relative to the root of the book.
pub(crate) fn manifest() -> PathBuf {
    dir(CHAPTER_CRATES).join("Cargo.toml")
}

/// The directory of a crate, relative to the root of the book.
pub(crate) fn dir(package: &str) -> PathBuf {
    Path::new(EXAMPLES).join(package)
}

/// What samples may use, by name; nothing where there is no manifest.
pub(crate) fn usable(root: &Path) -> Table {
    let text = fs::read_to_string(root.join(manifest())).unwrap_or_default();
    let mut manifest: Table = text.parse().unwrap_or_default();
    match manifest.remove("dependencies") {
        Some(Value::Table(dependencies)) => dependencies,
        _ => Table::new(),
    }
}

/// The directories below `examples/` whose crates samples may use, so that no page has to show them.
pub(crate) fn used(root: &Path) -> BTreeSet<String> {
    usable(root).values().filter_map(directory).collect()
}

/// The files of the crates that samples may use, relative to the root of the book.
pub(crate) fn used_files(root: &Path) -> BTreeSet<String> {
    let files = |package: &String| {
        let programs = rust_files(root, &dir(package));
        library(root, package).chain(programs).collect::<Vec<_>>()
    };
    below(root, CHAPTER_CRATES).iter().flat_map(files).collect()
}

/// The manifest of a crate and what it is made of, which need not be Rust, relative to the root of the book.
pub(crate) fn library(root: &Path, package: &str) -> impl Iterator<Item = String> {
    let dir = dir(package);
    let manifest = format!("{}/Cargo.toml", dir.to_string_lossy().replace('\\', "/"));
    std::iter::once(manifest).chain(files(root, &dir.join("src")))
}

/// The crates below `examples/` that a crate is built with, directly or not.
pub(crate) fn below(root: &Path, package: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut open = vec![package.to_owned()];
    while let Some(package) = open.pop() {
        let direct = dependencies(&manifest_of(root, &package)).into_iter();
        open.extend(direct.filter(|name| found.insert(name.clone())));
    }
    found
}

fn manifest_of(root: &Path, package: &str) -> Table {
    let text = fs::read_to_string(root.join(dir(package)).join("Cargo.toml")).unwrap_or_default();
    text.parse().unwrap_or_default()
}

/// The directories beside a crate's own that its manifest names.
fn dependencies(manifest: &Table) -> BTreeSet<String> {
    let kinds = ["dependencies", "dev-dependencies", "build-dependencies"];
    let tables = kinds.iter().filter_map(|kind| manifest.get(*kind)?.as_table());
    tables.flat_map(Table::values).filter_map(directory).collect()
}

/// The directory beside a crate's own in which a dependency stands, if it is one of the book.
fn directory(dependency: &Value) -> Option<String> {
    let path = dependency.get("path")?.as_str()?;
    path.strip_prefix("../").map(str::to_owned)
}

/// The directories of all crates that have something to show.
pub(crate) fn crates(root: &Path) -> Vec<String> {
    let entries = fs::read_dir(root.join(EXAMPLES)).into_iter().flatten().flatten();
    let is_crate = |path: &PathBuf| path.join("Cargo.toml").is_file();
    let mut names: Vec<String> = entries
        .filter(|entry| is_crate(&entry.path()))
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| name != CHAPTER_CRATES)
        .collect();
    names.sort();
    names
}

/// The Rust files below a directory, relative to the root of the book.
pub(crate) fn rust_files(root: &Path, dir: &Path) -> Vec<String> {
    let is_rust = |file: &String| Path::new(file).extension().is_some_and(|end| end == "rs");
    files(root, dir).into_iter().filter(is_rust).collect()
}

/// The files below a directory, relative to the root of the book.
pub(crate) fn files(root: &Path, dir: &Path) -> Vec<String> {
    let mut files = Vec::new();
    for entry in fs::read_dir(root.join(dir)).into_iter().flatten().flatten() {
        let path = dir.join(entry.file_name());
        if !entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            files.push(path.to_string_lossy().replace('\\', "/"));
        } else if !path.ends_with("target") {
            files.extend(self::files(root, &path));
        }
    }
    files.sort();
    files
}
