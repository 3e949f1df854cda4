//! Every page opens without an error, fits its window, and can be used without a mouse.

use std::path::Path;

use crate::book::files;
use crate::driver::Page;
use crate::stage::Stage;
use crate::{Test, tests};

pub(crate) const TESTS: &[Test] = tests![
    every_page_fits_its_window,
    pages_open_in_the_dark,
    pages_open_from_a_disk,
    an_address_that_leads_nowhere_is_explained,
    a_question_is_shown_below_the_menu,
    search_finds_a_question,
    answers_show_without_scripts,
    the_menu_needs_no_mouse,
    the_focus_is_always_visible,
];

/// One page of each kind. That the address of one leads nowhere is tested by itself.
pub(crate) const KINDS: [&str; 9] = [
    "start/introduction.html",
    "start/experience.html",
    "practice/does-it-compile.html",
    "study/questions.html",
    "study/drill.html",
    "study/plan.html",
    "study/plan-7.html",
    "study/mock.html",
    "study/progress.html",
];
pub(crate) const WIDTHS: [u32; 2] = [1280, 390];

/// Scrolling sideways, and parts of the menu that overlap.
const MISFITS: &str = "(() => {
    const { scrollWidth, clientWidth } = document.scrollingElement;
    const wide = scrollWidth > clientWidth ? [`it is ${scrollWidth} pixels wide, not ${clientWidth}`] : [];
    const boxes = [...document.querySelectorAll('#mdbook-menu-bar > *')].map(part => {
        const parts = part.matches('h1') ? [part] : [...part.children];
        const shown = parts.map(part => part.getBoundingClientRect()).filter(box => box.width);
        return { name: part.className, left: Math.min(...shown.map(box => box.left)), right: Math.max(...shown.map(box => box.right)) };
    });
    const overlaps = boxes.slice(1).flatMap(({ name, left }, before) =>
        left < boxes[before].right - 1 ? [`${name} overlaps ${boxes[before].name}`] : []);
    return wide.concat(overlaps);
})()";

