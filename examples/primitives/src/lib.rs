//! What the standard library is made of, small enough to read in one sitting.
//!
//! Each module is a type that everybody uses, rebuilt from raw memory and atomics. The directory `broken/`
//! beside `src/` holds twins with one mistake each, and `tests/` the tool that catches it. Use the types
//! of `std`: these are for reading.

pub mod arc;
pub mod channel;
pub mod fetch_max;
pub mod once_cell;
pub mod spin_lock;
mod sync;
pub mod vec;
