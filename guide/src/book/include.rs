//! `{{#include}}` and `{{#rustdoc_include}}`, resolved strictly: an unknown, empty or unclosed anchor
//! is an error here, where mdBook would show an empty block.

use std::path::{Component, Path, PathBuf};
use std::sync::LazyLock;

use regex::Regex;

use super::source;

static DIRECTIVE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?P<escape>\\)?\{\{\s*#(?P<name>\w+)\s+(?P<target>[^}]+?)\s*\}\}")
        .expect("a valid pattern")
});
static ANCHOR: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?P<kind>ANCHOR|ANCHOR_END):\s*(?P<name>[\w-]+)").expect("a valid pattern")
});

/// Which part of which file a page shows.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Shown {
    /// Relative to the root of the book, with forward slashes.
    pub(crate) file: String,
    pub(crate) anchor: Option<String>,
}

/// What became of a text with include directives.
#[derive(Debug, Default)]
pub(crate) struct Resolved {
    pub(crate) text: String,
    pub(crate) shown: Vec<Shown>,
    /// What is wrong with a directive, with its line in the text, from 0.
    pub(crate) errors: Vec<(usize, String)>,
}

/// Replaces the include directives of `text`, which stands in a file in directory `dir` of `root`.
pub(crate) fn resolve(text: &str, root: &Path, dir: &Path) -> Resolved {
    let mut resolved = Resolved::default();
    let mut rest = 0;
    for found in DIRECTIVE.captures_iter(text) {
        let whole = found.get(0).expect("group 0 is the match");
        resolved.text.push_str(&text[rest..whole.start()]);
        rest = whole.end();
        if found.name("escape").is_some() || !is_include(&found["name"]) {
            resolved.text.push_str(whole.as_str());
            continue;
        }
        match load(&found["target"], root, dir, &mut resolved.shown) {
            Ok(content) => resolved.text.push_str(content.trim_end_matches('\n')),
            Err(error) => {
                let line = text[..whole.start()].matches('\n').count();
                resolved.errors.push((line, error));
            }
        }
    }
    resolved.text.push_str(&text[rest..]);
    resolved
}

fn is_include(name: &str) -> bool {
    matches!(name, "include" | "rustdoc_include")
}

/// The text that `target` names; it counts as shown even where it cannot be, so that one mistake is
/// reported once.
fn load(target: &str, root: &Path, dir: &Path, shown: &mut Vec<Shown>) -> Result<String, String> {
    let (path, anchor) = match target.split_once(':') {
        Some((path, anchor)) => (path, Some(anchor.to_owned())),
        None => (target, None),
    };
    let relative = normalize(&dir.join(path)).ok_or(format!("`{path}` leaves the book"))?;
    let file = relative.to_string_lossy().replace('\\', "/");
    shown.push(Shown { file: file.clone(), anchor: anchor.clone() });
    let text = source::read(&root.join(&relative), &file).map_err(|finding| finding.what)?;
    match anchor {
        Some(anchor) => section(&text, &anchor).map_err(|error| format!("{error} in `{file}`")),
        None => Ok(without_anchors(&text)),
    }
}

/// Resolves `..` without asking the file system; `None` when the path climbs out.
pub(crate) fn normalize(path: &Path) -> Option<PathBuf> {
    let mut parts = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => parts.pop().then_some(())?,
            Component::Normal(part) => parts.push(part),
            Component::CurDir => {}
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(parts)
}

/// The lines between an anchor's two marks.
fn section(text: &str, name: &str) -> Result<String, String> {
    let mut lines = text.lines().skip_while(|line| mark(line) != Some(("ANCHOR", name)));
    lines.next().ok_or(format!("there is no anchor `{name}`"))?;
    let mut content = String::new();
    for line in lines {
        match mark(line) {
            Some(("ANCHOR_END", end)) if end == name => return not_empty(content, name),
            Some(_) => {}
            None => content.extend([line, "\n"]),
        }
    }
    Err(format!("anchor `{name}` is never closed"))
}

fn not_empty(content: String, name: &str) -> Result<String, String> {
    if content.trim().is_empty() { Err(format!("anchor `{name}` is empty")) } else { Ok(content) }
}

fn without_anchors(text: &str) -> String {
    text.lines().filter(|line| mark(line).is_none()).flat_map(|line| [line, "\n"]).collect()
}

/// The anchor mark on a line: `ANCHOR` or `ANCHOR_END`, and the name.
fn mark(line: &str) -> Option<(&str, &str)> {
    let found = ANCHOR.captures(line)?;
    Some((found.name("kind")?.as_str(), found.name("name")?.as_str()))
}

/// The anchors that a text opens, with their lines from 1.
pub(crate) fn anchors(text: &str) -> Vec<(usize, String)> {
    let opened = |(index, line)| match mark(line) {
        Some(("ANCHOR", name)) => Some((index + 1, name.to_owned())),
        _ => None,
    };
    text.lines().enumerate().filter_map(opened).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const STORE: &str = "mod log;\n// ANCHOR: append\nfn append() {}\n// ANCHOR_END: append\n\
        // ANCHOR: nothing\n// ANCHOR_END: nothing\n// ANCHOR: open\nfn open() {}\n";

    #[test]
    fn a_section_is_what_stands_between_its_marks() {
        assert_eq!(section(STORE, "append").as_deref(), Ok("fn append() {}\n"));
    }

    #[test]
    fn unknown_empty_and_unclosed_anchors_are_told_apart() {
        let error = |name| section(STORE, name).expect_err(name);
        assert_eq!(error("missing"), "there is no anchor `missing`");
        assert_eq!(error("nothing"), "anchor `nothing` is empty");
        assert_eq!(error("open"), "anchor `open` is never closed");
    }

    #[test]
    fn a_path_may_not_climb_out_of_the_book() {
        assert_eq!(normalize(Path::new("src/core/../../../etc")), None);
        assert_eq!(normalize(Path::new("src/core/../../x.rs")), Some(PathBuf::from("x.rs")));
    }
}
