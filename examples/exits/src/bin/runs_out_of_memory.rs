//! More memory is asked for than there can be: politely first, then not.

use std::hint::black_box;

fn main() {
    let most = isize::MAX.cast_unsigned();
    let mut polite: Vec<u8> = Vec::new();
    println!("try_reserve gives an error: {}", polite.try_reserve(most).is_err());
    black_box(Vec::<u8>::with_capacity(most));
    println!("there is enough");
}
