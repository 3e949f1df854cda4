//! What the study tools need beside the pages: their script, the questions and the cards.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use mdbook_core::utils::escape_html;
use mdbook_core::utils::fs::write;
use serde::Serialize;

use super::plan;
use super::scripts::Script;
use crate::book::{Book, Level, digest};
use crate::study::{Catalog, Counts, Part, Row, cards, catalog};

/// The modules, relative to the root of the book.
const MODULES: &str = "theme/study";
/// The script of every page, which `book.toml` lists, relative to the root of the book.
const READING: &str = "theme/generated/reading.js";
/// A list of questions, as Markdown.
type List = fn(&Catalog) -> String;
/// The places that a page keeps for lists.
const LISTS: [(&str, List); 2] =
    [("<div data-study=\"catalog\"></div>", all), ("<div data-list=\"levels\"></div>", by_level)];
/// The start of a place for a ready-made plan.
const PLAN: &str = "<div data-plan=\"";

/// Writes the script that every page loads, where mdBook finds it.
pub(super) fn write_reading_script(root: &Path) -> Result<()> {
    let modules = root.join(MODULES);
    if !modules.is_dir() {
        return Ok(());
    }
    let text = Script::link(&modules, "reading")?.text(&Script::default());
    let path = root.join(READING);
    if fs::read_to_string(&path).is_ok_and(|present| present == text) {
        return Ok(());
    }
    write(&path, text)
}

/// Puts lists of questions where a page keeps places for them.
pub(super) fn fill_in(mut page: String, catalog: &Catalog) -> String {
    for (place, list) in LISTS {
        if page.contains(place) {
            page = page.replace(place, &list(catalog));
        }
    }
    if page.contains(PLAN) { plan::fill_in(&page, catalog) } else { page }
}

/// All questions: for readers without JavaScript, and for the tool that filters them.
fn all(Catalog { parts, questions, .. }: &Catalog) -> String {
    let sections = questions.chunk_by(|one, next| one.part == next.part);
    let sections: String = sections.map(|rows| section(rows, parts)).collect();
    format!("<div data-study=\"catalog\">\n{sections}</div>")
}

fn section(rows: &[Row], parts: &[Part]) -> String {
    let id = &rows[0].part;
    let title = parts.iter().find(|part| part.id == *id).map_or(id, |part| &part.title);
    let title = escape_html(title);
    let chapters = rows.chunk_by(|one, next| one.chapter == next.chapter);
    let chapters: String = chapters.map(list).collect();
    format!("<section data-part=\"{id}\">\n<h2>{title}</h2>\n{chapters}</section>\n")
}

/// A table with one question of each chapter and level.
fn by_level(Catalog { questions, .. }: &Catalog) -> String {
    let chapters = questions.chunk_by(|one, next| one.chapter == next.chapter);
    let technical = chapters.filter(|rows| rows[0].part != "start");
    let rows: String = technical.map(first_of_each_level).collect();
    format!("| Chapter | junior | mid | senior | staff |\n|---|---|---|---|---|\n{rows}")
}

fn first_of_each_level(rows: &[Row]) -> String {
    let cell = |level: Level| {
        let first = rows.iter().find(|row| row.level == level)?;
        let Row { id, chapter, .. } = first;
        Some(format!("[{}](../{chapter}.md#{id})", id.replace('-', " ")))
    };
    let cells = Level::ALL.map(|level| cell(level).unwrap_or_default());
    format!("| {} | {} |\n", rows[0].chapter_title, cells.join(" | "))
}

fn list(rows: &[Row]) -> String {
    let Row { chapter, chapter_title, .. } = &rows[0];
    let title = escape_html(chapter_title);
    let items: String = rows.iter().map(item).collect();
    format!(
        "<div class=\"chapter-questions\">\n<h3><a href=\"../{chapter}.html\">{title}</a></h3>\n\
         <ul>\n{items}</ul>\n</div>\n"
    )
}

fn item(row: &Row) -> String {
    let Row { id, title, level, roles, url, evidence, .. } = row;
    let roles = roles.join(" ");
    let Counts { runs, fails, blocks } = *evidence;
    let evidence = count("runs", runs, "run")
        + &count("fails", fails, "fail")
        + &count("blocks", blocks, "compared");
    format!(
        "<li data-question=\"{id}\" data-level=\"{level}\" data-roles=\"{roles}\">\
         <a href=\"../{url}\">{title}</a> <span class=\"level level-{level}\">{level}</span> \
         <span class=\"evidence\">{evidence}</span></li>\n"
    )
}

/// A number with a mark for those who see it and a word for those who listen.
fn count(kind: &str, number: usize, word: &str) -> String {
    match number {
        0 => String::new(),
        _ => format!("<span class=\"count count-{kind}\">{number} <span>{word}</span></span> "),
    }
}

/// Adds the study tools to a rendered site.
pub(super) fn write_tools(book: &Book, site: &Path) -> Result<()> {
    let modules = book.root.join(MODULES);
    if !modules.is_dir() {
        return Ok(());
    }
    let reading = Script::link(&modules, "reading")?;
    write(site.join("study/tools.js"), Script::link(&modules, "study")?.text(&reading))?;
    let catalog = catalog(book);
    write(site.join("study/questions.js"), questions_script(&catalog)?)?;
    let mut chapters = catalog.questions.chunk_by(|one, next| one.chapter == next.chapter);
    chapters.try_for_each(|rows| write_cards(rows, site))
}

#[derive(Serialize)]
struct Questions<'catalog> {
    /// Names this state of the questions.
    edition: &'catalog str,
    #[serde(flatten)]
    catalog: &'catalog Catalog,
}

fn questions_script(catalog: &Catalog) -> Result<String> {
    let edition = digest(&serde_json::to_string(catalog)?);
    let questions = Questions { edition: &edition[..16], catalog };
    Ok(format!("window.guideQuestions = {};\n", serde_json::to_string(&questions)?))
}

/// Writes the cards of one chapter.
fn write_cards(rows: &[Row], site: &Path) -> Result<()> {
    let chapter = &rows[0].chapter;
    let page = fs::read_to_string(site.join(format!("{chapter}.html")))
        .with_context(|| format!("mdBook rendered no page for {chapter}.md"))?;
    let cards = serde_json::to_string(&cards(&page, rows))?;
    let name = serde_json::to_string(chapter)?;
    write(site.join(format!("study/cards/{chapter}.js")), format!("guideCards({name}, {cards});\n"))
}
