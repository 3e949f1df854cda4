//! The wheel beside a model; then timers without a runtime, with time as the test says; then with one.

use std::collections::BTreeMap;
use std::future::{pending, poll_fn, ready};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::task::{Context, Poll, Wake, Waker};
use std::time::{Duration, Instant};

use runtime::Runtime;
use runtime::executor::budget::poll_proceed;
use runtime::timers::{Elapsed, Sleep, Timers, Wheel};

/// Distances of all magnitudes, so that all levels of the wheel are used.
fn distance(random: &mut fastrand::Rng) -> u64 {
    random.u64(..) >> random.u32(0..64)
}

/// Inserts, removes and advances at random. A sorted map must agree about what expires when.
fn agree(seed: u64) {
    let mut random = fastrand::Rng::with_seed(seed);
    let (mut wheel, mut model, mut now) = (Wheel::default(), BTreeMap::new(), 0_u64);
    for serial in 0..300 {
        match random.u8(0..4) {
            0 | 1 => {
                let deadline = now.saturating_add(1).saturating_add(distance(&mut random));
                model.insert((deadline, serial), wheel.insert(deadline, (deadline, serial)));
            }
            2 if !model.is_empty() => {
                let nth = random.usize(0..model.len());
                let entry = *model.keys().nth(nth).expect("there are so many");
                let key = model.remove(&entry).expect("it was there");
                assert_eq!(wheel.remove(key), Some(entry), "seed {seed}");
                assert_eq!(wheel.remove(key), None, "seed {seed}");
            }
            _ => {
                now = now.saturating_add(distance(&mut random)).min(u64::MAX - 1);
                let later = model.split_off(&(now.saturating_add(1), 0));
                let due: Vec<_> = std::mem::replace(&mut model, later).into_keys().collect();
                let mut expired = Vec::new();
                wheel.advance(now, &mut expired);
                assert!(expired.is_sorted_by_key(|(deadline, _)| *deadline), "seed {seed}");
                expired.sort_unstable();
                assert_eq!(expired, due, "seed {seed}");
            }
        }
        let first = model.keys().next().map(|(deadline, _)| *deadline);
        let next = wheel.next();
        assert_eq!(next.is_some(), first.is_some(), "seed {seed}");
        assert!(next <= first && next.is_none_or(|next| next > now), "seed {seed}");
    }
}

#[test]
fn the_wheel_agrees_with_a_sorted_map() {
    (0..2000).for_each(agree);
}

#[test]
fn a_key_does_not_remove_a_later_entry_in_the_same_place() {
    let mut wheel = Wheel::default();
    let stale = wheel.insert(1, "tea");
    wheel.advance(1, &mut Vec::new());
    wheel.insert(2, "milk");
    assert_eq!(wheel.remove(stale), None);
    assert_eq!(wheel.next(), Some(2));
}

/// Counts wakes.
#[derive(Default)]
struct Counter(AtomicUsize);

impl Wake for Counter {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, SeqCst);
    }
}

fn poll(sleep: &mut Sleep, waker: &Waker) -> Poll<()> {
    Pin::new(sleep).poll(&mut Context::from_waker(waker))
}

const HOUR: Duration = Duration::from_hours(1);

#[test]
fn a_timer_wakes_the_last_waker_at_its_time_and_not_before() {
    let timers = Timers::new(|| ());
    let (start, mut wakers) = (Instant::now(), Vec::new());
    let mut sleep = timers.sleep_until(start + HOUR);
    let (former, counter) = (Arc::<Counter>::default(), Arc::<Counter>::default());
    assert!(poll(&mut sleep, &Waker::from(Arc::clone(&former))).is_pending());
    assert!(poll(&mut sleep, &Waker::from(Arc::clone(&counter))).is_pending());
    timers.advance(start + HOUR.saturating_sub(Duration::from_nanos(1)), &mut wakers);
    assert!(wakers.is_empty());
    timers.advance(start + HOUR + Duration::from_millis(1), &mut wakers);
    wakers.drain(..).for_each(Waker::wake);
    assert_eq!((former.0.load(SeqCst), counter.0.load(SeqCst)), (0, 1));
}

