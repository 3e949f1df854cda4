//! Every sample of the guide as a named test, so that Cargo and nextest list, filter, partition and
//! report them: `cargo nextest run -E 'test(ownership)'`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, OnceLock};

use guide::book::{Book, Sample};
use guide::check::{Outcome, Terminal, Unwatched, not_run_here, prove};
use libtest_mimic::{Arguments, Failed, Trial};

/// What is wrong with each sample of a batch, by the sample's name.
type Verdicts = Result<BTreeMap<String, String>, String>;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let book: &'static Book = Box::leak(Box::new(Book::load(&root())));
    let batch = batch(book, &arguments);
    let verdicts = Arc::new(OnceLock::new());
    let mut trials: Vec<Trial> = book
        .samples()
        .map(|sample| {
            let (name, batch, verdicts) = (sample.name(), batch.clone(), Arc::clone(&verdicts));
            let look_up =
                move || look_up(verdicts.get_or_init(|| prove_batch(book, &batch)), sample);
            Trial::test(name, look_up).with_ignored_flag(not_run_here(sample).is_some())
        })
        .collect();
    trials.push(Trial::test("structure", || structure(book)));
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").to_owned()
}

/// The samples that are proved together: all that the arguments select. nextest starts a process for
/// each test; then it is the chapter, so that the processes after the first find it in the cache, or as
/// much of it as belongs to the shard.
fn batch(book: &'static Book, arguments: &Arguments) -> Vec<&'static Sample> {
    let shard = shard();
    let filter = arguments.filter.clone().unwrap_or_default();
    let one = book.samples().find(|sample| arguments.exact && sample.name() == filter);
    let skipped = |name: &str| arguments.skip.iter().any(|skip| name.contains(skip));
    let selected = |sample: &&Sample| match one {
        Some(one) => {
            sample.chapter == one.chapter
                && shard.as_ref().is_none_or(|names| names.contains(&sample.name()))
        }
        None => sample.name().contains(&filter) && !skipped(&sample.name()),
    };
    book.samples().filter(selected).collect()
}

/// The names of the tests in this shard, which `.ci/run shard` writes into a file, as nextest lists them;
/// nothing when all are run.
fn shard() -> Option<BTreeSet<String>> {
    let file = std::env::var_os("GUIDE_SHARD")?;
    let listed = fs::read_to_string(&file).unwrap_or_else(|error| {
        panic!("GUIDE_SHARD names {}: {error}", Path::new(&file).display())
    });
    Some(listed.lines().filter_map(|line| line.split(' ').next_back()).map(str::to_owned).collect())
}

fn prove_batch(book: &Book, batch: &[&Sample]) -> Verdicts {
    let lock = root().join("target/guide/tests.lock");
    let describe = |error: std::io::Error| format!("{}: {error}", lock.display());
    fs::create_dir_all(lock.parent().unwrap_or(&lock)).map_err(describe)?;
    let lock_file = File::create(&lock).map_err(describe)?;
    lock_file.lock().map_err(describe)?;
    let proof = prove(&book.root, batch, true, &Unwatched).map_err(|error| format!("{error:#}"))?;
    let terminal = Terminal::new(&book.root, false);
    let refuted = proof.outcomes.into_iter().filter_map(|(sample, outcome)| match outcome {
        Outcome::Refuted(findings) => {
            let shown: Vec<String> =
                findings.iter().map(|finding| terminal.render(finding)).collect();
            Some((sample.name(), shown.join("\n\n")))
        }
        Outcome::Proved { .. } | Outcome::NotRun(_) => None,
    });
    Ok(refuted.collect())
}

fn look_up(verdicts: &Verdicts, sample: &Sample) -> Result<(), Failed> {
    match verdicts {
        Err(error) => Err(error.into()),
        Ok(refuted) => refuted.get(&sample.name()).map_or(Ok(()), |findings| Err(findings.into())),
    }
}

/// Everything about the text itself: blocks, ids, links, includes, `SUMMARY.md`.
fn structure(book: &Book) -> Result<(), Failed> {
    let terminal = Terminal::new(&book.root, false);
    let shown: Vec<String> = book.findings.iter().map(|finding| terminal.render(finding)).collect();
    if shown.is_empty() { Ok(()) } else { Err(shown.join("\n\n").into()) }
}
