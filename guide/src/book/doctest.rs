//! A code block as rustdoc tests it: which blocks are Rust, what their words promise, and how a text
//! without `main` becomes a program.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::LazyLock;

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use regex::Regex;

use super::info::{Edition, Expectation, is_error_code};
use super::sample::Form;

/// One piece of an info string. What matches none of them makes rustdoc take the block for another
/// language.
static PIECE: LazyLock<Regex> = LazyLock::new(|| {
    let class = r#"\.[^\s,{}"=.]+|class="?[^\s,{}"]+"?"#;
    let pattern = r#"^(?:[ ,\t]+|\([^)]*\)|\{(?:[ ,\t]|CLASS)*\}|"([^"]*)"|([\w:-][\w:.!#$%&*+/;<>?@^|~-]*))"#;
    Regex::new(&pattern.replace("CLASS", class)).expect("a valid pattern")
});
/// Words that begin an item.
const ITEMS: [&str; 15] = [
    "fn", "struct", "enum", "union", "trait", "impl", "mod", "use", "extern", "const", "static",
    "type", "unsafe", "async", "macro",
];
/// Words after which `const` and its like begin a function or a block, which end with a brace.
const BRACED: [&str; 5] = ["fn", "unsafe", "async", "extern", "const"];

/// What the words of a tested block say.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Words {
    flags: BTreeSet<String>,
    /// The targets of `ignore-<target>`.
    ignored_targets: Vec<String>,
    /// The edition, where a word names one.
    pub(super) edition: Option<Edition>,
    /// Words that mean nothing to rustdoc.
    pub(super) unknown: Vec<String>,
}

impl Words {
    /// Reads an info string; `None` when rustdoc does not test such a block.
    pub(super) fn parse(info: &str) -> Option<Self> {
        let mut words = Self::default();
        let (mut is_rust, mut is_other) = (false, false);
        for word in split(info)? {
            match word {
                "custom" => return None,
                "rust" => is_rust = true,
                // Behind a word of another language, these make it that language again.
                "should_panic" | "no_run" | "ignore" => is_rust = !is_other,
                "test_harness" | "compile_fail" | "standalone_crate" => is_rust |= !is_other,
                _ if word.starts_with("ignore-") => is_rust = !is_other,
                _ if word.starts_with("edition") => {}
                _ => is_other = true,
            }
            words.add(word);
        }
        (is_rust || !is_other).then_some(words)
    }

    fn add(&mut self, word: &str) {
        match word {
            "rust" => {}
            "should_panic" | "no_run" | "ignore" | "test_harness" | "compile_fail"
            | "standalone_crate" => {
                self.flags.insert(word.to_owned());
            }
            _ if is_error_code(word) => {
                self.flags.insert(word.to_owned());
            }
            _ if word.starts_with("edition") => self.edition = Edition::from_word(word),
            _ => match word.strip_prefix("ignore-") {
                Some(target) => self.ignored_targets.push(target.to_owned()),
                None => self.unknown.push(word.to_owned()),
            },
        }
    }

    /// What the block promises on this target.
    pub(super) fn expectation(&self, target: &str) -> Expectation {
        let has = |flag: &str| self.flags.contains(flag);
        if self.is_ignored(target) {
            Expectation::Ignored { reason: String::new() }
        } else if has("compile_fail") {
            let codes = self.flags.iter().filter(|flag| is_error_code(flag)).cloned().collect();
            Expectation::CompileFail { codes }
        } else if has("no_run") {
            Expectation::Compile
        } else if has("should_panic") {
            Expectation::Panic
        } else {
            Expectation::Run
        }
    }

    /// Named targets count instead of a plain `ignore`.
    fn is_ignored(&self, target: &str) -> bool {
        if self.ignored_targets.is_empty() {
            return self.flags.contains("ignore");
        }
        self.ignored_targets.iter().any(|ignored| target.contains(ignored))
    }

    /// What kind of crate the block is.
    pub(super) fn form(&self) -> Form {
        if self.flags.contains("test_harness") {
            Form::Tests
        } else if self.flags.contains("standalone_crate") {
            Form::Standalone
        } else {
            Form::Program
        }
    }
}

fn split(info: &str) -> Option<Vec<&str>> {
    let mut words = Vec::new();
    let mut rest = info;
    while !rest.is_empty() {
        let piece = PIECE.captures(rest)?;
        words.extend(piece.get(1).or(piece.get(2)).map(|word| word.as_str()));
        rest = &rest[piece[0].len()..];
    }
    Some(words)
}

