//! What these tests would not notice without being told: errors, and requests that leave the site.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::server::Server;
use crate::stage::Stage;
use crate::{Test, tests};

pub(crate) const TESTS: &[Test] = tests![
    errors_are_noticed,
    errors_of_workers_are_noticed,
    requests_to_others_are_noticed,
    stubs_answer_for_others,
    what_never_happens_is_described,
    readers_share_nothing,
    files_are_downloaded_and_chosen,
    keys_are_those_of_a_keyboard,
    what_cannot_be_clicked_is_not,
    scripts_can_be_off,
    the_network_can_be_cut,
];

/// Without an icon of its own, a page asks for one.
const HEAD: &str = "<!doctype html><link rel=icon href='data:,'><body>";

/// A page with this body, and the server of its directory.
fn page_with(body: &str) -> (TempDir, Server) {
    let directory = tempfile::tempdir().expect("a temporary directory");
    write(directory.path(), "index.html", &format!("{HEAD}{body}"));
    let server = Server::start(directory.path());
    (directory, server)
}

fn write(directory: &Path, file: &str, text: &str) {
    fs::write(directory.join(file), text).expect("a written file");
}

/// What a function says when it panics.
fn complaint(function: impl FnOnce()) -> String {
    let error = catch_unwind(AssertUnwindSafe(function)).expect_err("it panics");
    *error.downcast::<String>().expect("a formatted message")
}

fn errors_are_noticed(stage: &Stage) {
    for (script, expected) in [
        ("console.error('no', 7)", "console: no 7"),
        ("throw new Error('thrown')", "uncaught: Error: thrown"),
        ("Promise.reject(new Error('rejected'))", "uncaught: Error: rejected"),
        ("document.body.append(Object.assign(new Image(), { src: 'none.png' }))", "answered 404"),
        ("fetch('http://127.0.0.1:1/').catch(() => {})", "failed: net::ERR_UNSAFE_PORT"),
    ] {
        let (_directory, server) = page_with(&format!("<script>{script}</script>"));
        let page = stage.page();
        page.goto(&server.url(""));
        page.wait_for_problem(expected);
        let complaint = complaint(|| drop(page));
        assert!(complaint.contains(expected), "{script}: {complaint}");
    }
}

fn errors_of_workers_are_noticed(stage: &Stage) {
    let (directory, server) = page_with("");
    write(directory.path(), "worker.js", "console.error('from a service worker');");
    let page = stage.page();
    page.goto(&server.url(""));
    page.run("navigator.serviceWorker.register('worker.js')");
    page.run("navigator.serviceWorker.ready");
    page.wait_for_problem("from a service worker");
    page.take_problems();
}

fn requests_to_others_are_noticed(stage: &Stage) {
    let (_directory, server) = page_with("<img src='https://example.com/pixel.png'>");
    let page = stage.page();
    page.goto(&server.url(""));
    assert_eq!(page.foreign_requests(), ["https://example.com/pixel.png"]);
    page.take_problems();
    assert!(complaint(|| drop(page)).contains("asked others:\nhttps://example.com/pixel.png"));
}

fn stubs_answer_for_others(stage: &Stage) {
    let (_directory, server) = page_with("");
    let page = stage.page();
    page.goto(&server.url(""));
    page.stub("https://example.com/run", r#"{ "answer": 42 }"#);
    let answer: Value = page.eval(
        "await fetch('https://example.com/run', { method: 'POST', body: '{\"ask\":1}', \
         headers: { 'Content-Type': 'application/json' } }).then(response => response.json())",
    );
    assert_eq!(answer["answer"], 42);
    assert_eq!(page.sent("https://example.com/"), ["{\"ask\":1}"]);
}

fn what_never_happens_is_described(stage: &Stage) {
    let (_directory, server) = page_with("<p>All quiet.<script>console.error('hint')</script>");
    let page = stage.page();
    page.goto(&server.url(""));
    let complaint = complaint(|| page.run("document.querySelector('b').textContent"));
    for expected in ["Cannot read properties of null", "All quiet.", "hint", &server.url("")] {
        assert!(complaint.contains(expected), "no {expected} in {complaint}");
    }
    page.take_problems();
}

fn readers_share_nothing(stage: &Stage) {
    let (_directory, server) = page_with("");
    let (one, other) = (stage.page(), stage.page());
    for page in [&one, &other] {
        page.goto(&server.url(""));
    }
    one.run("localStorage.setItem('mark', 'good')");
    assert_eq!(other.eval::<Option<String>>("localStorage.getItem('mark')"), None);
    let tab = one.another();
    tab.goto(&server.url(""));
    assert_eq!(tab.eval::<String>("localStorage.getItem('mark')"), "good");
}

fn files_are_downloaded_and_chosen(stage: &Stage) {
    let (_directory, server) =
        page_with("<a download='notes.txt' href='data:text/plain,seven'>Save</a><input type=file>");
    let page = stage.page();
    page.goto(&server.url(""));
    page.click_text("Save");
    let file = page.downloaded();
    assert!(file.ends_with("notes.txt"), "{}", file.display());
    page.choose_file("input", &file);
    assert_eq!(
        page.eval::<String>("await document.querySelector('input').files[0].text()"),
        "seven"
    );
}

fn keys_are_those_of_a_keyboard(stage: &Stage) {
    let (_directory, server) = page_with(
        "<textarea autofocus></textarea><script>keys = []; onkeydown = e => \
         keys.push([e.ctrlKey && 'ctrl', e.shiftKey && 'shift', e.code, e.key].filter(Boolean).join(' '))</script>",
    );
    let page = stage.page();
    page.goto(&server.url(""));
    page.wait_for("document.activeElement.matches('textarea')");
    page.type_text("Is 1 + 1 = 2?\nYes.");
    assert_eq!(
        page.eval::<String>("document.querySelector('textarea').value"),
        "Is 1 + 1 = 2?\nYes."
    );
    page.run("keys = []");
    for key in ["?", "Control+Enter", "Shift+Tab", "+", "a"] {
        page.press(key);
    }
    let expected =
        ["shift Slash ?", "ctrl Enter Enter", "shift Tab Tab", "shift Equal +", "KeyA a"];
    assert_eq!(page.eval::<Vec<String>>("keys"), expected);
}

fn what_cannot_be_clicked_is_not(stage: &Stage) {
    let (_directory, server) = page_with(
        "<button disabled>Go</button><button hidden>Go</button><label><input type=checkbox>Sure</label>\
         <button onclick='document.title = document.querySelector(\"input\").checked'>Go</button>",
    );
    let page = stage.page();
    page.goto(&server.url(""));
    page.click("input");
    page.click_text("Go");
    page.wait_for("document.title === 'true'");
}

fn scripts_can_be_off(stage: &Stage) {
    let (_directory, server) =
        page_with("<a href='#there'>On</a><script>document.body.append('scripted')</script>");
    let page = stage.page();
    page.javascript(false);
    page.goto(&server.url(""));
    assert_eq!(page.text(), "On");
    page.click_text("On");
    page.wait_for("location.hash === '#there'");
}

fn the_network_can_be_cut(stage: &Stage) {
    let (_directory, server) = page_with("Here");
    let page = stage.page();
    page.goto(&server.url(""));
    assert_eq!(server.requests(), [""]);
    server.stop();
    assert!(complaint(|| page.goto(&server.url("other"))).contains("net::ERR_CONNECTION_REFUSED"));
    page.take_problems();
}
