//! Reading a chapter: answers that hide, marks, links, keys; and what needs no script.

use std::fs;

use crate::book::Book;
use crate::driver::Page;
use crate::stage::{Site, Stage};
use crate::{Test, tests};

pub(crate) const TESTS: &[Test] = tests![
    answers_hide_and_open,
    hidden_answers_are_never_painted,
    hiding_keeps_the_place,
    addresses_open_their_answers,
    a_search_inside_the_page_opens_an_answer,
    without_scripts_answers_show,
    on_paper_answers_show_and_tools_do_not,
    the_page_to_print_has_no_tools,
    a_mark_is_a_review,
    a_link_is_copied,
    a_wrong_answer_has_its_form,
    questions_are_walked_by_keys,
    keys_are_listed_once,
    keys_in_fields_are_text,
    keys_can_be_switched_off,
    pages_fit_a_phone,
];

const CHAPTER: &str = "core/ownership.html";
const HIDING: &str = r#"{ "hideAnswers": true }"#;

/// Begins with these settings, as if the reader had chosen them on an earlier visit.
fn with_settings(page: &Page, settings: &str) {
    page.before_load(&format!(
        "try {{ localStorage.getItem('guide-study') ?? localStorage.setItem('guide-study', JSON.stringify({{ \
         version: 1, generation: 0, reviews: {{}}, puzzles: {{}}, plan: null, mocks: [], edits: {{}}, changed: {{}}, \
         settings: {{ hideAnswers: false, interview: null, level: 'senior', role: 'backend', hours: 2, ...{settings} }} }})) }} catch {{}}"
    ));
}

/// Whether the first element with this selector can be seen, scrolling apart.
fn shows(page: &Page, selector: &str) -> bool {
    page.eval(&format!("document.querySelector(`{selector}`).checkVisibility()"))
}

/// Selects the answer to a question by what it says first.
fn answer(id: &str) -> String {
    format!("#{id} ~ .answer .admonish-say, #{id} ~ .admonish-say")
}

/// Whether nothing but code and tables is wider than the window.
pub(crate) fn fits(page: &Page) -> bool {
    page.eval(
        "[document.documentElement, document.querySelector('.content')].every(part => part.scrollWidth <= part.clientWidth)",
    )
}

/// Where the top of a heading stands in the window.
fn top(page: &Page, id: &str) -> f64 {
    page.eval(&format!("document.getElementById('{id}').getBoundingClientRect().top"))
}

fn answers_hide_and_open(stage: &Stage) {
    let page = stage.page();
    page.goto(&stage.guide().url(CHAPTER));
    assert!(shows(&page, &answer("ownership-rules")));
    page.click_text("Hide answers");
    assert!(!shows(&page, &answer("ownership-rules")));
    for rest in ["#ownership-rules", "h1 + p", "#on-the-morning-of-the-interview + ul"] {
        assert!(shows(&page, rest), "{rest}");
    }
    let first = "#ownership-rules + .question-tools .answer-button";
    for expanded in ["true", "false"] {
        page.click(first);
        let open: (String, bool) = page.eval(&format!(
            "(b => [b.ariaExpanded, document.getElementById(b.getAttribute('aria-controls')).firstElementChild.checkVisibility()])\
             (document.querySelector('{first}'))"
        ));
        assert_eq!(open, (expanded.to_owned(), expanded == "true"));
        assert!(!shows(&page, &answer("move-vs-copy")));
    }
    page.reload();
    assert!(!shows(&page, &answer("ownership-rules")), "the choice is remembered");
    let pressed = "document.querySelector('.hide-answers-button').ariaPressed";
    assert_eq!(page.eval::<String>(pressed), "true");
    page.press("h");
    assert!(shows(&page, &answer("ownership-rules")));
    assert_eq!(page.eval::<String>(pressed), "false");
    page.reload();
    assert!(shows(&page, &answer("ownership-rules")));
}