/// The code of a block: hidden-line marks removed, as rustdoc does.
pub(super) fn unhide(body: &str) -> String {
    let line = |line: &str| match line.trim() {
        code if code.starts_with("##") => line.replacen("##", "#", 1),
        "#" => String::new(),
        code => code.strip_prefix("# ").unwrap_or(line).to_owned(),
    };
    body.lines().map(line).flat_map(|line| [line, "\n".to_owned()]).collect()
}

/// The program that rustdoc makes of a block: as it stands when it has a `main`, else wrapped. Every
/// line stays where it is.
pub(super) fn program(code: &str) -> String {
    let shape = match code.parse::<TokenStream>() {
        Ok(tokens) => Shape::of(&tokens.into_iter().collect::<Vec<_>>()),
        // Tokens that only older editions have, or none of any edition.
        Err(_) => Shape {
            defines_main: code.contains("fn main"),
            end: code.trim_end().len(),
            ..Shape::default()
        },
    };
    let code = &code[..shape.end];
    if shape.has_main() || code.contains("![no_std]") {
        return code.to_owned();
    }
    let (head, body) = hoist(code, &shape.hoisted);
    if body.trim_end().ends_with("(())") {
        let result = "core::result::Result<(), impl core::fmt::Debug>";
        return format!(
            "{head}fn main() {{ fn inner() -> {result} {{ {body}\n}} inner().unwrap() }}\n"
        );
    }
    format!("{head}fn main() {{ {body}\n}}\n")
}

/// Takes the pieces out of the code, leaving their lines blank.
fn hoist(code: &str, pieces: &[(Range<usize>, String)]) -> (String, String) {
    let mut body = code.to_owned();
    for (range, _) in pieces {
        let blank: String =
            code[range.clone()].chars().map(|c| if c == '\n' { '\n' } else { ' ' }).collect();
        let width = range.len() - blank.len();
        body.replace_range(range.clone(), &(blank + &" ".repeat(width)));
    }
    (pieces.iter().flat_map(|(_, text)| [text.as_str(), " "]).collect(), body)
}

/// What matters for wrapping.
#[derive(Default)]
struct Shape {
    /// Crate attributes and `extern crate` items: where they stand, and their text in one line.
    hoisted: Vec<(Range<usize>, String)>,
    defines_main: bool,
    has_statements: bool,
    /// Where the last statement ends; rustdoc drops attributes and comments behind it.
    end: usize,
}

impl Shape {
    fn of(mut tokens: &[TokenTree]) -> Self {
        let mut shape = Self::default();
        while let Some(length) = inner_attribute(tokens) {
            shape.hoist(&tokens[..length]);
            tokens = &tokens[length..];
        }
        while !tokens.is_empty() {
            let (statement, rest) = tokens.split_at(statement_length(tokens));
            shape.take(statement);
            tokens = rest;
        }
        shape
    }

    /// Statements beside a `main` make it a local function.
    fn has_main(&self) -> bool {
        self.defines_main && !self.has_statements
    }

    fn take(&mut self, statement: &[TokenTree]) {
        let bare = without_prefix(statement);
        self.end = bare.last().map_or(self.end, |last| last.span().byte_range().end);
        if is_word(bare, 0, "extern") && is_word(bare, 1, "crate") {
            self.hoist(statement);
        }
        self.defines_main |=
            defines_main(bare) || macro_input(bare).is_some_and(|input| defines_main(&input));
        self.has_statements |= !is_item(bare);
    }

    fn hoist(&mut self, tokens: &[TokenTree]) {
        let [first, .., last] = tokens else { return };
        let range = first.span().byte_range().start..last.span().byte_range().end;
        self.end = range.end;
        self.hoisted.push((range, tokens.iter().cloned().collect::<TokenStream>().to_string()));
    }
}

/// The length of `#![…]` at the start.
fn inner_attribute(tokens: &[TokenTree]) -> Option<usize> {
    (is_sign(tokens, 0, '#') && is_sign(tokens, 1, '!') && is_group(tokens, 2, Delimiter::Bracket))
        .then_some(3)
}

/// Up to and with the `;` or the braces that end the first statement.
fn statement_length(tokens: &[TokenTree]) -> usize {
    let bare = without_prefix(tokens);
    let prefix = tokens.len() - bare.len();
    let needs_semicolon =
        ["let", "use", "static", "type"].iter().any(|word| is_word(bare, 0, word))
            || is_word(bare, 0, "const") && !BRACED.iter().any(|word| is_word(bare, 1, word));
    let ends = |at: usize| {
        is_sign(bare, at, ';') || !needs_semicolon && is_group(bare, at, Delimiter::Brace)
    };
    (0..bare.len()).find(|&at| ends(at)).map_or(tokens.len(), |at| prefix + at + 1)
}

