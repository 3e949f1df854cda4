//! The site: what is rendered, what it looks like, and how it is served.

mod book;
mod build;
mod colors;
mod figures;
mod offline;
mod privacy;
#[cfg(target_os = "linux")]
mod recheck;
mod serve;
mod weight;
