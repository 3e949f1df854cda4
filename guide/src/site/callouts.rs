//! Callouts: mdbook-admonish, run on the directives that `book.toml` declares.

use std::path::Path;
use std::sync::LazyLock;

use anyhow::{Context, Result};
use mdbook::config::Config as AdmonishConfig;
use mdbook::preprocess::{Preprocessor, PreprocessorContext};
use mdbook_admonish::Admonish;
use mdbook_core::book::{Book, BookItem, Chapter};
use mdbook_core::config::Config;
use regex::Regex;
use toml::{Table, Value};

use super::annotate::Kinds;

/// Where admonish's settings stand. mdBook would start a program for a table directly below
/// `preprocessor`.
const TABLE: &str = "preprocessor.guide.admonish";
/// The stylesheet that `book.toml` lists, relative to the root.
pub(super) const STYLESHEET: &str = "theme/generated/callouts.css";
/// admonish refuses to work beside a stylesheet of an older version. Ours is made by the same crate.
const ASSETS_VERSION: &str = "3.1.0";

static COLLAPSIBLE_NOTE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#"(<details [^>]*?) role="note""#).expect("a correct pattern"));

/// The kinds of callouts that a book declares.
pub(super) struct Callouts {
    settings: Table,
}

impl Callouts {
    /// Reads the declarations from the book's configuration.
    pub(super) fn of(config: &Config) -> Result<Self> {
        let mut settings: Table = config.get(TABLE)?.unwrap_or_default();
        settings.insert("assets_version".into(), ASSETS_VERSION.into());
        Ok(Self { settings })
    }

    /// The directives with their titles.
    pub(super) fn kinds(&self) -> Kinds {
        self.directives().map(|(name, value)| (name.clone(), title(name, value))).collect()
    }

    /// Turns the directives of a chapter into HTML.
    pub(super) fn render(&self, chapter: &mut Chapter, renderer: &str) -> Result<()> {
        let context = PreprocessorContext {
            config: AdmonishConfig::with_preprocessor("admonish", self.settings.clone()),
            renderer: renderer.to_owned(),
        };
        let alone = Chapter { sub_items: Vec::new(), ..chapter.clone() };
        let alone = Book::new_with_items(vec![BookItem::Chapter(alone)]);
        for rendered in Admonish.run(&context, alone)?.chapters() {
            // What a reader opens and closes is no note, and a screen reader would say that it is.
            chapter.content = COLLAPSIBLE_NOTE.replace_all(&rendered.content, "$1").into_owned();
        }
        Ok(())
    }

    /// Writes the stylesheet with the icon and the color of each directive.
    pub(super) fn write_stylesheet(&self, root: &Path) -> Result<()> {
        let css = self.stylesheet(root)?;
        let path = root.join(STYLESHEET);
        if std::fs::read_to_string(&path).is_ok_and(|present| present == css) {
            return Ok(());
        }
        mdbook_core::utils::fs::write(&path, css)
    }

    /// Directive by directive: admonish keeps them in no order, and a build should be reproducible.
    fn stylesheet(&self, root: &Path) -> Result<String> {
        self.directives().map(|(name, directive)| style(root, name, directive)).collect()
    }

    fn directives(&self) -> impl Iterator<Item = (&String, &Value)> {
        let custom = self.settings.get("directive").and_then(|table| table.get("custom"));
        custom.and_then(Value::as_table).into_iter().flatten()
    }
}

fn style(root: &Path, name: &str, directive: &Value) -> Result<String> {
    let directive = Table::from_iter([(name.to_owned(), directive.clone())]);
    let custom = Table::from_iter([("custom".to_owned(), Value::Table(directive))]);
    let settings = Table::from_iter([("directive".to_owned(), Value::Table(custom))]);
    mdbook_admonish::custom::css_from_config(root, &settings.to_string())
        .with_context(|| format!("book.toml: [{TABLE}.directive.custom.{name}] cannot be used"))
}

fn title(name: &str, directive: &Value) -> String {
    let title = directive.get("title").and_then(Value::as_str);
    title.unwrap_or(name).to_owned()
}
