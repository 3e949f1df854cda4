//! A page of a chapter is light enough for a phone on a train.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use regex::Regex;

use crate::book::{files, read, repository};

/// What a browser may transfer to show a chapter for the first time: bytes after gzip -9. A stock page of
/// mdBook with its editor needs 209 KB.
const LIMIT: usize = 150_000;
/// What a browser loads with a page. The search index waits until a reader searches.
const LOADED: &str = r#"<(?:script|link)\b[^>]*?\s(?:src|href)="([^"]*)""#;

fn compressed(file: &Path) -> usize {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&std::fs::read(file).expect("a file")).expect("memory");
    encoder.finish().expect("memory").len()
}

/// The page and what it loads, each with its weight.
fn weights(site: &Path, page: &str) -> Vec<(usize, String)> {
    let html = read(&site.join(page));
    let directory = Path::new(page).parent().expect("a directory");
    let loaded = Regex::new(LOADED).unwrap();
    let loaded = loaded.captures_iter(&html).map(|found| directory.join(&found[1]));
    let mut loaded: BTreeSet<_> = loaded.filter(|file| site.join(file).is_file()).collect();
    loaded.insert(page.into());
    loaded.iter().map(|file| (compressed(&site.join(file)), file.display().to_string())).collect()
}

#[test]
fn a_chapter_transfers_at_most_150_kilobytes() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let site = directory.path().join("site");
    guide::site::build(&repository(), &site).expect("a site");
    let chapters = files(&repository().join("src")).into_iter().filter(|file| file.contains('/'));
    let pages: Vec<_> =
        chapters.filter_map(|file| file.strip_suffix(".md").map(str::to_owned)).collect();
    assert!(pages.len() > 10, "{pages:?}");
    for page in pages {
        let mut weights = weights(&site, &format!("{page}.html"));
        assert!(weights.len() > 10, "{page} loads only {weights:?}");
        let total: usize = weights.iter().map(|(weight, _)| weight).sum();
        weights.sort_unstable_by(|one, other| other.cmp(one));
        let heaviest: Vec<_> =
            weights.iter().take(8).map(|(weight, file)| format!("{weight:>8} {file}")).collect();
        assert!(total <= LIMIT, "{page} transfers {total} bytes:\n{}", heaviest.join("\n"));
    }
}
