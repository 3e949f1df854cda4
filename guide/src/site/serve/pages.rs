//! A rendered site in memory.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Component, Path};

use anyhow::{Context, Result};
use axum::http::StatusCode;
use walkdir::WalkDir;

/// The page for an address that does not exist.
const NOT_FOUND: &str = "404.html";

/// All files of a site by their path in it, such as `core/ownership.html`.
#[derive(Debug, Default)]
pub(super) struct Pages {
    files: HashMap<String, Vec<u8>>,
}

/// One file, as it is answered.
pub(super) struct Page<'pages> {
    pub(super) status: StatusCode,
    pub(super) content_type: &'static str,
    pub(super) body: &'pages [u8],
}

impl Pages {
    /// Reads a site that has been rendered into `directory`.
    pub(super) fn read(directory: &Path) -> Result<Self> {
        let mut files = HashMap::new();
        for entry in WalkDir::new(directory) {
            let entry = entry.context("cannot read the rendered site")?;
            if entry.file_type().is_file() {
                let path = entry.path();
                let body =
                    fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
                files.insert(address(path.strip_prefix(directory)?), body);
            }
        }
        Ok(Self { files })
    }

    /// The file at `path`, which starts with a slash, or the page that says there is none. Nothing at
    /// all before the first successful build.
    pub(super) fn get(&self, path: &str) -> Option<Page<'_>> {
        let path = path.trim_start_matches('/');
        let path = if path.is_empty() || path.ends_with('/') {
            format!("{path}index.html")
        } else {
            path.to_owned()
        };
        self.page(&path, StatusCode::OK).or_else(|| self.page(NOT_FOUND, StatusCode::NOT_FOUND))
    }

    fn page(&self, path: &str, status: StatusCode) -> Option<Page<'_>> {
        let body = self.files.get(path)?;
        Some(Page { status, content_type: content_type(path), body })
    }
}

fn address(path: &Path) -> String {
    let parts = path.components().map(Component::as_os_str).map(OsStr::to_string_lossy);
    parts.collect::<Vec<_>>().join("/")
}

fn content_type(path: &str) -> &'static str {
    let extension = path.rsplit('.').next().unwrap_or_default();
    match extension {
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "json" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
