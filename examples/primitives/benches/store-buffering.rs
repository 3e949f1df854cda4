//! Two threads raise a flag each, then look at the other's: how often neither sees it.

use std::hint;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use measurement::{Table, not_run};

const ROUNDS: usize = 1_000_000;

/// On a cache line of its own, so that the threads wait for each other only where they should.
#[derive(Default)]
#[repr(align(128))]
struct Line(AtomicUsize);

// ANCHOR: count
/// Returns in how many rounds neither thread saw the other's flag.
fn neither_saw(raise: Ordering, look: Ordering) -> usize {
    let (flags, arrived) = (<[Line; 2]>::default(), Line::default());
    let play = |mine: usize| -> Vec<bool> {
        let one_round = |round| {
            meet(&arrived.0, 2 * round);
            flags[mine].0.store(round, raise);
            flags[1 - mine].0.load(look) == round
        };
        (1..=ROUNDS).map(one_round).collect()
    };
    let (here, there) = thread::scope(|scope| {
        let there = scope.spawn(|| play(1));
        (play(0), there.join().expect("it ends"))
    });
    here.iter().zip(&there).filter(|saw| *saw == (&false, &false)).count()
}
// ANCHOR_END: count

/// Returns once so many arrivals were counted.
fn meet(arrived: &AtomicUsize, goal: usize) {
    arrived.fetch_add(1, Ordering::AcqRel);
    let mut spins = 0_u32;
    while arrived.load(Ordering::Acquire) < goal {
        spins += 1;
        // The other thread may be waiting for this very core.
        if spins.is_multiple_of(1000) { thread::yield_now() } else { hint::spin_loop() }
    }
}

fn main() {
    if thread::available_parallelism().is_ok_and(|cores| cores.get() < 2) {
        not_run("two threads at once need two cores");
    }
    let weak = neither_saw(Ordering::Release, Ordering::Acquire);
    let strong = neither_saw(Ordering::SeqCst, Ordering::SeqCst);
    assert_eq!(strong, 0, "SeqCst allowed what it forbids");
    let [weak, strong] =
        [weak, strong].map(|rounds| u32::try_from(rounds).expect("it fits").into());
    Table::bars("rounds of 1 000 000 in which neither saw the other")
        .row("Release and Acquire", [weak])
        .row("SeqCst", [strong])
        .claim("with Release and Acquire, neither saw the other at least {} times", 100.0, weak);
}
