//! Markdown in, an ordered list of what the guide cares about out: headings, directives, fences, links.
//!
//! Every line number is that of the author's file, also inside directives, whose content is Markdown
//! again: a directive is a fenced block, so its text is parsed once more with the lines shifted.

use std::ops::{Range, RangeInclusive};

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Tag, TagEnd};

use super::sample::Level;
use super::source::Lines;

/// One element of a page, in the order of the text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Element {
    Heading(Heading),
    Fence(Fence),
    TaskList(TaskList),
    /// A destination in a link or an image.
    Link {
        target: String,
        line: usize,
        column: usize,
    },
    /// `id="…"` in raw HTML.
    HtmlId(String),
    /// A code block made by indentation.
    IndentedCode {
        line: usize,
    },
}

/// A heading of any depth.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Heading {
    pub(crate) depth: u8,
    pub(crate) id: Option<String>,
    pub(crate) classes: Vec<String>,
    pub(crate) text: String,
    pub(crate) line: usize,
}

/// A list in which items have boxes.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct TaskList {
    /// The items, in order; also those without a box.
    pub(crate) items: Vec<TaskItem>,
    /// Line of the first item.
    pub(crate) line: usize,
}

/// An item of a list.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct TaskItem {
    /// Whether its box is checked; `None` where it has no box.
    pub(crate) checked: Option<bool>,
    /// Its text, with [`CODE`] in place of each piece of code.
    pub(crate) text: String,
    /// Its pieces of code, in order.
    pub(crate) code: Vec<String>,
    /// From its bullet to its end.
    pub(crate) lines: RangeInclusive<usize>,
}

/// What stands for a piece of code in the text of a [`TaskItem`].
pub(crate) const CODE: char = '\u{1}';

impl Heading {
    /// The level that a class names behind `prefix`.
    pub(crate) fn level(&self, prefix: &str) -> Option<Level> {
        let mut names = self.classes.iter().filter_map(|class| class.strip_prefix(prefix));
        names.find_map(Level::from_name)
    }
}

/// A fenced block: a sample, a checked block, a directive, or any other language.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Fence {
    pub(crate) info: String,
    /// The content without the container's indentation; line `n` stands at `line + 1 + n`.
    pub(crate) body: String,
    /// Line of the opening fence.
    pub(crate) line: usize,
    /// Column of the opening fence.
    pub(crate) column: usize,
    /// Line of the closing fence; `None` when the block is never closed.
    pub(crate) end: Option<usize>,
    /// The elements inside, when it is a directive.
    pub(crate) inside: Vec<Element>,
}

impl Fence {
    /// The name of the directive, when the fence is one.
    pub(crate) fn directive(&self) -> Option<&str> {
        let mut words = self.info.split_whitespace();
        (words.next() == Some("admonish")).then(|| words.next().unwrap_or("note"))
    }
}

impl TaskItem {
    fn add_code(&mut self, code: &str) {
        self.text.push(CODE);
        self.code.push(code.to_owned());
    }
}

/// Parses a whole page.
pub(crate) fn parse(text: &str) -> Vec<Element> {
    parse_at(text, Origin { line: 0, column: 0 })
}

/// Where a text starts in its file: lines and columns to add to its own.
#[derive(Clone, Copy)]
struct Origin {
    line: usize,
    column: usize,
}

fn parse_at(text: &str, origin: Origin) -> Vec<Element> {
    let options = mdbook_markdown::MarkdownOptions::default();
    let lines = Lines::of(text);
    let mut page = Page {
        text,
        lines,
        origin,
        elements: Vec::new(),
        heading: None,
        code: None,
        list: None,
        depth: 0,
    };
    for (event, range) in mdbook_markdown::new_cmark_parser(text, &options).into_offset_iter() {
        page.take(event, range);
    }
    page.elements
}

struct Page<'text> {
    text: &'text str,
    lines: Lines,
    origin: Origin,
    elements: Vec<Element>,
    heading: Option<Heading>,
    code: Option<(String, Range<usize>, String)>,
    /// The outermost list that is open.
    list: Option<TaskList>,
    /// How many lists are open.
    depth: usize,
}

