//! `process::abort`, in the middle of things.

use std::process;

struct Order;

impl Drop for Order {
    fn drop(&mut self) {
        println!("the order is dropped");
    }
}

fn main() {
    let _order = Order;
    print!("unfinished line");
    process::abort();
}
