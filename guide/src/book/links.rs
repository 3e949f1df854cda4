//! Links inside the book: every page and every heading that a link names must exist.

use std::collections::BTreeSet;
use std::path::Path;

use super::finding::Finding;
use super::info::nearest;
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
pub(crate) fn slug(text: &str) -> String {
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
            if let Some(Broken { what, expected, near }) = broken(book, chapter, target) {
                let remedy = near.map_or("correct the link".to_owned(), |near| {
                    format!("did you mean `{near}`?")
                });
                let at = chapter.at(*line, *column);
                findings.push(Finding::new(at, "broken-link", what, expected, remedy));
            }
        }
    }
}

/// A link that leads nowhere.
struct Broken {
    what: String,
    expected: String,
    /// The target that was probably meant.
    near: Option<String>,
}

/// What is wrong with a link; `None` for good links and for those to other sites.
fn broken(book: &Book, chapter: &Chapter, target: &str) -> Option<Broken> {
    if target.contains("://") || target.starts_with("mailto:") {
        return None;
    }
    let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
    let file = if path.is_empty() { Some(chapter.file.clone()) } else { joined(chapter, path) };
    let page = book.chapters.iter().find(|chapter| Some(&chapter.file) == file.as_ref());
    match (page, file) {
        (Some(page), _) => broken_anchor(page, anchor),
        (None, Some(file)) if exists(book, chapter, &file) => None,
        (None, file) => Some(missing_file(book, chapter, target, &file.unwrap_or_default())),
    }
}

/// The file that a link means, relative to the root; `None` when that is outside of the book.
fn joined(chapter: &Chapter, path: &str) -> Option<String> {
    let joined = include::normalize(&chapter.dir().join(path))?;
    Some(joined.to_string_lossy().replace('\\', "/"))
}

/// Whether a file that is no chapter can be linked: the site has the files beside its chapters, the
/// repository has all.
fn exists(book: &Book, chapter: &Chapter, file: &str) -> bool {
    let path = Path::new(file);
    if !Path::new(&chapter.file).starts_with(book.source_dir()) {
        return book.root.join(path).exists();
    }
    let is_page = path.extension().is_some_and(|extension| extension == "md");
    !is_page && path.starts_with(book.source_dir()) && book.root.join(path).is_file()
}

fn broken_anchor(page: &Chapter, anchor: &str) -> Option<Broken> {
    let known: Vec<&str> = page.anchors.0.iter().map(String::as_str).collect();
    (!anchor.is_empty() && !known.contains(&anchor)).then(|| Broken {
        what: format!("`{}` has no heading `#{anchor}`", page.path),
        expected: "a heading of that chapter".to_owned(),
        near: nearest(anchor, &known).map(|near| format!("#{near}")),
    })
}

fn missing_file(book: &Book, chapter: &Chapter, target: &str, file: &str) -> Broken {
    let known: Vec<&str> = book.chapters.iter().map(|chapter| chapter.file.as_str()).collect();
    let beside = |near| Path::new(near).strip_prefix(chapter.dir()).unwrap_or(Path::new(near));
    Broken {
        what: format!("`{target}` is no page of this book"),
        expected: "a chapter, or a file beside the chapters".to_owned(),
        near: nearest(file, &known).map(|near| beside(near).display().to_string()),
    }
}
