//! Compiles and runs one program that a reader wrote, as a sample is, but for what it may use: its memory is
//! bounded too, and it cannot leave its process group.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result};
use serde::Serialize;

use super::cancel::Cancel;
use super::compile::{Call, Compiled, Goal};
use super::prover::work_dir;
use super::run::{self, CARGO, COMPILER, Limits, Ran, SAMPLE, Stop};
use super::scratch::Scratch;
use super::toolchain::{ChapterCrates, Toolchain};
use crate::book::Edition;

const ROOT_FILE: &str = "main.rs";
/// Rust's exit status after a panic.
const PANIC: i32 = 101;

/// What a program may use, and the compiler for it.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// How long the program may run.
    pub time: Duration,
    /// Bytes of memory for all its processes together.
    pub memory: u64,
    /// Bytes of standard output, of standard error, and of the compiler's messages, each.
    pub output: u64,
    /// Processes at once.
    pub processes: usize,
    /// Threads at once, of all processes together.
    pub threads: usize,
    /// How long the compiler may run.
    pub compile_time: Duration,
    /// Bytes of memory for the compiler and the linker.
    pub compile_memory: u64,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            time: Duration::from_secs(10),
            memory: 512 << 20,
            output: 128 << 10,
            processes: 64,
            threads: 2048,
            compile_time: Duration::from_secs(30),
            compile_memory: 2 << 30,
        }
    }
}

impl Bounds {
    fn program(&self) -> Limits {
        let cores = std::thread::available_parallelism().map_or(1, usize::from) as u64;
        Limits {
            time: self.time,
            // Only where nobody watches the clock any more.
            cpu_seconds: (self.time.as_secs() + 1) * cores * 2,
            output: self.output,
            processes: Some(self.processes),
            threads: Some(self.threads),
            memory: Some(self.memory),
            is_confined: true,
            ..SAMPLE
        }
    }

    fn compiler(&self) -> Limits {
        Limits { time: self.compile_time, memory: Some(self.compile_memory), ..COMPILER }
    }
}

/// How a program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// By itself, with an exit status.
    Ran,
    /// By a panic.
    Panicked,
    /// By a signal.
    Signal,
    /// It took too long.
    Timeout,
    /// It used too much memory.
    Memory,
    /// It printed too much.
    Output,
    /// It had too many processes or threads.
    Processes,
    /// It does not compile, so it never ran.
    Refused,
}

/// What came of a program.
#[derive(Debug, Clone, Serialize)]
pub struct Trial {
    /// How it ended.
    pub status: Status,
    /// The same as a sentence.
    pub message: String,
    /// Its standard output.
    pub stdout: String,
    /// Its standard error.
    pub stderr: String,
    /// The errors or warnings of rustc, as it prints them.
    pub diagnostics: String,
    /// Its exit status, if it ended with one.
    pub exit: Option<i32>,
    /// The signal that ended it, if it was not stopped at a limit.
    pub signal: Option<i32>,
    /// Whether one of the three texts is longer than what is shown of it.
    pub truncated: bool,
}

/// Compiles and runs programs with the compiler and the crates of a book.
pub struct Workbench {
    root: PathBuf,
    bounds: Bounds,
    toolchain: Mutex<Option<Toolchain>>,
    /// The compiler's arguments for the chapters' crates, and the state of these for which they hold.
    arguments: Mutex<Option<(String, Vec<OsString>)>>,
}

impl Workbench {
    /// For the book in `root`. Nothing is looked for before it is needed.
    #[must_use]
    pub fn new(root: &Path, bounds: Bounds) -> Self {
        let (toolchain, arguments) = (Mutex::default(), Mutex::default());
        Self { root: root.to_owned(), bounds, toolchain, arguments }
    }

    /// Compiles a program, and runs it when it compiles.
    ///
    /// # Errors
    /// When the machine is at fault: no compiler, no space, no permission. When it is canceled.
    pub fn try_out(&self, code: &str, edition: Edition, cancel: &Cancel) -> Result<Trial> {
        let scratch = Scratch::new(&work_dir(&self.root))?;
        // Removed with all of the scratch, which copes with whatever the program has made of it.
        let dir = scratch.subdir()?.keep();
        let compiled = self.compile(code, edition, &dir, &scratch, cancel)?;
        let run = || self.run(&dir, &scratch, cancel);
        let ran = compiled.success.then(run).transpose()?;
        Ok(Trial::new(&compiled, ran, self.bounds))
    }

