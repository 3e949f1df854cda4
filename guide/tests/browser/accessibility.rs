//! axe-core finds nothing to object to on any kind of page.

use std::env;
use std::fs;
use std::path::PathBuf;

use serde_json::json;

use crate::book::repository;
use crate::driver::Page;
use crate::scenes::SCENES;
use crate::stage::Stage;
use crate::{Test, tests};

pub(crate) const TESTS: &[Test] = tests![no_page_has_violations, no_page_in_use_has_violations,];

/// Where `.ci/run` installs it.
const INSTALLED: &str = "target/tools/node_modules/axe-core/axe.min.js";
/// What each violated rule asks for, and the elements that violate it.
const VIOLATIONS: &str = "axe.run({ resultTypes: ['violations'] }).then(results =>
    results.violations.map(({ id, help, nodes }) =>
        `${id}: ${help}\\n` + nodes.map(node => `    ${node.target}: ${node.html}\\n        ${node.any.concat(node.all, node.none)[0]?.message}`).join('\\n')))";

/// The script of axe-core: the one that the variable `AXE_CORE` names, or the one that CI installs.
pub(crate) fn axe() -> Option<PathBuf> {
    let file = match env::var_os("AXE_CORE") {
        Some(named) => named.into(),
        None => repository().join(INSTALLED),
    };
    file.is_file().then_some(file)
}

/// What axe-core objects to on a page as it is now.
pub(crate) fn violations(page: &Page) -> Vec<String> {
    let file = axe()
        .expect("no axe-core found\n  to do: install it as `.ci/run` does, or name it in AXE_CORE");
    let script = fs::read_to_string(file).expect("a readable file");
    page.call("Runtime.evaluate", &json!({ "expression": script }));
    // What scripts do once they know the sizes is done with the next frame.
    page.run("new Promise(done => requestAnimationFrame(() => setTimeout(done)))");
    page.eval(VIOLATIONS)
}

fn no_page_has_violations(stage: &Stage) {
    let urls = [
        stage.guide().url("start/introduction.html"),
        stage.guide().url("start/experience.html"),
        stage.small().url("part/chapter.html"),
        stage.small().url("404.html"),
        // That of the guide takes minutes.
        stage.small().url("print.html"),
    ];
    for (theme, width) in [("light", 1280), ("navy", 390)] {
        let page = stage.page();
        page.theme(theme);
        page.size(width, 800);
        for url in &urls {
            page.goto(url);
            expect_none(&page, url);
        }
    }
}

fn no_page_in_use_has_violations(stage: &Stage) {
    let mut found = Vec::new();
    for (name, scene) in SCENES {
        for (theme, width) in [("light", 390), ("navy", 1280)] {
            let page = stage.page();
            page.theme(theme);
            page.size(width, 800);
            scene(stage, &page);
            let violations = violations(&page);
            found.extend(violations.iter().map(|it| format!("{name}, {theme}, {width}: {it}")));
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[track_caller]
fn expect_none(page: &Page, url: &str) {
    let violations = violations(page);
    assert!(violations.is_empty(), "{url}\n{}", violations.join("\n"));
}
