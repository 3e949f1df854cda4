//! Measurements, programs in `examples/*/benches/`, and the blocks of pages that show what they recorded.

use std::fs;
use std::io::ErrorKind;
use std::ops::RangeInclusive;
use std::path::Path;

use super::examples::{self, MEASUREMENT};
use super::finding::{Finding, Location};
use super::info::nearest;
use super::recording::Recording;
use super::source::{digest, tidy};

/// A program that measures something and claims something of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measurement {
    /// The name of the program.
    pub name: String,
    /// The directory of its crate below `examples/`.
    pub package: String,
    /// The program's source, relative to the root of the book.
    pub file: String,
}

/// A block that shows a recording.
#[derive(Debug, Clone, PartialEq)]
pub struct MeasuredBlock {
    /// The measurement.
    pub name: String,
    /// The chapter's path relative to the source directory.
    pub chapter: String,
    /// The same, relative to the root of the book.
    pub file: String,
    /// The question it belongs to, when it belongs to one.
    pub question: Option<String>,
    /// From the opening to the closing fence.
    pub lines: RangeInclusive<usize>,
    /// Column of the opening fence.
    pub column: usize,
    /// The text between the fences.
    pub text: String,
    /// What was recorded, if it is about the source as it is now.
    pub recording: Result<Recording, Finding>,
}

impl Measurement {
    /// All measurements of the book, by crate and name.
    #[must_use]
    pub fn all(root: &Path) -> Vec<Self> {
        let of_crate = |package: String| {
            let benches = examples::dir(&package).join("benches");
            let files = examples::rust_files(root, &benches).into_iter();
            files.filter_map(move |file| {
                let name = file.rsplit_once("/benches/")?.1.strip_suffix(".rs")?.to_owned();
                (!is_module(&file)).then(|| Self { name, package: package.clone(), file })
            })
        };
        examples::crates(root).into_iter().flat_map(of_crate).collect()
    }

    /// Where it is recorded, relative to the root of the book.
    #[must_use]
    pub fn recording_file(&self) -> String {
        format!("{}.toml", self.file.trim_end_matches(".rs"))
    }

    /// The hash of what the figures depend on: the program, the modules that it shares with others, the source
    /// and the manifest of its crate, and the same of all crates of the book that this one is built with.
    #[must_use]
    pub fn source(&self, root: &Path) -> String {
        let modules = examples::files(root, &examples::dir(&self.package).join("benches"));
        let mut below = examples::below(root, &self.package);
        // What measures is not what is measured.
        below.remove(MEASUREMENT);
        let files = std::iter::once(self.file.clone())
            .chain(examples::library(root, &self.package))
            .chain(modules.into_iter().filter(|file| is_module(file)))
            .chain(below.iter().flat_map(|package| examples::library(root, package)));
        let text = |file: String| {
            let text = fs::read_to_string(root.join(&file)).unwrap_or_default();
            format!("{file}\n{}\n{text}", text.len())
        };
        digest(&files.map(text).collect::<String>())
    }

    /// What was recorded of the source as it is now; otherwise what is wrong with the block at `at`, which
    /// shows it.
    fn recording(&self, root: &Path, at: Location) -> Result<Recording, Finding> {
        let text = match fs::read_to_string(root.join(self.recording_file())) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Err(self.unrecorded(at)),
            Err(error) => return Err(self.malformed(at, &error.to_string())),
        };
        match Recording::parse(&text) {
            Ok(recording) if recording.source == self.source(root) => Ok(recording),
            Ok(_) => Err(self.stale(at)),
            Err(fault) => Err(self.malformed(at, &fault)),
        }
    }

    fn unrecorded(&self, at: Location) -> Finding {
        let what = format!("`{}` was never recorded, so there is nothing to show", self.name);
        self.finding(at, "unrecorded", what, format!("a recording in `{}`", self.recording_file()))
    }

    fn malformed(&self, at: Location, fault: &str) -> Finding {
        let what = format!("`{}` is not a recording: {fault}", self.recording_file());
        self.finding(at, "malformed-recording", what, "a file that `measure` wrote".to_owned())
    }

    fn stale(&self, at: Location) -> Finding {
        let what = format!("the source of `{}` has changed since it was measured", self.name);
        let dir = examples::dir(&self.package);
        let library = format!("of `{}` and the crates that it is built with", dir.display());
        let expected = format!("a recording of `{}`, {library}, as they are", self.file);
        self.finding(at, "stale-recording", what, expected)
    }

    fn finding(&self, at: Location, rule: &'static str, what: String, expected: String) -> Finding {
        let remedy = format!("run `cargo guide measure {}`, then `cargo guide bless`", self.name);
        Finding::new(at, rule, what, expected, remedy)
    }
}

