//! Durable writes of many threads: how many there are in the time of one that waits for nobody.

mod writers;

use measurement::{Table, medians_of};
use writers::{Journal, write};

const THREADS: [usize; 5] = [1, 2, 4, 8, 16];
const ROUNDS: usize = 9;

fn main() {
    let journal = Journal::new();
    let grouped = || journal.put_grouped();
    let alone = || journal.put_alone();
    let seconds = |threads, put: &(dyn Fn() + Sync)| write(threads, put).1.as_secs_f64();
    let columns = ["group commit", "a sync for each"];
    let mut table = Table::curve("writes in the time of one alone", "threads", columns);
    let mut gain = 0.0;
    for threads in THREADS {
        let [one, together, each] = medians_of(
            ROUNDS,
            [&|| seconds(1, &alone), &|| seconds(threads, &grouped), &|| seconds(threads, &alone)],
        );
        table = table.row(threads, [one / together, one / each]);
        gain = each / together;
    }
    table.claim("with 16 threads, group commit makes at least {} times as many writes", 2.0, gain);
}
