//! The site: what mdBook renders, what the guide adds to it, and the local server.
//!
//! - [`build`] writes the static site.
//! - [`serve()`] shows it while it is being written.
//! - [`preprocess`] lets a stock `mdbook build` render the same pages.

mod annotate;
mod build;
mod callouts;
mod chart;
mod figure;
mod highlight;
mod offline;
mod plan;
mod preprocess;
mod puzzle;
mod scripts;
mod serve;
mod staging;
mod study;
mod warnings;

pub use self::build::{build, render_context};
pub use self::preprocess::{preprocess, supports_renderer};
pub use self::serve::{Options, Server, serve};
pub use self::warnings::Misrendered;
