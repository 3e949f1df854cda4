//! How much processor time a thread uses while it waits for a lock whose holder sleeps.

use std::fs;
use std::hint;
use std::sync::{Barrier, Mutex};
use std::thread;
use std::time::Duration;

use measurement::{Table, not_run};
use primitives::spin_lock::SpinLock;

const SLEEP: Duration = Duration::from_millis(200);

/// How long this thread has run, in seconds, as the kernel of Linux counts it.
fn processor_time() -> f64 {
    let Ok(times) = fs::read_to_string("/proc/thread-self/schedstat") else {
        not_run("the processor time of a thread is read from Linux's /proc");
    };
    let nanoseconds = times.split(' ').next().and_then(|time| time.parse::<f64>().ok());
    nanoseconds.expect("a number") / 1e9
}

/// Runs `keep_locked` on one thread and `wait` on another, which begins when the first has called what it gets.
/// Returns what share of the sleep `wait` was running.
fn share_of_sleep(keep_locked: impl FnOnce(&dyn Fn()) + Send, wait: impl FnOnce()) -> f64 {
    let held = Barrier::new(2);
    thread::scope(|scope| {
        scope.spawn(|| {
            keep_locked(&|| {
                held.wait();
                thread::sleep(SLEEP);
            });
        });
        held.wait();
        let before = processor_time();
        wait();
        (processor_time() - before) / SLEEP.as_secs_f64()
    })
}

fn main() {
    if thread::available_parallelism().is_ok_and(|cores| cores.get() < 2) {
        not_run("two threads at once need two cores");
    }
    let (spin_lock, mutex) = (SpinLock::new(0), Mutex::new(0));
    let spinning = share_of_sleep(
        |sleep| {
            let _guard = spin_lock.lock();
            sleep();
        },
        || {
            hint::black_box(*spin_lock.lock());
        },
    );
    let blocked = share_of_sleep(
        |sleep| {
            let _guard = mutex.lock().expect("nobody panics");
            sleep();
        },
        || {
            hint::black_box(*mutex.lock().expect("nobody panics"));
        },
    );
    Table::bars("processor time of the one who waits, waiting = 1")
        .row("spin lock", [spinning])
        .row("Mutex of std", [blocked])
        .claim("who spins uses at least {} of the time it waits", 0.25, spinning);
}
