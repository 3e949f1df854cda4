//! Counts beads.

fn main() {}
