//! What a chapter looks like once rendered, by our driver and by a stock mdBook.

use std::fs;

use mdbook_core::config::Config;
use mdbook_driver::MDBook;
use mdbook_preprocessor::{Preprocessor, PreprocessorContext};

use crate::book::{Book, between, files, read};

fn page() -> String {
    read(&Book::new().build().join("part/chapter.html"))
}

#[test]
fn questions_carry_their_level_into_the_sidebar() {
    let page = page();
    // mdBook's sidebar shows what stands in the link of a heading.
    let link = between(&page, "<h2 id=\"why\"", "</a>");
    assert!(link.ends_with(r#"fail? <span class="level level-senior">senior</span>"#), "{link}");
    assert!(!between(&page, "<h2 id=\"prose\"", "</h2>").contains("level"));
}

#[test]
fn each_sample_says_what_was_proved() {
    let page = page();
    let proofs: Vec<&str> = page.split("<p class=\"proof proof-").skip(1).collect();
    let proofs: Vec<&str> = proofs.iter().map(|rest| &rest[..rest.find("</p>").unwrap()]).collect();
    let expected = [
        r#"fails">fails with E0502"#,
        r#"panics">panics"#,
        r#"runs">runs · warns: dead_code, unused_must_use · edition 2021"#,
        r#"reported">reported by AddressSanitizer"#,
        r#"compiles">compiles"#,
    ];
    assert_eq!(proofs, expected);
}

#[test]
fn what_a_sample_produced_is_joined_to_it() {
    let page = page();
    let sample = between(&page, "<div class=\"sample\" data-run=\"2024\">", "class=\"proof");
    assert!(sample.contains(r#"<p class="shown-label">compiler</p>"#), "{sample}");
    assert!(sample.contains("error[E0502]: no"), "{sample}");
    for label in ["panic", "output"] {
        assert!(page.contains(&format!(r#"<p class="shown-label">{label}</p>"#)), "{label}");
    }
}

#[test]
fn a_puzzle_shows_its_options_and_keeps_its_result_closed() {
    let book = Book::new();
    let puzzle = "# Puzzles\n\n## What happens? {#what .puzzle-mid}\n\n\
        ```rust\nfn main() {\n    println!(\"1 < 2\");\n}\n```\n\n```text,output\n1 < 2\n```\n\n\
        - [ ] It never ends.\n- [x] It prints `1 < 2`.\n- [ ] It prints nothing.\n\n\
        Because.\n\n## Prose\n\nThe end.\n";
    book.write("src/part/other.md", puzzle);
    let page = read(&book.build().join("part/other.html"));
    assert!(between(&page, "id=\"what\"", "</h2>").contains("level-mid"));
    let puzzle = between(&page, "<div class=\"puzzle\"", "id=\"prose\"");
    assert!(puzzle.starts_with(r#"<div class="puzzle" data-puzzle="what" data-right="1">"#));
    let (shown, rest) = puzzle.split_once("<details class=\"puzzle-result\">").expect("a result");
    let (result, below) = rest.split_once("</details>").expect("its end");
    assert!(shown.contains("<li>It prints <code>1 &lt; 2</code>.</li>"), "{shown}");
    assert!(!shown.contains("1 &lt; 2\n") && !shown.contains("Because"), "{shown}");
    assert!(result.contains("B. It prints <code>1 &lt; 2</code>."), "{result}");
    assert!(result.contains("1 &lt; 2\n") && result.contains("Because."), "{result}");
    assert!(!below.contains("<p>"), "{below}");
    assert!(!puzzle.contains("checkbox"), "{puzzle}");
}

#[test]
fn hidden_lines_stay_hidden() {
    let hidden = r#"<span class="boring"><span class="k">use</span> std::fmt;"#;
    assert!(page().contains(hidden));
}

#[test]
fn code_is_colored_without_a_script() {
    let book = Book::new();
    book.write(
        "src/part/other.md",
        "# Other\n\n> ```rust,compile_fail\n> fn\n>\n>   let \"\n> ```\n\nEnd.\n",
    );
    let site = book.build();
    let code = |page: &str| between(&read(&site.join(page)), "<pre>", "</pre>").to_owned();
    assert!(
        code("part/chapter.html").contains(r#"<span class="k">fn</span> <span class="t">main"#)
    );
    // In a quotation, with a blank line, and not even Rust.
    let quoted = "<pre><code class=\"language-rust compile_fail\"><span class=\"k\">fn</span>\n\n  \
        <span class=\"k\">let</span> <span class=\"q\">\"</span></code>";
    assert_eq!(code("part/other.html"), quoted);
    assert!(read(&site.join("part/other.html")).contains("</blockquote>\n<p>End.</p>"));
}

#[test]
fn callouts_name_their_kind() {
    let page = page();
    let say = between(&page, "admonish-say", "Because.");
    assert!(say.contains("<span class=\"kind\">Say</span>"), "{say}");
    let trap = between(&page, "id=\"admonition-trap-it-is-fine\"", "<pre>");
    assert!(trap.contains("<span class=\"kind\">Trap</span> “It is <code>fine</code>”"), "{trap}");
    let follow_up = between(&page, "<details", "</details>");
    assert!(follow_up.contains("<summary"), "{follow_up}");
    assert!(!follow_up.contains("role=\"note\""), "{follow_up}");
    assert!(follow_up.contains("href=\"other.html#other\""), "{follow_up}");
}

#[test]
fn a_chapter_below_another_leaves_it_as_it_is() {
    let book = Book::new();
    let summary = read(&book.root().join("src/SUMMARY.md"));
    book.write("src/SUMMARY.md", &(summary + "  - [Below](part/below.md)\n"));
    book.write("src/part/below.md", "# Below\n\nText.\n");
    assert!(read(&book.build().join("part/other.html")).contains("Other</a></h1>"));
}

#[test]
fn a_failed_build_leaves_the_last_site() {
    let book = Book::new();
    let site = book.build();
    let before = read(&site.join("part/chapter.html"));
    book.write("src/part/other.md", "# Other\n\n```admonish wisdom\nNo.\n```\n");
    let error = guide::site::build(book.root(), &site).expect_err("an undeclared directive");
    let message = format!("{error:#}");
    assert!(message.contains("src/part/other.md:3"), "{message}");
    assert!(message.contains("declares no directive `wisdom`"), "{message}");
    assert!(message.contains("one of `cost`, `follow-up`"), "{message}");
    assert_eq!(read(&site.join("part/chapter.html")), before);
    let left: Vec<_> =
        fs::read_dir(book.root()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 4, "{left:?}");
}

#[test]
fn the_site_never_replaces_the_book() {
    let book = Book::new();
    let error = guide::site::build(book.root(), book.root()).expect_err("a site over its book");
    assert!(error.to_string().contains("would replace the book itself"), "{error}");
}

#[test]
fn links_to_the_repository_appear_once_it_is_known() {
    let book = Book::new();
    let site = book.build();
    assert!(!read(&site.join("part/chapter.html")).contains("Suggest an edit"));
    let known = "[output.html]\ngit-repository-url = \"https://git.example/guide\"";
    let config = read(&book.root().join("book.toml"));
    book.write("book.toml", &config.replacen("[output.html]", known, 1));
    let page = read(&book.build().join("part/chapter.html"));
    let edit = "https://git.example/guide/edit/main/src/part/chapter.md";
    assert!(page.contains(edit), "no {edit}");
}

/// What `mdbook build` does with the command in `book.toml`, without the process between.
struct ThroughJson;

impl Preprocessor for ThroughJson {
    fn name(&self) -> &'static str {
        "guide"
    }

    fn run(
        &self,
        context: &PreprocessorContext,
        book: mdbook_core::book::Book,
    ) -> anyhow::Result<mdbook_core::book::Book> {
        let input = serde_json::to_vec(&(context, book))?;
        let mut output = Vec::new();
        guide::site::preprocess(&input[..], &mut output)?;
        Ok(serde_json::from_slice(&output)?)
    }
}

#[test]
fn a_stock_mdbook_renders_the_same_pages() {
    let book = Book::new();
    let stock = book.root().join("stock");
    let mut config = Config::from_disk(book.root().join("book.toml")).unwrap();
    config.build.build_dir.clone_from(&stock);
    let mut driver = MDBook::load_with_config(book.root(), config).unwrap();
    driver.with_preprocessor(ThroughJson).build().unwrap();
    let ours = book.build();
    // A preprocessor cannot add files to a site: what is for study and for keeping it comes with our own
    // build only.
    let mut pages = files(&ours);
    pages.retain(|file| {
        !file.starts_with("study/") && !["sw.js", "manifest.webmanifest"].contains(&file.as_str())
    });
    assert_eq!(files(&stock), pages);
    for file in pages {
        let of_page = |line: &&str| !line.contains("<meta name=\"guide-offline\"");
        let page = read(&ours.join(&file));
        assert!(page.lines().filter(of_page).eq(read(&stock.join(&file)).lines()), "{file}");
    }
}

#[test]
fn the_study_tools_have_all_questions_and_their_cards() {
    let book = Book::new();
    let site = book.build();
    let questions = read(&site.join("study/questions.js"));
    let json = between(&questions, "{", ";\n");
    let catalog: serde_json::Value = serde_json::from_str(json).unwrap();
    let question = &catalog["questions"][0];
    assert_eq!(question["url"], "part/chapter.html#why");
    assert_eq!(question["level"], "senior");
    assert_eq!(question["evidence"]["fails"], 1);
    let cards = read(&site.join("study/cards/part/chapter.js"));
    assert!(cards.starts_with("guideCards(\"part/chapter\", {\"why\":{"), "{cards}");
    assert!(cards.contains("Because."), "{cards}");
    assert!(cards.contains("../part/other.html#other"), "{cards}");
    assert!(read(&site.join("study/tools.js")).contains("guideModules['study']"));
}

#[test]
fn a_page_lists_the_questions_where_it_has_a_place_for_them() {
    let book = Book::new();
    let places =
        "# Other\n\n<div data-list=\"levels\"></div>\n\n<div data-study=\"catalog\"></div>\n";
    book.write("src/part/other.md", places);
    let page = read(&book.build().join("part/other.html"));
    let table = between(&page, "<table>", "</table>");
    assert!(table.contains(r#"<td><a href="../part/chapter.html#why">why</a></td>"#), "{table}");
    let list = between(&page, "<li data-question", "</li>");
    assert!(page.contains("<section data-part=\"part\">\n<h2>Part</h2>"), "{page}");
    assert!(list.contains(r#"data-level="senior""#), "{list}");
    assert!(list.contains(r#"<a href="../part/chapter.html#why">"#), "{list}");
}

#[test]
fn a_ready_made_plan_is_made_of_the_questions() {
    let book = Book::new();
    book.write("src/start/introduction.md", "# Introduction\n\n<div data-plan=\"3\"></div>\n");
    let page = read(&book.build().join("start/introduction.html"));
    let days: Vec<&str> = page.split("<section class=\"plan-day\">").skip(1).collect();
    assert_eq!(days.len(), 3);
    assert!(days[0].contains(r#"<a href="../part/chapter.html#why">"#), "{}", days[0]);
    assert!(days[0].contains(r#"<a href="../part/other.html#other">"#), "{}", days[0]);
    assert!(days[2].contains("Drill</a>: the weakest 2 cards"), "{}", days[2]);
}

#[test]
fn only_html_is_prepared() {
    assert!(guide::site::supports_renderer("html"));
    assert!(!guide::site::supports_renderer("linkcheck2"));
}

#[test]
fn what_mdbook_only_warns_of_is_refused() {
    let book = Book::new();
    book.write("src/part/other.md", "# Other\n\nA Vec<Box<T>> without backticks.\n");
    let error =
        guide::site::build(book.root(), &book.root().join("book")).expect_err("a lost word");
    assert!(error.is::<guide::site::Misrendered>());
    assert!(format!("{error:#}").contains("part/other.md"), "{error:#}");
}