#[test]
fn a_timer_that_is_dropped_leaves_nothing_behind() {
    let timers = Timers::new(|| ());
    let counter = Arc::<Counter>::default();
    let mut sleep = timers.sleep(HOUR);
    assert!(poll(&mut sleep, &Waker::from(Arc::clone(&counter))).is_pending());
    drop(sleep);
    assert_eq!(Arc::strong_count(&counter), 1);
    assert_eq!(timers.limit(Instant::now(), None), None);
}

#[test]
fn a_thread_that_sleeps_too_long_is_interrupted_once() {
    let counter = Arc::<Counter>::default();
    let interrupt = Waker::from(Arc::clone(&counter));
    let timers = Timers::new(move || interrupt.wake_by_ref());
    let mut sleeps = [3, 2, 1, 4].map(|hours| timers.sleep(HOUR * hours));
    let mut register = |nth: usize| assert!(poll(&mut sleeps[nth], Waker::noop()).is_pending());
    register(0);
    assert_eq!(counter.0.load(SeqCst), 0, "nobody sleeps");
    timers.limit(Instant::now(), None);
    register(3);
    assert_eq!(counter.0.load(SeqCst), 0, "it wakes early enough");
    register(1);
    register(2);
    assert_eq!(counter.0.load(SeqCst), 1);
}

#[test]
fn a_thread_sleeps_until_the_first_timer_or_its_own_limit() {
    let timers = Timers::new(|| ());
    let mut sleep = timers.sleep(Duration::from_secs(30));
    assert!(poll(&mut sleep, Waker::noop()).is_pending());
    let limit = |own| timers.limit(Instant::now(), own).expect("there is a timer");
    assert!(limit(None) <= Duration::from_millis(30_001));
    assert_eq!(limit(Some(Duration::from_millis(1))), Duration::from_millis(1));
}

fn runtime() -> Runtime {
    Runtime::new(1).expect("the machine has threads and a selector to give")
}

#[test]
fn sleeping_takes_at_least_as_long_as_asked() {
    let runtime = runtime();
    let asked = Duration::from_millis(20);
    let start = Instant::now();
    runtime.block_on(runtime.handle().sleep(asked));
    assert!(start.elapsed() >= asked);
}

#[test]
fn tasks_wake_in_the_order_of_their_deadlines() {
    let runtime = runtime();
    let start = Instant::now();
    let log = Arc::new(std::sync::Mutex::new(Vec::new()));
    let tasks = [30, 10, 20].map(|millis| {
        let (handle, log) = (runtime.handle().clone(), Arc::clone(&log));
        runtime.handle().spawn(async move {
            handle.sleep_until(start + Duration::from_millis(millis)).await;
            log.lock().expect("no panic").push(millis);
        })
    });
    for task in tasks {
        runtime.block_on(task).expect("it ends");
    }
    assert_eq!(*log.lock().expect("no panic"), [10, 20, 30]);
}

#[test]
fn a_timeout_drops_what_is_late_and_returns_what_is_not() {
    let runtime = runtime();
    let handle = runtime.handle();
    let guard = Arc::new(());
    let held = Arc::clone(&guard);
    let late = async move {
        pending::<()>().await;
        drop(held);
    };
    assert_eq!(runtime.block_on(handle.timeout(Duration::from_millis(5), late)), Err(Elapsed));
    assert_eq!(Arc::strong_count(&guard), 1);
    assert_eq!(runtime.block_on(handle.timeout(Duration::ZERO, ready(7))), Ok(7));
    assert_eq!(runtime.block_on(handle.timeout(Duration::MAX, ready(7))), Ok(7));
}

/// A future that spends the whole budget leaves nothing to the timer that is polled after it.
#[test]
fn a_timeout_ends_what_is_always_ready() {
    let runtime = runtime();
    let busy = async {
        for _ in 0..1000 {
            poll_fn(|cx| poll_proceed(cx)).await;
        }
    };
    let outcome = runtime.block_on(runtime.handle().timeout(Duration::ZERO, busy));
    assert_eq!(outcome, Err(Elapsed));
}
