//! Comparing what a page shows with what a program produced.

use similar::TextDiff;

const LINE: usize = 200;
const LINES: usize = 60;

/// Whether `actual` is `expected`, where a line `...` of `expected` stands for any lines.
pub(crate) fn matches_elided(expected: &str, actual: &str) -> bool {
    let expected: Vec<&str> = expected.lines().collect();
    let actual: Vec<&str> = actual.lines().collect();
    let parts: Vec<&[&str]> = expected.split(|line| line.trim() == "...").collect();
    let [first, middle @ .., last] = &parts[..] else { return expected == actual };
    let Some(rest) = actual.strip_prefix(*first) else { return false };
    let Some(mut rest) = rest.strip_suffix(*last) else { return false };
    for part in middle {
        let found = (0..=rest.len()).find(|&at| rest[at..].starts_with(part));
        let Some(at) = found else { return false };
        rest = &rest[at + part.len()..];
    }
    true
}

/// The lines that differ, with `-` before those of the page and `+` before those of the program.
pub(crate) fn diff(page: &str, program: &str) -> String {
    let diff = TextDiff::from_lines(page, program);
    let changed = diff.unified_diff().context_radius(2).to_string();
    let lines = changed.lines().filter(|line| !line.starts_with("\\ No newline")).map(clip);
    let mut kept: Vec<String> = lines.collect();
    if kept.len() > LINES {
        let more = kept.len() - LINES;
        kept.truncate(LINES);
        kept.push(format!("… and {more} more lines"));
    }
    kept.join("\n")
}

/// A line that is short enough to print.
pub(crate) fn clip(line: &str) -> String {
    let mut characters = line.char_indices().skip(LINE);
    match characters.next() {
        Some((at, _)) => format!("{}… ({} bytes in all)", &line[..at], line.len()),
        None => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_dots_stand_for_any_lines() {
        assert!(matches_elided("a\n...\nd", "a\nb\nc\nd"));
        assert!(matches_elided("a\n...\nb", "a\nb"));
        assert!(matches_elided("...\nb\n...", "a\nb\nc"));
        assert!(matches_elided("...", ""));
        assert!(matches_elided("a\n...\nc\n...\ne", "a\nb\nc\nd\ne"));
    }

    #[test]
    fn what_is_not_elided_must_be_there_in_order() {
        assert!(!matches_elided("a\nb", "a\nb\nc"));
        assert!(!matches_elided("a\n...\nc", "a\nb"));
        assert!(!matches_elided("a\n...\na", "a"));
        assert!(!matches_elided("...\nc\n...\nb\n...", "a\nb\nc"));
    }

    #[test]
    fn the_diff_names_both_sides() {
        let diff = diff("3\n", "4\n");
        assert!(diff.contains("-3") && diff.contains("+4"), "{diff}");
    }

    #[test]
    fn long_lines_are_clipped_between_characters() {
        let clipped = clip(&"é".repeat(500));
        assert!(clipped.starts_with(&"é".repeat(LINE)) && clipped.ends_with("(1000 bytes in all)"));
    }
}
