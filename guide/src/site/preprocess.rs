//! The preprocessor that turns the guide's conventions into what mdBook can render.

use std::io::{Read, Write};
use std::mem;
use std::sync::Arc;

use anyhow::{Context, Result, bail, ensure};
use mdbook_core::book::{Book, Chapter};
use mdbook_preprocessor::{Preprocessor, PreprocessorContext, parse_input};

use super::annotate::{Audience, annotate};
use super::callouts::Callouts;
use super::study::{fill_in, write_reading_script};
use crate::book::{self, UNDECLARED_DIRECTIVE};
use crate::study::catalog;

/// Annotations first, then callouts: both work on the author's own lines, so this runs before mdBook
/// resolves includes.
pub(super) struct Guide {
    pub(super) source: Arc<book::Book>,
    pub(super) audience: Audience,
}

impl Preprocessor for Guide {
    fn name(&self) -> &'static str {
        "guide"
    }

    fn run(&self, context: &PreprocessorContext, mut book: Book) -> Result<Book> {
        let callouts = Callouts::of(&context.config)?;
        callouts.write_stylesheet(&context.root)?;
        write_reading_script(&context.root)?;
        let source = &*self.source;
        refuse_undeclared(source)?;
        let mut outcome = Ok(());
        book.for_each_chapter_mut(|chapter| {
            if let (Ok(()), Some(ours)) = (&outcome, find(source, chapter)) {
                outcome = prepare(chapter, ours, &callouts, self.audience, &context.renderer)
                    .with_context(|| format!("cannot show {}", ours.file));
            }
        });
        let catalog = catalog(source);
        book.for_each_chapter_mut(|chapter| {
            chapter.content = fill_in(mem::take(&mut chapter.content), &catalog);
        });
        outcome.map(|()| book)
    }

    fn supports_renderer(&self, renderer: &str) -> Result<bool> {
        Ok(supports_renderer(renderer))
    }
}

/// Whether the guide has anything to add for a renderer of mdBook.
#[must_use]
pub fn supports_renderer(renderer: &str) -> bool {
    renderer == "html"
}

/// Speaks mdBook's preprocessor protocol: the context and the book as JSON in, the changed book out.
///
/// # Errors
///
/// When the input is not what mdBook 0.5 sends, or when a chapter cannot be prepared.
pub fn preprocess(input: impl Read, mut output: impl Write) -> Result<()> {
    let (context, book) = parse_input(input)?;
    let source = Arc::new(book::Book::load(&context.root));
    let book = Guide { source, audience: Audience::Reader }.run(&context, book)?;
    serde_json::to_writer(&mut output, &book)?;
    output.flush().context("cannot write the book back to mdBook")
}

/// admonish would show a directive that is not declared as a plain note.
fn refuse_undeclared(source: &book::Book) -> Result<()> {
    match source.findings.iter().find(|finding| finding.rule == UNDECLARED_DIRECTIVE) {
        Some(undeclared) => bail!("{undeclared}"),
        None => Ok(()),
    }
}

fn prepare(
    chapter: &mut Chapter,
    ours: &book::Chapter,
    callouts: &Callouts,
    audience: Audience,
    renderer: &str,
) -> Result<()> {
    ensure!(
        ours.text.lines().eq(chapter.content.lines()),
        "another preprocessor has changed the chapter\n  \
         to do: list it in `before` of [preprocessor.guide] in book.toml",
    );
    chapter.content = annotate(ours, &callouts.kinds(), audience);
    callouts.render(chapter, renderer)
}

fn find<'source>(source: &'source book::Book, chapter: &Chapter) -> Option<&'source book::Chapter> {
    let path = chapter.source_path.as_ref()?.to_str()?.replace('\\', "/");
    source.chapters.iter().find(|chapter| chapter.path == path)
}
