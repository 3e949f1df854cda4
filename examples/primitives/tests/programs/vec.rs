//! Uses a method of the vector, named by the argument, where its broken twin fails. With `--cfg broken`,
//! it uses the twin.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

#[path = "../../src/vec.rs"]
mod vec;
#[cfg(not(broken))]
use vec::Vec as methods;

#[cfg(broken)]
#[path = "../../broken/vec.rs"]
mod methods;

use vec::Vec;

/// An order for tea cannot be dropped without a panic.
struct Order(String);

impl Drop for Order {
    fn drop(&mut self) {
        if self.0 == "tea" {
            resume_unwind(Box::new("planted"));
        }
    }
}

fn orders() -> Vec<Order> {
    ["milk", "tea", "coffee"].into_iter().map(|name| Order(name.to_owned())).collect()
}

fn push() {
    let mut numbers = Vec::new();
    numbers.reserve(4);
    (0..100_u64).for_each(|number| methods::push(&mut numbers, number));
    assert!(numbers.iter().copied().eq(0..100));
}

fn truncate() {
    let mut orders = orders();
    catch_unwind(AssertUnwindSafe(|| methods::truncate(&mut orders, 1))).unwrap_err();
    assert_eq!(orders[0].0, "milk");
}

fn insert_with() {
    let mut names: Vec<String> = ["milk", "coffee"].map(str::to_owned).into_iter().collect();
    let make = || resume_unwind(Box::new("planted"));
    catch_unwind(AssertUnwindSafe(|| methods::insert_with(&mut names, 1, make))).unwrap_err();
    assert_eq!(names[1], "coffee");
}

fn main() {
    match std::env::args().nth(1).as_deref() {
        Some("push") => push(),
        Some("truncate") => truncate(),
        Some("insert_with") => insert_with(),
        other => panic!("{other:?} is no method that has a twin"),
    }
}
