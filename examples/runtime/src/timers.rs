//! Timers: futures that end at a time. Knows nothing of tasks or sockets, only of wakers and of a clock that
//! somebody advances.

mod wheel;

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker, ready};
use std::time::{Duration, Instant};

use crate::executor::budget;
use crate::sync::lock;

pub use wheel::{Key, Wheel};

/// All timers of a runtime, to the millisecond. A timer never ends early.
pub struct Timers {
    start: Instant,
    state: Mutex<State>,
    interrupt: Box<dyn Fn() + Send + Sync>,
}

#[derive(Default)]
struct State {
    wheel: Wheel<Waker>,
    /// Until when the thread sleeps that advances the wheel, if it does.
    asleep_until: Option<u64>,
}

impl Timers {
    /// `interrupt` is called when a new timer ends before the one for which [`limit`](Self::limit) was
    /// computed.
    pub fn new(interrupt: impl Fn() + Send + Sync + 'static) -> Arc<Self> {
        let (start, state) = (Instant::now(), Mutex::default());
        Arc::new(Self { start, state, interrupt: Box::new(interrupt) })
    }

    /// A future that ends at a time, or at once if that is over.
    pub fn sleep_until(self: &Arc<Self>, deadline: Instant) -> Sleep {
        Sleep { timers: Arc::clone(self), deadline, key: None }
    }

    /// A future that ends after a time. One that is too long for the clock takes thirty years.
    pub fn sleep(self: &Arc<Self>, duration: Duration) -> Sleep {
        let now = Instant::now();
        let far = Duration::from_hours(30 * 365 * 24);
        self.sleep_until(now.checked_add(duration).unwrap_or(now + far))
    }

    // ANCHOR: timeout
    /// Runs a future for at most a time, then drops it.
    ///
    /// # Errors
    ///
    /// [`Elapsed`] if the time was over first. A future that is ready at its last chance still wins.
    pub async fn timeout<F: Future>(
        self: &Arc<Self>,
        duration: Duration,
        future: F,
    ) -> Result<F::Output, Elapsed> {
        let mut future = pin!(future);
        let mut sleep = self.sleep(duration);
        poll_fn(|cx| match future.as_mut().poll(cx) {
            Poll::Ready(value) => Poll::Ready(Ok(value)),
            Poll::Pending => {
                // The future may have used up the budget, and would again at each poll.
                budget::without(|| Pin::new(&mut sleep).poll(cx)).map(|()| Err(Elapsed))
            }
        })
        .await
    }
    // ANCHOR_END: timeout

    /// How long a thread may sleep, at most `limit`, before it must call [`advance`](Self::advance).
    pub fn limit(&self, now: Instant, limit: Option<Duration>) -> Option<Duration> {
        let mut state = lock(&self.state);
        let next = state.wheel.next();
        state.asleep_until = Some(next.unwrap_or(u64::MAX));
        let until_next = next.map(|tick| self.instant(tick).saturating_duration_since(now));
        limit.into_iter().chain(until_next).min()
    }

    /// Appends the wakers of the timers that have ended.
    pub fn advance(&self, now: Instant, wakers: &mut Vec<Waker>) {
        let mut state = lock(&self.state);
        state.asleep_until = None;
        // Rounded down, as deadlines are rounded up: a tick is over when all of it is.
        let tick = (now - self.start).as_millis();
        state.wheel.advance(u64::try_from(tick).unwrap_or(u64::MAX), wakers);
    }

    fn instant(&self, tick: u64) -> Instant {
        self.start + Duration::from_millis(tick)
    }

    fn tick(&self, deadline: Instant) -> u64 {
        let after_start = deadline.saturating_duration_since(self.start);
        u64::try_from(after_start.as_nanos().div_ceil(1_000_000)).unwrap_or(u64::MAX)
    }

    /// Has a waker woken at the deadline; replaces that of the key, if it has one.
    fn register(&self, key: &mut Option<Key>, deadline: Instant, waker: &Waker) {
        let waker = waker.clone();
        let mut state = lock(&self.state);
        if let Some(present) = key.and_then(|key| state.wheel.get_mut(key)) {
            let former = std::mem::replace(present, waker);
            drop(state);
            drop(former);
            return;
        }
        let tick = self.tick(deadline);
        *key = Some(state.wheel.insert(tick, waker));
        let earlier = state.asleep_until.take_if(|until| tick < *until).is_some();
        drop(state);
        if earlier {
            (self.interrupt)();
        }
    }
}

/// A future that ends at a time. Dropping it takes it out of the wheel.
pub struct Sleep {
    timers: Arc<Timers>,
    deadline: Instant,
    key: Option<Key>,
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        ready!(budget::poll_proceed(cx));
        // The clock decides, so a wake for another reason does no harm.
        if Instant::now() >= self.deadline {
            return Poll::Ready(());
        }
        let Self { timers, deadline, key } = &mut *self;
        timers.register(key, *deadline, cx.waker());
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        let waker = self.key.and_then(|key| lock(&self.timers.state).wheel.remove(key));
        drop(waker);
    }
}

/// The time was over first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Elapsed;

impl std::fmt::Display for Elapsed {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("the time was over before the future was ready")
    }
}

impl std::error::Error for Elapsed {}
