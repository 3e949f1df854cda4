//! The guide in forms to take along, all derived from the rendered site, so that they say what it says.

mod anki;
mod archive;
mod epub;
mod json;
mod markup;
mod pdf;
mod rendered;
mod zip;

use std::path::Path;

use anyhow::Result;

pub use self::json::SCHEMA;
pub use self::pdf::{NoBrowser, browser};
pub use self::rendered::Rendered;

/// A form of the guide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// A deck for Anki: a card for each question
    Anki,
    /// A book for e-readers
    Epub,
    /// A book for printers and tablets; needs Chromium or Chrome
    Pdf,
    /// The questions and their answers for other programs
    Json,
    /// The site for a disk: unpack it and open its `index.html`
    Zip,
}

impl Format {
    /// What the names of its files end in.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Anki => "apkg",
            Self::Epub => "epub",
            Self::Pdf => "pdf",
            Self::Json => "json",
            Self::Zip => "zip",
        }
    }

    /// The contents of the file. `work` is an empty directory that whoever calls removes.
    ///
    /// # Errors
    ///
    /// When a page is not as mdBook renders it, or cannot be read; [`NoBrowser`] when a PDF is wanted and
    /// there is nothing to print it with.
    pub fn export(self, guide: &Rendered<'_>, work: &Path) -> Result<Vec<u8>> {
        match self {
            Self::Anki => anki::export(guide),
            Self::Epub => epub::export(guide),
            Self::Pdf => pdf::export(guide, work),
            Self::Json => json::export(guide),
            Self::Zip => zip::export(guide),
        }
    }
}
