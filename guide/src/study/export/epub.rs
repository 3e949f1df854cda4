//! A book for e-readers: the chapters in order, answers shown, without what needs JavaScript.

use std::collections::BTreeSet;
use std::io::Cursor;
use std::time::UNIX_EPOCH;

use anyhow::{Context, Result};
use chrono::{DateTime, Utc};
use epub_builder::{EpubBuilder, EpubContent, EpubVersion, ReferenceType, TocElement, ZipLibrary};
use walkdir::WalkDir;

use super::archive::rewrite;
use super::markup::{change, escape, find, wrap_lines, write};
use super::rendered::{Page, Rendered, Section, link, remove_chrome};
use crate::book::{BOOK_TOML, digest};

const STYLE: &str = include_str!("epub.css");
const TITLE_PAGE: &str = "title.xhtml";
/// The list of files in the book, which names what is special about each.
const PACKAGE: &str = "OEBPS/content.opf";

/// The file, which e-readers open. The same book and site give the same bytes.
pub(super) fn export(guide: &Rendered<'_>) -> Result<Vec<u8>> {
    let mut sections = guide.sections()?;
    let kept: BTreeSet<String> =
        sections.iter().flat_map(|section| &section.pages).map(|page| page.path.clone()).collect();
    for page in sections.iter_mut().flat_map(|section| &mut section.pages) {
        prepare(page, &kept);
    }
    let mut book = EpubBuilder::new(ZipLibrary::new()?)?;
    describe(&mut book, guide)?;
    book.stylesheet(STYLE.as_bytes())?;
    book.add_content(title_page(guide))?;
    for (index, section) in sections.iter().enumerate() {
        add_section(&mut book, guide, index, section)?;
    }
    let mut bytes = Vec::new();
    book.generate(&mut bytes)?;
    let drawings = drawings(&sections);
    rewrite(&bytes, PACKAGE, |package| completed(package, &drawings))
}

fn describe(book: &mut EpubBuilder<ZipLibrary>, guide: &Rendered<'_>) -> Result<()> {
    let config = &guide.book.config.book;
    book.epub_version(EpubVersion::V33);
    book.set_title(guide.title());
    book.set_languages(vec![config.language.clone().unwrap_or("en".to_owned())]);
    book.set_authors(config.authors.clone());
    book.set_generator("cargo guide");
    book.set_toc_name("Contents");
    if let Some(description) = &config.description {
        book.add_description(description);
    }
    // Named by its title: a newer one takes the place of this one.
    let name: [u8; 16] = digest(guide.title()).as_bytes()[..16].try_into()?;
    book.set_uuid(uuid::Builder::from_random_bytes(name).into_uuid());
    book.set_modified_date(modified(guide)?);
    Ok(())
}

/// When the newest of the files was written that the book is made of.
fn modified(guide: &Rendered<'_>) -> Result<DateTime<Utc>> {
    let source = guide.book.root.join(guide.book.source_dir());
    let files =
        WalkDir::new(source).into_iter().chain(WalkDir::new(guide.book.root.join(BOOK_TOML)));
    let times = files.filter_map(|file| file.ok()?.metadata().ok()?.modified().ok());
    let newest = times.max().unwrap_or(UNIX_EPOCH).duration_since(UNIX_EPOCH)?;
    let seconds = i64::try_from(newest.as_secs())?;
    DateTime::from_timestamp(seconds, 0).context("a file of the book is from another age")
}

fn title_page(guide: &Rendered<'_>) -> EpubContent<Cursor<Vec<u8>>> {
    let title = guide.title();
    let description = guide.book.config.book.description.as_deref().unwrap_or_default();
    let body = format!(
        "<div class=\"title-page\"><h1>{}</h1>\n<p>{}</p></div>",
        escape(title),
        escape(description)
    );
    let page = document(guide, TITLE_PAGE, title, &body);
    content(TITLE_PAGE, page).title(title).reftype(ReferenceType::TitlePage)
}

