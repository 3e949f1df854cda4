//! A panic is caught.

use std::panic::catch_unwind;

fn main() {
    let caught = catch_unwind(|| panic!("no more tea"));
    println!("caught: {}", caught.is_err());
}
