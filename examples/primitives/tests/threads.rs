//! On real threads: what loom's model does not have, such as panics, destructors and being woken up.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use primitives::arc::{Arc, Weak};
use primitives::channel::channel;
use primitives::once_cell::OnceCell;
use primitives::spin_lock::SpinLock;

/// Tells when it is dropped.
struct Signal(mpsc::Sender<&'static str>);

impl Drop for Signal {
    fn drop(&mut self) {
        self.0.send("dropped").expect("the test waits");
    }
}

#[test]
fn a_value_is_dropped_with_its_last_owner() {
    let (sender, dropped) = mpsc::channel();
    let first = Arc::new(Signal(sender));
    let owners: Vec<_> = (0..8).map(|_| Arc::clone(&first)).collect();
    let link = Arc::downgrade(&first);
    drop(first);
    assert!(link.upgrade().is_some() && dropped.try_recv().is_err());
    let threads: Vec<_> =
        owners.into_iter().map(|owner| thread::spawn(move || drop(owner))).collect();
    for thread in threads {
        thread.join().expect("it ends");
    }
    assert_eq!(dropped.try_iter().count(), 1);
    assert!(link.upgrade().is_none());
}

#[test]
fn only_a_single_handle_gives_mutable_access() {
    let mut stock = Arc::new(3);
    *Arc::get_mut(&mut stock).expect("a single handle") -= 1;
    let second = Arc::clone(&stock);
    assert_eq!(Arc::get_mut(&mut stock), None);
    drop(second);
    let link = Arc::downgrade(&stock);
    assert_eq!(Arc::get_mut(&mut stock), None);
    drop((Weak::clone(&link), link));
    assert_eq!(Arc::get_mut(&mut stock), Some(&mut 2));
}

#[test]
fn values_that_point_back_weakly_are_dropped() {
    struct Child {
        parent: Weak<Parent>,
        _signal: Signal,
    }
    struct Parent {
        child: SpinLock<Option<Arc<Child>>>,
    }
    let (sender, dropped) = mpsc::channel();
    let parent = Arc::new(Parent { child: SpinLock::new(None) });
    let child = Child { parent: Arc::downgrade(&parent), _signal: Signal(sender) };
    *parent.child.lock() = Some(Arc::new(child));
    let child = parent.child.lock().clone().expect("it was put there");
    assert!(child.parent.upgrade().is_some());
    drop(child);
    drop(parent);
    assert_eq!(dropped.try_recv(), Ok("dropped"));
}

#[test]
fn a_panic_of_the_holder_opens_the_lock() {
    let lock = SpinLock::new(0);
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        let mut guard = lock.lock();
        *guard = 1;
        panic!("planted");
    }));
    assert!(panicked.is_err());
    assert_eq!(*lock.lock(), 1, "there is no poisoning");
}

#[test]
fn no_increment_is_lost() {
    let served = SpinLock::new(0);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (0..1000).for_each(|_| *served.lock() += 1));
        }
    });
    assert_eq!(*served.lock(), 4000);
}

/// What `receive` returns when it waited first; the test fails, and does not hang, if nobody wakes it.
fn received_by_one_who_waits(send: impl FnOnce(primitives::channel::Sender<u8>)) -> Option<u8> {
    let (to_test, result) = mpsc::channel();
    let (hand_over, handed_over) = mpsc::channel();
    thread::spawn(move || {
        let (sender, receiver) = channel();
        hand_over.send(sender).expect("the test waits");
        to_test.send(receiver.receive()).expect("the test waits");
    });
    let sender = handed_over.recv().expect("a channel");
    thread::sleep(Duration::from_millis(20)); // most likely, the receiver is parked now
    send(sender);
    result.recv_timeout(Duration::from_secs(20)).expect("the receiver is woken")
}

#[test]
fn a_receiver_that_waits_is_woken() {
    assert_eq!(received_by_one_who_waits(|sender| sender.send(7)), Some(7));
    assert_eq!(received_by_one_who_waits(drop), None);
}

#[test]
fn a_cell_whose_initialization_panics_can_be_filled_again() {
    let cell = OnceCell::new();
    let panicked = catch_unwind(AssertUnwindSafe(|| cell.get_or_init(|| panic!("planted"))));
    assert!(panicked.is_err() && cell.get().is_none());
    assert_eq!(*cell.get_or_init(|| 7), 7);
}

#[test]
fn a_full_cell_drops_its_value_and_an_empty_one_drops_nothing() {
    let (sender, dropped) = mpsc::channel();
    let cell = OnceCell::new();
    cell.get_or_init(|| Signal(sender));
    drop((cell, OnceCell::<Signal>::new()));
    assert_eq!(dropped.try_iter().count(), 1);
}
