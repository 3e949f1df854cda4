//! How the cost of a timer grows with the number of timers: the life of a timeout, which is mostly to be set
//! and taken back.

use std::collections::BTreeMap;

use fastrand::Rng;
use measurement::{Table, medians};
use runtime::timers::Wheel;

/// Timers that come and go beside those that are there.
const VISITS: u64 = 10_000;
const ROUNDS: usize = 31;

/// A time within the next 30 seconds, in ticks of a millisecond.
fn deadline(random: &mut Rng) -> u64 {
    random.u64(1..30_000)
}

fn visit_wheel(timers: u64) -> impl Fn() {
    let (mut random, mut wheel) = (Rng::with_seed(1), Wheel::default());
    for timer in 0..timers {
        wheel.insert(deadline(&mut random), timer);
    }
    let wheel = std::cell::RefCell::new(wheel);
    move || {
        let (mut random, mut wheel) = (Rng::with_seed(2), wheel.borrow_mut());
        for timer in timers..timers + VISITS {
            let key = wheel.insert(deadline(&mut random), timer);
            assert_eq!(wheel.remove(key), Some(timer));
        }
    }
}

fn visit_map(timers: u64) -> impl Fn() {
    let (mut random, mut map) = (Rng::with_seed(1), BTreeMap::new());
    for timer in 0..timers {
        map.insert((deadline(&mut random), timer), timer);
    }
    let map = std::cell::RefCell::new(map);
    move || {
        let (mut random, mut map) = (Rng::with_seed(2), map.borrow_mut());
        for timer in timers..timers + VISITS {
            let key = (deadline(&mut random), timer);
            map.insert(key, timer);
            assert_eq!(map.remove(&key), Some(timer));
        }
    }
}

fn main() {
    let sizes = [100, 1_000, 10_000, 100_000];
    let [a, b, c, d] = sizes.map(visit_wheel);
    let wheel = medians(ROUNDS, [&a, &b, &c, &d]);
    let [a, b, c, d] = sizes.map(visit_map);
    let map = medians(ROUNDS, [&a, &b, &c, &d]);
    let columns = ["timing wheel", "sorted map"];
    let quantity = "time to set a timer and take it back, 100 timers = 1";
    let mut table = Table::curve(quantity, "timers", columns);
    for (size, (wheel_time, map_time)) in sizes.into_iter().zip(wheel.into_iter().zip(map)) {
        table = table.row(size, [wheel_time / wheel[0], map_time / map[0]]);
    }
    let lead = (map[3] / map[0]) / (wheel[3] / wheel[0]);
    let claim = "from 100 to 100,000 timers, a sorted map's time grows at least {} times as much as a wheel's";
    table.claim(claim, 1.5, lead);
}
