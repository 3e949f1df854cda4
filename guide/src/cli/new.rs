//! `cargo guide new`: starts chapters and questions, and publishes ids.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::Exit;
use super::exit::Usage;
use crate::book::{Book, Chapter, IDS_FILE, Level, write_whole};

const CHAPTER: &str = include_str!("new/chapter.md");
const QUESTION: &str = include_str!("new/question.md");

pub(crate) fn run(book: &Book, target: &str, level: Level) -> Result<Exit> {
    let (path, id) = match target.split_once('#') {
        Some((path, id)) => (path, Some(id)),
        None => (target, None),
    };
    let path = path.trim_end_matches(".md");
    if !is_chapter_path(path) || id.is_some_and(|id| !is_slug(id)) {
        return Err(usage(format!(
            "`{target}` is neither `part/chapter` nor `part/chapter#id`, in lower case with hyphens"
        )));
    }
    match id {
        None => chapter(book, path)?,
        Some(id) => question(book, path, id, level)?,
    }
    Ok(Exit::Proved)
}

fn chapter(book: &Book, path: &str) -> Result<()> {
    let file = book.source_dir().join(format!("{path}.md"));
    let summary = book.source_dir().join("SUMMARY.md");
    if book.root.join(&file).exists() {
        return Err(usage(format!("`{}` exists already", file.display())));
    }
    let listed = read(&book.root, &summary)?;
    let title = title_of(path.rsplit('/').next().unwrap_or(path));
    write(&book.root, &file, &CHAPTER.replace("{title}", &title))?;
    if !listed.contains(&format!("({path}.md)")) {
        write(&book.root, &summary, &with_entry(&listed, path, &title))?;
    }
    anstream::println!("wrote {} and its line in {}", file.display(), summary.display());
    anstream::println!("next: cargo guide new {path}#first-question");
    Ok(())
}

fn question(book: &Book, path: &str, id: &str, level: Level) -> Result<()> {
    let wanted = format!("{path}.md");
    let chapter = book.chapters.iter().find(|chapter| chapter.path == wanted);
    let chapter = chapter.ok_or_else(|| {
        usage(format!("there is no chapter `{path}`: run `cargo guide new {path}`"))
    })?;
    let owner = book.chapter_with_id(id);
    if let Some(owner) = owner.filter(|owner| owner.path != chapter.path) {
        return Err(usage(format!("the id `{id}` is taken by {}", owner.path)));
    }
    if owner.is_none() {
        let text =
            with_question(chapter, &QUESTION.replace("{id}", id).replace("{level}", level.name()));
        write(&book.root, Path::new(&chapter.file), &text)?;
        anstream::println!("wrote #{id} into {}", chapter.file);
    }
    publish(&book.root, &format!("{}#{id}", chapter.path))
}

/// Adds an id to the list of published ones, which is kept sorted.
fn publish(root: &Path, entry: &str) -> Result<()> {
    let ids =
        if root.join(IDS_FILE).exists() { read(root, Path::new(IDS_FILE))? } else { String::new() };
    let mut lines: Vec<&str> = ids.lines().collect();
    if lines.contains(&entry) {
        return Err(usage(format!("`{entry}` is published already")));
    }
    lines.push(entry);
    lines.sort_unstable();
    write(root, Path::new(IDS_FILE), &(lines.join("\n") + "\n"))?;
    anstream::println!("added {entry} to {IDS_FILE}: from now on the id is permanent");
    Ok(())
}

/// The chapter's text with a question before the closing summary, which has no level.
fn with_question(chapter: &Chapter, question: &str) -> String {
    let last_question = chapter.questions.last().map_or(0, |question| question.line);
    let lines: Vec<&str> = chapter.text.lines().collect();
    let closing = chapter.section_below(last_question).map_or(lines.len(), |line| line - 1);
    let (before, after) = lines.split_at(closing);
    let after = if after.is_empty() { String::new() } else { format!("\n{}\n", after.join("\n")) };
    format!("{}\n\n{question}{after}", before.join("\n").trim_end())
}

/// The outline with a line for the chapter, below the last one of its part.
fn with_entry(summary: &str, path: &str, title: &str) -> String {
    let part = path.split('/').next().unwrap_or(path);
    let mut lines: Vec<String> = summary.lines().map(str::to_owned).collect();
    let entry = format!("- [{title}]({path}.md)");
    match lines.iter().rposition(|line| line.contains(&format!("({part}/"))) {
        Some(last) => lines.insert(last + 1, entry),
        None => {
            lines.extend([String::new(), format!("# {}", title_of(part)), String::new(), entry]);
        }
    }
    lines.join("\n") + "\n"
}

fn title_of(slug: &str) -> String {
    let words = slug.replace('-', " ");
    let mut characters = words.chars();
    let first = characters.next().map(|first| first.to_uppercase().to_string());
    first.unwrap_or_default() + characters.as_str()
}

fn is_chapter_path(path: &str) -> bool {
    path.split_once('/').is_some_and(|(part, chapter)| is_slug(part) && is_slug(chapter))
}

fn is_slug(text: &str) -> bool {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    !text.is_empty() && text.chars().all(allowed) && !text.starts_with('-') && !text.ends_with('-')
}

fn usage(message: String) -> anyhow::Error {
    Usage::Target(message).into()
}

fn read(root: &Path, file: &Path) -> Result<String> {
    fs::read_to_string(root.join(file)).with_context(|| format!("cannot read `{}`", file.display()))
}

fn write(root: &Path, file: &Path, text: &str) -> Result<()> {
    write_whole(&root.join(file), text)
        .with_context(|| format!("cannot write `{}`", file.display()))
}
