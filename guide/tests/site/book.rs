//! A small book with the guide's own theme, in a directory of its own.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use walkdir::WalkDir;

/// Every expectation, every callout and a hidden line.
pub(crate) const CHAPTER: &str = r#"# A chapter

## Why does this fail? {#why .senior}

```admonish say
Because.
```

```rust,compile_fail,E0502
# use std::fmt;
fn main() {}
```

```text,diagnostic
error[E0502]: no
```

~~~admonish trap title="“It is `fine`”"
```rust,should_panic
fn main() { panic!("no") }
```

```text,panic
no
```
~~~

~~~admonish follow-up collapsible=true
**And then?** [The other question](other.md#other).
~~~

## Prose

```rust,edition2021,warn=unused_must_use,warn=dead_code
fn main() {}
```

```text,output
1 < 2
```

- A sample in a list:

  ```rust,no_run,asan
  fn main() {}
  ```

```rust,no_run
fn main() {}
```
"#;

const SUMMARY: &str = "# Summary

[Introduction](start/introduction.md)

# Part

- [A chapter](part/chapter.md)
- [Other](part/other.md)
";
const INTRODUCTION: &str = "# Introduction\n\nBegin with [the chapter](../part/chapter.md).\n";
const OTHER: &str = "# Other\n\n## Why not? {#other .junior}\n\nBack to [the first](chapter.md).\n";

/// A book in a temporary directory.
pub(crate) struct Book {
    directory: TempDir,
}

impl Book {
    /// The fixture chapters with the `book.toml` and the theme of this repository.
    pub(crate) fn new() -> Self {
        let book = Self { directory: tempfile::tempdir().expect("a temporary directory") };
        let repository = repository();
        book.write("book.toml", &read(&repository.join("book.toml")));
        for file in files(&repository.join("theme")) {
            let path = format!("theme/{file}");
            book.write(&path, &read(&repository.join(&path)));
        }
        book.write("src/SUMMARY.md", SUMMARY);
        book.write("src/start/introduction.md", INTRODUCTION);
        book.write("src/part/chapter.md", CHAPTER);
        book.write("src/part/other.md", OTHER);
        book
    }

    /// The same, with its site built.
    pub(crate) fn built() -> Self {
        let book = Self::new();
        book.build();
        book
    }

    /// Where the site is built.
    pub(crate) fn site(&self) -> PathBuf {
        self.root().join("book")
    }

    /// The directory of `book.toml`.
    pub(crate) fn root(&self) -> &Path {
        self.directory.path()
    }

    /// Writes a file as many editors do: beside the old one, then over it.
    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.root().join(path);
        let beside = path.with_extension("new~");
        fs::create_dir_all(path.parent().expect("a directory")).expect("a directory");
        fs::write(&beside, text).expect("a written file");
        fs::rename(beside, path).expect("a renamed file");
    }

    /// Builds the site and returns its directory.
    pub(crate) fn build(&self) -> PathBuf {
        let site = self.site();
        guide::site::build(self.root(), &site).expect("a site");
        site
    }
}

/// The root of this repository.
pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The paths of all files below a directory, relative to it, in order.
pub(crate) fn files(directory: &Path) -> Vec<String> {
    let entries = WalkDir::new(directory).sort_by_file_name().into_iter().map(Result::unwrap);
    let files = entries.filter(|entry| entry.file_type().is_file());
    files
        .map(|file| file.path().strip_prefix(directory).unwrap().to_str().unwrap().to_owned())
        .collect()
}

/// The text of a file.
pub(crate) fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The text between the first `from` and the next `to`.
pub(crate) fn between<'page>(page: &'page str, from: &str, to: &str) -> &'page str {
    let start = page.find(from).unwrap_or_else(|| panic!("no {from} in {page}"));
    let rest = &page[start..];
    &rest[..rest.find(to).unwrap_or_else(|| panic!("no {to} after {from}"))]
}
