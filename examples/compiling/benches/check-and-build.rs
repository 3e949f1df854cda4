//! How long a check takes and how long a build, for functions that are not generic, so that what is
//! checked once is compiled once.

use compiling::sources::plain;
use compiling::{CHECK, rustc};
use measurement::{Table, medians};

const FUNCTIONS: u32 = 200;
const ROUNDS: usize = 11;

fn main() {
    let source = plain(FUNCTIONS);
    let check = || rustc(&source, &CHECK);
    let build = || rustc(&source, &["-Copt-level=0", "--emit=obj=-"]);
    let optimize = || rustc(&source, &["-Copt-level=3", "--emit=obj=-"]);
    let [check, build, optimize] = medians(ROUNDS, [&check, &build, &optimize]);
    Table::bars("time, check = 1")
        .row("check, borrow checking included", [1.0])
        .row("build, opt-level = 0", [build / check])
        .row("build, opt-level = 3", [optimize / check])
        .claim(
            "an optimized build takes at least {} times as long as a check",
            4.0,
            optimize / check,
        );
}
