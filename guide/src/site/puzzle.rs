//! A puzzle on its page: the program, the options, and the result, which is closed.
//!
//! `theme/study/puzzle.js` makes a form of it. Without scripts it is a list, and a `details` element to open.

use mdbook_core::utils::escape_html;

use crate::book::{Choice, Claim, Puzzle};

/// What opens a puzzle.
pub(super) fn opening(puzzle: &Puzzle, options: &[Choice]) -> String {
    let right = options.iter().position(|option| option.is_right).unwrap_or_default();
    let id = escape_html(&puzzle.id);
    format!(r#"<div class="puzzle" data-puzzle="{id}" data-right="{right}">"#)
}

/// The options, and what opens the result.
pub(super) fn question(options: &[Choice]) -> String {
    let items: Vec<String> =
        options.iter().map(|option| format!("<li>{}</li>\n", sentence(&option.claim))).collect();
    let items = items.concat();
    let right = ('A'..).zip(options).find(|(_, option)| option.is_right);
    let right = right.map(|(letter, option)| format!("{letter}. {}", sentence(&option.claim)));
    format!(
        "<ol class=\"puzzle-options\" type=\"A\">\n{items}</ol>\n\
         <details class=\"puzzle-result\">\n<summary>What happens</summary>\n\
         <p class=\"puzzle-right\">{}</p>",
        right.unwrap_or_default()
    )
}

/// What closes the result and the puzzle.
pub(super) const CLOSING: &str = "</details>\n</div>";

/// The sentence of an option as HTML.
fn sentence(claim: &Claim) -> String {
    let text = claim.to_string();
    let mut html = String::new();
    pulldown_cmark::html::push_html(&mut html, pulldown_cmark::Parser::new(&text));
    html.trim().trim_start_matches("<p>").trim_end_matches("</p>").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_option_is_a_sentence_with_code() {
        let claim = Claim::Prints(vec!["a < b".to_owned(), "``".to_owned()]);
        assert_eq!(sentence(&claim), "It prints <code>a &lt; b</code>, then <code>``</code>.");
    }
}
