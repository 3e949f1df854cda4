//! Any mdBook, read as `mdbook test` reads it: the standard words of rustdoc and mdBook, and nothing
//! else. What is not standard is counted, and never wrong.

use std::collections::BTreeSet;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use mdbook_core::book::{Book as Pages, BookItem, Chapter as Page};
use mdbook_core::config::{Config, RustEdition};
use mdbook_driver::builtin_preprocessors::LinkPreprocessor;
use mdbook_markdown::{MarkdownOptions, new_cmark_parser};
use mdbook_preprocessor::{Preprocessor, PreprocessorContext};
use mdbook_summary::SummaryItem;
use pulldown_cmark::{CodeBlockKind, Event, Tag, TagEnd};

use super::doctest::{self, Words};
use super::info::Edition;
use super::source::Lines;
use super::{BOOK_TOML, Book, Chapter, Finding, Form, Location, Sample};

/// Words that mean something to mdBook, and nothing to a test.
const MDBOOK_WORDS: [&str; 6] =
    ["editable", "mdbook-runnable", "playground", "playpen", "noplayground", "noplaypen"];

impl Book {
    /// Reads the samples of any mdBook. Only a `book.toml` or a `SUMMARY.md` that mdBook cannot use is
    /// in [`Book::findings`]; what is not standard is in [`Book::ignored`].
    #[must_use]
    pub fn load_foreign(root: &Path) -> Self {
        let mut book = Self { root: root.to_owned(), ..Self::default() };
        if let Err(finding) = book.read_foreign() {
            book.findings.push(finding);
        }
        book
    }

    fn read_foreign(&mut self) -> Result<(), Finding> {
        self.config = config(&self.root)?;
        for preprocessor in self.preprocessors() {
            self.ignore(format!("preprocessor `{preprocessor}`"));
        }
        for path in chapters(self)? {
            match fs::read_to_string(self.root.join(self.source_dir()).join(&path)) {
                Ok(text) => self.add_foreign(&path, text.trim_start_matches('\u{feff}')),
                Err(_) => self.ignore(format!("chapter `{}`: unreadable", path.display())),
            }
        }
        Ok(())
    }

    /// Programs that change the text before mdBook tests it.
    fn preprocessors(&self) -> Vec<String> {
        let tables = self.config.preprocessors::<toml::Value>().unwrap_or_default();
        tables.into_keys().filter(|name| !["links", "index"].contains(&name.as_str())).collect()
    }

    fn ignore(&mut self, what: String) {
        *self.ignored.entry(what).or_default() += 1;
    }

    fn add_foreign(&mut self, path: &Path, text: &str) {
        let page = Expanded::new(self, path, text);
        let name = path.to_string_lossy().replace('\\', "/");
        let file = format!("{}/{name}", self.source_dir().display());
        let mut chapter = Chapter::empty(&name, file, text.to_owned());
        for block in blocks(&page.text) {
            self.add_block(&mut chapter, &page, &block);
        }
        self.chapters.push(chapter);
    }

    fn add_block(&mut self, chapter: &mut Chapter, page: &Expanded, block: &Block) {
        let Some(words) = Words::parse(&block.info) else { return };
        for word in words.unknown.iter().filter(|word| !MDBOOK_WORDS.contains(&word.as_str())) {
            self.ignore(format!("word `{word}`"));
        }
        let code = doctest::unhide(&block.body);
        let form = words.form();
        let program = if form == Form::Tests { code } else { doctest::program(&code) };
        let lines = page.author_line(block.lines.start)..=page.author_line(block.lines.end);
        chapter.samples.push(Sample {
            chapter: chapter.path.clone(),
            file: chapter.file.clone(),
            question: None,
            included: !block.is_fenced || lines.end() - lines.start() != block.lines.len(),
            lines,
            column: block.column,
            expectation: words.expectation(env!("GUIDE_TARGET")),
            edition: words.edition.unwrap_or_else(|| edition(&self.config)),
            warns: BTreeSet::new(),
            text: mark_signs(&program),
            form,
            checks: Vec::new(),
            options: Vec::new(),
        });
    }
}

/// The text as a [`Sample`] holds it, where a line of code that starts with `#` must say that it does.
fn mark_signs(code: &str) -> String {
    let line = |line: &str| {
        let start = line.trim_start();
        let like_a_mark = start == "#" || start.starts_with("# ") || start.starts_with("##");
        if like_a_mark { line.replacen('#', "##", 1) } else { line.to_owned() }
    };
    code.lines().map(line).flat_map(|line| [line, "\n".to_owned()]).collect()
}

/// mdBook works without a `book.toml` too.
fn config(root: &Path) -> Result<Config, Finding> {
    let path = root.join(BOOK_TOML);
    if !path.exists() {
        return Ok(Config::default());
    }
    Config::from_disk(&path)
        .map_err(|error| unusable("book-toml", BOOK_TOML, &format!("{error:#}")))
}

