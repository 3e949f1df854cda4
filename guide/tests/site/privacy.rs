//! A page asks nobody but its own site for anything, and works from a disk.

use std::path::Path;

use regex::Regex;

use crate::book::{Book, files, read, repository};

/// What a browser loads without being asked.
const LOADED: &str = r#"<(?:script|link|img|iframe|source|video|audio|object|embed|use)\b[^>]*?\s(?:src|href|data|srcset)="([^"]*)""#;
const LINKED: &str = r#"<a\b[^>]*?\shref="([^"]*)""#;
/// A server answers with the first at any depth, so it names the root of the site; the second is a copy of
/// the introduction that leads on to it.
const EXCEPTIONS: [&str; 2] = ["404.html", "index.html"];
const STYLED: &str = r#"(?:url\(|@import)\s*['"]?([^'")\s]*)"#;

fn found<'text>(pattern: &str, text: &'text str) -> Vec<&'text str> {
    let pattern = Regex::new(pattern).unwrap();
    pattern.captures_iter(text).map(|found| found.get(1).unwrap().as_str()).collect()
}

fn is_elsewhere(address: &str) -> bool {
    address.starts_with("//") || (address.contains(':') && !address.starts_with("data:"))
}

/// The files with this ending, with their texts.
pub(crate) fn files_ending_in(site: &Path, end: &str) -> Vec<(String, String)> {
    let files = files(site).into_iter().filter(|file| file.ends_with(end));
    files.map(|file| (file.clone(), read(&site.join(file)))).collect()
}

#[test]
fn nothing_is_loaded_from_elsewhere() {
    let book = Book::built();
    let site = book.site();
    for (file, page) in files_ending_in(&site, ".html") {
        for address in found(LOADED, &page) {
            assert!(!is_elsewhere(address), "{file} loads {address}");
        }
    }
    for (file, style) in files_ending_in(&site, ".css") {
        for address in found(STYLED, &style) {
            assert!(!is_elsewhere(address), "{file} loads {address}");
        }
    }
}

#[test]
fn scripts_have_no_reason_to_ask_the_playground() {
    let book = Book::built();
    let site = book.site();
    // mdBook's script asks it when a page has a block of this class, and only then.
    for (file, page) in files_ending_in(&site, ".html") {
        assert!(!page.contains("class=\"playground"), "{file} has a playground block");
    }
    let asks = Regex::new(r"fetch\w*\(\s*['\x22`]|XMLHttpRequest|WebSocket|sendBeacon|EventSource")
        .unwrap();
    for (file, script) in files_ending_in(&site, ".js") {
        let is_mdbooks = file.starts_with("book-");
        assert!(is_mdbooks || !asks.is_match(&script), "{file} makes requests");
    }
}

#[test]
fn no_fonts_are_shipped() {
    let book = Book::built();
    let site = book.site();
    let fonts: Vec<_> = files(&site).into_iter().filter(|file| file.contains(".woff")).collect();
    assert!(fonts.is_empty(), "{fonts:?}");
}

#[test]
fn built_pages_do_not_wait_for_a_server() {
    let book = Book::built();
    let site = book.site();
    for (file, page) in files_ending_in(&site, ".html") {
        assert!(!page.contains("__guide"), "{file} has the live-reload script");
    }
}

#[test]
fn every_address_is_relative_and_leads_somewhere() {
    let book = Book::built();
    let site = book.site();
    for (file, page) in files_ending_in(&site, ".html") {
        if EXCEPTIONS.contains(&file.as_str()) {
            continue;
        }
        let directory = &site.join(&file).parent().unwrap().to_owned();
        for address in [found(LOADED, &page), found(LINKED, &page)].concat() {
            let path = address.split('#').next().unwrap_or_default();
            assert!(!path.starts_with('/'), "{file} has the absolute address {address}");
            let leads = is_elsewhere(address) || path.is_empty() || directory.join(path).is_file();
            assert!(leads, "{file}: nothing at {address}");
        }
    }
}

#[test]
fn the_index_leads_to_the_first_chapter() {
    let summary = read(&repository().join("src/SUMMARY.md"));
    let first = found(r"\]\(([^)]*)\.md\)", &summary)[0];
    let head = read(&repository().join("theme/head.hbs"));
    assert!(head.contains(&format!("URL={first}.html")), "index.html does not lead to {first}");
}
