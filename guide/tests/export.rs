//! What `cargo guide export` writes, as the programs see it that open it.

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::fs;
use std::io::{Cursor, Read, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::sleep;
use std::time::Duration;

use roxmltree::{Document, ParsingOptions};
use serde_json::Value;
use tempfile::TempDir;
use zip::{CompressionMethod, ZipArchive};

use support::{Book, Mount, Said};

const QUESTION: &str = "src/core/question.md";
const SECOND: &str = "## What does a copy leave behind? {#what-copies .mid}

```admonish say
Both names, and a `<T>`.
```

```rust
fn main() {
    let first = 1;
    let _second = first;
}
```

~~~admonish trap
“Nothing.”
~~~

~~~admonish follow-up
**Why?** See [what moves](#what-moves) and [the Reference](https://doc.rust-lang.org/reference/).
~~~

";

/// The correct book with what its pages are rendered with.
fn small() -> Book {
    let icons = Path::new(env!("CARGO_MANIFEST_DIR")).join("../theme/icons");
    let icons = fs::read_dir(icons).expect("a directory").map(|icon| icon.expect("a file").path());
    icons.fold(Book::base(), |book, icon| {
        let name = icon.file_name().expect("a name").to_string_lossy();
        book.file(&format!("theme/icons/{name}"), fs::read(&icon).expect("a readable file"))
    })
}

/// The correct book with another question before its own.
fn two_questions() -> Book {
    let book = small();
    let text =
        book.read(QUESTION).replacen("# Question\n\n", &format!("# Question\n\n{SECOND}"), 1);
    let ids = "core/question.md#what-copies\ncore/question.md#what-moves\n";
    book.file(QUESTION, text).file("src/ids.txt", ids)
}

/// The contents of the file that the book is exported to.
#[track_caller]
fn export(book: &Book, form: &str) -> Vec<u8> {
    let file = book.root().join("taken").join(form);
    book.run(&["export", form, "--out", file.to_str().expect("UTF-8")]).status(0).says("wrote ");
    fs::read(file).expect("the file is there")
}

/// The guide itself in this form.
fn guide(form: &str) -> (TempDir, PathBuf) {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let file = dir.path().join("guide").with_extension(form);
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut command = Command::new(env!("CARGO_BIN_EXE_guide"));
    command.args(["export", form, "--out"]).arg(&file).current_dir(root);
    Said::of(&mut command).status(0);
    (dir, file)
}

fn skipped(why: &str) {
    assert!(env::var_os("CI").is_none(), "{why}");
    // Not `eprintln!`, which is shown for failing tests only.
    let _ = writeln!(std::io::stderr(), "skipped: {why}");
}

mod anki {
    use super::*;

    const SCRIPT: &str = include_str!("support/import_decks.py");

    fn python() -> Option<PathBuf> {
        let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/tools/anki/bin/python");
        tools.is_file().then_some(tools)
    }

    #[test]
    fn a_newer_deck_changes_cards_and_keeps_their_schedule() {
        let Some(python) = python() else {
            return skipped("no Anki in target/tools/anki: `.ci/run anki` installs it");
        };
        let book = small();
        let decks = book.root().join("decks");
        fs::create_dir(&decks).expect("a writable directory");
        let (older, newer) = (decks.join("older.apkg"), decks.join("newer.apkg"));
        fs::write(&older, export(&book, "anki")).expect("a writable file");
        // Anki counts in seconds.
        sleep(Duration::from_millis(1100));
        let book = two_questions();
        let changed = book.read(QUESTION).replace("the compiler forgets", "rustc forgets");
        fs::write(&newer, export(&book.file(QUESTION, changed), "anki")).expect("a writable file");

        let said = Said::of(Command::new(python).args(["-c", SCRIPT]).args([older, newer]));
        let seen: Value = serde_json::from_str(&said.status(0).stdout).expect("JSON");
        assert_eq!((&seen["count"], &seen["cards"]), (&2.into(), &2.into()), "{seen}");
        assert_ne!(seen["fresh"], seen["answered"], "{seen}");
        assert_eq!(seen["answered"], seen["kept"], "{seen}");
        assert_eq!(seen["deck"], "A correct book");
        assert_eq!(seen["kinds"].as_array().map(Vec::len), Some(1), "{seen}");
        let note = &seen["notes"]["what-moves"];
        assert!(note["fields"][2].as_str().is_some_and(|text| text.contains("rustc forgets")));
        assert_eq!(note["tags"], serde_json::json!(["level::junior", "part::core"]));
        let back = seen["back"].as_str().expect("text");
        for shown in
            ["What does a move leave behind?", "rustc forgets", "let moved = name;", "Ferris"]
        {
            assert!(text_of(back).contains(shown), "{shown} is not in {back}");
        }
        assert!(back.contains("<details"), "{back}");
    }

    /// The text of HTML, without what colors it.
    fn text_of(html: &str) -> String {
        let pieces =
            html.split('<').map(|piece| piece.split_once('>').map_or(piece, |(_, text)| text));
        pieces.collect()
    }

    #[test]
    fn links_lead_to_the_site_where_it_has_an_address() {
        let link = "href=\"https://guide.example/rust/core/question.html#what-moves\"";
        assert!(!collection(&two_questions()).contains("guide.example"));
        let toml = two_questions().read("book.toml");
        let site =
            "[output.html]\nsite-url = \"https://guide.example/rust/\"\n[output.html.playground]";
        let toml = toml.replace("[output.html.playground]", site);
        let collection = collection(&two_questions().file("book.toml", toml));
        assert!(collection.contains(link), "no {link}");
    }

    /// The bytes of the deck's database, which holds the text of the cards as it is.
    fn collection(book: &Book) -> String {
        let mut bytes = Vec::new();
        let mut deck = ZipArchive::new(Cursor::new(export(book, "anki"))).expect("a zip file");
        deck.by_name("collection.anki2")
            .expect("a database")
            .read_to_end(&mut bytes)
            .expect("bytes");
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

mod epub {
    use super::*;

    /// The files of the book by their names.
    fn files(path: &Path) -> BTreeMap<String, String> {
        let mut archive =
            ZipArchive::new(fs::File::open(path).expect("a file")).expect("a zip file");
        let mut files = BTreeMap::new();
        for index in 0..archive.len() {
            let mut file = archive.by_index(index).expect("a file");
            let is_type = index == 0 && file.compression() == CompressionMethod::Stored;
            assert_eq!(file.name() == "mimetype", is_type, "{}", file.name());
            let mut text = String::new();
            file.read_to_string(&mut text).expect("text");
            files.insert(file.name().to_owned(), text);
        }
        files
    }

    fn parse<'text>(name: &str, text: &'text str) -> Document<'text> {
        let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
        let parsed = Document::parse_with_options(text, options);
        parsed.unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    #[test]
    fn the_guide_is_valid_xml_whose_links_lead_somewhere() {
        let (_dir, path) = guide("epub");
        let files = files(&path);
        let is_xml = |name: &&String| {
            let extension = Path::new(name).extension();
            extension.is_some_and(|extension| extension != "css")
        };
        let documents: BTreeMap<&String, Document<'_>> =
            files.keys().filter(is_xml).map(|name| (name, parse(name, &files[name]))).collect();
        let mut links = 0;
        for (name, document) in &documents {
            let ids = ids(document);
            let all = document.descendants().filter(|node| node.attribute("id").is_some()).count();
            assert_eq!(ids.len(), all, "{name} has an id twice");
            for target in document.descendants().filter_map(|node| target(&node)) {
                links += 1;
                let (file, fragment) = target.split_once('#').unwrap_or((target, ""));
                let file = if file.is_empty() { (*name).clone() } else { resolve(name, file) };
                assert!(files.contains_key(&file), "{name} leads to {file}, which is not there");
                let found = fragment.is_empty() || self::ids(&documents[&file]).contains(fragment);
                assert!(found, "{name} leads to {target}, which is not there");
            }
        }
        assert!(links > 500, "only {links} links");
        let package = &files["OEBPS/content.opf"];
        assert!(package.contains("properties=\"svg\" href=\"core/lifetimes.xhtml\""), "{package}");
        assert!(!package.contains("study/drill"), "{package}");
    }

    fn ids<'document>(document: &'document Document<'_>) -> BTreeSet<&'document str> {
        document.descendants().filter_map(|node| node.attribute("id")).collect()
    }

    /// Where an element leads to in the book.
    fn target<'node>(node: &roxmltree::Node<'node, '_>) -> Option<&'node str> {
        let target = node.attribute("href").or(node.attribute("src"))?;
        (!target.contains(':')).then_some(target)
    }

    fn resolve(from: &str, target: &str) -> String {
        let mut path: Vec<&str> = from.split('/').collect();
        path.pop();
        for step in target.split('/') {
            match step {
                ".." => path.truncate(path.len() - 1),
                _ => path.push(step),
            }
        }
        path.join("/")
    }

    #[test]
    fn a_chapter_is_there_as_on_paper() {
        let book = two_questions();
        let bytes = export(&book, "epub");
        let files = files(&book.root().join("taken/epub"));
        let chapter = &files["OEBPS/core/question.xhtml"];
        for shown in [
            "Both names, and a <code>&lt;T&gt;</code>.",
            "<span class=\"line\">",
            "href=\"#what-moves\"",
            "href=\"page.xhtml\"",
            "href=\"https://doc.rust-lang.org/reference/\"",
        ] {
            assert!(chapter.contains(shown), "{shown} is not in {chapter}");
        }
        for chrome in ["<details", "<button", "<script", "admonition-anchor-link", "data-run"] {
            assert!(!chapter.contains(chrome), "{chrome} is in {chapter}");
        }
        let contents = &files["OEBPS/nav.xhtml"];
        let entry = "<a href=\"core/question.xhtml#what-moves\">What does a move leave behind?</a>";
        assert!(contents.contains(entry), "{contents}");
        assert_eq!(export(&book, "epub"), bytes, "the same book gives other bytes");
    }
}

mod pdf {
    use super::*;

    #[test]
    fn a_book_is_printed_with_links_and_an_outline() {
        if guide::study::export::browser().is_none() {
            return skipped("no Chromium found");
        }
        let pdf = export(&two_questions(), "pdf");
        let text = String::from_utf8_lossy(&pdf);
        assert!(text.starts_with("%PDF"));
        for part in
            ["/Outlines", "/Title (Question)", "/URI (https://doc.rust-lang.org/reference/)"]
        {
            assert!(text.contains(part), "no {part}");
        }
        assert!(text.contains("/Dest") || text.contains("/GoTo"), "no link within the book");
    }

    /// `export pdf` with this in place of a browser.
    fn print_with(book: &Book, variable: &str, value: impl AsRef<std::ffi::OsStr>) -> Said {
        let mut command = book.command(&["export", "pdf", "--out", "book.pdf"]);
        Said::of(command.env_remove("CHROMIUM").env(variable, value))
    }

    #[test]
    fn who_has_no_browser_is_told_which_to_install() {
        let book = small();
        print_with(&book, "PATH", "").status(3).says("install Chromium").says("CHROMIUM=");
        let missing = book.root().join("missing");
        print_with(&book, "CHROMIUM", missing).status(3).says("cannot print with");
        assert!(!book.root().join("book.pdf").exists());
    }

    #[cfg(unix)]
    mod with_a_script_for_a_browser {
        use std::os::unix::fs::PermissionsExt;
        use std::process::Stdio;

        use rustix::process::{Pid, Signal, kill_process};

        use super::*;

        fn script(book: &Book, text: &str) -> PathBuf {
            let path = book.root().join("browser");
            fs::write(&path, format!("#!/bin/sh\n{text}\n")).expect("a writable file");
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("permissions");
            path
        }

        #[test]
        fn what_it_says_when_it_fails_is_shown() {
            let book = small();
            let browser = script(&book, "echo 'no fonts' >&2");
            print_with(&book, "CHROMIUM", browser)
                .status(3)
                .says("printed nothing")
                .says("no fonts");
            assert!(!book.root().join("book.pdf").exists());
        }

        #[test]
        fn an_interrupt_ends_it_and_leaves_nothing() {
            let book = small();
            let mark = book.root().join("started");
            let browser = script(
                &book,
                &format!("sleep 600 & echo $! $$ > {0}.new; mv {0}.new {0}; wait", mark.display()),
            );
            let mut command = book.command(&["export", "pdf", "--out", "book.pdf"]);
            command.env("CHROMIUM", browser).stdout(Stdio::null()).stderr(Stdio::null());
            let mut guide = command.spawn().expect("it starts");
            while !mark.exists() && guide.try_wait().expect("a status").is_none() {
                sleep(Duration::from_millis(20));
            }
            kill_process(Pid::from_child(&guide), Signal::INT).expect("it runs");
            assert_eq!(guide.wait().expect("a status").code(), Some(130));
            let pids = fs::read_to_string(mark).expect("two ids");
            for pid in pids.split_whitespace() {
                wait_for_end(Path::new("/proc").join(pid).as_path());
            }
            assert!(!book.root().join("book.pdf").exists());
            let work = fs::read_dir(book.root().join("target/guide/work")).into_iter().flatten();
            assert_eq!(work.count(), 0, "something is left");
        }

        /// A process that has ended may still be listed until its new parent looks.
        fn wait_for_end(process: &Path) {
            let runs = || {
                let stat = fs::read_to_string(process.join("stat")).unwrap_or_default();
                !stat.is_empty() && !stat.contains(") Z ")
            };
            for _ in 0..500 {
                if !runs() {
                    return;
                }
                sleep(Duration::from_millis(20));
            }
            panic!("{} still runs", process.display());
        }
    }
}

mod json {
    use super::*;

    #[test]
    fn the_guide_is_as_the_schema_says() {
        let (_dir, path) = guide("json");
        let read = |path: &Path| -> Value {
            serde_json::from_str(&fs::read_to_string(path).expect("a file")).expect("JSON")
        };
        let (guide, schema) = (read(&path), read(&path.with_extension("schema.json")));
        check(&guide, &schema, &schema, "$");
        let questions = guide["questions"].as_array().expect("questions");
        let ids: BTreeSet<&str> = questions.iter().filter_map(|row| row["id"].as_str()).collect();
        assert_eq!(ids.len(), questions.len());
        assert!(ids.contains("drop-order"));
        for question in questions {
            assert_ne!(question["answer"]["text"], "", "{}", question["id"]);
        }
    }

    /// Whether a value is as this part of a schema says, as far as ours says anything.
    fn check(value: &Value, schema: &Value, root: &Value, at: &str) {
        if let Some(reference) = schema["$ref"].as_str() {
            let definition = root.pointer(reference.trim_start_matches('#')).expect("a definition");
            check(value, definition, root, at);
        }
        if let Some(wanted) = schema.get("const") {
            assert_eq!(value, wanted, "{at}");
        }
        if let Some(choices) = schema["enum"].as_array() {
            assert!(choices.contains(value), "{at}: {value}");
        }
        let types = match &schema["type"] {
            Value::Array(types) => types.clone(),
            Value::Null => vec![kind(value).into()],
            one => vec![one.clone()],
        };
        assert!(types.contains(&kind(value).into()), "{at}: {value} is none of {types:?}");
        for key in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            assert!(value.get(key).is_some(), "{at} has no {key}");
        }
        for (key, child) in value.as_object().into_iter().flatten() {
            let Some(rule) = schema["properties"].get(key) else {
                assert!(schema.get("properties").is_none(), "{at}.{key} is not in the schema");
                continue;
            };
            check(child, rule, root, &format!("{at}.{key}"));
        }
        for (index, child) in value.as_array().into_iter().flatten().enumerate() {
            check(child, &schema["items"], root, &format!("{at}[{index}]"));
        }
    }

    fn kind(value: &Value) -> &'static str {
        match value {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Number(_) => "integer",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        }
    }

    #[test]
    fn a_question_is_there_with_all_that_is_known() {
        let seen: Value = serde_json::from_slice(&export(&two_questions(), "json")).expect("JSON");
        let [copies, moves] = &seen["questions"].as_array().expect("questions")[..] else {
            panic!("{seen}");
        };
        assert_eq!((&copies["id"], &copies["level"]), (&"what-copies".into(), &"mid".into()));
        assert_eq!(copies["answer"]["text"], "Both names, and a <T>.");
        assert_eq!(copies["answer"]["html"], "<p>Both names, and a <code>&lt;T&gt;</code>.</p>");
        assert_eq!(copies["path"], "core/question.html#what-copies");
        let link = serde_json::json!([
            { "text": "the Reference", "url": "https://doc.rust-lang.org/reference/" }
        ]);
        assert_eq!(copies["links"], link);
        assert_eq!(moves["traps"][0]["claim"], "“A move copies the heap”");
        assert_eq!(moves["evidence"]["runs"], 1);
        assert!(moves["followUps"][0]["text"].as_str().is_some_and(|text| text.contains("Copy")));
    }
}

#[test]
fn without_out_a_file_has_the_name_of_the_book() {
    let book = small();
    book.run(&["export", "json"]).status(0).says("wrote a-correct-book.json");
    assert!(book.read("a-correct-book.json").contains("what-moves"));
    assert!(book.read("a-correct-book.schema.json").contains("followUps"));
    book.run(&["export", "mobi"]).status(2).says("anki, epub, pdf, json, zip");
}

#[test]
fn a_file_is_replaced_only_by_a_whole_one() {
    let book = small().file("old.json", "old");
    let broken = "# Page\n\n[Nowhere](nowhere.md)\n";
    let book = book.file("src/core/page.md", broken);
    book.run(&["export", "json", "--out", "old.json"]).status(1).says("broken-link");
    assert_eq!(book.read("old.json"), "old");
    let book = book.file("src/core/page.md", "# Page\n");
    book.run(&["export", "json", "--out", "old.json"]).status(0);
    assert!(book.read("old.json").contains("what-moves"));
    fs::create_dir(book.root().join("directory")).expect("a writable directory");
    book.run(&["export", "json", "--out", "directory"]).status(3).says("cannot write directory");
    book.run(&["export", "json", "--out", "old.json/new.json"]).status(3).says("cannot write");
    assert!(book.read("old.json").contains("what-moves"));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_keeps_the_old_file() {
    let book = small();
    let disk = book.root().join("disk");
    let Some(_mount) = Mount::over(&disk, "size=4k") else { return };
    fs::write(disk.join("guide.epub"), "old").expect("room for one file");
    book.run(&["export", "epub", "--out", "disk/guide.epub"]).status(3).says("No space left");
    assert_eq!(book.read("disk/guide.epub"), "old");
    assert_eq!(fs::read_dir(&disk).expect("a directory").count(), 1, "something is left");
}
