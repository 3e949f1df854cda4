//! Notices when a file of the book changes.

use std::path::{Path, PathBuf};
use std::sync::mpsc::Sender;

use anyhow::{Context, Result};
use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher};

use super::Event;
use crate::site::callouts::STYLESHEET;

/// Directories of a book besides the one with the chapters.
const DIRECTORIES: [&str; 3] = ["src", "theme", "examples"];

/// Watches the files of a book as long as it lives.
pub(super) struct Watch {
    root: PathBuf,
    watcher: RecommendedWatcher,
}

impl Watch {
    /// Sends an event whenever something changes that the site is made of.
    pub(super) fn start(root: &Path, events: Sender<Event>) -> Result<Self> {
        let book = root.to_owned();
        let watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            if event.is_ok_and(|event| matters(&event, &book)) {
                // Nobody listens any more when the server is about to stop.
                let _ = events.send(Event::Changed);
            }
        });
        let mut watcher = watcher.context("cannot watch files")?;
        watcher
            .watch(root, RecursiveMode::NonRecursive)
            .with_context(|| format!("cannot watch {}", root.display()))?;
        Ok(Self { root: root.to_owned(), watcher })
    }

    /// Watches the directories that exist by now. One that was replaced is a new one.
    pub(super) fn refresh(&mut self) {
        for directory in DIRECTORIES.map(|name| self.root.join(name)) {
            if directory.is_dir() {
                // What cannot be watched can still be read and shown.
                let _ = self.watcher.watch(&directory, RecursiveMode::Recursive);
            }
        }
    }
}

fn matters(event: &notify::Event, root: &Path) -> bool {
    let is_change = !matches!(event.kind, EventKind::Access(_));
    is_change && event.paths.iter().any(|path| is_source(path, root))
}

fn is_source(path: &Path, root: &Path) -> bool {
    let Ok(path) = path.strip_prefix(root) else { return false };
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let is_scratch = name.starts_with('.') || name.ends_with('~');
    let in_book =
        path == Path::new("book.toml") || DIRECTORIES.iter().any(|dir| path.starts_with(dir));
    // The preprocessor writes this one itself.
    let is_generated = Path::new(STYLESHEET).parent().is_some_and(|dir| path.starts_with(dir));
    in_book && !is_scratch && !is_generated
}

#[cfg(test)]
mod tests {
    use super::is_source;
    use std::path::Path;

    #[test]
    fn only_the_authors_files_matter() {
        let matters = |path: &str| is_source(&Path::new("/book").join(path), Path::new("/book"));
        for path in ["book.toml", "src/core/a.md", "theme/page.css", "examples/x/src/lib.rs"] {
            assert!(matters(path), "{path}");
        }
        for path in
            ["book/index.html", "theme/generated/callouts.css", "src/.a.md.swp", "src/a.md~"]
        {
            assert!(!matters(path), "{path}");
        }
    }
}
