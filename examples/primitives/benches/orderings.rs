//! What an ordering costs a thread that nobody disturbs, by the operation it is asked of.

use std::hint::black_box;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering, fence};

use measurement::{Table, medians};

const TIMES: u64 = 100_000;
const ROUNDS: usize = 101;

fn main() {
    let counter = &AtomicU64::new(0);
    let store = |order| (0..TIMES).for_each(|value| black_box(counter).store(value, order));
    let add = |order| {
        (0..TIMES).for_each(|_| {
            black_box(counter).fetch_add(1, order);
        });
    };
    let locked = Mutex::new(0_u64);
    let [relaxed, release, seq_cst, fenced, add_relaxed, add_seq_cst, mutex] = medians(
        ROUNDS,
        [
            &|| store(Ordering::Relaxed),
            &|| store(Ordering::Release),
            &|| store(Ordering::SeqCst),
            &|| {
                for value in 0..TIMES {
                    black_box(counter).store(value, Ordering::Relaxed);
                    fence(Ordering::SeqCst);
                }
            },
            &|| add(Ordering::Relaxed),
            &|| add(Ordering::SeqCst),
            &|| {
                (0..TIMES).for_each(|_| *black_box(&locked).lock().expect("nobody panics") += 1);
            },
        ],
    );
    Table::bars("time, relaxed store = 1")
        .row("store, Relaxed", [1.0])
        .row("store, Release", [release / relaxed])
        .row("store, SeqCst", [seq_cst / relaxed])
        .row("store, Relaxed, then fence(SeqCst)", [fenced / relaxed])
        .row("fetch_add, Relaxed", [add_relaxed / relaxed])
        .row("fetch_add, SeqCst", [add_seq_cst / relaxed])
        .row("lock, add, unlock", [mutex / relaxed])
        .claim("a SeqCst store takes at least {} times as long", 3.0, seq_cst / relaxed);
}
