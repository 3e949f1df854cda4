//! What the tests share: the browser, the guide as it is built, and a small book.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use tempfile::TempDir;

use crate::book::{Book, repository};
use crate::course::Course;
use crate::driver::{Browser, Page};
use crate::server::Server;

/// Made when the first test needs it, once.
pub(crate) struct Stage {
    program: Option<PathBuf>,
    browser: OnceLock<Arc<Browser>>,
    guide: OnceLock<Site>,
    small: OnceLock<Site>,
    course: OnceLock<Site>,
}

impl Stage {
    /// Nothing is started yet.
    pub(crate) fn new() -> Self {
        Self {
            program: guide::study::export::browser(),
            browser: OnceLock::new(),
            guide: OnceLock::new(),
            small: OnceLock::new(),
            course: OnceLock::new(),
        }
    }

    /// Whether this machine has a browser.
    pub(crate) fn has_browser(&self) -> bool {
        self.program.is_some()
    }

    /// A page for a reader who was never here and saves data: the whole guide is not fetched for each test.
    pub(crate) fn page(&self) -> Page {
        let page = self.keeping_page();
        page.before_load(
            "Object.defineProperty(navigator, 'connection', { value: { saveData: true } })",
        );
        page
    }

    /// A page for a reader who was never here, whose browser keeps the guide for when there is no network.
    pub(crate) fn keeping_page(&self) -> Page {
        let program = self
            .program
            .as_ref()
            .expect("no Chromium found\n  to do: install it, or name it in the variable CHROMIUM");
        self.browser.get_or_init(|| Arc::new(Browser::launch(program))).page()
    }

    /// The guide itself.
    pub(crate) fn guide(&self) -> &Site {
        self.guide.get_or_init(|| Site::built(&repository()))
    }

    /// The book of the other tests of the site, with every callout and every kind of sample.
    pub(crate) fn small(&self) -> &Site {
        self.small.get_or_init(|| Site::built(Book::new().root()))
    }

    /// A book with study pages and five known questions.
    pub(crate) fn course(&self) -> &Site {
        self.course.get_or_init(|| Course::new().site())
    }
}

/// A built book and its server.
pub(crate) struct Site {
    directory: TempDir,
    server: Server,
}

impl Site {
    /// Builds a book and serves it.
    pub(crate) fn built(root: &Path) -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let site = directory.path().join("site");
        guide::site::build(root, &site).unwrap_or_else(|error| panic!("{error:#}"));
        Self { server: Server::start(&site), directory }
    }

    /// Where the files are.
    pub(crate) fn directory(&self) -> PathBuf {
        self.directory.path().join("site")
    }

    /// The address of a page, such as `core/ownership.html`.
    pub(crate) fn url(&self, path: &str) -> String {
        self.server.url(path)
    }

    /// The address of a page on the disk.
    pub(crate) fn file_url(&self, path: &str) -> String {
        format!("file://{}", self.directory().join(path).display())
    }

    /// Another server of the same files, for a test that cuts its network or counts its requests.
    pub(crate) fn server(&self) -> Server {
        Server::start(&self.directory())
    }
}
