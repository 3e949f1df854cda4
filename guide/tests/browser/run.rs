//! Running samples and editing them.

use serde_json::Value;

use crate::driver::Page;
use crate::stage::Stage;
use crate::{Test, tests};

pub(crate) const TESTS: &[Test] = tests![
    nothing_is_sent_before_the_reader_agrees,
    hidden_lines_are_run,
    output_is_text,
    an_end_is_said_in_words,
    what_the_playground_lacks_is_said,
    without_a_network_the_checked_output_stays,
    the_local_server_runs_it_where_there_is_one,
    an_edit_survives_a_reload_and_is_reset,
    an_edit_of_a_sample_that_changed_is_dropped,
    a_card_runs_and_keeps_the_edits_of_its_chapter,
    the_keyboard_is_not_trapped,
];

const CHAPTER: &str = "core/ownership.html";
const PLAYGROUND: &str = "https://play.rust-lang.org/";
/// The first sample that runs, with its output below.
const RUNS: &str = "#ownership-rules ~ .sample:has(.proof-runs)";
const SUCCESS: &str = r#"{ "success": true, "exitDetail": "Exited with status 0", "stdout": "7\n", "stderr": "   Compiling playground v0.0.1\n" }"#;

/// A reader who agreed earlier, and whose Playground answers this.
fn agreed(page: &Page, answer: &str) {
    page.stub(PLAYGROUND, answer);
    page.before_load(
        "localStorage.getItem('guide-study') ?? localStorage.setItem('guide-study', JSON.stringify({ \
         version: 1, generation: 0, reviews: {}, puzzles: {}, plan: null, mocks: [], edits: {}, changed: {}, \
         settings: { hideAnswers: false, interview: null, level: 'senior', role: 'backend', hours: 2, playground: true } }))",
    );
}

fn run(page: &Page, sample: &str) {
    page.click(&format!("{sample} .sample-tools button"));
}

/// What the first sample with a result says.
fn said(page: &Page) -> String {
    page.wait_for("document.querySelector('.ran:not(:empty)') && !document.body.innerText.includes('Running…')");
    page.eval("document.querySelector('.ran:not(:empty)').innerText")
}

fn sent(page: &Page) -> Value {
    let bodies = page.sent(PLAYGROUND);
    serde_json::from_str(bodies.last().expect("a request")).expect("JSON")
}

fn nothing_is_sent_before_the_reader_agrees(stage: &Stage) {
    let page = stage.page();
    page.stub(PLAYGROUND, SUCCESS);
    page.goto(&stage.guide().url(CHAPTER));
    run(&page, RUNS);
    page.wait_for_text("This sends the code to the Rust Playground");
    assert_eq!(page.sent(PLAYGROUND).len(), 0);
    page.press("Enter");
    page.wait_for_text("It ran and ended with success.");
    let request = sent(&page);
    assert!(request["code"].as_str().expect("code").starts_with("struct Socket"));
    for (field, value) in [("edition", "2024"), ("channel", "stable"), ("crateType", "bin")] {
        assert_eq!(request[field], value);
    }
    page.reload();
    run(&page, RUNS);
    page.wait_for_text("It ran and ended with success.");
    assert_eq!(page.sent(PLAYGROUND).len(), 2, "the reader is asked once");
}

fn hidden_lines_are_run(stage: &Stage) {
    let page = stage.page();
    agreed(&page, SUCCESS);
    page.goto(&stage.small().url("part/chapter.html"));
    run(&page, ".sample:has(.boring)");
    page.wait_for_text("It ran and ended with success.");
    assert_eq!(sent(&page)["code"], "use std::fmt;\nfn main() {}");
    page.click(".sample:has(.boring) .sample-tools button:nth-child(2)");
    assert!(page.eval::<String>("document.querySelector('textarea').value").starts_with("use std"));
}

fn output_is_text(stage: &Stage) {
    let page = stage.page();
    let output = "<img src=x onerror=alert(1)>";
    agreed(&page, &SUCCESS.replace("7\\n", output));
    page.goto(&stage.guide().url(CHAPTER));
    run(&page, RUNS);
    let said = said(&page);
    assert!(said.contains(output), "{said}");
    assert!(said.contains("The output differs from the one above."), "{said}");
    assert!(!said.contains("Compiling"), "{said}");
    assert!(page.eval::<bool>("!document.querySelector('.ran img')"));
    assert_eq!(page.eval::<String>("document.querySelector('.ran').role"), "status");
}

