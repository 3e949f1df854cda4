//! `book.toml`, read strictly: mdBook itself looks at some tables only when it needs them.

use std::path::Path;

use mdbook_core::config::{Config, HtmlConfig};

use super::finding::{Finding, Location};
use super::info::nearest;
use super::source::{self, position};

const BOOK_TOML: &str = "book.toml";
const KEYS: [&str; 34] = [
    "book",
    "build",
    "rust",
    "output",
    "preprocessor",
    "title",
    "authors",
    "description",
    "src",
    "language",
    "text-direction",
    "build-dir",
    "create-missing",
    "use-default-preprocessors",
    "extra-watch-dirs",
    "edition",
    "html",
    "theme",
    "default-theme",
    "preferred-dark-theme",
    "smart-punctuation",
    "additional-css",
    "additional-js",
    "fold",
    "playground",
    "code",
    "print",
    "search",
    "git-repository-url",
    "edit-url-template",
    "site-url",
    "cname",
    "redirect",
    "no-section-label",
];

/// Reads `book.toml`.
pub(crate) fn load(root: &Path) -> Result<Config, Finding> {
    let text = source::read(&root.join(BOOK_TOML), BOOK_TOML)?;
    let config: Config = toml::from_str(&text).map_err(|error| invalid(&text, &error))?;
    config
        .get::<HtmlConfig>("output.html")
        .map_err(|error| invalid_html(&text, &format!("{error:#}")))?;
    Ok(config)
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

fn invalid(text: &str, error: &toml::de::Error) -> Finding {
    let (line, column) = position(text, error.span().map_or(0, |span| span.start));
    finding(line, column, error.message())
}

fn invalid_html(text: &str, message: &str) -> Finding {
    let key = message.split('`').find(|part| text.lines().any(|line| is_key(line, part)));
    let line = key.and_then(|key| text.lines().position(|line| is_key(line, key)));
    finding(line.map_or(1, |index| index + 1), 1, message)
}

fn is_key(line: &str, key: &str) -> bool {
    let rest = line.trim_start().strip_prefix(key);
    rest.is_some_and(|rest| rest.trim_start().starts_with('='))
}

fn finding(line: usize, column: usize, message: &str) -> Finding {
    let message = message.lines().collect::<Vec<_>>().join(" ");
    let word = message.split('`').nth(1).unwrap_or_default();
    let remedy = match nearest(word, &KEYS) {
        Some(near) if near != word => format!("did you mean `{near}`?"),
        _ => "correct the line, or remove it".to_owned(),
    };
    Finding::new(
        Location::new(BOOK_TOML, line, column),
        "book-toml",
        format!("mdBook cannot use this: {message}"),
        "a key and a value that mdBook 0.5 knows",
        remedy,
    )
}