    fn compile(
        &self,
        code: &str,
        edition: Edition,
        dir: &Path,
        scratch: &Scratch,
        cancel: &Cancel,
    ) -> Result<Compiled> {
        let call = Call {
            toolchain: &self.toolchain()?,
            dir,
            root: ROOT_FILE,
            name: Some("main"),
            edition,
            crates: self.crates(code, scratch, cancel)?,
            limits: self.bounds.compiler(),
            cancel,
        };
        call.write(&[(ROOT_FILE.to_owned(), code.to_owned())].into())?;
        call.compile(&Goal::Program)
    }

    fn run(&self, dir: &Path, scratch: &Scratch, cancel: &Cancel) -> Result<Ran> {
        let home = scratch.subdir()?.keep();
        let program = fs::canonicalize(dir.join("program")).context("rustc wrote no program")?;
        run::run(&program, &home, &run::home(&home), self.bounds.program(), cancel)
            .context("cannot run the program")
    }

    fn toolchain(&self) -> Result<Toolchain> {
        let mut known = lock(&self.toolchain);
        if known.is_none() {
            *known = Some(Toolchain::find(&self.root)?);
        }
        known.clone().context("no compiler")
    }

    /// The arguments for the chapters' crates, if the program uses them.
    fn crates(&self, code: &str, scratch: &Scratch, cancel: &Cancel) -> Result<Vec<OsString>> {
        let crates = ChapterCrates::load(&self.root);
        if !crates.used_by(code) {
            return Ok(Vec::new());
        }
        let mut known = lock(&self.arguments);
        let state = crates.fingerprint();
        if let Some((_, arguments)) = known.as_ref().filter(|(of, _)| *of == state) {
            return Ok(arguments.clone());
        }
        let arguments = crates.build(|cargo| {
            cargo.env("TMPDIR", scratch.path());
            run::observe(cargo, CARGO, cancel)
        })?;
        *known = Some((state, arguments.clone()));
        Ok(arguments)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Trial {
    fn new(compiled: &Compiled, ran: Option<Ran>, bounds: Bounds) -> Self {
        let status = ran.as_ref().map_or(Status::Refused, status);
        let message =
            ran.as_ref().map_or("It does not compile.".into(), |ran| message(ran, bounds));
        let (diagnostics, is_cut) = cut(compiled.rendered(), bounds.output);
        let ran = ran.unwrap_or_default();
        Self {
            status,
            message,
            diagnostics,
            exit: ran.code,
            signal: ran.signal.filter(|_| ran.stopped.is_none()),
            truncated: is_cut || ran.stopped == Some(Stop::Output),
            stdout: ran.stdout,
            stderr: ran.stderr,
        }
    }
}

fn status(ran: &Ran) -> Status {
    match ran.stopped {
        Some(Stop::Time) => Status::Timeout,
        Some(Stop::Output) => Status::Output,
        Some(Stop::Processes(_) | Stop::Threads(_)) => Status::Processes,
        Some(Stop::Memory(_)) => Status::Memory,
        None if has_panicked(ran) => Status::Panicked,
        None if ran.signal.is_some() => Status::Signal,
        None => Status::Ran,
    }
}

fn has_panicked(ran: &Ran) -> bool {
    ran.code == Some(PANIC) && ran.stderr.contains("panicked at")
}

fn message(ran: &Ran, bounds: Bounds) -> String {
    match (ran.stopped, ran.signal, ran.code) {
        (Some(stop), ..) => format!("It {}.", stop.describe(bounds.program())),
        (None, Some(signal), _) => format!("It was ended by signal {signal}."),
        (None, None, code) if has_panicked(ran) => {
            format!("It panicked, and ended with {}.", code.unwrap_or_default())
        }
        (None, None, code) => format!("It ended with {}.", code.unwrap_or_default()),
    }
}

/// The text up to so many bytes, and whether that is not all of it.
fn cut(mut text: String, bytes: u64) -> (String, bool) {
    let end = text.floor_char_boundary(usize::try_from(bytes).unwrap_or(usize::MAX));
    let is_cut = end < text.len();
    text.truncate(end);
    (text, is_cut)
}