fn an_end_is_said_in_words(stage: &Stage) {
    let cases = [
        ("Exited with status 0", "error: could not compile `playground`", "It does not compile."),
        ("Exited with status 101", "thread 'main' panicked", "It panicked: exit code 101."),
        ("Exited with status 3", "", "It ended with exit code 3."),
        (
            "Exited with signal 6 (SIGABRT): abort program",
            "",
            "It ended with signal 6 (SIGABRT): abort program.",
        ),
    ];
    for (detail, stderr, words) in cases {
        let page = stage.page();
        let answer = serde_json::json!({
            "success": false, "exitDetail": detail, "stdout": "", "stderr": stderr,
        });
        agreed(&page, &answer.to_string());
        page.goto(&stage.guide().url(CHAPTER));
        run(&page, RUNS);
        let said = said(&page);
        assert!(said.contains(words), "{words}: {said}");
    }
}

fn what_the_playground_lacks_is_said(stage: &Stage) {
    let page = stage.page();
    let answer = serde_json::json!({
        "success": false, "exitDetail": "Exited with status 101", "stdout": "",
        "stderr": "error[E0433]: cannot find module or crate `axum` in this scope",
    });
    agreed(&page, &answer.to_string());
    page.goto(&stage.guide().url("systems/services.html"));
    page.run(&sample_with("use axum", "rediserve"));
    run(&page, "#chosen");
    page.wait_for_text("The Playground lacks a crate that this sample uses");
    let asked = page.sent(PLAYGROUND).len();
    page.goto(&stage.guide().url(CHAPTER));
    page.run(&sample_with("use chapter_support", "rediserve"));
    run(&page, "#chosen");
    page.wait_for_text("This needs the guide's own crate chapter_support");
    assert_eq!(page.sent(PLAYGROUND).len(), asked, "the Playground is not asked in vain");
}

/// Gives the first sample with one text and without the other the id `chosen`.
fn sample_with(text: &str, other: &str) -> String {
    format!(
        "[...document.querySelectorAll('.sample[data-run]:has(.proof-runs)')].find(({{ textContent: text }}) => \
         text.includes('{text}') && !text.includes('{other}')).id = 'chosen'"
    )
}

fn without_a_network_the_checked_output_stays(stage: &Stage) {
    let offline = "Object.defineProperty(Navigator.prototype, 'onLine', { get: () => false })";
    let unreachable = "window.fetch = () => Promise.reject(new TypeError('Failed to fetch'))";
    for (trouble, words) in [
        (offline, "You are offline, so the code was not sent."),
        (unreachable, "The Playground cannot be reached."),
    ] {
        let page = stage.page();
        agreed(&page, SUCCESS);
        page.before_load(trouble);
        page.goto(&stage.guide().url(CHAPTER));
        run(&page, RUNS);
        let said = said(&page);
        assert!(said.contains(words), "{said}");
        assert!(said.contains("was checked when the guide was built"), "{said}");
        assert_eq!(page.sent(PLAYGROUND).len(), 0);
    }
}

fn the_local_server_runs_it_where_there_is_one(stage: &Stage) {
    let page = stage.page();
    page.before_load(
        "document.addEventListener('readystatechange', () => {
            document.head.insertAdjacentHTML('beforeend', '<meta name=guide-runner content=secret>');
        }, { once: true });
        window.fetch = async (url, request) => {
            window.asked = { url, ...request };
            return Response.json({ status: 'ran', message: 'It ended with 0.', stdout: '7', stderr: 'hm',
                diagnostics: 'warning: unused', exit: 0, signal: null, truncated: false });
        };",
    );
    page.goto(&stage.guide().url(CHAPTER));
    page.wait_for("document.querySelector('meta[name=guide-runner]')");
    run(&page, RUNS);
    let said = said(&page);
    for part in ["It ended with 0.", "The output differs", "warning: unused", "hm"] {
        assert!(said.contains(part), "{said}");
    }
    assert!(!said.contains("play.rust-lang.org"));
    let asked: Value = page.eval(
        "[asked.url, asked.method, asked.headers['X-Guide-Token'], JSON.parse(asked.body).edition]",
    );
    assert_eq!(asked, serde_json::json!(["/__guide/run", "POST", "secret", "2024"]));
    page.click(&format!("{RUNS} .sample-tools button:nth-child(2)"));
    page.wait_for_text("it may do all that you may do, also with your files");
}

