//! Builds, serves and proves the Executable Rust Interview Guide.

pub mod book;
pub mod site;
