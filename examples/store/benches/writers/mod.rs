//! Threads that write to a store on the disk of this machine.

use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use store::{RealDisk, Store};

/// How many writes all threads make together: a multiple of each number of threads.
const WRITES: usize = 800;

/// A store in a directory of its own, which goes with it.
pub(crate) struct Journal {
    store: Store<RealDisk>,
    /// Who holds it writes alone, so that each write is a group by itself.
    alone: Mutex<()>,
    _directory: tempfile::TempDir,
}

impl Journal {
    /// In the build directory: the one for temporary files may be in memory, where a sync costs nothing.
    pub(crate) fn new() -> Self {
        let directory = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a directory");
        let disk = RealDisk::open(directory.path()).expect("it is new");
        let store = Store::open(disk).expect("it is empty");
        Self { store, alone: Mutex::new(()), _directory: directory }
    }

    /// Writes with group commit.
    pub(crate) fn put_grouped(&self) {
        self.store.put(b"order/42", b"two teas, one coffee").expect("the disk works");
    }

    /// Writes with a sync for each write.
    pub(crate) fn put_alone(&self) {
        let _turn = self.alone.lock().expect("nobody panics");
        self.put_grouped();
    }
}

/// How long each write takes that so many threads make with `put`, and how long all take together.
pub(crate) fn write(threads: usize, put: impl Fn() + Sync) -> (Vec<Duration>, Duration) {
    let started = Instant::now();
    let each = |_| {
        let started = Instant::now();
        put();
        started.elapsed()
    };
    let all = || (0..WRITES / threads).map(each).collect::<Vec<_>>();
    let latencies = thread::scope(|scope| {
        let started: Vec<_> = (0..threads).map(|_| scope.spawn(all)).collect();
        started.into_iter().flat_map(|thread| thread.join().expect("it ends")).collect()
    });
    (latencies, started.elapsed())
}
