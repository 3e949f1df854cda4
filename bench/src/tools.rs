//! Each tool's verdict on a view, through the tool's own path.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::thread;

use anyhow::{Context, Result};
use clap::ValueEnum;
use guide::book::{Book, Edition, Expectation, Sample};
use guide::check::{Terminal, Unwatched, prove};
use mdbook_driver::MDBook;
use mdbook_driver::book::Chapter;

use crate::generated::CRATES;
use crate::view::write;

/// The package as which skeptic takes samples that need no crate.
const MANIFEST: &str = "[package]\nname = \"samples\"\nversion = \"0.0.0\"\nedition = \"2021\"\n\n\
    [lib]\npath = \"lib.rs\"\n\n[workspace]\n";

/// Where a build script of that package would put its output: skeptic looks for libraries from there.
const OUT_DIR: &str = "target/debug/build/samples/out";

/// Where Cargo puts the libraries of dependencies.
const DEPS: &str = "target/debug/deps";

/// A compiler for skeptic, which knows no edition after 2021.
const RUSTC: &str = r#"#!/bin/sh
for word do
    shift
    [ "${word#--edition=}" = "$word" ] && set -- "$@" "$word"
done
exec rustc --edition 2024 "$@"
"#;

/// A way to check the samples of a book.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Tool {
    /// This harness
    Guide,
    /// Doctests of a crate that includes the chapters, merged by rustdoc
    Rustdoc,
    /// What `mdbook test` runs
    Mdbook,
    /// skeptic, on the samples that must run
    Skeptic,
}

impl Tool {
    /// How the command line calls it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Guide => "guide",
            Self::Rustdoc => "rustdoc",
            Self::Mdbook => "mdbook",
            Self::Skeptic => "skeptic",
        }
    }

    /// How a table calls it.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Guide => "this harness",
            Self::Rustdoc => "rustdoc, merged doctests",
            Self::Mdbook => "mdbook test",
            Self::Skeptic => "skeptic",
        }
    }

    /// A process of `program`, which is this crate's own, that ends with 0 when the tool accepts the view
    /// in `root`.
    ///
    /// # Errors
    /// When the view cannot be prepared for the tool.
    pub fn command(self, program: &Path, root: &Path) -> Result<Command> {
        let mut command = Command::new(program);
        command.args(["verdict", self.name()]).arg(root).env_remove("CARGO_TARGET_DIR");
        if self == Self::Skeptic {
            let rustc = root.join("rustc-2024");
            write(&rustc, RUSTC)?;
            fs::set_permissions(&rustc, Permissions::from_mode(0o755))?;
            command.env("RUSTC", rustc);
        }
        Ok(command)
    }

    /// Whether the tool has nothing to object to in the view in `root`.
    ///
    /// # Errors
    /// When the tool cannot work.
    pub fn accepts(self, root: &Path) -> Result<bool> {
        match self {
            Self::Guide => guide(root),
            Self::Rustdoc => Ok(rustdoc(root)?.success()),
            Self::Mdbook => Ok(mdbook(root)),
            Self::Skeptic => skeptic(root),
        }
    }

    /// Whether the tool knows what the sample promises.
    #[must_use]
    pub fn knows(self, sample: &Sample) -> bool {
        match (self, &sample.expectation) {
            (_, Expectation::Example | Expectation::Ignored { .. }) => false,
            // This harness compiles for sanitizers as a nightly compiler would; the others use a stable one.
            (Self::Rustdoc | Self::Mdbook | Self::Skeptic, _)
                if sample.text.contains("#![feature(") =>
            {
                false
            }
            (Self::Skeptic, promise) => {
                *promise == Expectation::Run && sample.edition == Edition::default()
            }
            _ => true,
        }
    }
}

fn guide(root: &Path) -> Result<bool> {
    let book = Book::load(root);
    let samples: Vec<&Sample> = book.samples().collect();
    let proof = prove(root, &samples, true, &Unwatched)?;
    let terminal = Terminal::new(root, false);
    for finding in proof.findings() {
        eprintln!("{}\n", terminal.render(finding));
    }
    Ok(proof.findings().next().is_none())
}

