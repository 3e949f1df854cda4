//! The table of `cargo guide bench`: medians of several rounds, in which the tools take turns.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use guide::book::{Book, CheckKind, Sample};
use guide::check::ChapterCrates;

use crate::{Tool, generate, write_view};

const TOOLS: [Tool; 4] = [Tool::Guide, Tool::Rustdoc, Tool::Mdbook, Tool::Skeptic];

/// What happened since the last check.
#[derive(Debug, Clone, Copy)]
enum Since {
    /// There was none.
    Never,
    /// One sample was edited.
    Edit,
    /// Nothing.
    Nothing,
}

const SINCE: [Since; 3] = [Since::Never, Since::Edit, Since::Nothing];

/// Prints a table for the guide's own run-and-pass samples and for a generated book of each size; `program` is
/// this crate's own.
///
/// # Errors
/// When a tool rejects a sample: then its time would mean nothing.
pub fn print_tables(program: &Path, workspace: &Path, sizes: &[usize], rounds: u32) -> Result<()> {
    let cores = std::thread::available_parallelism()?;
    println!("medians of {rounds} rounds on {cores} cores; ratios are to this harness\n");
    let own = workspace.join("target/bench/guide");
    write_own(workspace, &own)?;
    println!("{}", table(program, "the guide's samples that run and pass", &own, rounds)?);
    for &size in sizes {
        let root = workspace.join(format!("target/bench/generated-{size}"));
        generate(workspace, &root, size)?;
        println!("{}", table(program, &format!("{size} generated samples"), &root, rounds)?);
    }
    Ok(())
}

/// The samples of the guide that all tools understand, with the blocks that running them settles. What the
/// compiler emits no other tool looks at.
fn write_own(workspace: &Path, root: &Path) -> Result<()> {
    let _ = fs::remove_dir_all(root);
    let book = Book::load(workspace);
    let crates = ChapterCrates::load(workspace);
    let shared = |sample: &&Sample| Tool::Skeptic.knows(sample) && !crates.used_by(&sample.text);
    let samples: Vec<Sample> = book.samples().filter(shared).map(run_only).collect();
    write_view(root, &samples)
}

fn run_only(sample: &Sample) -> Sample {
    let is_run =
        |kind: &CheckKind| matches!(kind, CheckKind::Output | CheckKind::Panic | CheckKind::Stderr);
    let mut sample = sample.clone();
    sample.checks.retain(|block| is_run(&block.kind));
    sample
}

/// How long each tool takes on the view in `root`.
///
/// # Errors
/// As for [`print_tables`].
pub fn table(program: &Path, title: &str, root: &Path, rounds: u32) -> Result<String> {
    let medians = measure(program, root, rounds)?;
    let book = Book::load(root);
    let mut table = format!(
        "{title:<40} {:>7} {:>16} {:>16} {:>16}\n",
        "samples", "from nothing", "after one edit", "unchanged"
    );
    for (tool, times) in TOOLS.iter().zip(&medians) {
        let samples = book.samples().filter(|sample| tool.knows(sample)).count();
        let _ = write!(table, "  {:<38} {samples:>7}", tool.title());
        for (time, ours) in times.iter().zip(&medians[0]) {
            let (time, ours) = (time.as_secs_f64(), ours.as_secs_f64());
            let _ = write!(table, " {time:>7.2} s {:>5.1} ×", time / ours);
        }
        table.push('\n');
    }
    Ok(table)
}

/// The medians by tool, in the order of [`SINCE`].
fn measure(program: &Path, root: &Path, rounds: u32) -> Result<Vec<[Duration; SINCE.len()]>> {
    let mut times = vec![[const { Vec::new() }; SINCE.len()]; TOOLS.len()];
    for _ in 0..rounds {
        for (tool, times) in TOOLS.iter().zip(&mut times) {
            for (since, times) in SINCE.iter().zip(times) {
                prepare(*since, root)?;
                times.push(time(*tool, program, root)?);
            }
        }
    }
    Ok(times.into_iter().map(|of_tool| of_tool.map(median)).collect())
}

fn prepare(since: Since, root: &Path) -> Result<()> {
    match since {
        Since::Never => {
            let _ = fs::remove_dir_all(root.join("target/guide"));
            Ok(())
        }
        Since::Edit => edit(root),
        Since::Nothing => Ok(()),
    }
}

/// Adds a statement to the first sample.
fn edit(root: &Path) -> Result<()> {
    let chapter = first_chapter(root)?;
    let text = fs::read_to_string(&chapter)?;
    fs::write(&chapter, text.replacen("fn main() {\n", "fn main() {\n    let _ = \"edited\";\n", 1))
        .with_context(|| format!("cannot edit `{}`", chapter.display()))
}

fn first_chapter(root: &Path) -> Result<PathBuf> {
    let book = Book::load(root);
    let first = book.chapters.iter().find(|chapter| !chapter.samples.is_empty());
    Ok(root.join(&first.context("a book without samples")?.file))
}

fn time(tool: Tool, program: &Path, root: &Path) -> Result<Duration> {
    let mut command = tool.command(program, root)?;
    let started = Instant::now();
    let output = command.output().context("cannot start the tool")?;
    let elapsed = started.elapsed();
    ensure!(
        output.status.success(),
        "{}: {} rejects a sample\n{}{}",
        root.display(),
        tool.title(),
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(elapsed)
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times.get(times.len() / 2).copied().unwrap_or_default()
}
