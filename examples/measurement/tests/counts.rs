//! Counts under valgrind are right, and the same in every run. Without a harness, because `counts` starts
//! this program again.

use measurement::{Event, counts};

fn main() {
    let sum =
        |numbers: &Vec<u64>| numbers.iter().fold(0_u64, |sum, number| sum.rotate_left(7) ^ number);
    let nothing = |_: &Vec<u64>| 0;
    let counted =
        counts(Event::Instructions, &[10, 10_000, 10_000], |&n| vec![1; n], [sum, nothing]);
    let [[few, _], [many, none], [again, _]] = counted;
    assert!(many >= few + 9_990.0, "{counted:?}");
    assert!(none < 100.0, "{counted:?}");
    assert!((many - again).abs() < 0.5, "{counted:?}");
}
