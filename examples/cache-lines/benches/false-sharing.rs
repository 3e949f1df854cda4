//! Two threads, each with its own counter: on one cache line, and on two.

use std::thread::available_parallelism;

use cache_lines::counters::{Padded, Shared, count_to};
use measurement::{Table, medians_of, not_run};

/// Less than a slice of a core's time: a thread that has to wait for a core shares nothing meanwhile.
const LIMIT: u64 = 100_000;
const ROUNDS: usize = 101;

fn main() {
    if available_parallelism().is_ok_and(|cores| cores.get() < 2) {
        not_run("two threads at once need two cores");
    }
    let shared = || count_to(LIMIT, &Shared::default()).as_secs_f64();
    let padded = || count_to(LIMIT, &Padded::default()).as_secs_f64();
    let [shared, padded] = medians_of(ROUNDS, [&shared, &padded]);
    Table::bars("time, padded = 1")
        .row("two counters on one cache line", [shared / padded])
        .row("two counters padded to a line each", [1.0])
        .claim("counting takes at least {} times as long on one cache line", 1.5, shared / padded);
}
