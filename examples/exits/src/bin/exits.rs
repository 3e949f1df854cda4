//! `process::exit` with the code in the first argument, in the middle of things.

use std::env;
use std::io::{BufWriter, Write, stdout};
use std::process;

struct Order;

impl Drop for Order {
    fn drop(&mut self) {
        println!("the order is dropped");
    }
}

fn main() {
    let _order = Order;
    let mut report = BufWriter::new(stdout());
    write!(report, "report").expect("the buffer has room");
    print!("unfinished line");
    let code = env::args().nth(1).expect("a code");
    process::exit(code.parse().expect("a number"));
}
