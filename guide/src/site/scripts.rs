//! Links the modules of `theme/study` into scripts: browsers refuse modules on pages opened from a file.
//!
//! A module is written with `import { a, b as c } from './other.js';` on one line, and with `export` before
//! `function`, `async function`, `class` and `const`. Its exports go into `guideModules` under its name, so that
//! a module which two scripts need is one and the same on the page.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use anyhow::{Context, Result, bail, ensure};
use regex::{Captures, Regex};

static IMPORT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^import \{ (?P<names>[^}]+) \} from '\./(?P<module>[a-z0-9-]+)\.js';$")
        .expect("a valid pattern")
});
static EXPORT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^export (?P<kind>(?:async )?function\*?|class|const) (?P<name>[\w$]+)")
        .expect("a valid pattern")
});

/// The modules of a directory that a script needs, in the order in which they run.
#[derive(Debug, Default)]
pub(super) struct Script {
    modules: Vec<(String, String)>,
}

impl Script {
    /// Finds what the module `entry` in `directory` needs.
    ///
    /// # Errors
    ///
    /// When a module is missing, or is written in a way that cannot be linked.
    pub(super) fn link(directory: &Path, entry: &str) -> Result<Self> {
        let mut script = Self::default();
        script.add(directory, entry, &mut Vec::new())?;
        Ok(script)
    }

    /// The text of the script, without the modules of one that is on the page already.
    pub(super) fn text(&self, present: &Self) -> String {
        let is_present = |name: &String| present.modules.iter().any(|(other, _)| other == name);
        let modules = self.modules.iter().filter(|(name, _)| !is_present(name));
        let modules: String = modules.map(|(name, code)| wrapped(name, code)).collect();
        format!("'use strict';\nvar guideModules = globalThis.guideModules ?? {{}};\n{modules}")
    }

    fn add(&mut self, directory: &Path, name: &str, path: &mut Vec<String>) -> Result<()> {
        if self.modules.iter().any(|(known, _)| known == name) {
            return Ok(());
        }
        let file = directory.join(format!("{name}.js"));
        ensure!(
            !path.iter().any(|importer| importer == name),
            "{}: the modules {} import each other\n  to do: move what both need into a third one",
            file.display(),
            path.join(", ")
        );
        let module = Module::read(&file)?;
        path.push(name.to_owned());
        for import in &module.imports {
            self.add(directory, import, path)?;
        }
        path.pop();
        self.modules.push((name.to_owned(), module.code));
        Ok(())
    }
}

fn wrapped(name: &str, code: &str) -> String {
    format!("guideModules['{name}'] = (() => {{\n{code}}})();\n")
}

struct Module {
    imports: Vec<String>,
    code: String,
}

impl Module {
    fn read(file: &PathBuf) -> Result<Self> {
        let text = fs::read_to_string(file)
            .with_context(|| format!("cannot read the module {}", file.display()))?;
        let mut module = Self { imports: Vec::new(), code: String::new() };
        let mut exports = Vec::new();
        for (index, line) in text.lines().enumerate() {
            let line = module.linked(line, &mut exports).with_context(|| {
                format!("{}:{}: the line cannot be linked", file.display(), index + 1)
            })?;
            module.code += &line;
            module.code.push('\n');
        }
        module.code += "return { ";
        module.code += &exports.join(", ");
        module.code += " };\n";
        Ok(module)
    }

    fn linked(&mut self, line: &str, exports: &mut Vec<String>) -> Result<String> {
        if let Some(import) = IMPORT.captures(line) {
            self.imports.push(import["module"].to_owned());
            let names = import["names"].replace(" as ", ": ");
            return Ok(format!("const {{ {names} }} = guideModules['{}'];", &import["module"]));
        }
        if let Some(export) = EXPORT.captures(line) {
            exports.push(export["name"].to_owned());
            let plain = |found: &Captures<'_>| format!("{} {}", &found["kind"], &found["name"]);
            return Ok(EXPORT.replace(line, plain).into_owned());
        }
        if line.starts_with("import ") || line.starts_with("export ") {
            bail!(
                "expected `import {{ a, b as c }} from './module.js';`, or `export` before `function`, \
                 `async function`, `class` or `const`"
            );
        }
        Ok(line.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::Script;

    fn linked(files: &[(&str, &str)], entry: &str) -> anyhow::Result<Script> {
        let directory = tempfile::tempdir()?;
        for (name, text) in files {
            fs::write(directory.path().join(name), text)?;
        }
        Script::link(directory.path(), entry)
    }

    const DOM: (&str, &str) = ("dom.js", "export const one = 1;\nexport async function two() {}\n");
    const PAGE: (&str, &str) =
        ("page.js", "import { one, two as other } from './dom.js';\nother(one);\n");

    #[test]
    fn a_script_runs_what_it_imports_first() {
        let text = linked(&[DOM, PAGE], "page").unwrap().text(&Script::default());
        let dom = text.find("const one = 1;\nasync function two() {}\nreturn { one, two };");
        let page = text.find("const { one, two: other } = guideModules['dom'];\nother(one);");
        assert!(dom.is_some() && dom < page, "{text}");
    }

    #[test]
    fn a_module_that_is_on_the_page_is_not_sent_again() {
        let page = linked(&[DOM, PAGE], "page").unwrap();
        let text = page.text(&linked(&[DOM], "dom").unwrap());
        assert!(text.contains("guideModules['page'] =") && !text.contains("guideModules['dom'] ="));
    }

    #[test]
    fn what_cannot_be_linked_is_named() {
        let cycle = ("dom.js", "import { x } from './page.js';\n");
        let cases = [
            (("dom.js", "export default 1;\n"), "dom.js:1"),
            (("dom.js", "\nimport x from './x.js';\n"), "dom.js:2"),
            (cycle, "import each other"),
        ];
        for (module, expected) in cases {
            let error = linked(&[module, PAGE], "page").expect_err("a refusal");
            assert!(format!("{error:#}").contains(expected), "{error:#}");
        }
        let missing = Script::link(Path::new("/nowhere"), "page").expect_err("a refusal");
        assert!(format!("{missing:#}").contains("page.js"), "{missing:#}");
    }
}
