//! The site without network: a service worker that keeps all files of a site, known by their contents, and a
//! manifest, with which browsers install the site like a program.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use mdbook_core::config::BookConfig;
use mdbook_core::utils::fs::{path_to_root, write};
use serde_json::json;
use walkdir::WalkDir;

use crate::book::{Book, digest};

/// Where browsers look for the service worker: it answers for its own directory and those below.
const WORKER: &str = "sw.js";
const WORKER_CODE: &str = include_str!("offline/worker.js");
const MANIFEST: &str = "manifest.webmanifest";
/// Shown at any address, where no relative one can lead to the manifest.
const NOT_FOUND: &str = "404.html";

/// The files of a site by their addresses, each with a name for its contents.
type Files = BTreeMap<String, String>;

/// Adds to a complete site what it needs to be kept.
pub(super) fn keep_offline(book: &Book, site: &Path) -> Result<()> {
    let mut files = read(site)?;
    write(site.join(MANIFEST), manifest(&book.config.book, &files))?;
    for (page, hash) in files.iter_mut().filter(|(file, _)| is(file, "html")) {
        *hash = mark(&site.join(page), page)?;
    }
    files.insert(MANIFEST.into(), name(&site.join(MANIFEST))?);
    // The first is not asked for by its name, and hosts do not hand out files for themselves.
    files.retain(|file, _| file != NOT_FOUND && !file.starts_with('.'));
    let list = serde_json::to_string_pretty(&files)?;
    write(site.join(WORKER), format!("const FILES = {list};\n\n{WORKER_CODE}"))
}

fn read(site: &Path) -> Result<Files> {
    let mut files = Files::new();
    for entry in WalkDir::new(site) {
        let entry = entry.context("cannot read the rendered site")?;
        if entry.file_type().is_file() {
            let address = entry.path().strip_prefix(site)?.to_string_lossy().replace('\\', "/");
            files.insert(address, name(entry.path())?);
        }
    }
    Ok(files)
}

/// Whether a file has this extension.
fn is(file: &str, extension: &str) -> bool {
    file.rsplit_once('.').is_some_and(|(_, end)| end == extension)
}

/// Names the contents of a file.
fn name(file: &Path) -> Result<String> {
    let bytes = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    Ok(digest(&bytes)[..16].to_owned())
}

/// Tells the page where the manifest is, for `theme/study/offline.js`, and returns the new name of its
/// contents. A link would be an error in the console of a page that is opened from a file.
fn mark(file: &Path, page: &str) -> Result<String> {
    if page != NOT_FOUND {
        let root = path_to_root(page);
        let mark =
            format!("<meta name=\"guide-offline\" content=\"{root}{MANIFEST}\">\n    </head>");
        write(file, fs::read_to_string(file)?.replacen("</head>", &mark, 1))?;
    }
    name(file)
}

fn manifest(book: &BookConfig, files: &Files) -> String {
    let icons = files.keys().filter(|file| file.starts_with("favicon") && is(file, "svg"));
    let icons = icons.map(|icon| json!({ "src": icon, "sizes": "any", "type": "image/svg+xml" }));
    let manifest = json!({
        "name": book.title,
        "short_name": "Rust interviews",
        "description": book.description,
        "lang": book.language,
        "start_url": ".",
        "scope": ".",
        "display": "standalone",
        "background_color": "#ffffff",
        "theme_color": "#ffffff",
        "icons": icons.collect::<Vec<_>>(),
    });
    format!("{manifest:#}\n")
}
