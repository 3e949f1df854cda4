//! A recursion has no end, in a thread with a name, within `catch_unwind`.

use std::hint::black_box;
use std::panic::catch_unwind;
use std::thread;

fn depth(below: u64) -> u64 {
    let page = black_box([below; 64]);
    if page[0] == u64::MAX { 0 } else { depth(below + 1) + black_box(page)[1] }
}

fn main() {
    let parser = thread::Builder::new().name("parser".into());
    let thread = parser.spawn(|| catch_unwind(|| depth(0)).is_err());
    println!("caught: {:?}", thread.expect("a thread").join());
}