/// rustdoc's default is the oldest one.
fn edition(config: &Config) -> Edition {
    match config.rust.edition {
        Some(RustEdition::E2018) => Edition::E2018,
        Some(RustEdition::E2021) => Edition::E2021,
        Some(RustEdition::E2024) => Edition::E2024,
        _ => Edition::E2015,
    }
}

/// The chapters that `SUMMARY.md` lists, relative to the source directory.
fn chapters(book: &Book) -> Result<Vec<PathBuf>, Finding> {
    let file = format!("{}/SUMMARY.md", book.source_dir().display());
    let unusable = |error: String| unusable("summary", &file, &error);
    let text =
        fs::read_to_string(book.root.join(&file)).map_err(|error| unusable(error.to_string()))?;
    let summary =
        mdbook_summary::parse_summary(&text).map_err(|error| unusable(format!("{error:#}")))?;
    let mut paths = Vec::new();
    for items in [&summary.prefix_chapters, &summary.numbered_chapters, &summary.suffix_chapters] {
        collect(items, &mut paths);
    }
    Ok(paths)
}

fn collect(items: &[SummaryItem], paths: &mut Vec<PathBuf>) {
    for item in items {
        if let SummaryItem::Link(link) = item {
            paths.extend(link.location.clone());
            collect(&link.nested_items, paths);
        }
    }
}

fn unusable(rule: &'static str, file: &str, error: &str) -> Finding {
    let what = format!("mdBook cannot use it: {error}");
    Finding::new(
        Location::new(file, 1, 1),
        rule,
        what,
        "a book that mdBook can build",
        "correct it",
    )
}

/// A chapter with mdBook's includes in place.
struct Expanded {
    text: String,
    /// For each line of `text`, the line from which it comes in the chapter; both from 1.
    origins: Vec<usize>,
}

impl Expanded {
    fn new(book: &Book, path: &Path, text: &str) -> Self {
        let mut page = Self { text: String::new(), origins: Vec::new() };
        let lines: Vec<&str> = text.lines().collect();
        for (line, content) in include(book, path, &lines).into_iter().enumerate() {
            page.origins.extend(content.split('\n').map(|_| line + 1));
            page.text.extend([&content, "\n"]);
        }
        page
    }

    /// The chapter's line of a line of the text; a block that is never closed ends behind the last one.
    fn author_line(&self, line: usize) -> usize {
        let behind = || self.origins.last().map_or(line, |last| last + line - self.origins.len());
        self.origins.get(line - 1).copied().unwrap_or_else(behind)
    }
}

/// mdBook's own includes, done line by line, so that what comes from where is known.
fn include(book: &Book, path: &Path, lines: &[&str]) -> Vec<String> {
    let as_page =
        |line: &&str| BookItem::Chapter(Page::new("", (*line).to_owned(), path, Vec::new()));
    let pages = Pages::new_with_items(lines.iter().map(as_page).collect());
    let context = PreprocessorContext::new(book.root.clone(), book.config.clone(), "test".into());
    let expanded = if book.config.build.use_default_preprocessors {
        LinkPreprocessor::new().run(&context, pages).unwrap_or_default()
    } else {
        pages
    };
    let text_of = |item| if let BookItem::Chapter(page) = item { Some(page.content) } else { None };
    expanded.items.into_iter().filter_map(text_of).collect()
}

/// A code block, fenced or indented.
struct Block {
    info: String,
    body: String,
    /// From the opening fence, or the first line of an indented block, to the line below the body.
    lines: Range<usize>,
    column: usize,
    is_fenced: bool,
}

/// All code blocks of a page.
fn blocks(text: &str) -> Vec<Block> {
    let lines = Lines::of(text);
    let mut blocks: Vec<Block> = Vec::new();
    let mut inside = false;
    for (event, range) in new_cmark_parser(text, &MarkdownOptions::default()).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(kind)) => {
                blocks.push(Block::at(kind, lines.position(text, range.start)));
                inside = true;
            }
            Event::End(TagEnd::CodeBlock) => inside = false,
            Event::Text(code) if inside => {
                blocks.last_mut().expect("it has been opened").body.push_str(&code);
            }
            _ => {}
        }
    }
    for block in &mut blocks {
        let length = block.body.lines().count() + usize::from(block.is_fenced);
        block.lines.end = block.lines.start + length;
    }
    blocks
}

impl Block {
    fn at(kind: CodeBlockKind<'_>, (line, column): (usize, usize)) -> Self {
        let info = match kind {
            CodeBlockKind::Fenced(info) => Some(info.into_string()),
            CodeBlockKind::Indented => None,
        };
        let is_fenced = info.is_some();
        let (info, body) = (info.unwrap_or_default(), String::new());
        Self { info, body, lines: line..line, column, is_fenced }
    }
}
