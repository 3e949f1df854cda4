//! Prints lines until something stops it.

fn main() {
    loop {
        println!("tea");
    }
}
