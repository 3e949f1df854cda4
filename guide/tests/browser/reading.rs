//! Reading: pages load, are searched, and need no script.

use crate::stage::Stage;
use crate::{Test, tests};

pub(crate) const TESTS: &[Test] = tests![search_finds_a_question];

fn search_finds_a_question(stage: &Stage) {
    let page = stage.page();
    page.goto(&stage.guide().url("core/ownership.html"));
    page.press("s");
    page.wait_for("document.activeElement.type === 'search'");
    page.type_text("drop order");
    page.wait_for("document.querySelector('#mdbook-searchresults a')");
    page.press("ArrowDown");
    page.press("Enter");
    page.wait_for("location.search.includes('highlight')");
}