/// The statement without attributes and visibility.
fn without_prefix(mut tokens: &[TokenTree]) -> &[TokenTree] {
    while is_sign(tokens, 0, '#') && is_group(tokens, 1, Delimiter::Bracket) {
        tokens = &tokens[2..];
    }
    if is_word(tokens, 0, "pub") {
        let restricted = usize::from(is_group(tokens, 1, Delimiter::Parenthesis));
        tokens = &tokens[1 + restricted..];
    }
    tokens
}

/// Whether it is an item, or a macro call, which counts as one.
fn is_item(tokens: &[TokenTree]) -> bool {
    let is_block = is_group(tokens, 1, Delimiter::Brace);
    let begins_item = ITEMS.iter().any(|word| is_word(tokens, 0, word));
    begins_item && !is_block || macro_input(tokens).is_some()
}

/// What stands between the delimiters of `path::name! …` or `macro_rules! name …`.
fn macro_input(tokens: &[TokenTree]) -> Option<Vec<TokenTree>> {
    let in_path = |token: &&TokenTree| match token {
        TokenTree::Ident(_) => true,
        TokenTree::Punct(punct) => punct.as_char() == ':',
        _ => false,
    };
    let path = tokens.iter().take_while(in_path).count();
    let is_call = path > 0 && is_sign(tokens, path, '!');
    let mut inputs = tokens.iter().skip(path + 1).take(2).filter(|_| is_call);
    inputs.find_map(|token| match token {
        TokenTree::Group(group) => Some(group.stream().into_iter().collect()),
        _ => None,
    })
}

fn defines_main(tokens: &[TokenTree]) -> bool {
    (0..tokens.len()).any(|at| {
        is_word(tokens, at, "fn")
            && is_word(tokens, at + 1, "main")
            && is_group(tokens, at + 2, Delimiter::Parenthesis)
    })
}

fn is_word(tokens: &[TokenTree], at: usize, word: &str) -> bool {
    matches!(tokens.get(at), Some(TokenTree::Ident(ident)) if *ident == word)
}

fn is_sign(tokens: &[TokenTree], at: usize, sign: char) -> bool {
    matches!(tokens.get(at), Some(TokenTree::Punct(punct)) if punct.as_char() == sign)
}

fn is_group(tokens: &[TokenTree], at: usize, delimiter: Delimiter) -> bool {
    matches!(tokens.get(at), Some(TokenTree::Group(group)) if group.delimiter() == delimiter)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expectation(info: &str) -> Option<Expectation> {
        Some(Words::parse(info)?.expectation("x86_64-unknown-linux-gnu"))
    }

    #[test]
    fn words_of_another_language_make_it_no_sample() {
        assert_eq!(expectation(""), Some(Expectation::Run));
        assert_eq!(expectation("rust,editable"), Some(Expectation::Run));
        assert_eq!(expectation("should_panic, editable (a comment)"), Some(Expectation::Panic));
        for other in ["text", "editable", "Rust", "custom,rust", "E0308,compile_fail"] {
            assert_eq!(expectation(other), None, "{other}");
        }
        assert_eq!(expectation("rust,hidelines=!"), None, "rustdoc knows no `=`");
        assert_eq!(expectation("rust,editable,should_panic"), None, "the order matters");
    }

    #[test]
    fn a_named_target_counts_instead_of_a_plain_ignore() {
        assert_eq!(expectation("ignore,ignore-windows"), Some(Expectation::Run));
        let ignored = Some(Expectation::Ignored { reason: String::new() });
        assert_eq!(expectation("ignore"), ignored);
        assert_eq!(expectation("rust,ignore-linux"), ignored);
    }

    #[test]
    fn hidden_lines_are_code() {
        assert_eq!(unhide("# use a;\n#\n##[b]\n#[c]\n"), "use a;\n\n#[b]\n#[c]\n");
    }

    #[test]
    fn a_text_without_main_is_wrapped_line_for_line() {
        assert_eq!(program("let x = 1;\n"), "fn main() { let x = 1;\n}\n");
        assert_eq!(
            program("#![allow(dead_code)]\nextern crate a;\na::b();\n"),
            "#! [allow (dead_code)] extern crate a ; fn main() {                     \n               \na::b();\n}\n"
        );
        assert!(program("Ok::<(), E>(())\n").ends_with("\n} inner().unwrap() }\n"));
    }

    #[test]
    fn a_main_is_one_only_among_items() {
        for whole in ["fn main() {}", "mod a { }\npub fn main() {}", "a::make! { fn main() {} }"] {
            assert_eq!(program(whole), whole);
        }
        for part in ["let x = 1;\nfn main() {}", "// fn main() {}", "mod a { fn main() {} }"] {
            assert_ne!(program(part), part);
        }
    }
}