fn every_page_fits_its_window(stage: &Stage) {
    let guide = stage.guide();
    let files = files(&guide.directory());
    let mut found = Vec::new();
    for width in WIDTHS {
        let page = stage.page();
        page.size(width, 800);
        for file in files.iter().filter(|file| is_page(file)) {
            page.goto(&guide.url(file));
            found
                .extend(misfits(&page).iter().map(|misfit| format!("{file} at {width}: {misfit}")));
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// What is wrong with how a page fills its window.
pub(crate) fn misfits(page: &Page) -> Vec<String> {
    page.eval(MISFITS)
}

/// Not the one that only leads on to another, and not the sidebar for readers without scripts.
fn is_page(file: &str) -> bool {
    let is_html = Path::new(file).extension().is_some_and(|extension| extension == "html");
    is_html && !["index.html", "toc.html"].contains(&file)
}

fn pages_open_in_the_dark(stage: &Stage) {
    let page = stage.page();
    page.theme("navy");
    for kind in KINDS {
        page.goto(&stage.guide().url(kind));
        page.wait_for("document.documentElement.classList.contains('navy')");
    }
}

fn pages_open_from_a_disk(stage: &Stage) {
    let page = stage.page();
    for kind in KINDS {
        page.goto(&stage.guide().file_url(kind));
        page.wait_for("document.querySelector('main h1')");
    }
    find(&page, "drop order");
    page.wait_for("location.search.includes('highlight')");
}

/// Searches as a reader does without a mouse, and goes to the first result.
pub(crate) fn find(page: &Page, words: &str) {
    page.press("s");
    page.wait_for("document.activeElement.type === 'search'");
    page.type_text(words);
    page.wait_for("document.querySelector('#mdbook-searchresults a')");
    page.press("ArrowDown");
    page.press("Enter");
}

fn an_address_that_leads_nowhere_is_explained(stage: &Stage) {
    let page = stage.page();
    page.goto(&stage.guide().url("core/nowhere.html"));
    let problems = page.take_problems();
    assert!(problems.len() == 1 && problems[0].ends_with("was answered 404"), "{problems:?}");
    page.wait_for_text("not found");
    page.click_text("Ownership and moves");
    page.wait_for("location.pathname === '/core/ownership.html'");
}

fn a_question_is_shown_below_the_menu(stage: &Stage) {
    for width in WIDTHS {
        let page = stage.page();
        page.size(width, 800);
        page.goto(&stage.guide().url("core/ownership.html#drop-order"));
        let [question, menu]: [f64; 2] = page.eval(
            "[document.getElementById('drop-order').getBoundingClientRect().top, \
             document.getElementById('mdbook-menu-bar').getBoundingClientRect().bottom]",
        );
        assert!((menu..400.0).contains(&question), "{question} below {menu} at {width}");
    }
}

fn search_finds_a_question(stage: &Stage) {
    let page = stage.page();
    page.goto(&stage.guide().url("start/introduction.html"));
    find(&page, "drop order");
    page.wait_for("location.pathname === '/core/ownership.html' && document.querySelector('mark')");
}

fn answers_show_without_scripts(stage: &Stage) {
    let page = stage.page();
    page.javascript(false);
    page.goto(&stage.guide().url("core/ownership.html"));
    let hidden: u32 = page.eval(
        "[...document.querySelectorAll('.admonish-say, .sample:not(details *)')].filter(part => !part.checkVisibility()).length",
    );
    assert_eq!(hidden, 0);
    page.goto(&stage.small().url("part/chapter.html"));
    assert!(page.text().contains("Because.") && !page.text().contains("The other question"));
    page.click("details summary");
    page.wait_for_text("The other question");
}

fn the_menu_needs_no_mouse(stage: &Stage) {
    let page = stage.page();
    page.goto(&stage.small().url("part/chapter.html"));
    page.run("document.querySelector('button[aria-controls=mdbook-sidebar]').focus()");
    for (key, shown) in [("Enter", "false"), ("Space", "true")] {
        page.press(key);
        page.wait_for(&format!(
            "document.activeElement.getAttribute('aria-expanded') === '{shown}'"
        ));
    }
}

/// The element with the focus, if a reader sees that it has it; else what is wrong with it.
const FOCUSED: &str = "(() => {
    const element = document.activeElement;
    if (element === document.body) return ['', ''];
    const { outlineStyle, outlineWidth } = getComputedStyle(element);
    const { left, top, right, bottom, width, height } = element.getBoundingClientRect();
    const outside = right <= 0 || bottom <= 0 || left >= innerWidth || top >= innerHeight;
    const shown = element.outerHTML.slice(0, 120);
    // The parts of a date have the focus one after the other; the browser itself marks the last, a button.
    if (element.type === 'date' && element.hasAttribute('data-reached')) return [shown, ''];
    element.setAttribute('data-reached', '');
    if (!width || !height || outside) return [shown, 'is not shown'];
    return [shown, outlineStyle === 'none' || parseFloat(outlineWidth) < 1 ? 'has no outline' : ''];
})()";
/// What a reader can see and use, and cannot reach with the tab key.
const UNREACHED: &str = "[...document.querySelectorAll('a[href], button, input, select, textarea, summary, [role=button]')]
    .filter(element => element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && !element.disabled)
    .filter(element => !element.closest('[aria-hidden=true], [data-reached]'))
    // A group of choices is one stop: arrows lead to the others.
    .filter(({ type, name }) => type !== 'radio' || !document.querySelector(`[data-reached][name=${name}]`))
    .map(element => element.outerHTML.slice(0, 120))";

fn the_focus_is_always_visible(stage: &Stage) {
    for url in [
        stage.small().url("part/chapter.html"),
        stage.guide().url("practice/does-it-compile.html"),
        stage.guide().url("study/drill.html"),
        stage.guide().url("study/plan.html"),
        stage.guide().url("study/mock.html"),
        stage.guide().url("study/progress.html"),
    ] {
        let page = stage.page();
        page.goto(&url);
        let mut problems = Vec::new();
        loop {
            page.press("Tab");
            let (element, problem): (String, String) = page.eval(FOCUSED);
            if element.is_empty() {
                break;
            }
            if !problem.is_empty() {
                problems.push(format!("{element} {problem}"));
            }
        }
        let unreached: Vec<String> = page.eval(UNREACHED);
        problems.extend(unreached.into_iter().map(|element| format!("{element} is not reached")));
        assert!(problems.is_empty(), "{url}:\n{}", problems.join("\n"));
    }
}
