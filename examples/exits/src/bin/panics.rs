//! The main thread panics.

struct Order;

impl Drop for Order {
    fn drop(&mut self) {
        println!("the order is dropped");
    }
}

fn main() {
    let _order = Order;
    panic!("no more tea");
}
