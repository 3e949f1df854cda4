//! A destructor panics at the end of `main`, and nothing else does.

struct Order;

impl Drop for Order {
    fn drop(&mut self) {
        panic!("cannot cancel");
    }
}

struct Receipt;

impl Drop for Receipt {
    fn drop(&mut self) {
        println!("the receipt is dropped");
    }
}

fn main() {
    let _receipt = Receipt;
    let _order = Order;
}