impl Page<'_> {
    fn take(&mut self, event: Event<'_>, range: Range<usize>) {
        match event {
            Event::Start(Tag::Heading { level, id, classes, .. }) => {
                self.heading = Some(self.heading_at(level, id, classes, range.start));
            }
            Event::End(TagEnd::Heading(_)) => {
                self.elements.extend(self.heading.take().map(Element::Heading));
            }
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                self.code = Some((info.trim().to_owned(), range, String::new()));
            }
            Event::Start(Tag::CodeBlock(CodeBlockKind::Indented)) => {
                let line = self.place(range.start).0;
                self.elements.push(Element::IndentedCode { line });
            }
            Event::End(TagEnd::CodeBlock) => {
                if let Some((info, range, body)) = self.code.take() {
                    let fence = self.fence(info, &range, body);
                    self.elements.push(Element::Fence(fence));
                }
            }
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                let (line, column) = self.place(range.start);
                self.elements.push(Element::Link { target: dest_url.into_string(), line, column });
            }
            Event::Html(html) | Event::InlineHtml(html) => self.html_ids(&html),
            Event::Start(Tag::List(_)) => self.open_list(range.start),
            Event::End(TagEnd::List(_)) => self.close_list(),
            Event::Start(Tag::Item) => self.open_item(&range),
            Event::TaskListMarker(checked) => self.with_item(|item| item.checked = Some(checked)),
            Event::SoftBreak => self.with_item(|item| item.text.push(' ')),
            Event::Text(text) => {
                self.with_item(|item| item.text.push_str(&text));
                self.text(&text);
            }
            Event::Code(code) => {
                self.with_item(|item| item.add_code(&code));
                self.text(&code);
            }
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        if let Some((_, _, body)) = &mut self.code {
            body.push_str(text);
        } else if let Some(heading) = &mut self.heading {
            heading.text.push_str(text);
        }
    }

    fn open_list(&mut self, start: usize) {
        self.depth += 1;
        if self.depth == 1 {
            let line = self.place(start).0;
            self.list = Some(TaskList { items: Vec::new(), line });
        }
    }

    fn close_list(&mut self) {
        self.depth -= 1;
        let has_boxes = |list: &TaskList| list.items.iter().any(|item| item.checked.is_some());
        if self.depth == 0 {
            self.elements.extend(self.list.take().filter(has_boxes).map(Element::TaskList));
        }
    }

    fn open_item(&mut self, range: &Range<usize>) {
        let last = range.start + self.text[range.clone()].trim_end().len();
        let lines = self.place(range.start).0..=self.place(last).0;
        if let (1, Some(list)) = (self.depth, &mut self.list) {
            let (text, code) = (String::new(), Vec::new());
            list.items.push(TaskItem { checked: None, text, code, lines });
        }
    }

    fn with_item(&mut self, change: impl FnOnce(&mut TaskItem)) {
        if let Some(item) = self.list.as_mut().and_then(|list| list.items.last_mut()) {
            change(item);
        }
    }

    fn heading_at(
        &self,
        level: HeadingLevel,
        id: Option<pulldown_cmark::CowStr<'_>>,
        classes: Vec<pulldown_cmark::CowStr<'_>>,
        start: usize,
    ) -> Heading {
        Heading {
            depth: level as u8,
            id: id.map(pulldown_cmark::CowStr::into_string),
            classes: classes.into_iter().map(pulldown_cmark::CowStr::into_string).collect(),
            text: String::new(),
            line: self.place(start).0,
        }
    }

    fn fence(&self, info: String, range: &Range<usize>, body: String) -> Fence {
        let (line, column) = self.place(range.start);
        let end = is_closed(&self.text[range.clone()]).then(|| line + 1 + body.lines().count());
        let mut fence = Fence { info, body, line, column, end, inside: Vec::new() };
        if fence.directive().is_some() {
            fence.inside = parse_at(&fence.body, Origin { line, column: column - 1 });
        }
        fence
    }

    fn html_ids(&mut self, html: &str) {
        let ids = html.split("id=\"").skip(1).filter_map(|rest| rest.split('"').next());
        self.elements.extend(ids.map(|id| Element::HtmlId(id.to_owned())));
    }

    fn place(&self, offset: usize) -> (usize, usize) {
        let (line, column) = self.lines.position(self.text, offset);
        (line + self.origin.line, column + self.origin.column)
    }
}

