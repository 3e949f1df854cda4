//! The libraries that are compiled.

use std::iter::once;

/// Renders a `config: &str`.
const RENDER: &str = r#"
    let mut page = String::new();
    for (number, line) in config.lines().enumerate() {
        if let Some((key, value)) = line.split_once('=') {
            page += &format!("{number}: {} = {}\n", key.trim(), value.trim());
        }
    }
    page
"#;

/// A function that is generic over its argument, and one caller for each of so many types.
#[must_use]
pub fn generic(types: u32) -> String {
    let body = format!("let config = config.as_ref();{RENDER}");
    once(render(&body)).chain((0..types).map(caller)).collect()
}

/// The same, but only the conversion of the argument is generic.
#[must_use]
pub fn outlined(types: u32) -> String {
    let body = format!("fn inner(config: &str) -> String {{{RENDER}}}\ninner(config.as_ref())\n");
    once(render(&body)).chain((0..types).map(caller)).collect()
}

fn render(body: &str) -> String {
    format!("pub fn render<S: AsRef<str>>(config: S) -> String {{\n{body}}}\n")
}

fn caller(number: u32) -> String {
    format!(
        "pub struct Config{number}(String);\n\
         impl AsRef<str> for Config{number} {{\n    fn as_ref(&self) -> &str {{ &self.0 }}\n}}\n\
         pub fn render_{number}(config: Config{number}) -> String {{ render(config) }}\n"
    )
}

/// So many functions with that body, none of them generic.
#[must_use]
pub fn plain(functions: u32) -> String {
    let function = |n| format!("pub fn render_{n}(config: &str) -> String {{{RENDER}}}\n");
    (0..functions).map(function).collect()
}

/// Functions with so many statements in each, which push to a list of routes.
#[must_use]
pub fn routes(functions: u32, statements: usize) -> String {
    let body = "    names.push(String::from(\"route\"));\n".repeat(statements);
    let function = |n| format!("pub fn routes_{n}(names: &mut Vec<String>) {{\n{body}}}\n");
    (0..functions).map(function).collect()
}
