//! What holds for all study pages.

use crate::driver::Page;
use crate::pages::KINDS;
use crate::stage::Stage;
use crate::{Test, tests};

pub(crate) const TESTS: &[Test] =
    tests![tools_open_from_a_disk, without_scripts_there_is_no_button_that_does_nothing,];
/// Figures, not verdicts: run with `--ignored`.
pub(crate) const MEASUREMENTS: &[Test] = tests![how_soon_tools_can_be_used];

/// When the tool of a page stands there and the page is done with what it had to do, in milliseconds.
const USABLE: &str = "new MutationObserver((changes, observer) => {
    if (!document.querySelector('[data-study] :is(button, input, select, a)')) return;
    observer.disconnect();
    requestIdleCallback(() => { window.usable = performance.now(); });
}).observe(document, { childList: true, subtree: true })";

/// Not the ready-made plans: they are text.
fn tools() -> impl Iterator<Item = &'static str> {
    KINDS.into_iter().filter(|kind| kind.starts_with("study/") && !kind.contains('-'))
}

fn tools_open_from_a_disk(stage: &Stage) {
    let page = stage.page();
    for tool in tools() {
        page.goto(&stage.guide().file_url(tool));
        page.wait_for("document.querySelector('[data-study] :is(button, input, select)')");
    }
}

fn without_scripts_there_is_no_button_that_does_nothing(stage: &Stage) {
    let page = stage.page();
    page.javascript(false);
    for path in tools().chain(["core/ownership.html"]) {
        page.goto(&stage.guide().url(path));
        let dead: Vec<String> = page.eval(
            "[...document.querySelectorAll('main :is(button, input, select, [role=button])')]\
             .filter(part => part.checkVisibility()).map(part => part.outerHTML)",
        );
        assert!(dead.is_empty(), "{path}: {dead:?}");
        let text: usize = page.eval("document.querySelector('main').innerText.length");
        assert!(text > 100, "{path} says nothing");
    }
}

fn how_soon_tools_can_be_used(stage: &Stage) {
    for tool in tools() {
        let page = stage.page();
        page.slow(4.0);
        page.before_load(USABLE);
        let [first, again] = [(), ()].map(|()| usable(&page, &stage.guide().url(tool)));
        eprintln!("{tool}: {first:.0} ms, then {again:.0} ms, on a processor slowed down 4 times");
    }
}

fn usable(page: &Page, url: &str) -> f64 {
    page.goto(url);
    page.wait_for("window.usable");
    page.eval("window.usable")
}
