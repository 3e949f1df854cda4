//! What is derived from the questions, so that it cannot drift from them.

mod cards;
mod catalog;
pub mod export;
mod plan;

pub use self::cards::{Card, cards};
pub use self::catalog::{Catalog, Counts, Part, Reading, Row, catalog};
pub use self::plan::{CARD_MINUTES, Day, Entry, Plan, ready_made};
