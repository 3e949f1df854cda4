//! The counts are those of the closure and of nothing else.

use std::hint::black_box;
use std::thread;

use chapter_support::{Allocations, allocations};

fn made<T>(work: impl FnOnce() -> T) -> (usize, usize) {
    let Allocations { count, bytes } = allocations(|| black_box(work())).1;
    (count, bytes)
}

#[test]
fn nothing_is_counted_where_nothing_is_allocated() {
    assert_eq!(made(String::new), (0, 0));
    assert_eq!(made(|| black_box([0_u8; 64])), (0, 0));
}

#[test]
fn every_request_is_counted_with_its_bytes() {
    assert_eq!(made(|| Box::new(7_u64)), (1, 8));
    assert_eq!(made(|| vec![0_u8; 100]), (1, 100));
    assert_eq!(made(|| vec![String::from("ada"); 10]).0, 11);
}

#[test]
fn a_resized_buffer_is_one_more_request_of_the_new_size() {
    let mut log = String::with_capacity(10);
    assert_eq!(made(|| log.reserve_exact(100)), (1, 100));
    log.push('!');
    assert_eq!(made(|| log.shrink_to_fit()), (1, 1));
}

#[test]
fn to_free_is_not_to_allocate() {
    let name = String::from("ada");
    assert_eq!(made(|| drop(name)), (0, 0));
    assert_eq!(made(|| (0..3).for_each(|_| drop(black_box(Box::new(1_u8))))), (3, 3));
}

#[test]
fn only_the_thread_of_the_closure_counts() {
    let (other, here) = allocations(|| {
        let spawned = thread::spawn(|| made(|| vec![0_u8; 1 << 20]));
        spawned.join().expect("a thread that does not panic")
    });
    assert_eq!(other, (1, 1 << 20));
    assert!(here.bytes < 1 << 20, "{here:?}");
}

#[test]
fn nested_counts_add_up() {
    let (inner, outer) = allocations(|| {
        let _name = black_box(Box::new(1_u16));
        made(|| Box::new(2_u32))
    });
    assert_eq!(inner, (1, 4));
    assert_eq!(outer, Allocations { count: 2, bytes: 6 });
}

#[test]
fn a_panic_leaves_the_counts_usable() {
    let _ = std::panic::catch_unwind(|| allocations(|| std::panic::resume_unwind(Box::new(1_u8))));
    assert_eq!(made(|| Box::new(1_u8)), (1, 1));
}

#[test]
fn destructors_at_the_end_of_a_thread_may_allocate() {
    struct Allocates;
    impl Drop for Allocates {
        fn drop(&mut self) {
            assert_eq!(made(|| Box::new(7_u64)), (1, 8));
        }
    }
    thread_local!(static LAST: Allocates = const { Allocates });
    thread::spawn(|| LAST.with(|_| ())).join().expect("a thread that does not panic");
}
