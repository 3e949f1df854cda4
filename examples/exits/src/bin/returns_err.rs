//! `main` returns an error.

use std::io;

struct Order;

impl Drop for Order {
    fn drop(&mut self) {
        println!("the order is dropped");
    }
}

fn main() -> io::Result<()> {
    let _order = Order;
    Err(io::Error::other("the disk is full"))
}
