//! Search: from words to the question.

use crate::pages::find;
use crate::stage::Stage;
use crate::{Test, tests};

pub(crate) const TESTS: &[Test] = tests![search_finds_a_question];

fn search_finds_a_question(stage: &Stage) {
    let page = stage.page();
    page.goto(&stage.guide().url("start/introduction.html"));
    find(&page, "drop order");
    page.wait_for("location.pathname === '/core/ownership.html' && document.querySelector('mark')");
}
