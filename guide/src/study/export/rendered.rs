//! The rendered site, page by page, as exports need it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use mdbook_summary::{Link, Summary, SummaryItem};

use super::markup::{Element, Node, change, find, parse};
use crate::book::Book;
use crate::study::{Card, Catalog, Row, cards, catalog};

/// What a page of the site keeps for a tool that needs JavaScript.
pub(super) const MOUNT: &str = "data-study";

/// A book and the site that was rendered from it.
#[derive(Debug)]
pub struct Rendered<'book> {
    pub(super) book: &'book Book,
    pub(super) site: &'book Path,
    pub(super) catalog: Catalog,
}

/// Chapters below one title of `SUMMARY.md`, or above the first.
#[derive(Debug, Default)]
pub(super) struct Section {
    pub(super) title: Option<String>,
    pub(super) pages: Vec<Page>,
}

/// A chapter as it is rendered.
#[derive(Debug)]
pub(super) struct Page {
    /// The path in the site without its extension, such as `core/ownership`.
    pub(super) path: String,
    pub(super) title: String,
    pub(super) content: Vec<Node>,
}

/// A callout: what its title says, and what stands below.
#[derive(Debug)]
pub(super) struct Callout {
    pub(super) title: Vec<Node>,
    pub(super) body: Vec<Node>,
}

impl<'book> Rendered<'book> {
    /// `site` is the directory into which the book was rendered.
    #[must_use]
    pub fn new(book: &'book Book, site: &'book Path) -> Self {
        Self { book, site, catalog: catalog(book) }
    }

    /// The book's title.
    #[must_use]
    pub fn title(&self) -> &str {
        self.book.config.book.title.as_deref().unwrap_or("The guide")
    }

    /// The title in small letters, with hyphens: the name of a file.
    #[must_use]
    pub fn name(&self) -> String {
        let title = self.title().to_lowercase();
        let words = title.split(|character: char| !character.is_alphanumeric());
        words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join("-")
    }

    /// The public address of the site with a slash at its end, if `book.toml` states it.
    pub(super) fn address(&self) -> Option<String> {
        let get = |key| self.book.config.get::<String>(key).ok().flatten();
        let path = get("output.html.site-url").unwrap_or_default();
        if path.contains("://") {
            return Some(format!("{}/", path.trim_end_matches('/')));
        }
        let host = get("output.html.cname")?;
        let path = path.trim_matches('/');
        Some(format!("https://{host}/{path}{}", if path.is_empty() { "" } else { "/" }))
    }

    /// The pages that somebody can read without a browser, in the order of the book.
    pub(super) fn sections(&self) -> Result<Vec<Section>> {
        let file = self.book.root.join(self.book.source_dir()).join("SUMMARY.md");
        let text =
            fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
        let summary: Summary = mdbook_summary::parse_summary(&text)?;
        let mut sections = vec![Section::default()];
        let chapters =
            [summary.prefix_chapters, summary.numbered_chapters, summary.suffix_chapters];
        for item in chapters.into_iter().flatten() {
            self.add(item, &mut sections)?;
        }
        sections.retain(|section| !section.pages.is_empty());
        Ok(sections)
    }

    fn add(&self, item: SummaryItem, sections: &mut Vec<Section>) -> Result<()> {
        match item {
            SummaryItem::PartTitle(title) => {
                sections.push(Section { title: Some(title), pages: Vec::new() });
            }
            SummaryItem::Link(link) => {
                let page = self.page(&link)?;
                sections.last_mut().expect("a section").pages.extend(page);
                link.nested_items.into_iter().try_for_each(|item| self.add(item, sections))?;
            }
            _ => {}
        }
        Ok(())
    }

    /// `None` for a chapter without a file, and for a page that is a tool of the site.
    fn page(&self, link: &Link) -> Result<Option<Page>> {
        let Some(location) = &link.location else { return Ok(None) };
        let path = location.with_extension("").to_string_lossy().replace('\\', "/");
        let path = path.strip_suffix("README").map_or(path.clone(), |dir| format!("{dir}index"));
        let content = self.content(&path)?;
        let is_tool = find(&content, &|element| !element.get(MOUNT).is_empty()).is_some();
        Ok((!is_tool).then(|| Page { path, title: link.name.clone(), content }))
    }

    /// What stands in `main` of a page.
    pub(super) fn content(&self, path: &str) -> Result<Vec<Node>> {
        let page = self.read(&format!("{path}.html"))?;
        let main = page.split_once("<main>").and_then(|(_, rest)| rest.split_once("</main>"));
        let (main, _) = main.with_context(|| format!("{path}.html has no content"))?;
        parse(main).with_context(|| format!("{path}.html cannot be read"))
    }

    /// The text of a file of the site.
    pub(super) fn read(&self, path: &str) -> Result<String> {
        let path = self.site.join(path);
        fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))
    }

    /// All questions with their cards, in the order of the book.
    pub(super) fn cards(&self) -> Result<Vec<(&Row, Card)>> {
        let mut all = Vec::new();
        for rows in self.catalog.questions.chunk_by(|one, next| one.chapter == next.chapter) {
            let page = self.read(&format!("{}.html", rows[0].chapter))?;
            let mut cards: BTreeMap<&str, Card> = cards(&page, rows);
            all.extend(rows.iter().map(|row| {
                let card = cards.remove(row.id.as_str()).unwrap_or_default();
                (row, card)
            }));
        }
        Ok(all)
    }

    /// A piece of a card without what only works on the site. Links lead to the public site, where there is
    /// one; elsewhere only those to other sites are left.
    pub(super) fn detached(&self, html: &str) -> Result<Vec<Node>> {
        let mut nodes = parse(html)?;
        remove_chrome(&mut nodes);
        let address = self.address();
        link(&mut nodes, &|target| match target.strip_prefix("../") {
            Some(path) => address.as_ref().map(|address| format!("{address}{path}")),
            None => Some(target.to_owned()),
        });
        Ok(nodes)
    }
}

/// Removes what only works on the site.
pub(super) fn remove_chrome(nodes: &mut Vec<Node>) {
    super::markup::remove(nodes, &|element| {
        element.has_class("admonition-anchor-link")
            || matches!(&*element.name, "button" | "script" | "input" | "select")
    });
    change(nodes, &mut |element| {
        element.remove("data-run");
        element.remove("aria-labelledby");
    });
}

/// Gives each link the target that `to` says. One without a target becomes text.
pub(super) fn link(nodes: &mut [Node], to: &impl Fn(&str) -> Option<String>) {
    change(nodes, &mut |element| {
        if element.name != "a" {
            return;
        }
        match to(element.get("href")) {
            Some(target) => element.set("href", target),
            None => *element = span(std::mem::take(&mut element.children)),
        }
    });
}

fn span(children: Vec<Node>) -> Element {
    Element { name: "span".to_owned(), attributes: Vec::new(), children }
}

/// The callouts in a piece of a card.
pub(super) fn callouts(nodes: Vec<Node>) -> Vec<Callout> {
    let elements = nodes.into_iter().filter_map(|node| match node {
        Node::Element(element) if element.has_class("admonition") => Some(element),
        _ => None,
    });
    elements.map(callout).collect()
}

fn callout(element: Element) -> Callout {
    let (mut title, mut body) = (Vec::new(), Vec::new());
    for node in element.children {
        match node {
            Node::Element(part) if part.has_class("admonition-title") => title = part.children,
            Node::Element(part) => body.extend(part.children),
            Node::Text(_) => {}
        }
    }
    super::markup::remove(&mut title, &|element| element.has_class("kind"));
    Callout { title, body }
}
