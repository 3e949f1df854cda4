//! Cards: what stands on the back of a question, cut out of the rendered page, so that a card shows what the
//! page shows.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::{Captures, Regex};
use serde::Serialize;

use super::Row;

static LINK: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(?P<attribute> href| src)="(?P<target>[^"]*)""#).expect("a valid pattern")
});
/// An id on a page of cards would not be unique.
static ID: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#"^(<\w+) id="[^"]*""#).expect("a valid pattern"));

/// The back of a question, as HTML whose links are good from one directory below the root of the site. A
/// piece that the answer lacks is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Card {
    /// The answer to say aloud.
    pub answer: String,
    /// The first sample outside of callouts, with what it produced; a measurement when there is none.
    pub evidence: String,
    /// The wrong answers that people give.
    pub traps: String,
    /// What is asked next.
    pub follow_ups: String,
}

/// The cards of a chapter's questions by their ids. `page` is the chapter as rendered, `rows` its questions.
#[must_use]
pub fn cards<'row>(
    page: &str,
    rows: impl IntoIterator<Item = &'row Row>,
) -> BTreeMap<&'row str, Card> {
    let card =
        |row: &'row Row| Some((row.id.as_str(), card(section(page, &row.id)?, &row.chapter)));
    rows.into_iter().filter_map(card).collect()
}

/// What stands below a heading, up to the next one of its depth.
fn section<'page>(page: &'page str, id: &str) -> Option<&'page str> {
    let start = page.find(&format!("<h2 id=\"{id}\""))?;
    let rest = &page[start + 1..];
    let end = rest.find("<h2 ").or(rest.find("</main>"));
    end.map(|end| &rest[..end])
}

fn card(section: &str, chapter: &str) -> Card {
    let callouts = |kind: &str| {
        let class = format!("class=\"admonition admonish-{kind}\"");
        let callouts = elements(section, &class);
        callouts.map(|html| moved(html, chapter)).collect::<Vec<_>>().join("\n")
    };
    Card {
        answer: callouts("say"),
        evidence: evidence(section).map(|html| moved(html, chapter)).unwrap_or_default(),
        traps: callouts("trap"),
        follow_ups: callouts("follow-up"),
    }
}

fn evidence(section: &str) -> Option<&str> {
    let callouts: Vec<&str> = elements(section, "class=\"admonition ").collect();
    let is_outside = |html: &&str| !callouts.iter().any(|callout| contains(callout, html));
    let sample = elements(section, "class=\"sample\"").find(is_outside);
    sample.or_else(|| elements(section, "class=\"measured\"").next())
}

/// Whether `part` is a piece of this very text.
fn contains(whole: &str, part: &str) -> bool {
    whole.as_bytes().as_ptr_range().contains(&part.as_ptr())
}

/// The elements whose opening tags hold `mark`.
fn elements<'html>(html: &'html str, mark: &str) -> impl Iterator<Item = &'html str> {
    html.match_indices(mark).filter_map(|(at, _)| element(&html[html[..at].rfind('<')?..]))
}

/// The element at the start of `html`. Text holds no `<`: mdBook escapes it.
fn element(html: &str) -> Option<&str> {
    let name = html[1..].split([' ', '>']).next()?;
    let (open, close) = (format!("<{name}"), format!("</{name}>"));
    let mut depth = 0_usize;
    let mut end = 0;
    loop {
        let closing = end + html[end..].find(&close)?;
        depth += html[end..closing].matches(&open).count();
        depth -= 1;
        end = closing + close.len();
        if depth == 0 {
            return Some(&html[..end]);
        }
    }
}

/// The HTML of a chapter's page as it must stand on a page of another directory.
fn moved(html: &str, chapter: &str) -> String {
    let directory = chapter.rsplit_once('/').map_or("", |(directory, _)| directory);
    let rewrite = |found: &Captures<'_>| {
        let target = &found["target"];
        let target = match target {
            _ if target.contains(':') || target.starts_with("../") => target.to_owned(),
            _ if target.starts_with('#') => format!("../{chapter}.html{target}"),
            _ => format!("../{directory}/{target}"),
        };
        format!("{}=\"{target}\"", &found["attribute"])
    };
    LINK.replace_all(&ID.replace(html, "$1"), rewrite).into_owned()
}

#[cfg(test)]
mod tests {
    use super::{card, section};

    const PAGE: &str = r##"<main><h2 id="one"><a href="#one">One?</a></h2>
<div id="admonition-say" class="admonition admonish-say"><div>Yes: <a href="other.html#x">x</a></div></div>
<div id="admonition-trap" class="admonition admonish-trap"><div class="sample">no</div></div>
<div class="sample"><div class="shown">1</div></div>
<details id="f" class="admonition admonish-follow-up"><a href="#two">two</a></details>
<h2 id="two">Two</h2></main>"##;

    #[test]
    fn a_card_holds_the_pieces_of_its_question() {
        let card = card(section(PAGE, "one").unwrap(), "core/ownership");
        assert!(card.answer.contains(r#"<a href="../core/other.html#x">x</a></div></div>"#));
        assert!(card.answer.starts_with(r#"<div class="admonition"#), "{}", card.answer);
        assert_eq!(card.evidence, r#"<div class="sample"><div class="shown">1</div></div>"#);
        assert!(card.traps.contains("no"));
        assert!(card.follow_ups.contains(r#"href="../core/ownership.html#two""#));
    }

    #[test]
    fn a_question_without_a_page_has_no_card() {
        assert_eq!(section(PAGE, "three"), None);
    }
}
