//! What other tools say about the samples of a book, and how long they take.
//!
//! A crate of its own, so that nobody who only reads or writes chapters compiles skeptic.

mod generated;
mod table;
mod tools;
mod view;

pub use self::generated::generate;
pub use self::table::{print_tables, table};
pub use self::tools::Tool;
pub use self::view::write_view;
