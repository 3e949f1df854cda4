//! The static site: mdBook's driver with the guide's preprocessor linked in.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use mdbook_core::config::Config;
use mdbook_driver::MDBook;
use mdbook_renderer::{RenderContext, Renderer};
use toml::{Table, Value};

use super::annotate::Audience;
use super::offline::keep_offline;
use super::preprocess::Guide;
use super::staging::Staging;
use super::{study, warnings};
use crate::book::Book;

/// Builds the book in `root` into the directory `destination`. The site that was there stays until the
/// new one is complete.
///
/// # Errors
///
/// When the book cannot be rendered or the site cannot be written; [`super::Misrendered`] when mdBook
/// warns of something in the book.
pub fn build(root: &Path, destination: &Path) -> Result<()> {
    ensure!(
        !root.starts_with(destination),
        "{}: the site would replace the book itself\n  to do: correct `build-dir` in book.toml",
        destination.display()
    );
    let parent = destination.parent().context("the site cannot be written to `/`")?;
    let staging =
        Staging::new(parent).with_context(|| format!("cannot write to {}", parent.display()))?;
    let fresh = staging.path().join("fresh");
    let book = render(root, &fresh, Audience::Reader)?;
    keep_offline(&book, &fresh)?;
    replace(destination, &fresh, &staging.path().join("stale"))
        .with_context(|| format!("cannot replace {}", destination.display()))
}

/// Renders the book in `root` into the directory `destination`, for readers as a stock `mdbook build` would,
/// and adds the study tools.
pub(super) fn render(root: &Path, destination: &Path, audience: Audience) -> Result<Arc<Book>> {
    let mut config = config(root)?;
    config.build.build_dir = destination.into();
    keep_html_only(&mut config)?;
    derive_edit_links(&mut config)?;
    let source = Arc::new(Book::load(root));
    let book = load(root, config, Guide { source: Arc::clone(&source), audience })?;
    warnings::refuse(|| book.build())?;
    study::write_tools(&source, destination)?;
    Ok(source)
}

/// Writes the prepared book as mdBook hands it to renderers that are programs, such as a link checker.
///
/// # Errors
///
/// When the book cannot be prepared, or nobody reads what is written.
pub fn render_context(root: &Path) -> Result<()> {
    let source = Arc::new(Book::load(root));
    let guide = Guide { source, audience: Audience::Reader };
    load(root, config(root)?, guide)?.execute_build_process(&ToStdout)
}

struct ToStdout;

impl Renderer for ToStdout {
    /// What preprocessors take it for: links stand in the callouts that they make for HTML.
    fn name(&self) -> &'static str {
        "html"
    }

    fn render(&self, context: &RenderContext) -> Result<()> {
        serde_json::to_writer(std::io::stdout(), context).context("cannot write the book")
    }
}

fn config(root: &Path) -> Result<Config> {
    let mut config = Config::from_disk(root.join("book.toml"))?;
    config.update_from_env()?;
    Ok(config)
}

fn load(root: &Path, config: Config, guide: Guide) -> Result<MDBook> {
    let mut book = MDBook::load_with_config(root, config)?;
    // Takes the place of the command in book.toml, which runs this very preprocessor.
    book.with_preprocessor(guide);
    Ok(book)
}

/// Other renderers in book.toml are programs, such as a link checker.
fn keep_html_only(config: &mut Config) -> Result<()> {
    let html: Value = config.get("output.html")?.unwrap_or(Value::Table(Table::new()));
    config.set("output", Table::from_iter([("html".to_owned(), html)]))
}

/// The address of the repository is the one thing to set: edit links follow from it.
fn derive_edit_links(config: &mut Config) -> Result<()> {
    let repository: Option<String> = config.get("output.html.git-repository-url")?;
    if let Some(repository) = repository
        && !config.contains_key("output.html.edit-url-template")
    {
        let template = format!("{}/edit/main/{{path}}", repository.trim_end_matches('/'));
        config.set("output.html.edit-url-template", template)?;
    }
    Ok(())
}

fn replace(destination: &Path, fresh: &Path, stale: &PathBuf) -> std::io::Result<()> {
    if destination.exists() {
        fs::rename(destination, stale)?;
    }
    fs::rename(fresh, destination)
}