fn an_edit_survives_a_reload_and_is_reset(stage: &Stage) {
    let page = stage.page();
    agreed(&page, SUCCESS);
    page.goto(&stage.guide().url(CHAPTER));
    page.click(&format!("{RUNS} .sample-tools button:nth-child(2)"));
    let value = "document.querySelector('textarea')?.value";
    let original: String = page.eval(value);
    page.type_text("// mine\n");
    page.press("Control+Enter");
    page.wait_for_text("It ran and ended with success.");
    assert!(sent(&page)["code"].as_str().expect("code").starts_with("// mine\nstruct Socket"));
    // At once: what was typed last is kept, too.
    page.type_text("//");
    page.reload();
    assert!(page.eval::<String>(value).starts_with("// mine\n//struct Socket"));
    page.click_text("Reset");
    assert!(page.eval::<bool>("!document.querySelector('textarea')"));
    let shown: String = page.eval(&format!("document.querySelector('{RUNS} pre code').innerText"));
    assert_eq!(shown, original);
    page.reload();
    assert!(page.eval::<bool>("!document.querySelector('textarea')"));
}

fn an_edit_of_a_sample_that_changed_is_dropped(stage: &Stage) {
    let page = stage.page();
    page.before_load(
        "localStorage.setItem('guide-study', JSON.stringify({ \
         version: 1, generation: 0, reviews: {}, puzzles: {}, plan: null, mocks: [], changed: {}, \
         edits: { 'ownership-rules/00000000': 'old', 'another-chapter/00000000': 'kept' }, \
         settings: { hideAnswers: false, interview: null, level: 'senior', role: 'backend', hours: 2 } }))",
    );
    page.goto(&stage.guide().url(CHAPTER));
    let edits = "Object.keys(JSON.parse(localStorage.getItem('guide-study')).edits)";
    assert_eq!(page.eval::<Vec<String>>(edits), ["another-chapter/00000000"]);
    assert!(page.eval::<bool>("!document.querySelector('textarea')"));
}

fn a_card_runs_and_keeps_the_edits_of_its_chapter(stage: &Stage) {
    let page = stage.page();
    agreed(&page, SUCCESS);
    page.goto(&stage.course().url("core/ownership.html"));
    page.click("#moves ~ .sample .sample-tools button:nth-child(2)");
    page.type_text("// mine\n");
    page.goto(&stage.course().url("study/drill.html"));
    page.click_text("Show the answer");
    page.click_text("Evidence");
    page.click_text("Run");
    page.wait_for_text("It ran and ended with success.");
    assert_eq!(sent(&page)["code"], "// mine\nfn main() {} // moves");
    page.click_text("Reset");
    page.goto(&stage.course().url("core/ownership.html"));
    assert!(page.eval::<bool>("!document.querySelector('textarea')"));
}

fn the_keyboard_is_not_trapped(stage: &Stage) {
    let page = stage.page();
    page.goto(&stage.guide().url(&format!("{CHAPTER}#ownership-rules")));
    page.press("e");
    page.wait_for("document.activeElement.matches('textarea')");
    assert!(page.eval::<bool>("document.activeElement.labels.length === 1"));
    page.press("Tab");
    assert!(!page.eval::<bool>("document.activeElement.matches('textarea')"));
    page.press("Shift+Tab");
    assert!(page.eval::<bool>("document.activeElement.matches('textarea')"));
    let rows = "document.activeElement.rows";
    let before: u32 = page.eval(rows);
    page.press("Enter");
    assert_eq!(page.eval::<u32>(rows), before + 1, "the field grows");
}
