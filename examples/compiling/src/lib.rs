//! Source text, and the compiler that runs on it: what the measurements in `benches/` share.

mod rustc;
pub mod sources;

pub use rustc::{CHECK, Ir, rustc};
