//! Links inside the book: every page and every heading that a link names must exist.

use std::collections::BTreeSet;
use std::path::Path;

use super::finding::Finding;
use super::markdown::Element;
use super::{Book, Chapter, include};

/// The ids that a page can be linked at.
#[derive(Debug, Default)]
pub(crate) struct Anchors(BTreeSet<String>);

impl Anchors {
    /// The anchors of a page, with mdBook's rules for headings that have no id of their own.
    pub(crate) fn of(elements: &[Element]) -> Self {
        let mut anchors = Self::default();
        anchors.add(elements);
        anchors
    }

    fn add(&mut self, elements: &[Element]) {
        for element in elements {
            match element {
                Element::Heading(heading) => match &heading.id {
                    Some(id) => self.insert_unique(id),
                    None => self.insert_unique(&slug(&heading.text)),
                },
                Element::HtmlId(id) => self.insert_unique(id),
                Element::Fence(fence) => self.add(&fence.inside),
                _ => {}
            }
        }
    }

    fn insert_unique(&mut self, id: &str) {
        let numbered = (1..).map(|number| format!("{id}-{number}"));
        let free = std::iter::once(id.to_owned()).chain(numbered).find(|id| !self.0.contains(id));
        self.0.extend(free);
    }
}

/// The id that mdBook gives to a heading.
fn slug(text: &str) -> String {
    let keep = |c: char| match c {
        c if c.is_alphanumeric() || c == '_' || c == '-' => Some(c),
        c if c.is_whitespace() => Some('-'),
        _ => None,
    };
    text.trim().to_lowercase().chars().filter_map(keep).collect()
}

/// Checks the links of all chapters.
pub(crate) fn check(book: &Book, findings: &mut Vec<Finding>) {
    for chapter in &book.chapters {
        for (target, line, column) in &chapter.links {
            if let Some((expected, what)) = broken(book, chapter, target) {
                findings.push(Finding::new(
                    chapter.at(*line, *column),
                    "broken-link",
                    what,
                    expected,
                    "correct the link",
                ));
            }
        }
    }
}

/// What is wrong with a link, and what was expected; `None` for good links and for those elsewhere.
fn broken(book: &Book, chapter: &Chapter, target: &str) -> Option<(String, String)> {
    if target.contains("://") || target.starts_with("mailto:") {
        return None;
    }
    let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
    let file = if path.is_empty() {
        chapter.file.clone()
    } else {
        let joined = include::normalize(&chapter.dir().join(path))?;
        joined.to_string_lossy().replace('\\', "/")
    };
    let Some(page) = book.chapters.iter().find(|chapter| chapter.file == file) else {
        return missing_file(book, &file, target);
    };
    let known = anchor.is_empty() || page.anchors.0.contains(anchor);
    (!known).then(|| {
        let near: Vec<&str> = page.anchors.0.iter().map(String::as_str).collect();
        let near =
            super::info::nearest(anchor, &near).map(|near| format!("; the nearest is `#{near}`"));
        let expected = format!("a heading of `{}`{}", page.path, near.unwrap_or_default());
        (expected, format!("`{}` has no heading `#{anchor}`", page.path))
    })
}

fn missing_file(book: &Book, file: &str, target: &str) -> Option<(String, String)> {
    let is_page = Path::new(file).extension().is_some_and(|extension| extension == "md");
    let exists = !is_page && book.root.join(file).is_file();
    (!exists)
        .then(|| ("a chapter or a file of this book".into(), format!("`{target}` does not exist")))
}
