//! The questions for other programs. `schema.json` says what stands in the file.

use anyhow::Result;
use serde::Serialize;

use super::markup::{Element, Node, plain, write};
use super::rendered::{Rendered, callouts};
use crate::book::Level;
use crate::study::{Card, Counts, Part, Row};

/// The JSON Schema of the file.
pub const SCHEMA: &str = include_str!("schema.json");
/// Grows when a program that reads the file has to be changed.
const VERSION: u32 = 1;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Export<'guide> {
    version: u32,
    title: &'guide str,
    language: Option<&'guide str>,
    address: Option<String>,
    parts: &'guide [Part],
    roles: &'guide [String],
    levels: [Level; 4],
    questions: Vec<Question<'guide>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Question<'guide> {
    id: &'guide str,
    #[serde(rename = "question")]
    asked: Text,
    level: Level,
    part: &'guide str,
    chapter: &'guide str,
    chapter_title: &'guide str,
    roles: &'guide [String],
    minutes: usize,
    path: &'guide str,
    url: Option<String>,
    evidence: Evidence,
    answer: Text,
    traps: Vec<Titled>,
    follow_ups: Vec<Text>,
    links: Vec<Link>,
}

#[derive(Serialize)]
struct Text {
    html: String,
    text: String,
}

#[derive(Serialize)]
struct Titled {
    claim: String,
    html: String,
    text: String,
}

#[derive(Serialize)]
struct Evidence {
    #[serde(flatten)]
    counts: Counts,
    html: String,
}

#[derive(Serialize)]
struct Link {
    text: String,
    url: String,
}

/// The file.
pub(super) fn export(guide: &Rendered<'_>) -> Result<Vec<u8>> {
    let cards = guide.cards()?;
    let mut questions = Vec::new();
    for cards in cards.chunk_by(|(one, _), (next, _)| one.chapter == next.chapter) {
        let page = guide.content(&cards[0].0.chapter)?;
        for (row, card) in cards {
            questions.push(question(guide, &page, row, card)?);
        }
    }
    let export = Export {
        version: VERSION,
        title: guide.title(),
        language: guide.book.config.book.language.as_deref(),
        address: guide.address(),
        parts: &guide.catalog.parts,
        roles: &guide.catalog.roles,
        levels: guide.catalog.levels,
        questions,
    };
    let mut bytes = serde_json::to_vec_pretty(&export)?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn question<'guide>(
    guide: &Rendered<'_>,
    page: &[Node],
    row: &'guide Row,
    card: &Card,
) -> Result<Question<'guide>> {
    let bodies = |html: &str| anyhow::Ok(callouts(guide.detached(html)?));
    let answer: Vec<Node> =
        bodies(&card.answer)?.into_iter().flat_map(|callout| callout.body).collect();
    let evidence = write(&guide.detached(&card.evidence)?);
    let traps = bodies(&card.traps)?.into_iter().map(|trap| {
        let Text { html, text } = self::text(&trap.body);
        Titled { claim: plain(&trap.title), html, text }
    });
    Ok(Question {
        id: &row.id,
        asked: Text { html: row.title.clone(), text: row.text.clone() },
        level: row.level,
        part: &row.part,
        chapter: &row.chapter,
        chapter_title: &row.chapter_title,
        roles: &row.roles,
        minutes: row.minutes,
        path: &row.url,
        url: guide.address().map(|address| address + &row.url),
        evidence: Evidence { counts: row.evidence, html: evidence },
        answer: text(&answer),
        traps: traps.collect(),
        follow_ups: bodies(&card.follow_ups)?.iter().map(|asked| text(&asked.body)).collect(),
        links: links(page, &row.id),
    })
}

fn text(nodes: &[Node]) -> Text {
    Text { html: write(nodes).trim().to_owned(), text: plain(nodes) }
}

/// The links to other sites below the heading of a question: its sources.
fn links(page: &[Node], id: &str) -> Vec<Link> {
    let is_heading = |node: &Node| node.element().is_some_and(|element| element.name == "h2");
    let is_own = |node: &Node| node.element().is_some_and(|element| element.get("id") == id);
    let below = page.iter().skip_while(|node| !is_own(node)).skip(1);
    let mut links = Vec::new();
    below.take_while(|node| !is_heading(node)).for_each(|node| collect_links(node, &mut links));
    links
}

fn collect_links(node: &Node, links: &mut Vec<Link>) {
    let Node::Element(Element { name, children, .. }) = node else { return };
    let url = node.element().map_or("", |element| element.get("href"));
    let is_known = links.iter().any(|link| link.url == url);
    if name == "a" && url.contains("://") && !is_known {
        links.push(Link { text: plain(children), url: url.to_owned() });
    }
    for child in children {
        collect_links(child, links);
    }
}
