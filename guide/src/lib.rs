//! Builds, serves and proves the Executable Rust Interview Guide.
//!
//! Four rooms, with dependencies in one direction only:
//!
//! ```text
//! cli ──► site ──► check ──► book
//!    └──► study ────────────► book
//! ```
//!
//! - [`book`] reads Markdown and `book.toml` into chapters, questions and samples. It starts no process.
//! - [`check`] proves the samples: plan, tangle, compile, run, verdict, report, cache.
//! - [`site`] builds and serves the pages.
//! - [`study`] derives lists from the questions.
//! - [`cli`] is the command line; `main.rs` only calls it.

pub mod book;
pub mod check;
pub mod cli;
pub mod site;
pub mod study;
