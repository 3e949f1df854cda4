//! `main` returns a code.

use std::process::ExitCode;

struct Order;

impl Drop for Order {
    fn drop(&mut self) {
        println!("the order is dropped");
    }
}

fn main() -> ExitCode {
    let _order = Order;
    ExitCode::from(42)
}
