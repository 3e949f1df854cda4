//! The guide in a real browser: what a reader sees and can do.
//!
//! Each file has a list of its tests. A test gets the [`Stage`], opens pages there and uses them; errors in
//! the console, failed requests and requests to others fail it without being asked for. Without a browser
//! the tests are counted as ignored; where `CI` is set they fail.

#[path = "../site/book.rs"]
#[allow(dead_code, reason = "the tests of the site use the rest")]
mod book;
mod course;
mod drill;
#[allow(dead_code, reason = "each feature's tests use their part")]
mod driver;
mod fsrs;
mod progress;
mod reading;
#[allow(dead_code, reason = "each feature's tests use their part")]
mod server;
#[allow(dead_code, reason = "each feature's tests use their part")]
mod stage;
mod state;
mod watching;

use std::env;
use std::io::Write;
use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::{Arguments, Trial};

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

const FILES: &[&[Test]] =
    &[drill::TESTS, fsrs::TESTS, progress::TESTS, reading::TESTS, state::TESTS, watching::TESTS];

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let stage = Arc::new(Stage::new());
    let skipped = !stage.has_browser() && env::var_os("CI").is_none();
    if skipped {
        let _ = writeln!(std::io::stderr(), "skipped: no Chromium found");
    }
    let tests = FILES.iter().copied().flatten().map(|&(name, test)| {
        let stage = Arc::clone(&stage);
        let name = name.trim_start_matches("browser::");
        Trial::test(name, move || {
            test(&stage);
            Ok(())
        })
        .with_ignored_flag(skipped)
    });
    let tests = tests.collect();
    libtest_mimic::run(&arguments, tests).exit_code()
}
