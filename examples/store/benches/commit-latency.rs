//! How long a writer waits for its write to be durable, beside many others.

mod writers;

use std::time::Duration;

use measurement::{Table, medians_of};
use writers::{Journal, write};

const THREADS: [usize; 5] = [1, 2, 4, 8, 16];
const ROUNDS: usize = 9;

fn main() {
    let journal = Journal::new();
    let grouped = || journal.put_grouped();
    let alone = || journal.put_alone();
    let median = |threads, put: &(dyn Fn() + Sync)| middle(write(threads, put).0);
    let columns = ["group commit", "a sync for each"];
    let mut table = Table::curve("median wait, one write alone = 1", "threads", columns);
    let mut gain = 0.0;
    for threads in THREADS {
        let [one, together, each] = medians_of(
            ROUNDS,
            [&|| median(1, &alone), &|| median(threads, &grouped), &|| median(threads, &alone)],
        );
        table = table.row(threads, [together / one, each / one]);
        gain = each / together;
    }
    table.claim(
        "with 16 threads, a writer without group commit waits at least {} times as long",
        2.0,
        gain,
    );
}

fn middle(mut latencies: Vec<Duration>) -> f64 {
    latencies.sort_unstable();
    latencies[latencies.len() / 2].as_secs_f64()
}
