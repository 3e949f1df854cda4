//! Asks for more memory than the process may have: politely first, then not.

use std::hint::black_box;

const GIGABYTE: usize = 1 << 30;

fn main() {
    let mut cache: Vec<u8> = Vec::new();
    println!("a megabyte: {}", cache.try_reserve(1 << 20).is_ok());
    println!("a gigabyte: {}", cache.try_reserve(GIGABYTE).is_ok());
    black_box(vec![0_u8; GIGABYTE]);
    println!("there is enough");
}
