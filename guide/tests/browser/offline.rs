//! Without network: from what a browser keeps after one visit, and from a disk.

use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};

use guide::site::{Options, Server as LocalServer};
use guide::study::export::{Format, Rendered};
use zip::ZipArchive;

use crate::book::{Book, files, read, repository};
use crate::driver::Page;
use crate::server::Server;
use crate::stage::Stage;
use crate::{Test, tests};

pub(crate) const TESTS: &[Test] = tests![
    after_one_visit_the_guide_needs_no_network,
    a_newer_edition_is_offered_once_it_is_whole,
    a_file_of_another_edition_is_not_taken,
    the_local_server_is_not_hidden_by_a_site_before_it,
    an_unpacked_zip_needs_no_server,
];

const KEPT: &str = "navigator.serviceWorker.controller";
const WAITING: &str =
    "navigator.serviceWorker.getRegistration().then(each => Boolean(each.waiting))";
const OFFER: &str = "document.querySelector('.newer-edition')";

fn after_one_visit_the_guide_needs_no_network(stage: &Stage) {
    let server = stage.guide().server();
    let page = stage.keeping_page();
    page.goto(&server.url("core/ownership.html"));
    page.wait_for(KEPT);
    server.stop();
    for (address, text) in [
        ("systems/services.html", "Building services"),
        ("", "Introduction"),
        ("study/questions.html", "All questions"),
        ("core/lifetimes", "Lifetimes"),
    ] {
        page.goto(&server.url(address));
        page.wait_for_text(text);
    }
    page.goto(&server.url("core/ownership.html"));
    search(&page);
    page.goto(&server.url("study/drill.html"));
    page.wait_for("document.querySelector('[data-study=drill] button')");
    // The browser has looked for a newer edition, in vain.
    page.take_problems();
}

fn search(page: &Page) {
    page.press("s");
    page.wait_for("document.activeElement.type === 'search'");
    page.type_text("drop order");
    page.wait_for("document.querySelector('#mdbook-searchresults a')");
    page.press("ArrowDown");
    page.press("Enter");
    page.wait_for("location.search.includes('highlight')");
}

/// A host whose files change: the small book stands in a directory of it, as on hosts of many projects.
struct Host {
    book: Book,
    directory: tempfile::TempDir,
    server: Server,
}

impl Host {
    fn new() -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let server = Server::start(directory.path());
        let host = Self { book: Book::new(), directory, server };
        host.publish(|_| true);
        host
    }

    fn page(&self) -> String {
        self.server.url("guide/part/chapter.html")
    }

    fn file(&self, file: &str) -> PathBuf {
        self.directory.path().join("guide").join(file)
    }

    /// Changes the chapter.
    fn revise(&self) {
        let chapter = read(&self.book.root().join("src/part/chapter.md"));
        self.book.write("src/part/chapter.md", &chapter.replace("Because.", "Therefore."));
    }

    /// Builds the book and copies those files of it that are wanted.
    fn publish(&self, wanted: impl Fn(&str) -> bool) {
        let site = self.book.build();
        for file in files(&site).iter().filter(|file| wanted(file)) {
            copy(&site.join(file), &self.file(file));
        }
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to.parent().expect("a directory")).expect("a directory");
    fs::copy(from, to).expect("a copied file");
}

/// Lets the browser look for a newer edition, and waits until it has taken it or given it up.
fn look_for_newer(page: &Page) {
    page.run(
        "navigator.serviceWorker.getRegistration().then(async registration => {
            await registration.update().catch(() => {});
            const worker = registration.installing;
            while (worker?.state === 'installing') await new Promise(later => setTimeout(later, 10));
        })",
    );
}

fn a_newer_edition_is_offered_once_it_is_whole(stage: &Stage) {
    let host = Host::new();
    let page = stage.keeping_page();
    page.goto(&host.page());
    page.wait_for(KEPT);
    host.revise();
    host.publish(|file| file != "print.html");
    fs::remove_file(host.file("print.html")).expect("a file");
    look_for_newer(&page);
    assert!(!page.eval::<bool>(WAITING), "an edition without one of its pages");
    page.reload();
    page.wait_for_text("Because.");
    host.publish(|_| true);
    page.reload();
    page.wait_for(OFFER);
    page.wait_for_text("Because.");
    let other = page.another();
    other.goto(&host.page());
    page.click_text("Reload");
    page.wait_for_text("Therefore.");
    // What the other page shows is not taken from its reader.
    other.wait_for(OFFER);
    other.wait_for_text("Because.");
    host.server.stop();
    page.reload();
    page.wait_for_text("Therefore.");
    page.take_problems();
    other.take_problems();
}

/// A host with several machines can hand out the new list with an old page.
fn a_file_of_another_edition_is_not_taken(stage: &Stage) {
    let host = Host::new();
    let page = stage.keeping_page();
    page.goto(&host.page());
    page.wait_for(KEPT);
    host.revise();
    host.publish(|file| file != "part/chapter.html");
    look_for_newer(&page);
    assert!(!page.eval::<bool>(WAITING), "two editions at once");
    host.publish(|_| true);
    look_for_newer(&page);
    assert!(page.eval::<bool>(WAITING), "a whole edition");
    // The worker that gave up has said why.
    page.take_problems();
}

fn the_local_server_is_not_hidden_by_a_site_before_it(stage: &Stage) {
    let book = Book::new();
    let before = Server::start(&book.build());
    let address = before.url("part/chapter.html");
    let page = stage.keeping_page();
    page.goto(&address);
    page.wait_for(KEPT);
    before.stop();
    let port = address.split([':', '/']).nth(4).and_then(|port| port.parse().ok());
    let port = port.expect("a port");
    let options = Options { port, ..Options::new(book.root()) };
    let server = LocalServer::start(&options, |_| Vec::new()).expect("a server");
    assert_eq!(server.address().port(), port);
    page.goto(&address);
    page.wait_for("document.querySelector('script[src^=\"/__guide\"]')");
    let left = "navigator.serviceWorker.getRegistrations().then(all => all.length)";
    assert_eq!(page.eval::<usize>(left), 0);
    page.take_problems();
    // Before its server: it asks for news.
    drop(page);
}

fn an_unpacked_zip_needs_no_server(stage: &Stage) {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let (book, site) = (guide::book::Book::load(&repository()), stage.guide().directory());
    let guide = Rendered::new(&book, &site);
    let zip = Format::Zip.export(&guide, directory.path()).expect("a zip");
    ZipArchive::new(Cursor::new(zip)).unwrap().extract(directory.path()).expect("files");
    let top = directory.path().join(guide.name());
    let url = |file: &str| format!("file://{}", top.join(file).display());
    let page = stage.keeping_page();
    page.goto(&url("index.html"));
    page.wait_for("location.pathname.endsWith('/start/introduction.html')");
    page.goto(&url("core/ownership.html"));
    search(&page);
    page.goto(&url("study/drill.html"));
    page.wait_for("document.querySelector('[data-study=drill] button')");
}
