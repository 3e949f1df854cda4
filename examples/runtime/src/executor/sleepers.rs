//! Who sleeps, who searches, and who is woken when there is work.
//!
//! A worker is busy, searching, or asleep. Two rules keep work from lying in a queue while a worker sleeps:
//!
//! - Whoever queues a task looks for sleepers afterwards. A worker that goes to sleep looks into the queues
//!   after it is on the list. A fence stands between the two steps on both sides, so at least one of them
//!   sees the other.
//! - While somebody searches, nobody else is woken: the searcher will find the task. So the last one that
//!   stops searching, because it found a task, wakes a successor, which finds the rest or sleeps again.
//!
//! The second rule is for speed: without it, each task that is queued costs a system call.

use std::sync::Arc;
use std::task::Waker;
use std::time::Duration;

use super::park::Parker;
use crate::sync::atomic::Ordering::{Acquire, Relaxed, Release, SeqCst};
use crate::sync::atomic::{AtomicBool, AtomicUsize, fence};
use crate::sync::{Mutex, lock};

// ANCHOR: driver
/// What a worker waits in when it has nothing to do: events of the outside world.
pub trait Driver: Send + Sync + 'static {
    /// Waits for events, at most for `limit`, and appends the wakers of those who wait for them. Is called
    /// by one thread at a time.
    fn turn(&self, limit: Option<Duration>, wakers: &mut Vec<Waker>);

    /// Makes the current call of [`turn`](Self::turn) return, or the next one if there is none.
    fn interrupt(&self);
}
// ANCHOR_END: driver

pub(crate) struct Sleepers {
    parkers: Vec<Parker>,
    asleep: Mutex<Vec<usize>>,
    /// The length of `asleep`, to be read without the lock.
    count: AtomicUsize,
    searching: AtomicUsize,
    closed: AtomicBool,
    driver: Option<Arc<dyn Driver>>,
    /// Whether a worker is in the driver; the others wait for that worker to wake them.
    turning: AtomicBool,
}

impl Sleepers {
    pub(crate) fn new(workers: usize, driver: Option<Arc<dyn Driver>>) -> Self {
        Self {
            parkers: (0..workers).map(|_| Parker::new()).collect(),
            asleep: Mutex::new(Vec::with_capacity(workers)),
            count: AtomicUsize::new(0),
            searching: AtomicUsize::new(0),
            closed: AtomicBool::new(false),
            driver,
            turning: AtomicBool::new(false),
        }
    }

    // ANCHOR: wake-one
    /// To be called after a task was queued.
    pub(crate) fn wake_one(&self) {
        fence(SeqCst);
        if self.searching.load(Relaxed) == 0
            && self.count.load(Relaxed) > 0
            && let Some(worker) = self.choose()
        {
            self.unpark(worker);
        }
    }
    // ANCHOR_END: wake-one

    /// Ends all searches and sleeps, now and from now on.
    pub(crate) fn close(&self) {
        self.closed.store(true, SeqCst);
        (0..self.parkers.len()).for_each(|worker| self.unpark(worker));
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.closed.load(SeqCst)
    }

    // ANCHOR: search
    /// Finds a task for a worker that has none, and lets it sleep until there is one. `None` after
    /// [`close`](Self::close).
    ///
    /// `find` takes a task from wherever there is one; `has_work` only looks, everywhere.
    pub(crate) fn search<T>(
        &self,
        worker: usize,
        find: impl Fn() -> Option<T>,
        has_work: impl Fn() -> bool,
    ) -> Option<T> {
        self.searching.fetch_add(1, Relaxed);
        let mut found = find();
        while found.is_none() && !self.is_closed() {
            let wakers = self.sleep(worker, &has_work);
            // The searcher itself finds what it wakes, so nobody else is woken here.
            wakers.into_iter().for_each(Waker::wake);
            found = find();
        }
        if self.searching.fetch_sub(1, Relaxed) == 1 {
            self.wake_one();
        }
        found
    }

    /// Puts a searching worker to sleep unless there is work. It is searching again when this returns, with
    /// the wakers of events.
    fn sleep(&self, worker: usize, has_work: impl Fn() -> bool) -> Vec<Waker> {
        let mut wakers = Vec::new();
        self.enlist(worker);
        fence(SeqCst);
        if !has_work() {
            self.park(worker, &mut wakers);
        }
        self.discharge(worker);
        wakers
    }
    // ANCHOR_END: search

    /// Looks for events without waiting, unless another worker waits for them.
    pub(crate) fn look_for_events(&self) -> Vec<Waker> {
        let mut wakers = Vec::new();
        if self.take_turn(|driver| driver.turn(Some(Duration::ZERO), &mut wakers)) {
            // Who went to sleep meanwhile found the driver taken, and now nobody waits in it.
            self.wake_one();
        }
        wakers
    }

    fn park(&self, worker: usize, wakers: &mut Vec<Waker>) {
        let parker = &self.parkers[worker];
        if !self.take_turn(|driver| parker.park_in(|| driver.turn(None, wakers))) {
            parker.park();
        }
    }

    /// Whether this worker could be the one in the driver.
    fn take_turn(&self, turn: impl FnOnce(&dyn Driver)) -> bool {
        let Some(driver) = &self.driver else { return false };
        let taken = self.turning.compare_exchange(false, true, Acquire, Relaxed).is_ok();
        if taken {
            turn(driver.as_ref());
            self.turning.store(false, Release);
        }
        taken
    }

    fn unpark(&self, worker: usize) {
        let interrupt = || self.driver.iter().for_each(|driver| driver.interrupt());
        self.parkers[worker].unpark(interrupt);
    }

    fn enlist(&self, worker: usize) {
        let mut asleep = lock(&self.asleep);
        asleep.push(worker);
        self.count.store(asleep.len(), Relaxed);
        self.searching.fetch_sub(1, Relaxed);
    }

    /// Takes a sleeper off the list and counts it as searching, on its behalf.
    fn choose(&self) -> Option<usize> {
        let mut asleep = lock(&self.asleep);
        // Others may have chosen one meanwhile, and one is enough.
        if self.searching.load(Relaxed) > 0 {
            return None;
        }
        let worker = asleep.pop()?;
        self.count.store(asleep.len(), Relaxed);
        self.searching.fetch_add(1, Relaxed);
        Some(worker)
    }

    /// Takes itself off the list, unless whoever woke it has done so.
    fn discharge(&self, worker: usize) {
        let mut asleep = lock(&self.asleep);
        if let Some(place) = asleep.iter().position(|sleeper| *sleeper == worker) {
            asleep.swap_remove(place);
            self.count.store(asleep.len(), Relaxed);
            self.searching.fetch_add(1, Relaxed);
        }
    }
}