fn add_section(
    book: &mut EpubBuilder<ZipLibrary>,
    guide: &Rendered<'_>,
    index: usize,
    section: &Section,
) -> Result<()> {
    let level = if let Some(title) = &section.title {
        let file = format!("part-{index}.xhtml");
        let body = format!("<div class=\"title-page\"><h1>{}</h1></div>", escape(title));
        let page = document(guide, &file, title, &body);
        book.add_content(content(&file, page).title(title))?;
        2
    } else {
        1
    };
    for page in &section.pages {
        add_page(book, guide, page, level)?;
    }
    Ok(())
}

fn add_page(
    book: &mut EpubBuilder<ZipLibrary>,
    guide: &Rendered<'_>,
    page: &Page,
    level: i32,
) -> Result<()> {
    let file = file(&page.path);
    let text = document(guide, &file, &page.title, &write(&page.content));
    let mut entry = content(&file, text).title(&page.title).level(level);
    let questions = guide.catalog.questions.iter().filter(|row| row.chapter == page.path);
    for row in questions {
        entry = entry.child(TocElement::new(format!("{file}#{}", row.id), &row.text));
    }
    book.add_content(entry)?;
    Ok(())
}

fn content(file: &str, text: String) -> EpubContent<Cursor<Vec<u8>>> {
    EpubContent::new(file, Cursor::new(text.into_bytes()))
}

fn file(path: &str) -> String {
    format!("{path}.xhtml")
}

fn document(guide: &Rendered<'_>, file: &str, title: &str, body: &str) -> String {
    let language = escape(guide.book.config.book.language.as_deref().unwrap_or("en"));
    let root = "../".repeat(file.matches('/').count());
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE html>\n\
         <html xmlns=\"http://www.w3.org/1999/xhtml\" lang=\"{language}\" xml:lang=\"{language}\">\n\
         <head><title>{}</title><link rel=\"stylesheet\" href=\"{root}stylesheet.css\"/></head>\n\
         <body>{body}</body>\n</html>\n",
        escape(title)
    )
}

/// Makes a page of the site one of a book on paper: nothing to click but links to what is in the book.
fn prepare(page: &mut Page, kept: &BTreeSet<String>) {
    remove_chrome(&mut page.content);
    let path = &page.path;
    link(&mut page.content, &|target| link_from(path, target, kept));
    change(&mut page.content, &mut |element| match &*element.name {
        "a" if element.has_class("header") => {
            element.remove("href");
            "span".clone_into(&mut element.name);
        }
        "details" | "summary" => "div".clone_into(&mut element.name),
        "code" if element.get("class").starts_with("language-") => wrap_lines(element),
        "svg" => element.set("xmlns", "http://www.w3.org/2000/svg"),
        _ => {}
    });
}

/// The target of a link as it is in the book: the files lie as in the site.
fn link_from(page: &str, target: &str, kept: &BTreeSet<String>) -> Option<String> {
    if target.starts_with('#') || target.contains(':') {
        return Some(target.to_owned());
    }
    let (address, fragment) = target.split_once('#').unwrap_or((target, ""));
    let address = address.strip_suffix(".html")?;
    let separator = if fragment.is_empty() { "" } else { "#" };
    let is_kept = kept.contains(&resolve(page, address));
    is_kept.then(|| format!("{}{separator}{fragment}", file(address)))
}

/// The path that a link on a page leads to.
fn resolve(page: &str, address: &str) -> String {
    let mut path: Vec<&str> = page.split('/').collect();
    path.pop();
    for step in address.split('/') {
        match step {
            ".." => path.truncate(path.len().saturating_sub(1)),
            "." => {}
            _ => path.push(step),
        }
    }
    path.join("/")
}

/// The list of files as `EpubBuilder` writes it, with what it cannot say: which pages hold drawings.
fn completed(package: &str, drawings: &[String]) -> String {
    let mut package = package.to_owned();
    for file in drawings {
        let item = format!("href=\"{file}\"");
        package = package.replace(&item, &format!("properties=\"svg\" {item}"));
    }
    // It gives the first language and the first author the same id.
    package.replace("<dc:language id=\"epub-creator-", "<dc:language id=\"language-")
}

/// The files of the pages with drawings in them.
fn drawings(sections: &[Section]) -> Vec<String> {
    let pages = sections.iter().flat_map(|section| &section.pages);
    let drawn = pages.filter(|page| find(&page.content, &|part| part.name == "svg").is_some());
    drawn.map(|page| file(&page.path)).collect()
}
