fn stored() -> u32 {
    7
}

// ANCHOR: use
fn main() {
    assert_eq!(stored(), 7);
}
// ANCHOR_END: use

// ANCHOR: wrong
fn wrong() {
    assert_eq!(stored(), 8);
}
// ANCHOR_END: wrong
