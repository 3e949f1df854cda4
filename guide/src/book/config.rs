//! `book.toml`, read strictly: mdBook itself looks at some tables only when it needs them.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::LazyLock;

use mdbook_core::config::{Config, HtmlConfig};
use regex::Regex;

use super::finding::{Finding, Location};
use super::info::nearest;
use super::source::{self, position};

/// The book's settings, relative to its root.
pub(crate) const BOOK_TOML: &str = "book.toml";
/// What serde says about a key or a value that is not in its list, with the list.
static UNKNOWN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"unknown (?:field|variant) `(?P<word>[^`]*)`, expected (?:one of )?(?P<known>.*)")
        .expect("a valid pattern")
});

/// Reads `book.toml`.
pub(crate) fn load(root: &Path) -> Result<Config, Finding> {
    let text = source::read(&root.join(BOOK_TOML), BOOK_TOML)?;
    let config: Config = toml::from_str(&text).map_err(|error| invalid(&text, &error))?;
    config
        .get::<HtmlConfig>("output.html")
        .map_err(|error| invalid_html(&text, &format!("{error:#}")))?;
    match misspelled_table(&text, &config) {
        Some(finding) => Err(finding),
        None => Ok(config),
    }
}

/// A table that mdBook would take for another program's: it knows no list of those.
fn misspelled_table(text: &str, config: &Config) -> Option<Finding> {
    let tables = |found: anyhow::Result<BTreeMap<String, toml::Value>>| {
        found.unwrap_or_default().into_keys()
    };
    let outputs = tables(config.outputs()).map(|key| (key, "html"));
    let all = outputs.chain(tables(config.preprocessors()).map(|key| (key, "guide")));
    let near = |(key, name): &(String, &str)| key != name && nearest(key, &[name]).is_some();
    let (key, name) = all.into_iter().find(near)?;
    let message = format!("unknown field `{key}`, expected `{name}`");
    Some(finding(line_of(text, &key), 1, &message))
}

/// The directives that the book declares for mdbook-admonish.
pub(crate) fn directives(config: &Config) -> Vec<String> {
    let declared =
        ["preprocessor.guide.admonish", "preprocessor.admonish"].iter().find_map(|table| {
            config.get::<toml::Table>(&format!("{table}.directive.custom")).ok().flatten()
        });
    declared.map(|table| table.keys().cloned().collect()).unwrap_or_default()
}

/// Pages outside of the book whose samples are proved too.
pub(crate) fn also_prove(config: &Config) -> Vec<String> {
    config.get("preprocessor.guide.also-prove").ok().flatten().unwrap_or_default()
}

/// The parts and chapters that each role is asked about.
pub(crate) fn roles(config: &Config) -> BTreeMap<String, Vec<String>> {
    config.get("preprocessor.guide.roles").ok().flatten().unwrap_or_default()
}

fn invalid(text: &str, error: &toml::de::Error) -> Finding {
    let (line, column) = position(text, error.span().map_or(0, |span| span.start));
    finding(line, column, error.message())
}

fn invalid_html(text: &str, message: &str) -> Finding {
    let word =
        UNKNOWN.captures(message).map_or("html".to_owned(), |found| found["word"].to_owned());
    finding(line_of(text, &word), 1, message)
}

/// The line, from 1, that names this key, or the first one.
fn line_of(text: &str, word: &str) -> usize {
    let names = |line: &str| {
        let line = line.split('=').next().unwrap_or_default();
        line.split(['[', ']', '.']).any(|part| part.trim() == word)
    };
    text.lines().position(names).map_or(1, |index| index + 1)
}

fn finding(line: usize, column: usize, message: &str) -> Finding {
    let message = message.lines().collect::<Vec<_>>().join(" ");
    let at = Location::new(BOOK_TOML, line, column);
    let Some(found) = UNKNOWN.captures(&message) else {
        let what = format!("mdBook cannot use this: {message}");
        return Finding::new(
            at,
            "book-toml",
            what,
            "a key and a value that mdBook 0.5 knows",
            "correct the line, or remove it",
        );
    };
    let (word, known) = (&found["word"], &found["known"]);
    let known: Vec<&str> = known.split('`').skip(1).step_by(2).collect();
    let remedy = match nearest(word, &known) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("remove `{word}`, or correct it"),
    };
    let expected = format!("one of `{}`", known.join("`, `"));
    Finding::new(at, "book-toml", format!("mdBook does not know `{word}`"), expected, remedy)
}
