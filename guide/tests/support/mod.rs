//! Small books in directories of their own, and `cargo guide` run in them.
#![allow(dead_code, reason = "each file of tests uses its part")]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// Variables that decide how the command works, whatever the tests run under.
const DECISIVE: [&str; 6] =
    ["CI", "CARGO_TARGET_DIR", "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "GUIDE_SAMPLE"];

/// The directory of the fixture books.
pub(crate) fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join("books")
}

/// A book in a temporary directory.
pub(crate) struct Book {
    dir: TempDir,
    root: PathBuf,
}

impl Book {
    /// The correct book: a complete question in `core/question.md`, and a page without any.
    pub(crate) fn base() -> Self {
        Self::named("book")
    }

    /// The correct book in a directory of this name.
    pub(crate) fn named(name: &str) -> Self {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let root = dir.path().canonicalize().expect("a directory").join(name);
        Self { dir, root }.overlay(&fixtures().join("_base"))
    }

    /// The same book with the files below `from` added or replaced.
    pub(crate) fn overlay(self, from: &Path) -> Self {
        for entry in walkdir::WalkDir::new(from).into_iter().map(|entry| entry.expect("a file")) {
            let relative = entry.path().strip_prefix(from).expect("a path below it");
            if entry.file_type().is_file() && relative != Path::new("expected.txt") {
                self.write(relative, fs::read(entry.path()).expect("a readable file"));
            }
        }
        self
    }

    /// The same book with this file added or replaced.
    pub(crate) fn file(self, path: &str, text: impl AsRef<[u8]>) -> Self {
        self.write(Path::new(path), text);
        self
    }

    /// The same book with this text below the title of `core/page.md`, which `SUMMARY.md` lists.
    pub(crate) fn page(self, text: &str) -> Self {
        self.file("src/core/page.md", format!("# Page\n\n{text}"))
    }

    /// Writes a file of the book.
    pub(crate) fn write(&self, path: &Path, text: impl AsRef<[u8]>) {
        let path = self.root.join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a writable directory");
        fs::write(path, text).expect("a writable file");
    }

    /// The text of a file of the book.
    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.root.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// The directory of `book.toml`.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// `cargo guide` with these arguments, in the book, not yet started.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_guide"));
        command.args(arguments).current_dir(&self.root);
        for name in DECISIVE {
            command.env_remove(name);
        }
        command
    }

    /// Runs `cargo guide` with these arguments.
    pub(crate) fn run(&self, arguments: &[&str]) -> Said {
        Said::of(&mut self.command(arguments))
    }

    /// Runs `cargo guide check` with these arguments.
    pub(crate) fn check(&self, arguments: &[&str]) -> Said {
        self.run(&[&["check"], arguments].concat())
    }
}

/// How a command ended and what it said.
#[derive(Debug)]
pub(crate) struct Said {
    /// The exit status.
    pub(crate) status: Option<i32>,
    /// Standard output.
    pub(crate) stdout: String,
    /// Standard error.
    pub(crate) stderr: String,
}

impl Said {
    /// Runs a command to its end.
    pub(crate) fn of(command: &mut Command) -> Self {
        command.output().expect("the command starts").into()
    }

    /// Asserts the exit status.
    #[track_caller]
    pub(crate) fn status(&self, expected: i32) -> &Self {
        assert_eq!(self.status, Some(expected), "{}", self.text());
        self
    }

    /// Asserts that some text was said.
    #[track_caller]
    pub(crate) fn says(&self, text: &str) -> &Self {
        assert!(self.text().contains(text), "nothing says “{text}”:\n{}", self.text());
        self
    }

    /// Asserts that some text was not said.
    #[track_caller]
    pub(crate) fn silent_about(&self, text: &str) -> &Self {
        assert!(!self.text().contains(text), "it says “{text}”:\n{}", self.text());
        self
    }

    /// What was wrong, then the result.
    pub(crate) fn text(&self) -> String {
        format!("{}{}", self.stderr, self.stdout)
    }
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        Self {
            status: output.status.code(),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }
}

/// A sample whose `main` has this body.
pub(crate) fn sample(body: &str) -> String {
    format!("```rust\nfn main() {{\n    {body}\n}}\n```\n\n")
}

/// A small file system over a directory; removed when dropped.
pub(crate) struct Mount<'book>(&'book Path);

impl<'book> Mount<'book> {
    /// `None`, with a line that says so, where only an administrator may do that.
    pub(crate) fn over(dir: &'book Path, options: &str) -> Option<Self> {
        fs::create_dir_all(dir).expect("a writable directory");
        let mut mount = Command::new("mount");
        let done =
            mount.args(["-t", "tmpfs", "-o", options, "tmpfs"]).arg(dir).stderr(Stdio::null());
        if done.status().is_ok_and(|status| status.success()) {
            return Some(Self(dir));
        }
        // Not `eprintln!`, which is shown for failing tests only.
        let _ = writeln!(std::io::stderr(), "skipped: no right to mount a file system ({options})");
        None
    }
}

impl Drop for Mount<'_> {
    fn drop(&mut self) {
        // Lazily: a process may be about to leave the directory.
        let _ = Command::new("umount").arg("--lazy").arg(self.0).status();
    }
}
