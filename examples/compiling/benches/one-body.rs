//! How long the same statements take to check: in functions of a thousand statements, and in one function.

use compiling::sources::routes;
use compiling::{CHECK, rustc};
use measurement::{Table, medians};

const FUNCTIONS: u32 = 16;
const STATEMENTS: usize = 1000;
const ROUNDS: usize = 7;

fn main() {
    let many = routes(FUNCTIONS, STATEMENTS);
    let one = routes(1, FUNCTIONS as usize * STATEMENTS);
    let [many, one] = medians(ROUNDS, [&|| rustc(&many, &CHECK), &|| rustc(&one, &CHECK)]);
    Table::bars("time of a check, 16 functions = 1")
        .row("16,000 statements in 16 functions", [1.0])
        .row("16,000 statements in one function", [one / many])
        .claim("one function takes at least {} times as long to check as 16", 2.0, one / many);
}
