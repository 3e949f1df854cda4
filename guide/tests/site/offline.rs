//! The site is kept whole, and exported whole.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Cursor, Read};

use guide::study::export::{Format, Rendered};
use serde_json::Value;
use sha2::{Digest, Sha256};
use zip::ZipArchive;

use crate::book::{Book, between, files, read};
use crate::privacy::files_ending_in;
use crate::serve::{get, news_when};

/// What the service worker keeps: files with names for their contents.
fn kept(worker: &str) -> BTreeMap<String, String> {
    let list = worker.strip_prefix("const FILES = ").expect("the list");
    serde_json::from_str(&list[..=list.find('}').expect("its end")]).expect("JSON")
}

#[test]
fn the_worker_keeps_every_file_by_its_contents() {
    let book = Book::built();
    let site = book.site();
    let kept = kept(&read(&site.join("sw.js")));
    let mut expected = files(&site);
    expected.retain(|file| !["404.html", "sw.js", ".nojekyll"].contains(&file.as_str()));
    assert_eq!(kept.keys().cloned().collect::<Vec<_>>(), expected);
    for (file, name) in kept {
        let hash = Sha256::digest(fs::read(site.join(&file)).expect("a file"));
        let start = u64::from_be_bytes(hash[..8].try_into().expect("eight bytes"));
        assert_eq!(name, format!("{start:016x}"), "{file}");
    }
}

#[test]
fn every_page_finds_the_manifest_and_the_manifest_its_icon() {
    let book = Book::built();
    let site = book.site();
    for (file, page) in files_ending_in(&site, ".html") {
        if file == "404.html" {
            assert!(!page.contains("guide-offline"), "it is shown at any address");
            continue;
        }
        let address = between(&page, "guide-offline\" content=\"", "\">").rsplit('"').next();
        let manifest = site.join(&file).parent().unwrap().join(address.expect("an address"));
        let manifest: Value = serde_json::from_str(&read(&manifest)).expect("JSON");
        assert_eq!(manifest["name"], "The Executable Rust Interview Guide");
        let icon = manifest["icons"][0]["src"].as_str().expect("an icon");
        assert!(site.join(icon).is_file(), "{icon}");
    }
}

const TOP: &str = "the-executable-rust-interview-guide";

/// What `cargo guide export zip` writes.
fn zip(book: &Book) -> Vec<u8> {
    let (source, site) = (guide::book::Book::load(book.root()), book.site());
    Format::Zip.export(&Rendered::new(&source, &site), book.root()).expect("a zip")
}

#[test]
fn the_same_book_gives_the_same_bytes() {
    let (one, other) = (Book::built(), Book::built());
    assert_eq!(files(&one.site()), files(&other.site()));
    for file in files(&one.site()) {
        let bytes = |book: &Book| fs::read(book.site().join(&file)).expect("a file");
        assert!(bytes(&one) == bytes(&other), "{file}");
    }
    assert!(zip(&one) == zip(&other), "the zip");
}

#[test]
fn the_zip_holds_the_site_in_one_directory() {
    let book = Book::built();
    let mut zip = ZipArchive::new(Cursor::new(zip(&book))).expect("a zip");
    let names: Vec<String> = zip.file_names().map(str::to_owned).collect();
    let expected: Vec<String> =
        files(&book.site()).iter().map(|file| format!("{TOP}/{file}")).collect();
    assert_eq!(names, expected);
    let mut page = String::new();
    zip.by_name(&format!("{TOP}/part/chapter.html")).unwrap().read_to_string(&mut page).unwrap();
    assert_eq!(page, read(&book.site().join("part/chapter.html")));
}

/// The one of a site that was served at the same address before would show that site.
#[test]
fn the_local_server_rids_browsers_of_service_workers() {
    let book = Book::new();
    let server = crate::serve::start(&book);
    news_when(&server, |news| news["build"] != news["version"]);
    let (status, worker) = get(&server, "/sw.js");
    assert_eq!(status, 200);
    assert!(worker.contains("unregister()") && !worker.contains("FILES"), "{worker}");
    assert!(!get(&server, "/part/chapter.html").1.contains("guide-offline"));
    assert_eq!(get(&server, "/manifest.webmanifest").0, 404);
}
