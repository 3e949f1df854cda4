//! Two threads that use one counter, and two that use one each: adding to it, and only reading it.

use std::hint::{self, black_box};
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::thread;
use std::time::Instant;

use measurement::{Table, medians_of, not_run};

/// Less than a slice of a core's time: a thread that has to wait for a core shares nothing meanwhile.
const TIMES: u64 = 100_000;
const ROUNDS: usize = 101;

/// A counter with a cache line of its own.
#[derive(Default)]
#[repr(align(128))]
struct Line(AtomicU64);

/// Does `work` so many times on each of two threads at once, with a counter each, and returns how long
/// the slower one took, in seconds.
fn seconds(left: &AtomicU64, right: &AtomicU64, work: impl Fn(&AtomicU64) + Sync) -> f64 {
    let missing = AtomicU32::new(2);
    let run = |counter: &AtomicU64| {
        missing.fetch_sub(1, Ordering::Relaxed);
        while missing.load(Ordering::Relaxed) > 0 {
            hint::spin_loop();
        }
        let started = Instant::now();
        (0..TIMES).for_each(|_| work(counter));
        started.elapsed().as_secs_f64()
    };
    thread::scope(|scope| {
        let left = scope.spawn(|| run(left));
        run(right).max(left.join().expect("it ends"))
    })
}

fn add(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}

fn read(counter: &AtomicU64) {
    black_box(counter.load(Ordering::Relaxed));
}

fn main() {
    if thread::available_parallelism().is_ok_and(|cores| cores.get() < 2) {
        not_run("two threads at once need two cores");
    }
    let [left, right] = &<[Line; 2]>::default();
    let [add_one, add_own, read_one, read_own] = medians_of(
        ROUNDS,
        [
            &|| seconds(&left.0, &left.0, add),
            &|| seconds(&left.0, &right.0, add),
            &|| seconds(&left.0, &left.0, read),
            &|| seconds(&left.0, &right.0, read),
        ],
    );
    Table::bars("time, with a counter for each thread = 1")
        .row("two threads add to one counter", [add_one / add_own])
        .row("two threads read one counter", [read_one / read_own])
        .claim("adding to one counter takes at least {} times as long", 1.5, add_one / add_own);
}