/// Whether a fenced block, from its opening fence on, ends with a closing fence.
fn is_closed(block: &str) -> bool {
    let marker = block.chars().next().unwrap_or('`');
    let length = block.chars().take_while(|&c| c == marker).count();
    let last = block.trim_end().lines().skip(1).last().unwrap_or_default();
    let last = last.trim_start_matches([' ', '>', '\t']);
    last.chars().count() >= length && last.chars().all(|c| c == marker)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fences(text: &str) -> Vec<Fence> {
        let keep = |element| if let Element::Fence(fence) = element { Some(fence) } else { None };
        parse(text).into_iter().filter_map(keep).collect()
    }

    #[test]
    fn lines_inside_a_directive_are_those_of_the_file() {
        let page = "one\n\n~~~admonish trap title=\"x\"\ntext\n\n```rust\nfn main() {}\n```\n~~~\n";
        let outer = &fences(page)[0];
        assert_eq!((outer.directive(), outer.line, outer.end), (Some("trap"), 3, Some(9)));
        let Element::Fence(inner) = &outer.inside[0] else { panic!("no inner fence") };
        assert_eq!((inner.line, inner.end, inner.body.as_str()), (6, Some(8), "fn main() {}\n"));
    }

    #[test]
    fn a_fence_in_a_quote_or_list_keeps_its_column() {
        let quoted = &fences("> ```rust\n> let x = 1;\n> ```\n")[0];
        assert_eq!((quoted.column, quoted.end, quoted.body.as_str()), (3, Some(3), "let x = 1;\n"));
        let listed = &fences("- item\n\n  ```rust\n  let x = 1;\n  ```\n")[0];
        assert_eq!((listed.column, listed.end, listed.body.as_str()), (3, Some(5), "let x = 1;\n"));
    }

    #[test]
    fn an_unclosed_fence_has_no_end() {
        assert_eq!(fences("```rust\nfn main() {}\n")[0].end, None);
        assert_eq!(fences("```rust\nfn main() {}\n``\n")[0].end, None);
        assert_eq!(fences("````rust\n```\n````\n")[0].end, Some(3));
    }

    #[test]
    fn a_task_list_has_its_items_with_their_code() {
        let page =
            "- plain\n\n1. one\n\ntext\n\n- [ ] It prints `1`,\n  then `2`.\n- [x] No.\n\nend\n";
        let keep = |element| if let Element::TaskList(list) = element { Some(list) } else { None };
        let [list] = &parse(page).into_iter().filter_map(keep).collect::<Vec<_>>()[..] else {
            panic!("not one task list")
        };
        assert_eq!(list.line, 7);
        let [first, second] = &list.items[..] else { panic!("not two items") };
        assert_eq!(
            (first.checked, first.text.as_str()),
            (Some(false), "It prints \u{1}, then \u{1}.")
        );
        assert_eq!(
            (&first.code[..], &first.lines),
            (&["1".to_owned(), "2".to_owned()][..], &(7..=8))
        );
        assert_eq!(
            (second.checked, second.text.as_str(), &second.lines),
            (Some(true), "No.", &(9..=9))
        );
    }

    #[test]
    fn heading_attributes_are_read() {
        let Element::Heading(heading) = &parse("## Why `Vec`? {#why-vec .junior}\n")[0] else {
            panic!("no heading")
        };
        assert_eq!(heading.id.as_deref(), Some("why-vec"));
        assert_eq!(heading.classes, ["junior"]);
        assert_eq!(heading.text, "Why Vec?");
    }
}
