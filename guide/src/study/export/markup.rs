//! Rendered HTML as a tree that can be changed and written back, as text that is both HTML and XML.

use std::cell::RefCell;
use std::fmt::Write;

use anyhow::{Result, ensure};
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};

/// Elements that have neither content nor an end tag.
const VOID: [&str; 14] = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source",
    "track", "wbr",
];
/// Elements whose text stands on lines of its own.
const BLOCKS: [&str; 22] = [
    "blockquote",
    "dd",
    "details",
    "div",
    "dl",
    "dt",
    "figcaption",
    "figure",
    "h1",
    "h2",
    "h3",
    "h4",
    "hr",
    "li",
    "ol",
    "p",
    "pre",
    "section",
    "summary",
    "table",
    "tr",
    "ul",
];
/// Names in SVG that have capitals, which HTML does not see and XML does.
const SVG_NAMES: [&str; 26] = [
    "attributeName",
    "baseFrequency",
    "clipPath",
    "clipPathUnits",
    "foreignObject",
    "gradientTransform",
    "gradientUnits",
    "keyPoints",
    "keyTimes",
    "lengthAdjust",
    "linearGradient",
    "markerHeight",
    "markerUnits",
    "markerWidth",
    "maskUnits",
    "pathLength",
    "patternTransform",
    "patternUnits",
    "preserveAspectRatio",
    "radialGradient",
    "refX",
    "refY",
    "spreadMethod",
    "startOffset",
    "textLength",
    "textPath",
];
const VIEW_BOX: &str = "viewBox";

/// A piece of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Node {
    /// An element with what is in it.
    Element(Element),
    /// Text, not escaped.
    Text(String),
}

/// An element of a page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Element {
    pub(super) name: String,
    pub(super) attributes: Vec<(String, String)>,
    pub(super) children: Vec<Node>,
}

impl Element {
    /// The value of an attribute, `""` without it.
    pub(super) fn get(&self, name: &str) -> &str {
        let found = self.attributes.iter().find(|(attribute, _)| attribute == name);
        found.map_or("", |(_, value)| value)
    }

    pub(super) fn set(&mut self, name: &str, value: impl Into<String>) {
        self.remove(name);
        self.attributes.push((name.to_owned(), value.into()));
    }

    pub(super) fn remove(&mut self, name: &str) {
        self.attributes.retain(|(attribute, _)| attribute != name);
    }

    pub(super) fn has_class(&self, class: &str) -> bool {
        self.get("class").split(' ').any(|one| one == class)
    }
}

impl Node {
    pub(super) fn element(&self) -> Option<&Element> {
        match self {
            Self::Element(element) => Some(element),
            Self::Text(_) => None,
        }
    }
}

/// Reads HTML.
///
/// # Errors
///
/// When an element ends that has not begun, or the other way round: mdBook writes no such pages.
pub(super) fn parse(html: &str) -> Result<Vec<Node>> {
    let input = BufferQueue::default();
    input.push_back(StrTendril::from(html));
    let tokenizer = Tokenizer::new(Builder::default(), TokenizerOpts::default());
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    let mut open = tokenizer.sink.open.into_inner();
    let root = open.pop().unwrap_or_default();
    ensure!(open.is_empty() && root.name.is_empty(), "`{}` begins or ends alone", root.name);
    Ok(root.children)
}

/// The elements that are open, the page itself first.
struct Builder {
    open: RefCell<Vec<Element>>,
}

impl Default for Builder {
    fn default() -> Self {
        Self { open: RefCell::new(vec![Element::default()]) }
    }
}

impl TokenSink for Builder {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        match token {
            Token::TagToken(tag) => return self.tag(tag),
            Token::CharacterTokens(text) => self.add(Node::Text(text.to_string())),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

impl Builder {
    fn add(&self, node: Node) {
        if let Some(parent) = self.open.borrow_mut().last_mut() {
            parent.children.push(node);
        }
    }

    fn tag(&self, tag: Tag) -> TokenSinkResult<()> {
        let (kind, is_closed) = (tag.kind, tag.self_closing || VOID.contains(&&*tag.name));
        let element = element(tag);
        match kind {
            TagKind::EndTag => self.close(element),
            TagKind::StartTag if is_closed => self.add(Node::Element(element)),
            TagKind::StartTag => {
                let raw = matches!(&*element.name, "script" | "style");
                self.open.borrow_mut().push(element);
                if raw {
                    return TokenSinkResult::RawData(RawKind::Rawtext);
                }
            }
        }
        TokenSinkResult::Continue
    }