/// Whether a file in `benches/` belongs to a module that measurements share, which stands deeper than they do.
fn is_module(file: &str) -> bool {
    file.rsplit_once("/benches/").is_some_and(|(_, name)| name.contains('/'))
}

impl MeasuredBlock {
    /// What is wrong with it.
    #[must_use]
    pub fn fault(&self) -> Option<Finding> {
        match &self.recording {
            Err(finding) => Some(finding.clone()),
            Ok(recording) => (!self.is_right(recording)).then(|| self.differs(recording)),
        }
    }

    fn is_right(&self, recording: &Recording) -> bool {
        tidy(&self.text) == tidy(&recording.text())
    }

    fn differs(&self, recording: &Recording) -> Finding {
        let line = self.lines.start();
        Finding::new(
            Location::new(&self.file, *line, self.column),
            "block-differs",
            format!("the block is not what was recorded of `{}`", self.name),
            "the recording, which follows below",
            format!("run `cargo guide bless {}:{line}` and review the diff", self.chapter),
        )
        .with_detail(recording.text())
    }
}

/// What the page may show of the measurement with this name.
pub(crate) fn look_up(root: &Path, name: &str, at: Location) -> Result<Recording, Finding> {
    let all = Measurement::all(root);
    match all.iter().find(|measurement| measurement.name == name) {
        Some(measurement) => measurement.recording(root, at),
        None => Err(unknown(name, &all, at)),
    }
}

fn unknown(name: &str, all: &[Measurement], at: Location) -> Finding {
    let known: Vec<&str> = all.iter().map(|measurement| measurement.name.as_str()).collect();
    let expected = match &known[..] {
        [] => "a measurement in `examples/`".to_owned(),
        known => format!("one of `{}`", known.join("`, `")),
    };
    let remedy = match nearest(name, &known) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("write it as `examples/…/benches/{name}.rs`"),
    };
    Finding::new(
        at,
        "unknown-measurement",
        format!("there is no measurement `{name}`"),
        expected,
        remedy,
    )
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn programs_in_benches_are_measurements_and_modules_are_not() {
        let root = tempfile::tempdir().expect("a directory");
        for file in ["Cargo.toml", "src/lib.rs", "benches/beads.rs", "benches/rods/mod.rs"] {
            let path = root.path().join("examples/abacus").join(file);
            fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
            fs::write(path, "").expect("a file");
        }
        let [beads] = &Measurement::all(root.path())[..] else { panic!("one measurement") };
        assert_eq!((beads.name.as_str(), beads.package.as_str()), ("beads", "abacus"));
        assert_eq!(beads.recording_file(), "examples/abacus/benches/beads.toml");
    }

    #[test]
    fn what_a_measured_program_is_made_of_is_its_source() {
        let root = tempfile::tempdir().expect("a directory");
        let write = |file: &str, text: &str| {
            let path = root.path().join("examples").join(file);
            fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
            fs::write(path, text).expect("a file");
            Measurement {
                name: "beads".to_owned(),
                package: "abacus".to_owned(),
                file: "examples/abacus/benches/beads.rs".to_owned(),
            }
            .source(root.path())
        };
        write("abacus/Cargo.toml", "[dev-dependencies]\nframe = { path = \"../frame\" }\n");
        let before = write("frame/Cargo.toml", "[dependencies]\nwood = { path = \"../wood\" }\n");
        let mut known = BTreeSet::from([before]);
        for file in [
            "abacus/benches/rods/mod.rs",
            "abacus/src/rods.txt",
            "frame/src/lib.rs",
            "wood/src/lib.rs",
            "wood/Cargo.toml",
        ] {
            assert!(known.insert(write(file, "# Changed.\n")), "{file}");
        }
        for file in ["abacus/benches/beads.toml", "abacus/benches/other.rs", "other/src/lib.rs"] {
            assert!(!known.insert(write(file, "# Changed.\n")), "{file}");
        }
    }
}
