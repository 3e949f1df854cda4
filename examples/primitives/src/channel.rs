//! A channel for one message.

use std::marker::PhantomData;
use std::mem::MaybeUninit;

use crate::arc::Arc;
use crate::sync::UnsafeCell;
use crate::sync::atomic::AtomicU8;
use crate::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use crate::sync::thread::{self, Thread};

/// No message yet. Only the sender leaves this state.
const EMPTY: u8 = 0;
/// The message is in the slot. Only the receiver leaves this state.
const SENT: u8 = 1;
/// The message was taken out, or will never come.
const CLOSED: u8 = 2;

/// What both ends share.
#[derive(Debug)]
struct Slot<T> {
    state: AtomicU8,
    /// Initialized exactly while `state` is `SENT`.
    message: UnsafeCell<MaybeUninit<T>>,
}

// SAFETY: the sender writes the message before it stores `SENT`, the receiver reads it after it saw
// `SENT`; never both at once. The message changes threads, so it must be `Send`.
unsafe impl<T: Send> Sync for Slot<T> {}

/// The end that sends, once.
#[derive(Debug)]
pub struct Sender<T> {
    slot: Arc<Slot<T>>,
    receiver: Thread,
}

/// The end that waits for the message. It stays on the thread that made the channel, because that is the
/// one which the sender wakes:
///
/// ```compile_fail,E0277
/// let (_sender, receiver) = primitives::channel::channel::<u8>();
/// std::thread::spawn(move || receiver.receive());
/// ```
#[derive(Debug)]
pub struct Receiver<T> {
    slot: Arc<Slot<T>>,
    /// Raw pointers are not `Send`, and so neither is the receiver.
    stays_here: PhantomData<*const ()>,
}

/// A channel whose receiver belongs to the current thread.
///
/// ```
/// use primitives::channel::channel;
///
/// let (sender, receiver) = channel();
/// std::thread::spawn(move || sender.send("order 42"));
/// assert_eq!(receiver.receive(), Some("order 42"));
/// ```
#[must_use]
pub fn channel<T>() -> (Sender<T>, Receiver<T>) {
    let state = AtomicU8::new(EMPTY);
    let slot = Arc::new(Slot { state, message: UnsafeCell::new(MaybeUninit::uninit()) });
    let sender = Sender { slot: Arc::clone(&slot), receiver: thread::current() };
    (sender, Receiver { slot, stays_here: PhantomData })
}

impl<T> Sender<T> {
    /// Sends the message. If the receiver is gone, the message is dropped with the channel.
    pub fn send(self, message: T) {
        // SAFETY: the state is `EMPTY`: there is one sender, and `send` consumes it. So the receiver does
        // not touch the message, and nothing is overwritten.
        self.slot.message.with_mut(|slot| unsafe { (*slot).write(message) });
        self.slot.state.store(SENT, Release);
    }
}

/// Runs after `send`, too.
impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        // Only the sender leaves `EMPTY`, so nothing changes it between the two lines.
        if self.slot.state.load(Relaxed) == EMPTY {
            self.slot.state.store(CLOSED, Relaxed);
        }
        self.receiver.unpark();
    }
}

impl<T> Receiver<T> {
    /// Waits for the message; `None` if the sender was dropped without sending one.
    #[must_use]
    pub fn receive(self) -> Option<T> {
        // A thread can be unparked by anyone and for no reason, so the state decides. An `unpark` between
        // the load and `park` is not lost: that `park` returns at once.
        while self.slot.state.load(Relaxed) == EMPTY {
            thread::park();
        }
        self.slot.take()
    }
}

impl<T> Slot<T> {
    /// Takes out the message, if there is one. `Acquire` pairs with the `Release` in `send`: what the
    /// sender wrote happens before what is read here.
    fn take(&self) -> Option<T> {
        if self.state.load(Acquire) != SENT {
            return None;
        }
        self.state.store(CLOSED, Relaxed);
        // SAFETY: the state was `SENT`, so the message is initialized and the sender is done with it. The
        // state is `CLOSED` now, so it is read only once.
        Some(self.message.with(|slot| unsafe { (*slot).assume_init_read() }))
    }
}

/// Drops a message that nobody took.
impl<T> Drop for Slot<T> {
    fn drop(&mut self) {
        drop(self.take());
    }
}