    fn close(&self, ended: Element) {
        let closed = self.open.borrow_mut().pop_if(|element| element.name == ended.name);
        match closed {
            Some(element) => self.add(Node::Element(element)),
            // For `parse` to find.
            None => self.open.borrow_mut().push(ended),
        }
    }
}

fn element(tag: Tag) -> Element {
    let attributes = tag.attrs.into_iter();
    Element {
        name: svg_name(&tag.name),
        attributes: attributes
            .map(|attribute| (svg_name(&attribute.name.local), attribute.value.to_string()))
            .collect(),
        children: Vec::new(),
    }
}

fn svg_name(name: &str) -> String {
    let mut names = SVG_NAMES.iter().chain([&VIEW_BOX]);
    names.find(|known| known.eq_ignore_ascii_case(name)).unwrap_or(&name).to_string()
}

/// Removes the elements of a kind, wherever they are.
pub(super) fn remove(nodes: &mut Vec<Node>, is_meant: &impl Fn(&Element) -> bool) {
    nodes.retain(|node| !node.element().is_some_and(is_meant));
    for node in nodes {
        if let Node::Element(element) = node {
            remove(&mut element.children, is_meant);
        }
    }
}

/// Changes each element, those in it first.
pub(super) fn change(nodes: &mut [Node], with: &mut impl FnMut(&mut Element)) {
    for node in nodes {
        if let Node::Element(element) = node {
            change(&mut element.children, with);
            with(element);
        }
    }
}

/// The first element of a kind, from the outside in.
pub(super) fn find<'page>(
    nodes: &'page [Node],
    is_meant: &impl Fn(&Element) -> bool,
) -> Option<&'page Element> {
    nodes.iter().filter_map(Node::element).find_map(|element| {
        if is_meant(element) { Some(element) } else { find(&element.children, is_meant) }
    })
}

/// Writes HTML that is XML too.
pub(super) fn write(nodes: &[Node]) -> String {
    let mut text = String::new();
    for node in nodes {
        write_node(node, &mut text);
    }
    text
}

fn write_node(node: &Node, text: &mut String) {
    let Element { name, attributes, children } = match node {
        Node::Text(own) => return text.push_str(&escape(own)),
        Node::Element(element) => element,
    };
    let _ = write!(text, "<{name}");
    for (attribute, value) in attributes {
        let _ = write!(text, " {attribute}=\"{}\"", escape(value));
    }
    if VOID.contains(&name.as_str()) {
        return text.push_str("/>");
    }
    text.push('>');
    for child in children {
        write_node(child, text);
    }
    let _ = write!(text, "</{name}>");
}

/// Text as it stands in XML, which has no other control characters than those of lines.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' | '\t' => escaped.push(character),
            _ if character.is_control() => escaped.push('\u{fffd}'),
            _ => escaped.push(character),
        }
    }
    escaped
}

/// The text without markup: blocks on lines of their own, code as it is.
pub(super) fn plain(nodes: &[Node]) -> String {
    let mut text = String::new();
    for node in nodes {
        write_plain(node, false, &mut text);
    }
    text.trim().to_owned()
}

fn write_plain(node: &Node, is_code: bool, text: &mut String) {
    match node {
        Node::Text(own) if is_code => text.push_str(own),
        Node::Text(own) => write_words(own, text),
        Node::Element(element) => {
            let is_block = BLOCKS.contains(&element.name.as_str());
            if is_block {
                end_line(text);
            }
            if element.name == "li" {
                text.push_str("- ");
            }
            let is_code = is_code || element.name == "pre";
            for child in &element.children {
                write_plain(child, is_code, text);
            }
            match &*element.name {
                "td" | "th" => text.push_str(" | "),
                _ if is_block => end_line(text),
                _ => {}
            }
        }
    }
}

/// White space is one space, and none at the start of a line.
fn write_words(words: &str, text: &mut String) {
    if words.starts_with(char::is_whitespace) && !text.ends_with(char::is_whitespace) {
        text.push(' ');
    }
    text.push_str(&words.split_whitespace().collect::<Vec<_>>().join(" "));
    if words.ends_with(char::is_whitespace) && !text.ends_with(char::is_whitespace) {
        text.push(' ');
    }
}

