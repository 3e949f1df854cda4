//! Drops handles in different orders. What is freed too early or never, a sanitizer sees.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

#[path = "../../src/arc.rs"]
mod arc;
#[path = "../../src/sync.rs"]
mod sync;
use arc::Arc;

struct Order(String);

impl Drop for Order {
    fn drop(&mut self) {
        if self.0 == "tea" {
            resume_unwind(Box::new("planted"));
        }
    }
}

fn main() {
    let coffee = Arc::new(Order("coffee".to_owned()));
    let (second, link) = (Arc::clone(&coffee), Arc::downgrade(&coffee));
    drop(coffee);
    assert_eq!(link.upgrade().map(|order| order.0.len()), Some(6));
    drop(second);
    assert!(link.upgrade().is_none());
    drop(link);

    let tea = Arc::new(Order("tea".to_owned()));
    catch_unwind(AssertUnwindSafe(|| drop(tea))).unwrap_err();
}
