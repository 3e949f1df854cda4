//! The crates under `examples/`: some are shown by pages, others are used by samples.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

/// The crate that lists what samples may use; it has nothing to show.
pub(crate) const CHAPTER_CRATES: &str = "chapter-crates";
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
    let directory = |dependency: &Value| {
        let path = dependency.get("path")?.as_str()?;
        path.strip_prefix("../").map(str::to_owned)
    };
    usable(root).values().filter_map(directory).collect()
}

/// The files of the crates that samples may use, relative to the root of the book.
pub(crate) fn used_files(root: &Path) -> Vec<String> {
    let files = |package: String| {
        let dir = dir(&package);
        let manifest = dir.join("Cargo.toml").to_string_lossy().into_owned();
        std::iter::once(manifest).chain(rust_files(root, &dir))
    };
    used(root).into_iter().flat_map(files).collect()
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
    let mut files = Vec::new();
    for entry in fs::read_dir(root.join(dir)).into_iter().flatten().flatten() {
        let path = dir.join(entry.file_name());
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) && !path.ends_with("target") {
            files.extend(rust_files(root, &path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path.to_string_lossy().replace('\\', "/"));
        }
    }
    files.sort();
    files
}
