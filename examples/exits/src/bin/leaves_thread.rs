//! `main` returns while another thread is at work.

use std::sync::mpsc;
use std::thread;

struct Order(&'static str);

impl Drop for Order {
    fn drop(&mut self) {
        println!("the order of {} is dropped", self.0);
    }
}

fn main() {
    let _order = Order("main");
    let (ready, wait) = mpsc::channel();
    thread::spawn(move || {
        let _order = Order("the thread");
        ready.send(()).expect("main waits");
        thread::park(); // for good
        println!("the thread ends");
    });
    wait.recv().expect("the thread starts");
}
