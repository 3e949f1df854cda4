//! `cargo guide measure`.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};

use super::exit::Usage;
use super::{Exit, show};
use crate::book::{Book, Measurement, nearest, write_whole};
use crate::check::{Measured, measure};

/// How the measurements ended.
#[derive(Default)]
struct Tally {
    hold: usize,
    refuted: usize,
    not_run: BTreeMap<String, usize>,
}

/// Runs a measurement, or all, and records what was measured unless `only_check` is set.
pub(crate) fn run(book: &Book, name: Option<&str>, only_check: bool) -> Result<Exit> {
    let mut tally = Tally::default();
    for measurement in &selected(&book.root, name)? {
        anstream::println!("{} ({})", measurement.name, measurement.file);
        match measure(&book.root, measurement)? {
            Measured::Holds(recording) => {
                tally.hold += 1;
                anstream::println!("{}", indented(&recording.text()));
                if !only_check {
                    record(&book.root, measurement, &recording.to_toml()?)?;
                }
            }
            Measured::Refuted(finding) => {
                tally.refuted += 1;
                show(book, [&finding]);
            }
            Measured::NotRun(reason) => *tally.not_run.entry(reason).or_default() += 1,
        }
    }
    Ok(tally.report())
}

/// The measurement with this name; all of them without a name.
fn selected(root: &Path, name: Option<&str>) -> Result<Vec<Measurement>> {
    let mut all = Measurement::all(root);
    let Some(name) = name else { return Ok(all) };
    let known: Vec<String> = all.iter().map(|measurement| measurement.name.clone()).collect();
    all.retain(|measurement| measurement.name == name);
    if all.is_empty() { Err(unknown(name, &known).into()) } else { Ok(all) }
}

fn unknown(name: &str, known: &[String]) -> Usage {
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    let near = nearest(name, &known).map(|near| format!("did you mean `{near}`? "));
    let list =
        if known.is_empty() { "none".to_owned() } else { format!("`{}`", known.join("`, `")) };
    Usage::Target(format!(
        "there is no measurement `{name}`: {}known are {list}",
        near.unwrap_or_default()
    ))
}

fn record(root: &Path, measurement: &Measurement, text: &str) -> Result<()> {
    let file = measurement.recording_file();
    write_whole(&root.join(&file), text).with_context(|| format!("cannot write `{file}`"))?;
    anstream::println!("  recorded in {file}\n");
    Ok(())
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("  {line}").trim_end().to_owned() + "\n").collect()
}

impl Tally {
    fn report(&self) -> Exit {
        match self.hold {
            1 => anstream::println!("1 claim holds"),
            claims => anstream::println!("{claims} claims hold"),
        }
        for (reason, count) in &self.not_run {
            anstream::println!("  not run here: {count} ({reason})");
        }
        if self.refuted == 0 {
            return Exit::Proved;
        }
        anstream::println!("  refuted: {}", self.refuted);
        Exit::Wrong
    }
}
