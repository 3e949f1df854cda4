//! Colors for Rust, written into the page when it is built: no script, so they show without JavaScript, on
//! paper and at once. The lexer is rustc's own and takes any text: code need not compile, or even parse.
//!
//! The structure is mdBook's: `pre`, `code` with the words of the info string as classes, and hidden lines in
//! spans with the class `boring`.

use std::iter;
use std::ops::Range;

use mdbook_core::utils::{escape_html, escape_html_attribute};
use rustc_lexer::{FrontmatterAllowed, LiteralKind, TokenKind, tokenize};

use crate::book::Sample;

/// What a piece of code is to the eye. Each kind has a color in `theme/colors.css`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Comment,
    Keyword,
    /// Text in quotes, and lifetimes, which have one too.
    Quoted,
    /// Numbers, `true`, `false` and attributes.
    Constant,
    /// Types, macros, and functions where they are defined.
    Name,
}

impl Kind {
    fn class(self) -> &'static str {
        match self {
            Self::Comment => "c",
            Self::Keyword => "k",
            Self::Quoted => "q",
            Self::Constant => "n",
            Self::Name => "t",
        }
    }
}

/// The block of a sample with this info string, as one line of HTML: in Markdown, a line of code could end
/// the block or lose its indentation.
pub(super) fn code_block(sample: &Sample, info: &str) -> String {
    let words = info.split([' ', '\t', ',']).filter(|word| !word.is_empty());
    let classes = words.collect::<Vec<_>>().join(" ");
    // mdBook takes two braces and a `#` for a directive of its own, after this.
    let code = code(sample).replace('\n', "&#10;").replace("{{", "{&#123;");
    format!("<pre><code class=\"language-{}\">{code}</code></pre>", escape_html_attribute(&classes))
}

/// The lines of a sample, with a newline after each but the last.
fn code(sample: &Sample) -> String {
    let source = sample.source();
    let mut lines = iter::zip(html_lines(&source), sample.hidden_lines()).peekable();
    let mut code = String::new();
    while let Some((mut line, is_hidden)) = lines.next() {
        if lines.peek().is_some() {
            line.push('\n');
        }
        if is_hidden {
            line = format!("<span class=\"boring\">{line}</span>");
        }
        code.push_str(&line);
    }
    code
}

/// The lines of the code, colored. No element spans two lines: some of them can be hidden.
fn html_lines(source: &str) -> Vec<String> {
    let mut html = String::with_capacity(2 * source.len());
    for (kind, text) in pieces(source) {
        let Some(kind) = kind else {
            html.push_str(&escape_html(text));
            continue;
        };
        let (open, close) = (format!("<span class=\"{}\">", kind.class()), "</span>");
        let text = escape_html(text).replace('\n', &format!("{close}\n{open}"));
        html.extend([&open, &text, close]);
    }
    html.lines().map(str::to_owned).collect()
}

/// A token: what it is and its text.
type Token<'source> = (TokenKind, &'source str);

/// The code in pieces of one kind each, as long as they can be.
fn pieces(source: &str) -> impl Iterator<Item = (Option<Kind>, &str)> {
    let tokens = tokens(source);
    let mut pieces: Vec<(Option<Kind>, Range<usize>)> = Vec::new();
    let (mut rest, mut start, mut previous) = (&tokens[..], 0, "");
    while let Some((first, text)) = rest.first() {
        let (kind, count) = classify(rest, previous);
        let end = start + rest[..count].iter().map(|(_, text)| text.len()).sum::<usize>();
        match pieces.last_mut() {
            Some((None, plain)) if kind.is_none() => plain.end = end,
            _ => pieces.push((kind, start..end)),
        }
        previous = if *first == TokenKind::Whitespace { previous } else { text };
        (rest, start) = (&rest[count..], end);
    }
    pieces.into_iter().map(|(kind, range)| (kind, &source[range]))
}

fn tokens(source: &str) -> Vec<Token<'_>> {
    let mut rest = source;
    let token = |token: rustc_lexer::Token| {
        let (text, after) = rest.split_at(token.len as usize);
        rest = after;
        (token.kind, text)
    };
    tokenize(source, FrontmatterAllowed::No).map(token).collect()
}

