//! Calls rustc and reads what it says.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use super::Unusable;
use super::cancel::Cancel;
use super::run::{self, Limits, Ran};
use super::tangle::Files;
use super::toolchain::Toolchain;
use crate::book::{Edition, Emit, Tool, is_error_code};

/// One call of rustc: a crate in a directory of its own.
#[derive(Debug, Clone)]
pub(crate) struct Call<'a> {
    pub(crate) toolchain: &'a Toolchain,
    /// The crate's directory; its files are written there.
    pub(crate) dir: &'a Path,
    /// The root file, relative to `dir`.
    pub(crate) root: &'a str,
    /// The crate's name; without one it is the name of the root file, or what that says.
    pub(crate) name: Option<&'static str>,
    pub(crate) edition: Edition,
    /// `--extern` and `-L` for the chapters' crates, if the samples use them.
    pub(crate) crates: Vec<OsString>,
    pub(crate) limits: Limits,
    pub(crate) cancel: &'a Cancel,
}

/// What rustc is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Goal {
    /// All errors but those of code generation.
    Metadata,
    /// Code, but no linking: a sample that is not run may name a library that nobody has.
    Object,
    /// The program, named `program`.
    Program,
    /// The test functions as a program, named `program`.
    Tests,
    /// The program with a sanitizer in it.
    Sanitized(Tool),
    /// The HIR, named `hir`.
    Hir,
    /// Text forms at an optimization level, each named as [`emit_name`] says.
    Texts { forms: BTreeSet<Emit>, opt: String },
}

/// What came of it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Compiled {
    pub(crate) success: bool,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

/// One message of rustc.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Diagnostic {
    pub(crate) level: String,
    pub(crate) message: String,
    pub(crate) code: Option<Code>,
    pub(crate) rendered: Option<String>,
    pub(crate) spans: Vec<Span>,
}

/// An error code or the name of a lint.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Code {
    pub(crate) code: String,
}

/// A place that a message points to.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Span {
    pub(crate) file_name: String,
    pub(crate) line_start: usize,
    pub(crate) column_start: usize,
    pub(crate) is_primary: bool,
    expansion: Option<Box<Expansion>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Expansion {
    span: Span,
}

impl Span {
    /// The span and, when it is inside macros, the places that call them.
    pub(crate) fn with_callers(&self) -> impl Iterator<Item = &Self> {
        std::iter::successors(Some(self), |span| {
            span.expansion.as_ref().map(|expansion| &expansion.span)
        })
    }
}

impl Compiled {
    /// The codes of all errors, such as `E0502`.
    pub(crate) fn error_codes(&self) -> BTreeSet<String> {
        self.errors().filter_map(Diagnostic::error_code).map(str::to_owned).collect()
    }

    /// The errors.
    pub(crate) fn errors(&self) -> impl Iterator<Item = &Diagnostic> {
        self.diagnostics.iter().filter(|diagnostic| diagnostic.level.starts_with("error"))
    }

    /// The lints that fired as warnings.
    pub(crate) fn warnings(&self) -> BTreeSet<String> {
        self.diagnostics.iter().filter_map(Diagnostic::warning).collect()
    }

    /// All messages as rustc prints them.
    pub(crate) fn rendered(&self) -> String {
        let texts = self.diagnostics.iter().filter_map(|diagnostic| diagnostic.rendered.as_deref());
        texts.collect::<String>().trim_end().to_owned()
    }
}

impl Diagnostic {
    /// The error code, when rustc gives one.
    pub(crate) fn error_code(&self) -> Option<&str> {
        self.code.as_ref().map(|code| code.code.as_str()).filter(|code| is_error_code(code))
    }

    /// The name of the lint, or the message where a warning has no name; `None` for errors.
    pub(crate) fn warning(&self) -> Option<String> {
        let name = || self.code.as_ref().map_or(self.message.clone(), |code| code.code.clone());
        (self.level == "warning").then(name)
    }

    /// A compiler that ended without saying why: some samples crash it, or keep it busy for good.
    fn of_crash(ran: &Ran, limits: Limits) -> Self {
        let end = match (ran.stopped, ran.signal) {
            (Some(stop), _) => stop.describe(limits),
            (None, Some(signal)) => format!("was ended by signal {signal}"),
            (None, None) => "failed without a message".to_owned(),
        };
        let message = format!("rustc {end}");
        let said = ran.stderr.lines().filter(|line| !line.starts_with('{')).collect::<Vec<_>>();
        let rendered = Some(format!("error: {message}\n{}", said.join("\n")));
        Self { level: "error".to_owned(), message, code: None, rendered, spans: Vec::new() }
    }

    /// The machine's fault, where the message is about one: no part of a sample is to blame for it.
    fn fault(&self) -> Option<Unusable> {
        if !self.spans.is_empty() || self.code.is_some() {
            return None;
        }
        let text = self.rendered.as_deref().unwrap_or_default();
        // The linker writes through memory, and a full disk shows as a bus error.
        if ["No space left", "[Bus error]"].iter().any(|sign| text.contains(sign)) {
            return Some(Unusable::NoSpace(self.message.clone()));
        }
        let no_linker = self.message.starts_with("linker `") && self.message.ends_with("not found");
        no_linker.then(|| Unusable::NoLinker(self.message.clone()))
    }

