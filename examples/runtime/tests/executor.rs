//! Tasks, handles, blocking functions, fairness and shutdown, on an executor without reactor and timers.

use std::future::{Future, pending, poll_fn};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Barrier, Mutex};
use std::task::{Poll, Waker};
use std::thread;

use runtime::executor::budget::{poll_proceed, unconstrained, yield_now};
use runtime::executor::{Executor, JoinError, Spawner, block_on};

fn executor(workers: usize) -> Executor {
    Executor::new(workers, None).expect("the machine has threads to give")
}

type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Counts how often it is dropped.
struct Dropped(Arc<AtomicUsize>);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.fetch_add(1, SeqCst);
    }
}

fn drop_counter() -> (Arc<AtomicUsize>, impl Fn() -> Dropped) {
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    (count, move || Dropped(Arc::clone(&counted)))
}

/// A future that hands out its waker at each poll and is ready when told so.
fn waits_for(ready: Arc<AtomicUsize>, wakers: Sender<Waker>) -> impl Future<Output = ()> {
    poll_fn(move |cx| {
        let ready = ready.load(SeqCst) > 0;
        wakers.send(cx.waker().clone()).expect("the test listens");
        if ready { Poll::Ready(()) } else { Poll::Pending }
    })
}

#[test]
fn block_on_returns_what_a_task_returns() {
    let executor = executor(2);
    let task = executor.spawner().spawn(async { 6 * 7 });
    assert_eq!(block_on(task).expect("the task ends"), 42);
}

#[test]
fn block_on_in_a_task_is_refused() {
    let executor = executor(1);
    let task = executor.spawner().spawn(async { block_on(async {}) });
    let message = block_on(task).expect_err("it panics").message().expect("it says why");
    assert!(message.contains("use spawn_blocking"), "{message}");
}

#[test]
fn tasks_start_tasks_and_wait_for_them() {
    fn sum(spawner: Spawner, numbers: Vec<u64>) -> BoxFuture<u64> {
        Box::pin(async move {
            if let [number] = numbers[..] {
                return number;
            }
            let (left, right) = numbers.split_at(numbers.len() / 2);
            let half = |half: &[u64]| spawner.spawn(sum(spawner.clone(), half.to_vec()));
            let (left, right) = (half(left), half(right));
            left.await.expect("it ends") + right.await.expect("it ends")
        })
    }
    let executor = executor(4);
    let numbers = (1..=1000).collect();
    assert_eq!(block_on(sum(executor.spawner().clone(), numbers)), 500_500);
}

#[test]
fn a_task_is_woken_by_a_thread_and_polled_again_for_each_spurious_wake() {
    let executor = executor(1);
    let (ready, (sender, wakers)) = (Arc::default(), mpsc::channel());
    let task = executor.spawner().spawn(waits_for(Arc::clone(&ready), sender));
    for _ in 0..3 {
        wakers.recv().expect("it is polled").wake();
    }
    let waker = wakers.recv().expect("it is polled");
    ready.store(1, SeqCst);
    waker.wake_by_ref();
    block_on(task).expect("the task ends");
    // After completion, a wake does nothing.
    waker.wake();
    assert_eq!(wakers.iter().count(), 1);
}

#[test]
fn a_wake_during_the_poll_leads_to_another_poll() {
    let executor = executor(1);
    block_on(executor.spawner().spawn(async {
        for _ in 0..10 {
            yield_now().await;
        }
    }))
    .expect("the task ends");
}

#[test]
fn a_task_whose_wakers_are_all_gone_is_dropped_at_shutdown() {
    let executor = executor(2);
    let (count, guard) = drop_counter();
    let guard = guard();
    let (sender, started) = mpsc::channel();
    drop(executor.spawner().spawn(async move {
        let _guard = guard;
        sender.send(()).expect("the test listens");
        pending::<()>().await;
    }));
    started.recv().expect("it starts");
    assert_eq!(count.load(SeqCst), 0);
    drop(executor);
    assert_eq!(count.load(SeqCst), 1);
}

#[test]
fn dropping_the_handle_detaches_the_task() {
    let executor = executor(1);
    let (sender, receiver) = mpsc::channel();
    drop(executor.spawner().spawn(async move {
        yield_now().await;
        sender.send(7).expect("the test listens");
    }));
    assert_eq!(receiver.recv(), Ok(7));
}

#[test]
fn abort_drops_the_future_where_it_waits() {
    let executor = executor(1);
    let (count, guard) = drop_counter();
    let guard = guard();
    let task = executor.spawner().spawn(async move {
        let _guard = guard;
        pending::<()>().await;
    });
    task.abort();
    assert!(matches!(block_on(task), Err(JoinError::Aborted)));
    assert_eq!(count.load(SeqCst), 1);
}

