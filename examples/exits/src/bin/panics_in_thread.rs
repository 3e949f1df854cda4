//! Another thread than the main one panics.

use std::thread;

struct Order(&'static str);

impl Drop for Order {
    fn drop(&mut self) {
        println!("the order of {} is dropped", self.0);
    }
}

fn main() {
    let _order = Order("main");
    let thread = thread::spawn(|| {
        let _order = Order("the thread");
        panic!("no more tea");
    });
    let result = thread.join();
    println!("main goes on, and join gives an error: {}", result.is_err());
}