/// The script that gathers answers may come late; if it never comes, nothing would open them.
fn hidden_answers_are_never_painted(stage: &Stage) {
    let page = stage.page();
    with_settings(&page, HIDING);
    page.stub(&stage.guide().url("theme/generated/reading-"), "null");
    let (first, last) = (answer("ownership-rules"), answer("memory-safety-without-gc"));
    let parts =
        [&first, &last, "#memory-safety-without-gc", "#on-the-morning-of-the-interview + ul"];
    page.before_load(&format!(
        "document.addEventListener('DOMContentLoaded', () => {{
            window.painted = {parts:?}.map(part => document.querySelector(part).checkVisibility());
        }});"
    ));
    page.goto(&stage.guide().url(CHAPTER));
    assert_eq!(page.eval::<Vec<bool>>("painted"), [false, false, true, true]);
    assert!(shows(&page, &first));
}

fn hiding_keeps_the_place(stage: &Stage) {
    let page = stage.page();
    page.goto(&stage.guide().url(CHAPTER));
    page.run("document.getElementById('memory-safety-without-gc').scrollIntoView()");
    // As in browsers that do not do it themselves.
    page.run("document.documentElement.style.overflowAnchor = 'none'");
    let before = top(&page, "memory-safety-without-gc");
    page.press("h");
    let after = top(&page, "memory-safety-without-gc");
    assert!((before - after).abs() < 2.0, "from {before} to {after}");
}

fn addresses_open_their_answers(stage: &Stage) {
    let page = stage.page();
    with_settings(&page, HIDING);
    page.goto(&stage.guide().url(&format!("{CHAPTER}#drop-and-raii")));
    assert!(shows(&page, &answer("drop-and-raii")));
    assert!(!shows(&page, &answer("move-vs-copy")));
    assert!((0.0..200.0).contains(&top(&page, "drop-and-raii")));
    page.run("document.querySelector('main a[href$=\"#drop-order\"]').click()");
    page.wait_for(&format!("document.querySelector('{}').checkVisibility()", answer("drop-order")));
    page.goto(&stage.guide().url(&format!("{CHAPTER}?highlight=bytes#what-a-move-compiles-to")));
    assert!(shows(&page, &answer("what-a-move-compiles-to")));
    assert!(shows(&page, "#answer-what-a-move-compiles-to mark"));
}

/// As Ctrl+F does: what is hidden is found, and opens.
fn a_search_inside_the_page_opens_an_answer(stage: &Stage) {
    let page = stage.page();
    with_settings(&page, HIDING);
    page.goto(
        &stage.guide().url(&format!("{CHAPTER}#:~:text=The%20compiler%20keeps%20the%20books")),
    );
    page.wait_for("document.querySelector('#answer-ownership-rules p').checkVisibility()");
    let button =
        "document.querySelector('#ownership-rules + .question-tools .answer-button').ariaExpanded";
    assert_eq!(page.eval::<String>(button), "true");
}

fn without_scripts_answers_show(stage: &Stage) {
    let page = stage.page();
    page.javascript(false);
    page.goto(&stage.guide().url(CHAPTER));
    let text = page.text();
    assert!(text.contains("The compiler keeps the books."), "{text}");
    for tool in ["Hide answers", "copy link", "\nRun"] {
        assert!(!text.contains(tool), "{tool}");
    }
}

fn on_paper_answers_show_and_tools_do_not(stage: &Stage) {
    let page = stage.page();
    with_settings(&page, HIDING);
    page.goto(&stage.guide().url(&format!("{CHAPTER}#ownership-rules")));
    page.press("e");
    page.on_paper();
    // What is hidden so is shown on paper by browsers that know this value; others take it for any other.
    page.run(
        "document.querySelectorAll('.answer').forEach(part => part.setAttribute('hidden', ''))",
    );
    for shown in [answer("ownership-rules"), "#answer-ownership-rules .sample > pre".into()] {
        assert!(shows(&page, &shown), "{shown}");
    }
    for hidden in [".question-tools", ".sample-tools", ".hide-answers-button"] {
        assert!(!shows(&page, hidden), "{hidden}");
    }
}

