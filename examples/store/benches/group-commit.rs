//! Durable writes of many threads: how many there are in the time of one that waits for nobody.

use std::sync::Mutex;
use std::thread;
use std::time::Instant;

use measurement::{Table, medians_of};
use store::{RealDisk, Store};

const THREADS: [usize; 5] = [1, 2, 4, 8, 16];
/// How many writes all threads make together: a multiple of each number of threads.
const WRITES: usize = 800;
const ROUNDS: usize = 9;

fn main() {
    let journal = Journal::new();
    let grouped = || journal.put_grouped();
    let alone = || journal.put_alone();
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

/// A store in a directory of its own, which goes with it.
struct Journal {
    store: Store<RealDisk>,
    /// Who holds it writes alone, so that each write is a group by itself.
    alone: Mutex<()>,
    _directory: tempfile::TempDir,
}

impl Journal {
    /// In the build directory: the one for temporary files may be in memory, where a sync costs nothing.
    fn new() -> Self {
        let directory = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a directory");
        let disk = RealDisk::open(directory.path()).expect("it is new");
        let store = Store::open(disk).expect("it is empty");
        Self { store, alone: Mutex::new(()), _directory: directory }
    }

    fn put_grouped(&self) {
        self.store.put(b"order/42", b"two teas, one coffee").expect("the disk works");
    }

    fn put_alone(&self) {
        let _turn = self.alone.lock().expect("nobody panics");
        self.put_grouped();
    }
}

/// How long so many threads take to make all writes with `put`.
fn seconds(threads: usize, put: &(dyn Fn() + Sync)) -> f64 {
    let started = Instant::now();
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| (0..WRITES / threads).for_each(|_| put()));
        }
    });
    started.elapsed().as_secs_f64()
}
