//! A panic reaches a function with C's calling convention.

use std::panic::catch_unwind;

struct Order(&'static str);

impl Drop for Order {
    fn drop(&mut self) {
        println!("the order of {} is dropped", self.0);
    }
}

extern "C" fn callback() {
    let _order = Order("the callback");
    panic!("no more tea");
}

fn main() {
    let _order = Order("main");
    let caught = catch_unwind(|| callback());
    println!("caught: {}", caught.is_err());
}