fn the_page_to_print_has_no_tools(stage: &Stage) {
    let page = stage.page();
    with_settings(&page, HIDING);
    page.before_load("window.print = () => {}");
    page.goto(&stage.guide().url("print.html"));
    assert!(shows(&page, ".admonish-say"));
    let tools =
        "document.querySelectorAll('.question-tools, .sample-tools, .hide-answers-button').length";
    assert_eq!(page.eval::<u32>(tools), 0);
}

fn a_mark_is_a_review(stage: &Stage) {
    let page = stage.page();
    page.goto(&stage.guide().url(CHAPTER));
    let marks = "#ownership-rules + .question-tools .marks";
    page.click(&format!("{marks} button:nth-of-type(1)"));
    page.click(&format!("{marks} button:nth-of-type(3)"));
    page.wait_for_text("Marked good: the drill asks it again in 2 days");
    let pressed = format!(
        "[...document.querySelectorAll('{marks} [aria-pressed=true]')].map(b => b.textContent)"
    );
    assert_eq!(page.eval::<Vec<String>>(&pressed), ["good"]);
    let reviews =
        "JSON.parse(localStorage.getItem('guide-study')).reviews['ownership-rules'].map(r => r[1])";
    assert_eq!(page.eval::<Vec<u8>>(reviews), [3], "the second mark corrected the first");
    let other = page.another();
    other.goto(&stage.guide().url(CHAPTER));
    assert_eq!(other.eval::<Vec<String>>(&pressed), ["good"]);
    other.press("j");
    other.press("4");
    page.wait_for(&format!("({pressed})[0] === 'easy'"));
}

fn a_link_is_copied(stage: &Stage) {
    let address = stage.guide().url(CHAPTER);
    let page = stage.page();
    page.goto(&address);
    page.press("j");
    page.press("j");
    page.press("c");
    page.wait_for_text("Link copied");
    let copied = "await navigator.clipboard.readText()";
    assert_eq!(page.eval::<String>(copied), format!("{address}#move-vs-copy"));

    let old = stage.page();
    old.before_load(
        "Object.defineProperty(Navigator.prototype, 'clipboard', { value: undefined });
         document.addEventListener('copy', () => { window.copied = document.activeElement.value; });",
    );
    old.goto(&address);
    old.click("#ownership-rules + .question-tools .question-links button");
    old.wait_for_text("Link copied");
    assert_eq!(old.eval::<String>("copied"), format!("{address}#ownership-rules"));
}

fn a_wrong_answer_has_its_form(stage: &Stage) {
    let page = stage.page();
    page.goto(&stage.guide().url(CHAPTER));
    assert!(!page.text().contains("a wrong answer?"), "without a repository there is no form");

    let book = Book::new();
    let settings = fs::read_to_string(book.root().join("book.toml")).expect("settings");
    let setting = "[output.html]\ngit-repository-url = \"https://github.com/example/guide\"";
    book.write("book.toml", &settings.replacen("[output.html]", setting, 1));
    let site = Site::built(book.root());
    page.goto(&site.url("part/chapter.html"));
    let link: Vec<String> = page.eval(
        "(url => [url.origin + url.pathname, ...['template', 'question', 'title'].map(p => url.searchParams.get(p))])\
         (new URL([...document.querySelectorAll('a')].find(a => a.textContent === 'a wrong answer?').href))",
    );
    let form = "https://github.com/example/guide/issues/new";
    assert_eq!(link, [form, "wrong-answer.yml", "why", "Wrong answer: Why does this fail?"]);
    let form = crate::book::repository().join(".github/ISSUE_TEMPLATE").join(&link[1]);
    let form = fs::read_to_string(form).expect("the form");
    assert!(form.contains("id: question"), "the form has the field");
}

