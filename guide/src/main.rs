//! `cargo guide`: see [`guide::cli`].

fn main() {}