#[test]
fn abort_does_not_stop_a_poll_and_does_nothing_to_what_is_complete() {
    let executor = executor(1);
    let (started, running) = mpsc::channel();
    let (go, wait): (Sender<()>, Receiver<()>) = mpsc::channel();
    let task = executor.spawner().spawn(async move {
        started.send(()).expect("the test listens");
        wait.recv().expect("the test tells");
        7
    });
    running.recv().expect("it starts");
    task.abort();
    go.send(()).expect("it waits");
    assert!(matches!(block_on(task), Ok(7)));
}

#[test]
fn a_panic_is_the_result_and_the_worker_goes_on() {
    let executor = executor(1);
    let task = executor.spawner().spawn(async { panic!("no more {}", "tea") });
    let error = block_on(task).expect_err("it panics");
    assert_eq!(error.to_string(), "the task panicked: no more tea");
    assert!(matches!(block_on(executor.spawner().spawn(async { 7 })), Ok(7)));
}

/// Panics when it is dropped.
struct Grenade;

impl Drop for Grenade {
    fn drop(&mut self) {
        panic!("a destructor panicked");
    }
}

#[test]
fn a_destructor_that_panics_does_not_end_the_worker() {
    let executor = executor(1);
    let grenade = Grenade;
    let held = executor.spawner().spawn(async move {
        let _grenade = grenade;
        pending::<()>().await;
    });
    held.abort();
    assert!(matches!(block_on(held), Err(JoinError::Panicked(_))));
    let (tell, told) = mpsc::channel();
    drop(executor.spawner().spawn(async move {
        told.recv().expect("the test tells when nobody wants the result any more");
        Grenade
    }));
    tell.send(()).expect("the task waits");
    assert!(matches!(block_on(executor.spawner().spawn(async { 7 })), Ok(7)));
}

#[test]
fn idle_workers_steal_from_one_that_is_stuck() {
    let executor = executor(2);
    let spawner = executor.spawner().clone();
    let (sender, receiver) = mpsc::channel();
    // All go into this worker's own queue, and this worker does not come back before all have run.
    let stuck = executor.spawner().spawn(async move {
        for order in 0..100 {
            let sender = sender.clone();
            drop(spawner.spawn(async move { sender.send(order).expect("the task listens") }));
        }
        drop(sender);
        receiver.iter().count()
    });
    assert!(matches!(block_on(stuck), Ok(100)));
    assert!(executor.steals() > 0);
}

#[test]
fn work_from_outside_is_taken_even_if_tasks_keep_the_own_queue_full() {
    let executor = executor(1);
    let stop = Arc::new(AtomicUsize::new(0));
    let stopped = Arc::clone(&stop);
    let busy = executor.spawner().spawn(async move {
        while stopped.load(SeqCst) == 0 {
            yield_now().await;
        }
    });
    let outside = executor.spawner().spawn(async move { stop.store(1, SeqCst) });
    block_on(outside).expect("it ends");
    block_on(busy).expect("it ends");
}

/// How many of 10,000 operations, each ready at once, are done before another task gets its first turn.
fn operations_before_others(wrap: fn(Operations) -> BoxFuture<()>) -> usize {
    let executor = executor(1);
    let spawner = executor.spawner().clone();
    let done = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&done);
    block_on(executor.spawner().spawn(async move {
        // Both are in this worker's queue before either runs.
        let greedy = spawner.spawn(wrap(Operations(done)));
        let other = spawner.spawn(async move { seen.load(SeqCst) });
        let seen = other.await.expect("it ends");
        greedy.await.expect("it ends");
        seen
    }))
    .expect("it ends")
}

struct Operations(Arc<AtomicUsize>);

impl Operations {
    async fn run(self) {
        for _ in 0..10_000 {
            poll_fn(|cx| poll_proceed(cx)).await;
            self.0.fetch_add(1, SeqCst);
        }
    }
}

#[test]
fn a_budget_gives_others_a_turn_and_without_one_they_starve() {
    let with = operations_before_others(|operations| Box::pin(operations.run()));
    let without = operations_before_others(|operations| Box::pin(unconstrained(operations.run())));
    assert_eq!((with, without), (128, 10_000));
}

#[test]
fn waiting_for_results_that_are_there_takes_from_the_budget() {
    let executor = executor(1);
    let spawner = executor.spawner().clone();
    let polls = block_on(executor.spawner().spawn(async move {
        let handles: Vec<_> = (0..1000).map(|order| spawner.spawn(async move { order })).collect();
        yield_now().await;
        let mut polls = 0;
        let mut all = pin!(async {
            for handle in handles {
                handle.await.expect("it ends");
            }
        });
        poll_fn(|cx| {
            polls += 1;
            all.as_mut().poll(cx)
        })
        .await;
        polls
    }));
    assert_eq!(polls.expect("it ends"), 8, "1000 results with 128 a poll");
}