fn questions_are_walked_by_keys(stage: &Stage) {
    let page = stage.page();
    with_settings(&page, HIDING);
    page.goto(&stage.guide().url(CHAPTER));
    let focused = "document.activeElement.closest('h2')?.id ?? ''";
    for (key, question) in [
        ("j", "ownership-rules"),
        ("j", "move-vs-copy"),
        ("j", "copy-vs-clone"),
        ("k", "move-vs-copy"),
    ] {
        page.press(key);
        assert_eq!(page.eval::<String>(focused), question);
    }
    for key in ["o", "Enter"] {
        page.press(key);
        assert!(shows(&page, &answer("move-vs-copy")), "{key} opens");
        page.press(key);
        assert!(!shows(&page, &answer("move-vs-copy")), "{key} closes");
    }
    // Whoever scrolled on means the question that is in the window now.
    page.run("document.getElementById('drop-order').scrollIntoView()");
    page.press("j");
    assert_eq!(page.eval::<String>(focused), "memory-safety-without-gc");
    page.press("g");
    page.press("q");
    page.wait_for("location.pathname.endsWith('/study/questions.html')");
}

fn keys_are_listed_once(stage: &Stage) {
    let page = stage.page();
    page.goto(&stage.guide().url(CHAPTER));
    page.press("?");
    page.wait_for("document.querySelector('dialog').open");
    let text = page.text();
    for does in ["next question", "run this sample", "search, as / does", "previous chapter"] {
        assert!(text.contains(does), "{does}");
    }
    assert!(!shows(&page, "#mdbook-help-container"));
    // Keys do nothing behind it.
    page.press("ArrowRight");
    page.press("h");
    page.press("Escape");
    page.wait_for("!document.querySelector('dialog').open");
    assert!(page.eval::<String>("location.pathname").ends_with(CHAPTER));
    assert!(shows(&page, &answer("ownership-rules")));
    page.click(".keys-button");
    page.click_text("Close");
    page.wait_for("!document.querySelector('dialog').open");
}

fn keys_in_fields_are_text(stage: &Stage) {
    let page = stage.page();
    page.goto(&stage.guide().url(CHAPTER));
    let typed = "hjko1234cregd?/s";
    let undisturbed = || {
        assert!(page.eval::<String>("location.pathname").ends_with(CHAPTER));
        assert!(shows(&page, &answer("ownership-rules")));
        assert!(page.eval::<bool>("!document.querySelector('dialog')"));
        assert_eq!(
            page.eval::<u32>("document.querySelectorAll('.marks [aria-pressed=true]').length"),
            0
        );
    };
    page.press("s");
    page.type_text(typed);
    assert_eq!(page.eval::<String>("document.querySelector('#mdbook-searchbar').value"), typed);
    undisturbed();
    page.press("Escape");
    page.press("j");
    page.press("e");
    page.wait_for("document.activeElement.matches('textarea')");
    page.type_text(typed);
    assert!(page.eval::<String>("document.activeElement.value").starts_with(typed));
    undisturbed();
    page.run("document.activeElement.blur()");
    page.run("document.body.append(Object.assign(document.createElement('p'), { contentEditable: true, id: 'note' }))");
    page.run("note.focus()");
    page.type_text("hjk?");
    assert_eq!(page.eval::<String>("note.textContent"), "hjk?");
    undisturbed();
    page.run("note.blur()");
    for key in ["Control+h", "Alt+h", "Meta+h"] {
        page.press(key);
    }
    undisturbed();
}

fn keys_can_be_switched_off(stage: &Stage) {
    let page = stage.page();
    page.goto(&stage.guide().url(CHAPTER));
    page.press("?");
    page.click("dialog input[type=checkbox]");
    page.press("Escape");
    page.reload();
    for key in ["h", "s", "?", "j"] {
        page.press(key);
    }
    assert!(shows(&page, &answer("ownership-rules")));
    assert!(!shows(&page, "#mdbook-search-wrapper"));
    assert!(page.eval::<bool>(
        "!document.querySelector('dialog') && document.activeElement === document.body"
    ));
    page.click(".keys-button");
    page.click("dialog input[type=checkbox]");
    page.press("Escape");
    page.press("h");
    assert!(!shows(&page, &answer("ownership-rules")));
}

fn pages_fit_a_phone(stage: &Stage) {
    let page = stage.page();
    page.size(390, 800);
    page.goto(&stage.guide().url(&format!("{CHAPTER}#ownership-rules")));
    page.press("e");
    for _ in 0..2 {
        assert!(fits(&page));
        page.press("Escape");
        page.run("document.activeElement.blur()");
        page.press("?");
    }
}