/// As `cargo test --doc` calls it, without Cargo's own time.
fn rustdoc(root: &Path) -> Result<ExitStatus> {
    let book = Book::load(root);
    let chapters = book.chapters.iter().enumerate().map(|(index, chapter)| {
        format!("#[doc = include_str!({:?})]\npub mod chapter_{index} {{}}\n", chapter.file)
    });
    write(&root.join("chapters.rs"), &chapters.collect::<String>())?;
    let mut rustdoc = Command::new("rustdoc");
    rustdoc.args(["--test", "--edition", "2024", "chapters.rs"]).current_dir(root);
    rustdoc.arg("-L").arg(root.join(DEPS));
    for (name, library) in libraries(root) {
        rustdoc.arg("--extern").arg(format!("{name}={}", library.display()));
    }
    rustdoc.status().context("cannot start rustdoc")
}

/// What Cargo has built of the crates that generated samples use.
fn libraries(root: &Path) -> Vec<(&'static str, PathBuf)> {
    let files = fs::read_dir(root.join(DEPS)).into_iter().flatten().flatten();
    let library = |file: fs::DirEntry| {
        let name = file.file_name().into_string().ok()?;
        let (name, _) = name.strip_prefix("lib")?.strip_suffix(".rlib")?.split_once('-')?;
        Some((CRATES.into_iter().find(|known| *known == name)?, file.path()))
    };
    files.filter_map(library).collect()
}

/// The code of mdBook's own command; it prints what it objects to.
fn mdbook(root: &Path) -> bool {
    let deps = root.join(DEPS);
    let tested = MDBook::load(root).and_then(|mut book| {
        book.book.for_each_chapter_mut(declare_crates);
        book.test(vec![&deps.to_string_lossy()])
    });
    tested.inspect_err(|error| eprintln!("mdbook test: {error:#}")).is_ok()
}

/// mdBook names directories to rustdoc but no crates: samples, which import each crate once, have to
/// declare them.
fn declare_crates(chapter: &mut Chapter) {
    for name in CRATES {
        let import = format!("\nuse {name}::");
        let declared = format!("\n# extern crate {name};{import}");
        chapter.content = chapter.content.replace(&import, &declared);
    }
}

fn skeptic(root: &Path) -> Result<bool> {
    let out_dir = root.join(OUT_DIR);
    fs::create_dir_all(&out_dir)?;
    let book = Book::load(root);
    let samples: Vec<&Sample> =
        book.samples().filter(|sample| Tool::Skeptic.knows(sample)).collect();
    let package = package(root)?;
    let (package, out_dir, target) =
        (package.to_string_lossy(), out_dir.to_string_lossy(), target()?);
    let passes = |sample: &Sample| {
        let run = || skeptic::rt::run_test(&package, &out_dir, &target, &sample.source());
        let passed = catch_unwind(run).is_ok();
        if !passed {
            eprintln!("skeptic: {}:{}", sample.file, sample.lines.start());
        }
        passed
    };
    Ok(all_pass(&samples, &passes))
}

/// The package whose dependencies skeptic links.
fn package(root: &Path) -> Result<PathBuf> {
    let crates = root.join("examples/chapter-crates");
    if crates.is_dir() {
        return Ok(crates);
    }
    write(&root.join("Cargo.toml"), MANIFEST)?;
    Ok(root.to_owned())
}

/// Asks skeptic from as many threads as there are cores, as Cargo's tests would.
fn all_pass(samples: &[&Sample], passes: &(impl Fn(&Sample) -> bool + Sync)) -> bool {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        let workers: Vec<_> = (0..cores)
            .map(|first| {
                let mine = samples.iter().skip(first).step_by(cores);
                scope.spawn(move || mine.filter(|sample| !passes(sample)).count())
            })
            .collect();
        workers.into_iter().all(|worker| worker.join().is_ok_and(|failed| failed == 0))
    })
}

fn target() -> Result<String> {
    let output = Command::new("rustc").args(["--print", "host-tuple"]).output()?;
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}