/// The kind of the first token, and how many tokens it takes up together with it.
fn classify(tokens: &[Token<'_>], previous: &str) -> (Option<Kind>, usize) {
    let (token, text) = tokens[0];
    match token {
        TokenKind::LineComment { .. } | TokenKind::BlockComment { .. } => (Some(Kind::Comment), 1),
        TokenKind::Literal {
            kind: LiteralKind::Int { .. } | LiteralKind::Float { .. }, ..
        } => (Some(Kind::Constant), 1),
        TokenKind::Literal { .. } | TokenKind::Lifetime { .. } | TokenKind::RawLifetime => {
            (Some(Kind::Quoted), 1)
        }
        TokenKind::Pound => match attribute(tokens) {
            Some(length) => (Some(Kind::Constant), length),
            None => (None, 1),
        },
        TokenKind::Ident if is_macro(&tokens[1..]) => (Some(Kind::Name), 2),
        TokenKind::Ident => (word(text, previous), 1),
        _ => (None, 1),
    }
}

fn word(text: &str, previous: &str) -> Option<Kind> {
    match text {
        "true" | "false" => Some(Kind::Constant),
        "as" | "async" | "await" | "break" | "const" | "continue" | "crate" | "dyn" | "else"
        | "enum" | "extern" | "fn" | "for" | "if" | "impl" | "in" | "let" | "loop" | "match"
        | "mod" | "move" | "mut" | "pub" | "ref" | "return" | "self" | "Self" | "static"
        | "struct" | "super" | "trait" | "type" | "unsafe" | "use" | "where" | "while" => {
            Some(Kind::Keyword)
        }
        "bool" | "char" | "f32" | "f64" | "i8" | "i16" | "i32" | "i64" | "i128" | "isize"
        | "str" | "u8" | "u16" | "u32" | "u64" | "u128" | "usize" => Some(Kind::Name),
        _ if previous == "fn" || is_type(text) => Some(Kind::Name),
        _ => None,
    }
}

/// Whether a name is written as types are: `T` and `Vec`, but not `LIMIT`.
fn is_type(name: &str) -> bool {
    let has_lower_case = || name.contains(|c: char| c.is_ascii_lowercase());
    name.starts_with(|c: char| c.is_ascii_uppercase()) && (name.len() == 1 || has_lower_case())
}

/// How many tokens the attribute at the start takes up: up to the bracket that closes it.
fn attribute(tokens: &[Token<'_>]) -> Option<usize> {
    let inner = usize::from(tokens.get(1)?.0 == TokenKind::Bang);
    if tokens.get(1 + inner)?.0 != TokenKind::OpenBracket {
        return None;
    }
    let mut depth = 0_usize;
    let closing = tokens.iter().position(|(kind, _)| {
        match kind {
            TokenKind::OpenBracket => depth += 1,
            TokenKind::CloseBracket => depth -= 1,
            _ => {}
        }
        *kind == TokenKind::CloseBracket && depth == 0
    });
    closing.map(|closing| closing + 1)
}

/// Whether a name with this after it calls a macro: `name!`, but not `name != other`.
fn is_macro(after: &[Token<'_>]) -> bool {
    let kind = |index: usize| after.get(index).map(|(kind, _)| *kind);
    kind(0) == Some(TokenKind::Bang) && kind(1) != Some(TokenKind::Eq)
}

#[cfg(test)]
mod tests {
    use super::{Kind, code_block, html_lines, pieces};
    use crate::book::Sample;

    fn kinds(source: &str) -> Vec<(Kind, &str)> {
        pieces(source).filter_map(|(kind, text)| Some((kind?, text))).collect()
    }

    #[test]
    fn each_kind_of_token_has_its_color() {
        use Kind::{Comment, Constant, Keyword, Name, Quoted};
        let source = "#[derive(Debug)]\nfn f<'a>(x: &'a str) -> u8 { g!(x != 'y', 0x1F) } // end";
        let expected = [
            (Constant, "#[derive(Debug)]"),
            (Keyword, "fn"),
            (Name, "f"),
            (Quoted, "'a"),
            (Quoted, "'a"),
            (Name, "str"),
            (Name, "u8"),
            (Name, "g!"),
            (Quoted, "'y'"),
            (Constant, "0x1F"),
            (Comment, "// end"),
        ];
        assert_eq!(kinds(source), expected);
    }

    #[test]
    fn constants_and_variables_are_plain_and_types_are_not() {
        assert_eq!(kinds("LIMIT + limit"), []);
        assert_eq!(kinds("Vec::<T>::new()"), [(Kind::Name, "Vec"), (Kind::Name, "T")]);
    }

    #[test]
    fn no_character_of_any_text_is_lost() {
        for source in
            ["", "#[", "#![x", "\"open", "'", "r##\"x", "b'", "/* open", "é№\u{1F980}", "0x", "a!"]
        {
            let shown: String = pieces(source).map(|(_, text)| text).collect();
            assert_eq!(shown, source);
        }
    }

    #[test]
    fn no_element_spans_two_lines() {
        let lines = html_lines("/* one\ntwo */");
        assert_eq!(lines, [r#"<span class="c">/* one</span>"#, r#"<span class="c">two */</span>"#]);
    }

    #[test]
    fn hidden_lines_are_marked_as_mdbook_does() {
        let sample = Sample::of_text("# let x;\n##[x]\nx\n");
        let expected = "<pre><code class=\"language-rust no_run\">\
            <span class=\"boring\"><span class=\"k\">let</span> x;&#10;</span>\
            <span class=\"n\">#[x]</span>&#10;x</code></pre>";
        assert_eq!(code_block(&sample, "rust,no_run"), expected);
    }

    #[test]
    fn code_is_text_to_html_and_to_mdbook() {
        let sample = Sample::of_text("a < b; {{#include x}}\n");
        let html = code_block(&sample, "rust");
        assert!(html.contains("a &lt; b"), "{html}");
        assert!(!html.contains("{{"), "{html}");
    }
}
