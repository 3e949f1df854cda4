//! Data laid out for the cache, and against it: what the measurements in `benches/` compare.

pub mod counters;
pub mod matrix;
