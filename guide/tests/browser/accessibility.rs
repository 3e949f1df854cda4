//! What holds for every kind of page in the midst of its use: axe-core finds nothing to object to, and it fits
//! its window.

use std::env;
use std::fs;
use std::path::PathBuf;

use serde_json::json;

use crate::book::repository;
use crate::driver::Page;
use crate::pages::{WIDTHS, misfits};
use crate::scenes::Visit;
use crate::stage::Stage;

/// Themes differ in their colors alone, so the second is asked for what depends on those.
const THEMES: [(&str, &str); 2] =
    [("light", ""), ("navy", ", runOnly: ['color-contrast', 'link-in-text-block']")];
/// Where `.ci/run` installs it.
const INSTALLED: &str = "target/tools/node_modules/axe-core/axe.min.js";
/// What each violated rule asks for, and the elements that violate it.
const VIOLATIONS: &str = "axe.run({ resultTypes: ['violations']RULES }).then(results =>
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

/// Visits a page at both widths and looks at it in both themes.
pub(crate) fn look_at(stage: &Stage, visit: Visit) {
    let mut found = Vec::new();
    for width in WIDTHS {
        let page = stage.page();
        page.size(width, 800);
        visit(stage, &page);
        load_axe(&page);
        found.extend(misfits(&page).iter().map(|misfit| format!("{width}: {misfit}")));
        for (theme, rules) in THEMES {
            page.dress(theme);
            let violations: Vec<String> = page.eval(&VIOLATIONS.replace("RULES", rules));
            found.extend(violations.iter().map(|it| format!("{width}, {theme}: {it}")));
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

fn load_axe(page: &Page) {
    let file = axe()
        .expect("no axe-core found\n  to do: install it as `.ci/run` does, or name it in AXE_CORE");
    let script = fs::read_to_string(file).expect("a readable file");
    page.call("Runtime.evaluate", &json!({ "expression": script }));
    // What scripts do once they know the sizes is done with the next frame.
    page.run("new Promise(done => requestAnimationFrame(() => setTimeout(done)))");
}
