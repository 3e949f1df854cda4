//! Every order in which two threads can run, by loom: what holds for each type, and how its broken twin
//! fails.
//!
//! The modules are those of `src/`, compiled here with loom's types in place of those of `std`.
#![allow(dead_code, unreachable_pub, reason = "each module is that of a library")]

use std::ops::{Deref, DerefMut};

use loom::sync::Arc as LoomArc;
use loom::thread;

use crate::sync::UnsafeCell;
use crate::sync::atomic::AtomicUsize;

mod sync {
    pub(crate) use loom::cell::UnsafeCell;
    pub(crate) use loom::hint;
    pub(crate) use loom::sync::atomic;

    /// Here `park` always returns for no reason, as it may. loom's own `unpark` makes all that its caller
    /// did visible at once, even to a thread that does not park, and so hides a channel that does not.
    pub(crate) mod thread {
        #[derive(Debug)]
        pub(crate) struct Thread;

        pub(crate) fn current() -> Thread {
            Thread
        }

        impl Thread {
            #[expect(clippy::unused_self, reason = "it has the signature of the standard one")]
            pub(crate) fn unpark(&self) {}
        }

        pub(crate) fn park() {
            loom::thread::yield_now();
        }
    }
}

#[path = "../src/arc.rs"]
mod arc;
#[path = "../src/channel.rs"]
mod channel;
#[path = "../src/fetch_max.rs"]
mod fetch_max;
#[path = "../src/once_cell.rs"]
mod once_cell;
#[path = "../src/spin_lock.rs"]
mod spin_lock;

#[path = "../broken/arc.rs"]
mod broken_arc;
#[path = "../broken/channel.rs"]
mod broken_channel;
#[path = "../broken/fetch_max.rs"]
mod broken_fetch_max;
#[path = "../broken/once_cell.rs"]
mod broken_once_cell;
#[path = "../broken/spin_lock.rs"]
mod broken_spin_lock;

/// A value that notices when its uses race.
struct Journal(UnsafeCell<usize>);

impl Journal {
    fn new() -> Self {
        Self(UnsafeCell::new(0))
    }

    fn read(&self) -> usize {
        // SAFETY: loom panics first if there is a writer.
        self.0.with(|entries| unsafe { *entries })
    }

    fn write(&mut self) {
        // SAFETY: loom panics first if there is anyone else.
        self.0.with_mut(|entries| unsafe { *entries += 1 });
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        self.write();
    }
}

// ANCHOR: arc
/// Two owners read, and go away. Whoever is the last drops the value, which writes.
fn read_and_drop<A: Deref<Target = Journal> + 'static>(here: A, there: A) {
    let other = thread::spawn(move || there.read());
    here.read();
    drop(here);
    other.join().expect("it ends");
}

#[test]
fn the_last_owner_drops_after_all_have_read() {
    loom::model(|| {
        let journal = arc::Arc::new(Journal::new());
        read_and_drop(journal.clone(), journal);
    });
}

#[test]
#[should_panic(expected = "Causality violation: Concurrent")]
fn with_a_relaxed_count_the_last_owner_may_drop_too_early() {
    loom::model(|| {
        let journal = broken_arc::Arc::new(Journal::new());
        read_and_drop(journal.clone(), journal);
    });
}
// ANCHOR_END: arc

#[test]
fn upgrade_gives_a_live_value_or_none() {
    loom::model(|| {
        let journal = arc::Arc::new(Journal::new());
        let link = arc::Arc::downgrade(&journal);
        let other = thread::spawn(move || link.upgrade().map(|journal| journal.read()));
        drop(journal);
        assert_ne!(other.join().expect("it ends"), Some(1));
    });
}

#[test]
fn get_mut_waits_for_what_other_owners_did() {
    loom::model(|| {
        let mut journal = arc::Arc::new(Journal::new());
        let second = arc::Arc::clone(&journal);
        let other = thread::spawn(move || second.read());
        arc::Arc::get_mut(&mut journal).map(Journal::write);
        other.join().expect("it ends");
    });
}

#[test]
fn get_mut_is_refused_while_a_weak_handle_can_become_an_owner() {
    loom::model(|| {
        let mut journal = arc::Arc::new(Journal::new());
        let second = arc::Arc::clone(&journal);
        let other = thread::spawn(move || {
            let link = arc::Arc::downgrade(&second);
            drop(second);
            link.upgrade().map(|journal| journal.read());
        });
        arc::Arc::get_mut(&mut journal).map(Journal::write);
        other.join().expect("it ends");
    });
}