    /// Whether it only counts or explains other messages. It points nowhere, unlike a message in which the
    /// author of a sample has put such words.
    fn is_summary(&self) -> bool {
        let is_count = self.message.ends_with("emitted") && self.message.contains("warning");
        let is_end = self.message.starts_with("aborting due to");
        self.spans.is_empty() && (is_count || is_end || self.level == "failure-note")
    }
}

impl Call<'_> {
    /// Writes the crate's files.
    pub(crate) fn write(&self, files: &Files) -> Result<()> {
        for (name, text) in files {
            let path = self.dir.join(name);
            let parent = path.parent().unwrap_or(self.dir);
            fs::create_dir_all(parent)
                .and_then(|()| fs::write(&path, text))
                .with_context(|| format!("cannot write `{}`", path.display()))?;
        }
        Ok(())
    }

    /// Calls rustc.
    pub(crate) fn compile(&self, goal: &Goal) -> Result<Compiled> {
        let ran = run::observe(&mut self.command(goal), self.limits, self.cancel)
            .context("cannot run rustc")?;
        let mut diagnostics = diagnostics(&ran.stderr);
        if let Some(fault) = diagnostics.iter().find_map(Diagnostic::fault) {
            bail!(fault);
        }
        let success = ran.stopped.is_none() && ran.code == Some(0);
        if !success && !diagnostics.iter().any(|found| found.level.starts_with("error")) {
            diagnostics.push(Diagnostic::of_crash(&ran, self.limits));
        }
        Ok(Compiled { success, diagnostics })
    }

    fn command(&self, goal: &Goal) -> Command {
        let mut command = Command::new(&self.toolchain.rustc);
        command
            .current_dir(self.dir)
            .env_clear()
            .envs(["PATH", "HOME"].into_iter().filter_map(inherited))
            // What a killed compiler leaves is cleaned away with the rest.
            .env("TMPDIR", self.dir)
            .args(["--error-format", "json", "--crate-type", "bin"])
            .args(self.name.iter().flat_map(|name| ["--crate-name", name]))
            .args(["--edition", self.edition.year()])
            .args(&self.crates)
            .arg(self.root);
        add_goal(&mut command, goal);
        command
    }
}

fn inherited(name: &str) -> Option<(&str, OsString)> {
    std::env::var_os(name).map(|value| (name, value))
}

/// Less to link, as the standard library brings debug information along, and no work done once for each unit:
/// there are programs enough to keep the cores busy.
const CHEAP: [&str; 4] = ["-C", "strip=debuginfo", "-C", "codegen-units=1"];

fn add_goal(command: &mut Command, goal: &Goal) {
    match goal {
        Goal::Metadata => command.args(["--emit", "metadata=metadata"]),
        Goal::Object => command.args(["--emit", "obj=object"]),
        Goal::Program => command.args(CHEAP).args(["-o", "program"]),
        Goal::Tests => command.args(CHEAP).args(["--test", "-o", "program"]),
        // A report names functions and lines only where there is debug information.
        Goal::Sanitized(tool) => command
            .env("RUSTC_BOOTSTRAP", "1")
            .args(["-C", "debuginfo=1"])
            .args(["-Z", "unstable-options", "-C", "unsafe-allow-abi-mismatch=sanitizer", "-Z"])
            .arg(format!("sanitizer={}", if *tool == Tool::Tsan { "thread" } else { "address" }))
            .args(["-o", "program"]),
        Goal::Hir => command.env("RUSTC_BOOTSTRAP", "1").args(["-Z", "unpretty=hir", "-o", "hir"]),
        Goal::Texts { forms, opt } => command
            .args(forms.iter().map(|form| format!("--emit={0}={0}", emit_name(*form))))
            .args(["-C", &format!("opt-level={opt}"), "-C", "codegen-units=1"])
            .args(["-C", "llvm-args=-x86-asm-syntax=intel"]),
    };
}

/// The word of `rustc --emit`, which has none for the HIR; also the name of the file.
pub(super) fn emit_name(form: Emit) -> &'static str {
    match form {
        Emit::Hir => "hir",
        Emit::Mir => "mir",
        Emit::Llvm => "llvm-ir",
        Emit::Asm => "asm",
    }
}

/// Reads the messages out of rustc's standard error, which holds a JSON object in each line.
fn diagnostics(stderr: &str) -> Vec<Diagnostic> {
    let parsed = stderr.lines().filter_map(|line| serde_json::from_str::<Diagnostic>(line).ok());
    parsed.filter(|diagnostic| !diagnostic.is_summary()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_a_sample_are_no_summary() {
        let span =
            r#"{"file_name":"src/main.rs","line_start":5,"column_start":5,"is_primary":true}"#;
        let message = |message: &str, spans: &str| {
            format!(r#"{{"level":"warning","message":"{message}","code":null,"spans":[{spans}]}}"#)
        };
        let summary = message("1 warning emitted", "");
        let deprecated = message("use of deprecated function `pour`: no warning emitted", span);
        assert_eq!(diagnostics(&format!("{deprecated}\n{summary}\n")).len(), 1);
    }
}
