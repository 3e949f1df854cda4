//! What is derived from the questions, so that it cannot drift from them.

mod cards;
mod catalog;
pub mod export;

pub use self::cards::{Card, cards};
pub use self::catalog::{Catalog, Counts, Part, Row, catalog};