// ANCHOR: spin-lock
fn increment(mut entries: impl DerefMut<Target = usize>) {
    *entries += 1;
}

#[test]
fn one_guard_sees_what_the_last_one_wrote() {
    loom::model(|| {
        let lock = LoomArc::new(spin_lock::SpinLock::new(0));
        let other = LoomArc::clone(&lock);
        let other = thread::spawn(move || increment(other.lock()));
        increment(lock.lock());
        other.join().expect("it ends");
        assert_eq!(*lock.lock(), 2);
    });
}

#[test]
#[should_panic(expected = "Causality violation: Concurrent")]
fn a_lock_that_opens_relaxed_does_not_publish() {
    loom::model(|| {
        let lock = LoomArc::new(broken_spin_lock::SpinLock::new(0));
        let other = LoomArc::clone(&lock);
        let other = thread::spawn(move || increment(other.lock()));
        increment(lock.lock());
        other.join().expect("it ends");
    });
}
// ANCHOR_END: spin-lock

#[test]
fn a_message_arrives_with_what_was_done_before_it() {
    loom::model(|| {
        let (sender, receiver) = channel::channel();
        thread::spawn(move || {
            let mut journal = Journal::new();
            journal.write();
            sender.send(journal);
        });
        assert_eq!(receiver.receive().map(|journal| journal.read()), Some(1));
    });
}

#[test]
fn a_receiver_learns_that_no_message_will_come() {
    loom::model(|| {
        let (sender, receiver) = channel::channel::<u8>();
        thread::spawn(move || drop(sender));
        assert_eq!(receiver.receive(), None);
    });
}

/// loom's `Arc` complains when it is leaked or dropped twice.
#[test]
fn a_message_that_nobody_takes_is_dropped_once() {
    loom::model(|| {
        let (sender, receiver) = channel::channel();
        thread::spawn(move || sender.send(LoomArc::new(())));
        drop(receiver);
    });
}

#[test]
#[should_panic(expected = "Causality violation: Concurrent")]
fn a_channel_that_announces_relaxed_may_deliver_too_early() {
    loom::model(|| {
        let channel = LoomArc::new(broken_channel::Channel::new());
        let receiver = LoomArc::clone(&channel);
        // SAFETY: it is called once.
        thread::spawn(move || unsafe { channel.send(42) });
        receiver.try_receive();
    });
}

/// Two threads ask the same cell.
#[test]
fn one_thread_fills_the_cell_for_both() {
    loom::model(|| {
        let cell = LoomArc::new(once_cell::OnceCell::new());
        let other = LoomArc::clone(&cell);
        let other = thread::spawn(move || *other.get_or_init(|| 1));
        let here = *cell.get_or_init(|| 2);
        assert_eq!(other.join().expect("it ends"), here);
    });
}

#[test]
#[should_panic(expected = "Causality violation: Concurrent")]
fn double_checked_locking_needs_more_than_a_relaxed_flag() {
    loom::model(|| {
        let cell = LoomArc::new(broken_once_cell::OnceCell::new());
        let other = LoomArc::clone(&cell);
        thread::spawn(move || other.get_or_init(|| 1));
        cell.get_or_init(|| 2);
    });
}

// ANCHOR: fetch-max
/// Two threads report how long a queue was; returns the longest that was recorded.
fn report_two(fetch_max: fn(&AtomicUsize, usize) -> usize) -> usize {
    let longest = LoomArc::new(AtomicUsize::new(0));
    let other = LoomArc::clone(&longest);
    let other = thread::spawn(move || fetch_max(&other, 5));
    fetch_max(&longest, 3);
    other.join().expect("it ends");
    longest.load(std::sync::atomic::Ordering::Relaxed)
}

#[test]
fn a_compare_exchange_loop_keeps_the_highest() {
    loom::model(|| assert_eq!(report_two(fetch_max::fetch_max), 5));
}

#[test]
#[should_panic(expected = "the highest is lost\n  left: 3")]
fn a_load_and_a_store_lose_the_highest() {
    loom::model(|| {
        assert_eq!(report_two(broken_fetch_max::fetch_max), 5, "the highest is lost");
    });
}
// ANCHOR_END: fetch-max
