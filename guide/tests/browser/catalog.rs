//! The page of all questions.

use crate::driver::Page;
use crate::reading::fits;
use crate::stage::Stage;
use crate::{Test, tests};

pub(crate) const TESTS: &[Test] = tests![
    the_list_is_complete_without_scripts,
    filters_stand_in_the_address,
    typing_is_one_step_back,
    unknown_filters_are_left_out,
    own_marks_are_shown_and_filtered,
    the_list_works_from_a_file,
    the_list_fits_a_phone,
];

const PAGE: &str = "study/questions.html";

/// The ids of the questions that the page shows.
fn shown(page: &Page) -> Vec<String> {
    page.eval(
        "[...document.querySelectorAll('[data-question]')].filter(item => item.checkVisibility())\
         .map(item => item.dataset.question)",
    )
}

fn count(page: &Page) -> String {
    page.eval("document.querySelector('[role=status].catalog-count').textContent")
}

fn open(stage: &Stage, query: &str) -> Page {
    let page = stage.page();
    page.goto(&stage.guide().url(&format!("{PAGE}{query}")));
    page.wait_for("document.querySelector('.catalog-count')");
    page
}

fn the_list_is_complete_without_scripts(stage: &Stage) {
    let page = stage.page();
    page.javascript(false);
    page.goto(&stage.guide().url(PAGE));
    let text = page.text();
    let ids: Vec<String> = shown(&page);
    assert!(ids.len() > 80, "{ids:?}");
    for expected in [
        "Core language",
        "Ownership and moves",
        "What is the difference between a move and a copy?",
    ] {
        assert!(text.contains(expected), "{expected}");
    }
    let evidence: String = page
        .eval("document.querySelector('[data-question=ownership-rules] .evidence').textContent");
    assert_eq!(
        evidence.split_whitespace().collect::<Vec<_>>(),
        ["3", "run", "3", "fail", "3", "compared"]
    );
}

fn filters_stand_in_the_address(stage: &Stage) {
    let page = open(stage, "");
    let all = shown(&page);
    assert_eq!(count(&page), format!("All {} questions", all.len()));
    page.click("input[value=senior]");
    page.click("input[value=staff]");
    page.set("[name=role]", "storage");
    page.set("[name=part]", "systems");
    let some = shown(&page);
    assert!(!some.is_empty() && some.len() < all.len());
    assert_eq!(count(&page), format!("{} of {} questions", some.len(), all.len()));
    let address: String = page.eval("location.search");
    assert_eq!(address, "?level=senior-staff&part=systems&role=storage");
    let parts: Vec<String> = page.eval(
        "[...document.querySelectorAll('section[data-part]')].filter(part => part.checkVisibility())\
         .map(part => part.dataset.part)",
    );
    assert_eq!(parts, ["systems"], "parts without questions are not shown");
    let other = open(stage, &address);
    assert_eq!(shown(&other), some, "the address can be shared");
    page.run("history.back()");
    page.wait_for("location.search === '?level=senior-staff&role=storage'");
    assert!(shown(&page).len() > some.len());
    page.run("history.forward()");
    page.wait_for("location.search.includes('systems')");
    assert_eq!(shown(&page), some);
    page.click_text("Show all");
    assert_eq!(shown(&page), all);
    assert_eq!(page.eval::<String>("location.search"), "");
}

fn typing_is_one_step_back(stage: &Stage) {
    let page = open(stage, "?level=junior");
    page.click("[name=text]");
    page.type_text("move copy");
    assert_eq!(shown(&page), ["move-vs-copy"]);
    assert_eq!(page.eval::<String>("location.search"), "?level=junior&text=move+copy");
    page.run("history.back()");
    page.wait_for("location.search === '?level=junior'");
    assert!(shown(&page).len() > 1);
    assert_eq!(page.eval::<String>("document.querySelector('[name=text]').value"), "");
}

fn unknown_filters_are_left_out(stage: &Stage) {
    let page = open(stage, "?part=cobol&level=junior-boss&mark=%3Cb%3E");
    let levels: Vec<String> = page.eval(
        "[...new Set([...document.querySelectorAll('[data-question]')].filter(item => item.checkVisibility())\
         .map(item => item.dataset.level))]",
    );
    assert_eq!(levels, ["junior"]);
    let chosen =
        "[...document.querySelectorAll('select')].map(select => select.selectedOptions[0]?.text)";
    assert_eq!(page.eval::<Vec<String>>(chosen), ["all", "all", "all"]);
}

fn own_marks_are_shown_and_filtered(stage: &Stage) {
    let page = stage.page();
    page.goto(&stage.guide().url("core/ownership.html"));
    page.press("j");
    page.press("2");
    page.goto(&stage.guide().url(&format!("{PAGE}?mark=hard")));
    page.wait_for("document.querySelector('.catalog-count')");
    assert_eq!(shown(&page), ["ownership-rules"]);
    let mark: String = page
        .eval("document.querySelector('[data-question=ownership-rules] .own-mark').textContent");
    assert_eq!(mark, "my mark: hard");
    page.set("[name=mark]", "unseen");
    assert!(!shown(&page).contains(&"ownership-rules".to_owned()));
}

fn the_list_works_from_a_file(stage: &Stage) {
    let page = stage.page();
    page.goto(&stage.guide().file_url(PAGE));
    page.wait_for("document.querySelector('.catalog-count')");
    page.click("input[value=staff]");
    assert!(count(&page).contains(" of "));
    page.click("[data-question]:not([hidden]) a");
    page.wait_for("document.querySelector('h2.staff')");
}

fn the_list_fits_a_phone(stage: &Stage) {
    let page = stage.page();
    page.size(390, 800);
    page.goto(&stage.guide().url(PAGE));
    page.wait_for("document.querySelector('.catalog-count')");
    assert!(fits(&page));
}
