//! The guide in a real browser: what a reader sees and can do.
//!
//! Each file has a list of its tests. A test gets the [`Stage`], opens pages there and uses them; errors in
//! the console, failed requests and requests to others fail it without being asked for. Without a browser
//! the tests are counted as ignored; where `CI` is set they fail.
#![allow(clippy::similar_names, reason = "every test has a stage, and some have a state")]

mod accessibility;
#[path = "../site/book.rs"]
#[allow(dead_code, reason = "the tests of the site use the rest")]
mod book;
mod catalog;
mod course;
mod drill;
#[allow(dead_code, reason = "each feature's tests use their part")]
mod driver;
mod fsrs;
mod mock;
mod offline;
mod pages;
mod plan;
mod progress;
mod puzzles;
mod reading;
mod run;
mod scenes;
#[allow(dead_code, reason = "each feature's tests use their part")]
mod server;
#[allow(dead_code, reason = "each feature's tests use their part")]
mod stage;
mod state;
mod study;
mod watching;

use std::env;
use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::{Arguments, Trial};

use scenes::SCENES;
use stage::Stage;

/// A name and what it does.
type Test = (&'static str, fn(&Stage));

/// The functions of a file as tests, named by file and function.
macro_rules! tests {
    ($($test:ident),* $(,)?) => {
        &[$((concat!(module_path!(), "::", stringify!($test)), $test)),*]
    };
}
use tests;

#[rustfmt::skip] // One line each, so that branches merge.
const FILES: &[&[Test]] = &[
    catalog::TESTS,
    drill::TESTS,
    fsrs::TESTS,
    mock::TESTS,
    offline::TESTS,
    pages::TESTS,
    plan::TESTS,
    progress::TESTS,
    puzzles::TESTS,
    reading::TESTS,
    run::TESTS,
    state::TESTS,
    study::TESTS,
    watching::TESTS,
];

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let stage = Arc::new(Stage::new());
    let no_browser = skips_without("Chromium", stage.has_browser());
    let no_axe = skips_without("axe-core", accessibility::axe().is_some());
    let tests = FILES.iter().copied().flatten();
    let tests = tests.map(|&(name, test)| trial(&stage, name, test, no_browser));
    let measurements = study::MEASUREMENTS.iter();
    let measurements = measurements.map(|&(name, test)| trial(&stage, name, test, true));
    let looks = SCENES.iter().map(|&(name, visit)| {
        let look = move |stage: &Stage| accessibility::look_at(stage, visit);
        trial(&stage, &format!("accessibility::{name}"), look, no_browser || no_axe)
    });
    let trials = tests.chain(measurements).chain(looks).collect();
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// Whether the tests that need a program are not run here. Where `CI` is set they run, and fail.
fn skips_without(program: &str, is_here: bool) -> bool {
    let skips = !is_here && env::var_os("CI").is_none();
    if skips {
        eprintln!("skipped: no {program} found");
    }
    skips
}

fn trial(
    stage: &Arc<Stage>,
    name: &str,
    test: impl Fn(&Stage) + Send + 'static,
    skipped: bool,
) -> Trial {
    let stage = Arc::clone(stage);
    let name = name.trim_start_matches("browser::").replace(' ', "_");
    Trial::test(name, move || {
        test(&stage);
        Ok(())
    })
    .with_ignored_flag(skipped)
}