#[test]
fn blocking_functions_run_at_the_same_time_and_hold_up_no_task() {
    let executor = executor(1);
    let meeting = Arc::new(Barrier::new(8));
    let meet = || {
        let meeting = Arc::clone(&meeting);
        executor.spawner().spawn_blocking(move || meeting.wait().is_leader())
    };
    let visitors: Vec<_> = (0..7).map(|_| meet()).collect();
    assert!(matches!(block_on(executor.spawner().spawn(async { 7 })), Ok(7)));
    let last = meet();
    let led = visitors.into_iter().chain([last]).map(|visitor| block_on(visitor).expect("it ends"));
    assert_eq!(led.filter(|led| *led).count(), 1);
}

/// The second one must not be left to the idle thread that is about to take the first.
#[test]
fn blocking_functions_that_wait_for_each_other_both_get_a_thread() {
    for _ in 0..50 {
        let executor = executor(1);
        block_on(executor.spawner().spawn_blocking(|| ())).expect("it ends");
        let meeting = Arc::new(Barrier::new(2));
        let visitors = [(); 2].map(|()| {
            let meeting = Arc::clone(&meeting);
            executor.spawner().spawn_blocking(move || meeting.wait().is_leader())
        });
        for visitor in visitors {
            block_on(visitor).expect("it ends");
        }
    }
}

#[test]
fn a_blocking_function_that_panics_is_an_error() {
    let executor = executor(1);
    let call = executor.spawner().spawn_blocking(|| panic!("disk on fire"));
    let error = block_on(call).expect_err("it panics");
    assert_eq!(error.message().as_deref(), Some("disk on fire"));
}

#[test]
fn shutdown_drops_every_task_once_wherever_it_is() {
    let executor = executor(2);
    let (count, guard) = drop_counter();
    let (sender, wakers) = mpsc::channel();
    for task in 0..100 {
        let (guard, sender) = (guard(), sender.clone());
        drop(executor.spawner().spawn(async move {
            let _guard = guard;
            match task % 3 {
                0 => pending().await,
                1 => loop {
                    yield_now().await;
                },
                _ => waits_for(Arc::default(), sender).await,
            }
        }));
    }
    let waker = wakers.recv().expect("some task waits");
    drop(executor);
    assert_eq!(count.load(SeqCst), 100);
    waker.wake();
}

#[test]
fn shutdown_waits_for_blocking_functions_that_have_begun() {
    let executor = executor(1);
    let (count, guard) = drop_counter();
    let guard = guard();
    let (sender, started) = mpsc::channel();
    drop(executor.spawner().spawn_blocking(move || {
        sender.send(()).expect("the test listens");
        thread::yield_now();
        drop(guard);
    }));
    started.recv().expect("it starts");
    drop(executor);
    assert_eq!(count.load(SeqCst), 1);
}

#[test]
fn after_shutdown_tasks_are_refused_and_dropped() {
    let executor = executor(1);
    let spawner = executor.spawner().clone();
    drop(executor);
    let (count, guard) = drop_counter();
    let (held, called) = (guard(), guard());
    let task = spawner.spawn(async move { drop(held) });
    let call = spawner.spawn_blocking(move || drop(called));
    assert_eq!(count.load(SeqCst), 2);
    assert!(matches!(block_on(task), Err(JoinError::ShutDown)));
    assert!(matches!(block_on(call), Err(JoinError::ShutDown)));
}

/// A destructor that runs during shutdown is told the same.
#[test]
fn a_task_that_starts_another_one_while_it_is_dropped_is_refused() {
    struct Heir(Spawner, Arc<Mutex<Option<JoinError>>>);
    impl Drop for Heir {
        fn drop(&mut self) {
            let heir = self.0.spawn(async {});
            let mut heir = pin!(heir);
            let mut cx = std::task::Context::from_waker(Waker::noop());
            if let Poll::Ready(Err(error)) = heir.as_mut().poll(&mut cx) {
                *self.1.lock().expect("no panic") = Some(error);
            }
        }
    }
    let executor = executor(1);
    let answer = Arc::default();
    let heir = Heir(executor.spawner().clone(), Arc::clone(&answer));
    drop(executor.spawner().spawn(async move {
        let _heir = heir;
        pending::<()>().await;
    }));
    drop(executor);
    assert!(matches!(*answer.lock().expect("no panic"), Some(JoinError::ShutDown)));
}

#[test]
fn a_task_can_drop_its_executor() {
    let executor = executor(1);
    let spawner = executor.spawner().clone();
    let (sender, receiver) = mpsc::channel();
    drop(spawner.spawn(async move {
        drop(executor);
        sender.send(()).expect("the test listens");
    }));
    assert_eq!(receiver.recv(), Ok(()));
}
