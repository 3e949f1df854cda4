//! Books of any size, the same on every machine: half of the samples need `std` only, a quarter needs
//! Tokio or serde, a quarter fails to compile.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::view::{BOOK_TOML, write};

/// The crates that the samples use, by the names that they use.
pub(crate) const CRATES: [&str; 3] = ["serde", "serde_json", "tokio"];

const MANIFEST: &str = r#"[package]
name = "chapter-crates"
edition = "2024"

[dependencies]
serde = { version = "1", features = ["derive"] }
serde_json = "1"
tokio = { version = "1", features = ["full"] }
"#;

const PER_CHAPTER: usize = 20;

/// Writes a book of `count` samples into `root` and builds the crates that they use, as locked in
/// `workspace`.
///
/// # Errors
/// When it cannot be written, or the crates have never been downloaded.
pub fn generate(workspace: &Path, root: &Path, count: usize) -> Result<()> {
    let mut summary = "# Summary\n\n".to_owned();
    for (number, first) in (0..count).step_by(PER_CHAPTER).enumerate() {
        let text: String = (first..count.min(first + PER_CHAPTER)).map(sample).collect();
        let name = format!("chapter-{number}.md");
        let _ = writeln!(summary, "- [Chapter {number}]({name})");
        write(&root.join("src").join(name), &format!("# Chapter {number}\n\n{text}"))?;
    }
    write(&root.join("src/SUMMARY.md"), &summary)?;
    write(&root.join("book.toml"), BOOK_TOML)?;
    build_crates(workspace, root)
}

fn build_crates(workspace: &Path, root: &Path) -> Result<()> {
    let package = root.join("examples/chapter-crates");
    write(&package.join("Cargo.toml"), MANIFEST)?;
    write(&package.join("src/lib.rs"), "")?;
    let manifest = "[workspace]\nresolver = \"3\"\nmembers = [\"examples/chapter-crates\"]\n";
    write(&root.join("Cargo.toml"), manifest)?;
    fs::copy(workspace.join("Cargo.lock"), root.join("Cargo.lock"))?;
    let mut cargo = Command::new("cargo");
    cargo.args(["build", "--quiet", "--offline"]).current_dir(root).env_remove("CARGO_TARGET_DIR");
    let status = cargo.status().context("cannot start cargo")?;
    ensure!(
        status.success(),
        "the crates of the generated samples cannot be built\n  to do: run `cargo fetch`"
    );
    Ok(())
}

fn sample(number: usize) -> String {
    let (words, code) = match number % 8 {
        0 | 4 => ("", total(number)),
        1 | 5 => ("", account(number)),
        2 => ("", channel(number)),
        6 => ("", record(number)),
        3 => (",compile_fail,E0382", moved(number)),
        _ => (",compile_fail,E0308", mistyped(number)),
    };
    format!("```rust{words}\n{code}```\n\n")
}

fn total(number: usize) -> String {
    format!(
        "fn main() {{
    let prices: Vec<usize> = (1..={number}).collect();
    println!(\"{{}}\", prices.iter().sum::<usize>());
}}
```

```text,output
{}
",
        number * (number + 1) / 2
    )
}

fn account(number: usize) -> String {
    format!(
        "struct Account {{
    balance: usize,
}}

impl Account {{
    fn deposit(&mut self, amount: usize) {{
        self.balance += amount;
    }}
}}

fn main() {{
    let mut account = Account {{ balance: {number} }};
    account.deposit(2);
    assert_eq!(account.balance, {number} + 2);
}}
"
    )
}

fn channel(number: usize) -> String {
    format!(
        "use tokio::{{runtime::Builder, sync::mpsc}};

fn main() {{
    Builder::new_current_thread().build().unwrap().block_on(async {{
        let (sender, mut receiver) = mpsc::channel(1);
        sender.send({number}).await.unwrap();
        assert_eq!(receiver.recv().await, Some({number}));
    }});
}}
"
    )
}

fn record(number: usize) -> String {
    format!(
        "use serde::Serialize;
use serde_json::to_value;

#[derive(Serialize)]
struct Order {{
    id: usize,
}}

fn main() {{
    assert_eq!(to_value(Order {{ id: {number} }}).unwrap()[\"id\"], {number});
}}
"
    )
}

fn moved(number: usize) -> String {
    format!(
        "fn main() {{
    let order = String::from(\"order {number}\");
    let shipped = order;
    println!(\"{{order}} {{shipped}}\");
}}
"
    )
}

fn mistyped(number: usize) -> String {
    format!(
        "fn main() {{
    let quantity: usize = \"{number}\";
    println!(\"{{quantity}}\");
}}
"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_need_nothing_a_quarter_crates_and_a_quarter_fails() {
        let samples: Vec<String> = (0..1000).map(sample).collect();
        let count = |mark: &str| samples.iter().filter(|text| text.contains(mark)).count();
        assert_eq!((count("use tokio::"), count("use serde::")), (125, 125));
        assert_eq!(count("compile_fail"), 250);
    }
}
