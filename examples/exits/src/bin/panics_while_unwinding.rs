//! A destructor panics while a panic unwinds the stack.

struct Order;

impl Drop for Order {
    fn drop(&mut self) {
        panic!("cannot cancel");
    }
}

struct Receipt(&'static str);

impl Drop for Receipt {
    fn drop(&mut self) {
        println!("the {} receipt is dropped", self.0);
    }
}

fn main() {
    let _first = Receipt("first");
    let _order = Order;
    let _second = Receipt("second");
    panic!("no more tea");
}
