//! Runs measurements: a program in, a recording out, or why there is none.

use std::cmp::Ordering;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::SystemTime;

use anyhow::{Context, Result};
use serde::Deserialize;
use sysinfo::{CpuRefreshKind, RefreshKind, System};

use super::toolchain::Toolchain;
use crate::book::{Figure, Finding, Location, Measurement, Recording};

/// What became of a run.
#[derive(Debug)]
pub enum Measured {
    /// The claim holds.
    Holds(Recording),
    /// It does not, or nothing was measured.
    Refuted(Finding),
    /// This machine cannot measure it, for this reason.
    NotRun(String),
}

/// What a measurement prints.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Printed {
    NotRun {
        #[serde(rename = "not-run")]
        reason: String,
    },
    Run(Run),
}

#[derive(Debug, Deserialize)]
struct Run {
    #[serde(flatten)]
    figure: Figure,
    /// What the claim is about, and the least that it may be.
    measured: f64,
    least: f64,
    /// Where the claim stands.
    at: At,
}

#[derive(Debug, Deserialize)]
struct At {
    file: String,
    line: usize,
    column: usize,
}

/// Builds a measurement with optimizations, runs it and checks its claim.
///
/// # Errors
/// When the machine is at fault, such as a missing compiler.
pub fn measure(root: &Path, measurement: &Measurement) -> Result<Measured> {
    let source = measurement.source(root);
    let output = Command::new(std::env::var_os("CARGO").unwrap_or("cargo".into()))
        .args(["bench", "--quiet", "--package", &measurement.package])
        .args(["--bench", &measurement.name])
        .current_dir(root)
        // The messages of the compiler and of the program are for the author, as they come.
        .stderr(Stdio::inherit())
        .output()
        .context("cannot start cargo")?;
    if !output.status.success() {
        return Ok(Measured::Refuted(failed(measurement)));
    }
    let text = String::from_utf8_lossy(&output.stdout);
    match toml::from_str(&text) {
        Ok(Printed::NotRun { reason }) => Ok(Measured::NotRun(reason)),
        Ok(Printed::Run(run)) => run.judge(root, measurement, source),
        Err(_) => Ok(Measured::Refuted(not_a_figure(measurement, &text))),
    }
}

impl Run {
    fn judge(self, root: &Path, measurement: &Measurement, source: String) -> Result<Measured> {
        if let Some(fault) = self.figure.fault() {
            return Ok(Measured::Refuted(not_a_figure(measurement, &fault)));
        }
        let order = self.measured.partial_cmp(&self.least);
        if order.is_none_or(Ordering::is_lt) {
            return Ok(Measured::Refuted(self.false_claim(measurement)));
        }
        let (machine, date) = (machine(root)?, today());
        Ok(Measured::Holds(Recording { source, machine, date, figure: self.figure }))
    }

    fn false_claim(&self, measurement: &Measurement) -> Finding {
        let At { file, line, column } = &self.at;
        let name = &measurement.name;
        Finding::new(
            Location::new(file, *line, *column),
            "false-claim",
            format!("it does not hold here: {}", self.figure.claim),
            format!("at least {}; measured was {:.2}", self.least, self.measured),
            format!(
                "let nothing else run and repeat `cargo guide measure {name}`, or correct the claim"
            ),
        )
        .with_detail(self.figure.text())
    }
}

fn failed(measurement: &Measurement) -> Finding {
    Finding::new(
        Location::new(&measurement.file, 1, 1),
        "failed-measurement",
        format!("`{}` does not compile, or does not run to its end", measurement.name),
        "a program that ends with a claim",
        "correct it; the messages above say what is wrong",
    )
}

fn not_a_figure(measurement: &Measurement, detail: &str) -> Finding {
    let name = &measurement.name;
    Finding::new(
        Location::new(&measurement.file, 1, 1),
        "failed-measurement",
        format!("what `{name}` prints is not a table with a claim"),
        "one `measurement::Table` that ends with its `claim`, and nothing else printed",
        format!("correct it, and declare it in `Cargo.toml`: [[bench]] name = \"{name}\" harness = false"),
    )
    .with_detail(detail)
}

/// Processor, cores, operating system and compiler. Nothing that tells this machine from others like it.
fn machine(root: &Path) -> Result<String> {
    let system =
        System::new_with_specifics(RefreshKind::nothing().with_cpu(CpuRefreshKind::nothing()));
    let system = system.context("cannot find out what processor this is")?;
    let cpus = system.cpus();
    let brand = cpus.first().map_or(std::env::consts::ARCH, |cpu| cpu.brand());
    let brand = brand.replace("(R)", "").replace("(TM)", "");
    let os = System::long_os_version().unwrap_or_else(|_| std::env::consts::OS.to_owned());
    let compiler = Toolchain::find(root)?.version;
    let compiler: Vec<&str> = compiler.split_whitespace().take(2).collect();
    Ok(format!("{}, {} cores, {os}, {}", brand.trim(), cpus.len(), compiler.join(" ")))
}

/// The day in UTC, such as `2026-01-31`.
fn today() -> String {
    let now = humantime::format_rfc3339_seconds(SystemTime::now()).to_string();
    now.split('T').next().unwrap_or_default().to_owned()
}
