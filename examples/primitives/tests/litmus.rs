//! The smallest programs that tell the orderings apart, each run by loom in every order that the memory
//! model allows.

use loom::sync::Arc;
use loom::sync::atomic::{AtomicBool, AtomicUsize, Ordering, fence};
use loom::thread;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release, SeqCst};

// ANCHOR: message-passing
/// One thread writes a message, then raises a flag; the other sees the flag, then reads the message.
fn pass_message(raise: Ordering, see: Ordering) {
    let shared = Arc::new((AtomicUsize::new(0), AtomicBool::new(false)));
    let sender = Arc::clone(&shared);
    thread::spawn(move || {
        let (message, flag) = &*sender;
        message.store(42, Relaxed);
        flag.store(true, raise);
    });
    let (message, flag) = &*shared;
    if flag.load(see) {
        assert_eq!(message.load(Relaxed), 42, "the flag came first");
    }
}

#[test]
fn a_message_comes_before_the_flag_that_releases_it() {
    loom::model(|| pass_message(Release, Acquire));
}

#[test]
#[should_panic(expected = "the flag came first")]
fn a_relaxed_flag_may_come_before_the_message() {
    loom::model(|| pass_message(Relaxed, Acquire));
}
// ANCHOR_END: message-passing

#[test]
#[should_panic(expected = "the flag came first")]
fn a_message_may_be_read_before_a_flag_that_is_not_acquired() {
    loom::model(|| pass_message(Release, Relaxed));
}

// ANCHOR: store-buffering
/// Two threads raise a flag each, then look at the other's.
fn raise_and_look(barrier: Ordering) {
    let flags = Arc::new([AtomicBool::new(false), AtomicBool::new(false)]);
    let other = Arc::clone(&flags);
    let raise_mine_and_see_yours = move |flags: Arc<[AtomicBool; 2]>, mine: usize| {
        flags[mine].store(true, Release);
        fence(barrier);
        flags[1 - mine].load(Acquire)
    };
    let other = thread::spawn(move || raise_mine_and_see_yours(other, 1));
    let seen_here = raise_mine_and_see_yours(flags, 0);
    assert!(seen_here || other.join().expect("it ends"), "neither saw the other's flag");
}

#[test]
#[should_panic(expected = "neither saw the other's flag")]
fn release_and_acquire_let_both_look_too_early() {
    loom::model(|| raise_and_look(AcqRel));
}

#[test]
fn between_sequentially_consistent_fences_one_sees_the_other() {
    loom::model(|| raise_and_look(SeqCst));
}
// ANCHOR_END: store-buffering

// ANCHOR: coherence
/// One thread counts up; the other looks twice.
#[test]
fn a_counter_is_never_seen_to_go_back() {
    loom::model(|| {
        let counter = Arc::new(AtomicUsize::new(0));
        let other = Arc::clone(&counter);
        thread::spawn(move || {
            other.store(1, Relaxed);
            other.store(2, Relaxed);
        });
        let (first, second) = (counter.load(Relaxed), counter.load(Relaxed));
        assert!(first <= second, "{first}, then {second}");
    });
}
// ANCHOR_END: coherence

// ANCHOR: two-writers
/// Two threads write to one place each; two others read both, in opposite orders.
#[test]
#[should_panic(expected = "each saw another write first")]
fn two_readers_may_disagree_about_two_writers() {
    let mut some_orders = loom::model::Builder::new();
    some_orders.preemption_bound = Some(2); // enough to find one
    some_orders.check(|| {
        let places = Arc::new([AtomicBool::new(false), AtomicBool::new(false)]);
        let read_first = |mine: usize| {
            let (written, read) = (Arc::clone(&places), Arc::clone(&places));
            thread::spawn(move || written[mine].store(true, Release));
            move || read[mine].load(Acquire) && !read[1 - mine].load(Acquire)
        };
        let (saw_only_the_first, saw_only_the_second) = (read_first(0), read_first(1));
        let other = thread::spawn(saw_only_the_first);
        let here = saw_only_the_second();
        assert!(!(here && other.join().expect("it ends")), "each saw another write first");
    });
}
// ANCHOR_END: two-writers

// ANCHOR: last-owner
/// Two owners use a value, then leave. The last one frees it, and both uses must have happened.
fn use_and_leave(count_down: Ordering, fence_of_the_last: Option<Ordering>) {
    let shared = Arc::new(([AtomicBool::new(false), AtomicBool::new(false)], AtomicUsize::new(2)));
    let owner = |me: usize| {
        let shared = Arc::clone(&shared);
        move || {
            let (used, owners) = &*shared;
            used[me].store(true, Relaxed);
            if owners.fetch_sub(1, count_down) == 1 {
                if let Some(order) = fence_of_the_last {
                    fence(order);
                }
                assert!(used[1 - me].load(Relaxed), "freed before the other owner's use");
            }
        }
    };
    thread::spawn(owner(0));
    owner(1)();
}

#[test]
fn release_and_a_fence_of_the_last_owner_suffice() {
    loom::model(|| use_and_leave(Release, Some(Acquire)));
}

#[test]
#[should_panic(expected = "freed before the other owner's use")]
fn a_fence_needs_something_that_was_released() {
    loom::model(|| use_and_leave(Relaxed, Some(Acquire)));
}

#[test]
#[should_panic(expected = "freed before the other owner's use")]
fn what_was_released_must_be_acquired() {
    loom::model(|| use_and_leave(Release, None));
}
// ANCHOR_END: last-owner
