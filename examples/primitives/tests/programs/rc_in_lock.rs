//! Clones an `Rc` out of a lock, on two threads. With `--cfg broken`, the lock is one that permits it.

use std::rc::Rc;
use std::thread;

#[path = "../../src/spin_lock.rs"]
mod spin_lock;
#[path = "../../src/sync.rs"]
mod sync;
use spin_lock::SpinLock;

#[cfg(broken)]
#[path = "../../broken/shared_lock.rs"]
mod shared_lock;

fn clone_and_drop(menu: &SpinLock<Rc<&str>>) {
    let mine = Rc::clone(&menu.lock());
    drop(mine); // outside of the lock
}

fn main() {
    let menu = SpinLock::new(Rc::new("tea"));
    #[cfg(broken)]
    let menu = shared_lock::SharedLock(menu);
    let menu = Box::leak(Box::new(menu));
    // Not scoped: ThreadSanitizer does not see how a scope waits for its threads.
    let threads = [(); 2].map(|()| thread::spawn(|| (0..100).for_each(|_| clone_and_drop(menu))));
    for thread in threads {
        thread.join().expect("it does not panic");
    }
}