fn end_line(text: &mut String) {
    let end = text.trim_end_matches([' ', '|']).len();
    text.truncate(end);
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
}

/// Puts each line of code into an element of its own, so that a style sheet can indent what a narrow screen
/// wraps.
pub(super) fn wrap_lines(code: &mut Element) {
    let lines = lines(std::mem::take(&mut code.children));
    let is_text = |line: &Vec<Node>| !line.is_empty();
    let count = lines.iter().rposition(is_text).map_or(0, |last| last + 1);
    for children in lines.into_iter().take(count) {
        code.children.extend([Node::Element(line(children)), Node::Text("\n".to_owned())]);
    }
}

/// A line that goes on further right than it begins.
fn line(children: Vec<Node>) -> Element {
    let indent = children.first().map_or(0, indentation);
    let mut line = Element { name: "span".to_owned(), children, ..Element::default() };
    line.set("class", "line");
    if indent > 0 {
        let indent = indent + 4;
        line.set("style", format!("padding-left: {indent}ch; text-indent: -{indent}ch"));
    }
    line
}

/// How many spaces a piece of code begins with.
fn indentation(node: &Node) -> usize {
    match node {
        Node::Text(text) => text.len() - text.trim_start_matches(' ').len(),
        Node::Element(element) => element.children.first().map_or(0, indentation),
    }
}

/// The lines of code. An element that reaches over several is in each of them.
fn lines(nodes: Vec<Node>) -> Vec<Vec<Node>> {
    let mut all = vec![Vec::new()];
    for node in nodes {
        let pieces: Vec<Option<Node>> = match node {
            Node::Text(text) => text
                .split('\n')
                .map(|line| (!line.is_empty()).then(|| Node::Text(line.to_owned())))
                .collect(),
            Node::Element(Element { name, attributes, children }) => {
                let with = |children| Element {
                    name: name.clone(),
                    attributes: attributes.clone(),
                    children,
                };
                lines(children).into_iter().map(|line| Some(Node::Element(with(line)))).collect()
            }
        };
        for (index, piece) in pieces.into_iter().enumerate() {
            if index > 0 {
                all.push(Vec::new());
            }
            all.last_mut().expect("one line at least").extend(piece);
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::{Element, Node, parse, plain, wrap_lines, write};

    #[test]
    fn html_becomes_xml() {
        let cases = [
            ("<p>a<br>b &mdash; &lt;T&gt;</p>", "<p>a<br/>b — &lt;T&gt;</p>"),
            ("<details open><i></i></details>", "<details open=\"\"><i></i></details>"),
            (
                "<svg viewbox='0 0 1 1'><path d='M0'/></svg>",
                "<svg viewBox=\"0 0 1 1\"><path d=\"M0\"></path></svg>",
            ),
            ("<!-- no --><a title='\"&amp;'>x</a>", "<a title=\"&quot;&amp;\">x</a>"),
        ];
        for (html, xml) in cases {
            assert_eq!(write(&parse(html).unwrap()), xml);
        }
    }

    #[test]
    fn what_is_not_balanced_is_refused() {
        for html in ["<p>", "<p></div></p>", "<b><i></b></i>"] {
            assert!(parse(html).is_err(), "{html}");
        }
    }

    #[test]
    fn text_without_markup_keeps_its_lines() {
        let html = "<div><p>One\ntwo <em>three</em>.</p><ul><li>a</li><li>b</li></ul>\
                    <pre><code>x\n  y</code></pre></div><table><tr><td>1</td><td>2</td></tr></table>";
        let text = plain(&parse(html).unwrap());
        assert_eq!(text, "One two three.\n- a\n- b\nx\n  y\n1 | 2");
    }

    #[test]
    fn an_element_over_two_lines_is_in_both() {
        let nodes = parse("<code>a<i>b\n  c</i>d\n</code>").unwrap();
        let Some(Node::Element(mut code)) = nodes.into_iter().next() else { panic!("no code") };
        wrap_lines(&mut code);
        let Element { children, .. } = code;
        assert_eq!(
            write(&children),
            "<span class=\"line\">a<i>b</i></span>\n<span class=\"line\" \
             style=\"padding-left: 6ch; text-indent: -6ch\"><i>  c</i>d</span>\n"
        );
    }
}
