//! The part of the mdBook 0.4 API that `mdbook-admonish` compiles against, on mdBook 0.5 types.
//!
//! `mdbook-admonish` 1.20 is written for mdBook 0.4, and its program cannot read the JSON of 0.5. Its
//! library needs little of mdBook, though. This crate, put in mdBook's place by `[patch.crates-io]`,
//! offers just that, so that one `Book` travels through our preprocessor and admonish alike.
//!
//! Delete this crate when `mdbook-admonish` supports mdBook 0.5.

/// The book as mdBook 0.5 represents it.
pub mod book {
    pub use mdbook_core::book::{Book, BookItem, Chapter};
}

/// mdBook's error type, which is `anyhow`'s in 0.4 and 0.5 alike.
pub mod errors {
    pub use mdbook_core::errors::{Error, Result};
}

/// The configuration, reduced to what a preprocessor reads from it.
pub mod config {
    use std::collections::HashMap;
    use toml::Table;

    /// The `[preprocessor.*]` tables of a `book.toml`.
    #[derive(Debug, Clone, Default)]
    pub struct Config {
        preprocessors: HashMap<String, Table>,
    }

    impl Config {
        /// A configuration with one preprocessor table.
        #[must_use]
        pub fn with_preprocessor(name: &str, table: Table) -> Self {
            Self { preprocessors: HashMap::from([(name.to_owned(), table)]) }
        }

        /// The table of one preprocessor, as mdBook 0.4 hands it out.
        #[must_use]
        pub fn get_preprocessor(&self, name: &str) -> Option<&Table> {
            self.preprocessors.get(name)
        }
    }
}

/// What mdBook 0.4 asks of a preprocessor and what it tells one.
pub mod preprocess {
    use crate::{book::Book, config::Config, errors::Result};

    /// A step between loading a book and rendering it.
    pub trait Preprocessor {
        /// The name of its table in `book.toml`.
        fn name(&self) -> &str;

        /// Returns the changed book.
        ///
        /// # Errors
        ///
        /// Whatever makes the book impossible to process.
        fn run(&self, ctx: &PreprocessorContext, book: Book) -> Result<Book>;

        /// Whether it has anything to do for this renderer.
        fn supports_renderer(&self, _renderer: &str) -> bool {
            true
        }
    }

    /// What a preprocessor knows about the run it is part of.
    #[derive(Debug, Clone)]
    pub struct PreprocessorContext {
        /// The configuration of the book.
        pub config: Config,
        /// The renderer that the book is being prepared for.
        pub renderer: String,
    }
}

/// Helpers that mdBook 0.4 offered to preprocessors.
pub mod utils {
    use std::collections::HashMap;
    use std::hash::BuildHasher;

    /// An HTML id made of `content`, numbered from its second use on, as in mdBook 0.4.
    pub fn unique_id_from_content<S: BuildHasher>(
        content: &str,
        used: &mut HashMap<String, usize, S>,
    ) -> String {
        let id = id_from_content(content);
        let count = used.entry(id.clone()).or_insert(0);
        let unique = match *count {
            0 => id,
            n => format!("{id}-{n}"),
        };
        *count += 1;
        unique
    }

    fn id_from_content(content: &str) -> String {
        without_tags(content)
            .trim()
            .chars()
            .filter_map(|c| match c {
                c if c.is_alphanumeric() || c == '_' || c == '-' => Some(c.to_ascii_lowercase()),
                c if c.is_whitespace() => Some('-'),
                _ => None,
            })
            .collect()
    }

    fn without_tags(content: &str) -> String {
        let mut in_tag = false;
        content
            .chars()
            .filter(|&c| {
                let was_in_tag = in_tag;
                in_tag = c == '<' || (in_tag && c != '>');
                !was_in_tag && !in_tag
            })
            .collect()
    }

    #[cfg(test)]
    mod tests {
        use super::unique_id_from_content;
        use std::collections::HashMap;

        #[test]
        fn ids_are_readable_and_unique() {
            let mut used = HashMap::new();
            let ids = ["Say", "<b>Trap</b> “It is `Copy`”", "Say", "Say"]
                .map(|title| unique_id_from_content(title, &mut used));
            assert_eq!(ids, ["say", "trap-it-is-copy", "say-1", "say-2"]);
        }
    }
}
