//! Sharing a program must not show: a sample is and does what it would be and do in `src/main.rs` of
//! a package of its own.

use std::fs;

use guide::book::Book;
use guide::check::{Outcome, Unwatched, prove};

/// A program that `src/page.md` may include.
const LISTING: &str = "fn main() {\n    let stock = 7;\n    assert_eq!(stock, 7);\n}\n";

/// The outcomes of the samples of a one-chapter book, in order.
fn outcomes(samples: &[&str]) -> Vec<Outcome> {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let chapter = format!("# Page\n\n{}\n", samples.join("\n\n"));
    for (file, text) in [
        ("book.toml", "[book]\ntitle = \"Samples\"\n"),
        ("src/SUMMARY.md", "[Page](page.md)\n"),
        ("src/page.md", &chapter),
        ("src/listing.rs", LISTING),
        ("src/broken.rs", &LISTING.replace("7;", "\"seven\";")),
    ] {
        let path = dir.path().join(file);
        fs::create_dir_all(path.parent().expect("a directory")).expect("a writable directory");
        fs::write(path, text).expect("a writable file");
    }
    let book = Book::load(dir.path());
    assert_eq!(book.findings, []);
    let all: Vec<_> = book.samples().collect();
    let proof = prove(dir.path(), &all, true, &Unwatched).expect("a usable machine");
    proof.outcomes.into_iter().map(|(_, outcome)| outcome).collect()
}

/// A sample whose `main` holds `body`, with the block that must match.
fn sample(words: &str, body: &str, block: &str, shown: &str) -> String {
    format!("```rust{words}\nfn main() {{\n    {body}\n}}\n```\n\n```text,{block}\n{shown}\n```")
}

fn all_proved(samples: &[&str]) {
    for (outcome, sample) in outcomes(samples).iter().zip(samples) {
        assert_eq!(*outcome, Outcome::Proved { cached: false }, "{sample}");
    }
}

#[test]
fn a_sample_sees_no_sign_of_the_others() {
    let outputs = [
        ("println!(\"{}\", std::env::args().count());", "1"),
        ("println!(\"{:?}\", std::env::var_os(\"GUIDE_SAMPLE\"));", "None"),
        ("println!(\"{}\", module_path!());", "main"),
        ("println!(\"{}:{}\", file!(), line!());", "src/main.rs:2"),
        (
            "struct Order;\n    println!(\"{}\", std::any::type_name::<Order>());",
            "main::main::Order",
        ),
        ("println!(\"{:?}\", std::thread::current().name());", "Some(\"main\")"),
        ("println!(\"{}\", std::env::current_dir().unwrap().read_dir().unwrap().count());", "0"),
    ];
    let samples: Vec<String> =
        outputs.iter().map(|(body, shown)| sample("", body, "output", shown)).collect();
    all_proved(&samples.iter().map(String::as_str).collect::<Vec<_>>());
}

#[test]
fn a_panic_names_the_line_of_the_sample() {
    let shown = "\nthread 'main' panicked at src/main.rs:2:5:\nno stock\n\
        note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace";
    let stderr = sample(",should_panic", "panic!(\"no stock\");", "stderr", shown);
    let first = sample("", "println!(\"1\");", "output", "1");
    all_proved(&[&first, &stderr, &first]);
}

#[test]
fn items_of_one_sample_do_not_disturb_another() {
    // Alone, `==` leaves one type for the right side; beside the first sample it leaves two.
    let impls = "```rust\nstruct Cents(u64);\n\nimpl PartialEq<Cents> for u64 {\n    \
        fn eq(&self, cents: &Cents) -> bool {\n        *self == cents.0\n    }\n}\n\n\
        fn main() {\n    assert!(100 == Cents(100));\n}\n```";
    let inferred = sample("", "println!(\"{}\", 2_u64 == 2_u8.into());", "output", "true");
    let exported = "```rust\n#[unsafe(no_mangle)]\npub extern \"C\" fn checksum() -> u8 {\n    7\n}\n\n\
        fn main() {\n    assert_eq!(crate::checksum(), 7);\n}\n```";
    all_proved(&[impls, &inferred, exported, exported]);
}

#[test]
fn assembly_cannot_name_what_another_sample_defines() {
    let defines = "```rust\n#[unsafe(no_mangle)]\npub fn tax() -> u64 {\n    19\n}\n\nfn main() {\n    \
        assert_eq!(tax(), 19);\n}\n```";
    let calls = "```rust\nuse std::arch::asm;\n\nfn main() {\n    let tax: u64;\n    \
        unsafe { asm!(\"call tax\", out(\"rax\") tax, clobber_abi(\"C\")) };\n    assert_eq!(tax, 19);\n}\n```";
    let found = outcomes(&[defines, calls, defines]);
    assert!(matches!(found[1], Outcome::Refuted(_)), "{:?}", found[1]);
}

/// Ids depend on the path of a type, so any order of them might be right in a shared program and wrong alone.
#[test]
fn ids_of_types_have_the_order_that_they_have_alone() {
    let plain = "```rust\nfn main() {}\n```".to_owned();
    let is_less = |name: char, shown: bool| {
        format!(
            "```rust\nuse std::any::TypeId;\n\nstruct {name}Tea;\nstruct {name}Pot;\n\nfn main() {{\n    \
             println!(\"{{}}\", TypeId::of::<{name}Tea>() < TypeId::of::<{name}Pot>());\n}}\n```\n\n\
             ```text,output\n{shown}\n```"
        )
    };
    let pairs = ('A'..='H').flat_map(|name| [is_less(name, true), is_less(name, false)]);
    let samples: Vec<String> = std::iter::once(plain).chain(pairs).collect();
    let found = outcomes(&samples.iter().map(String::as_str).collect::<Vec<_>>());
    for (pair, sample) in found[1..].chunks(2).zip(samples[1..].chunks(2)) {
        let proved = pair.iter().filter(|outcome| matches!(outcome, Outcome::Proved { .. }));
        assert_eq!(proved.count(), 1, "{}", sample[0]);
    }
}

#[test]
fn a_sample_finds_no_sign_of_the_others_in_its_files() {
    let plain = "```rust\nfn main() {}\n```";
    let wrong = [
        ("std::fs::read_to_string(\"/proc/self/environ\").unwrap().contains(\"GUIDE\")", "true"),
        ("std::env::current_exe().unwrap().with_file_name(\"main.rs\").exists()", "true"),
    ]
    .map(|(asked, shown)| sample("", &format!("println!(\"{{}}\", {asked});"), "output", shown));
    for outcome in &outcomes(&[plain, &wrong[0], &wrong[1]])[1..] {
        assert!(matches!(outcome, Outcome::Refuted(_)), "{outcome:?}");
    }
}

#[test]
fn two_samples_may_export_the_same_name() {
    let exported = |checksum: u8| {
        format!(
            "```rust\n#[unsafe(no_mangle)]\npub fn checksum() -> u8 {{\n    {checksum}\n}}\n\n\
             fn main() {{\n    assert_eq!(checksum(), {checksum});\n}}\n```"
        )
    };
    all_proved(&[&exported(1), &exported(2), &exported(1)]);
}

/// Alone, rustc rejects each of these, or warns. In a module beside others it would accept them.
#[test]
fn what_only_a_module_makes_right_is_wrong() {
    let plain = "```rust\nfn main() {}\n```";
    let wrong = [
        "#[no_mangle]\npub fn checksum() {}\n\nfn main() {\n    checksum();\n}",
        "#[unsafe(no_mangle)]\npub fn checksum() {\n    fn unused() {}\n}\n\nfn main() {}",
        "fn main() where String: Sized {}",
        "#[track_caller]\nfn main() {}",
        "#[allow(non_upper_case_globals)]\nconst main: fn() = || ();",
        "fn main() {}\n/// Nothing follows.",
        "fn main() {}\n#[inline]",
        "fn main<'a>() {}",
        "#!  [allow(unused_attributes)]\n#!  [no_std]\n\nfn main() {\n    println!(\"tea\");\n}",
        "fn main() {\n    let ο = 1; // a Greek letter\n    assert_eq!(ο, 1);\n}",
    ];
    let greek = "```rust\nfn main() {\n    let λψ = 1;\n    assert_eq!(λψ, 1);\n}\n```";
    let fenced = wrong.map(|text| format!("```rust\n{text}\n```"));
    let mut samples = vec![plain, greek];
    samples.extend(fenced.iter().map(String::as_str));
    for (outcome, sample) in outcomes(&samples).iter().zip(&samples) {
        let is_proved = matches!(outcome, Outcome::Proved { .. });
        assert_eq!(is_proved, [plain, greek].contains(sample), "{sample}");
    }
}

#[test]
fn a_string_of_several_lines_has_the_text_that_it_has_alone() {
    let plain = "```rust\nfn main() {}\n```";
    let hidden = "```rust\nfn main() {\n    println!(\"tea\n# pot\");\n}\n```\n\n```text,output\ntea\npot\n```";
    let item = "- An item.\n\n  ```rust\n  fn main() {\n      println!(\"tea\n  pot\");\n  }\n  ```\n\n  \
        ```text,output\n  tea\n  pot\n  ```";
    all_proved(&[plain, hidden, item]);
    let wrong =
        [hidden.replace("\npot\n", "\n  pot\n"), item.replace("  pot\n  ```", "    pot\n  ```")];
    for outcome in &outcomes(&[plain, &wrong[0], &wrong[1]])[1..] {
        assert!(matches!(outcome, Outcome::Refuted(_)), "{outcome:?}");
    }
}

/// Some lints look only at what a crate exports, others only at what it does not.
#[test]
fn what_is_public_at_the_root_is_public_in_a_shared_program() {
    let plain = "```rust\nfn main() {}\n```";
    let refuted = [
        "```rust\npub trait Shop {\n    async fn open();\n}\n\nstruct Kiosk;\n\nimpl Shop for Kiosk {\n    \
            async fn open() {}\n}\n\nfn main() {\n    drop(Kiosk::open());\n}\n```",
        "```rust\nmod tea {\n    pub fn brew() {}\n    pub fn pour() {}\n}\n\nmod coffee {\n    pub fn brew() {}\n    \
            pub fn grind() {}\n}\n\npub use coffee::*;\npub use tea::*;\n\nfn main() {\n    tea::brew();\n    \
            coffee::brew();\n    pour();\n    grind();\n}\n```",
        "```rust\n#[warn(missing_docs)]\npub fn brew() {}\n\nfn main() {\n    brew();\n}\n```",
        "```rust,warn=unreachable_pub\n#[warn(unreachable_pub)]\npub fn brew() {}\n\nfn main() {\n    brew();\n}\n```",
        "```rust,warn=unused_imports\nmod tea {\n    pub fn brew() {}\n}\n\npub use tea::brew;\n\nfn main() {\n    \
            tea::brew();\n}\n```",
    ];
    let mut samples = vec![plain];
    samples.extend(refuted);
    for (outcome, sample) in outcomes(&samples).iter().zip(&samples) {
        let is_proved = matches!(outcome, Outcome::Proved { .. });
        assert_eq!(is_proved, *sample == plain, "{sample}");
    }
}

#[test]
fn an_included_sample_answers_for_its_own_file() {
    let good = "```rust\n{{#include listing.rs}}\n```";
    let broken = "```rust\n{{#include broken.rs}}\n```";
    let found = outcomes(&[good, broken, "```rust\nfn main() {}\n```", good]);
    let proved = |outcome: &Outcome| matches!(outcome, Outcome::Proved { .. });
    assert_eq!(found.iter().map(proved).collect::<Vec<_>>(), [true, false, true, true]);
}

#[test]
fn what_one_sample_defines_another_cannot_use() {
    let defines = "```rust\nmacro_rules! ship {\n    () => {\n        1\n    };\n}\n\nstruct Order;\n\n\
        fn main() {\n    let _ = (ship!(), Order);\n}\n```";
    let uses_macro = "```rust\nfn main() {\n    ship!();\n}\n```";
    let uses_type = "```rust\nfn main() {\n    let _ = Order;\n}\n```";
    let found = outcomes(&[defines, uses_macro, uses_type, defines]);
    let proved = |outcome: &Outcome| matches!(outcome, Outcome::Proved { .. });
    assert_eq!(found.iter().map(proved).collect::<Vec<_>>(), [true, false, false, true]);
}

#[test]
fn the_way_a_sample_ends_is_its_own() {
    let early =
        sample("", "println!(\"shipped\");\n    std::process::exit(0);", "output", "shipped");
    let failing =
        "```rust\nfn main() -> Result<(), String> {\n    Err(\"no stock\".into())\n}\n```";
    let plain = sample("", "println!(\"1\");", "output", "1");
    let found = outcomes(&[&early, failing, &plain]);
    let rules: Vec<Vec<&str>> = found
        .iter()
        .map(|outcome| match outcome {
            Outcome::Refuted(findings) => findings.iter().map(|finding| finding.rule).collect(),
            Outcome::Proved { .. } | Outcome::NotRun(_) => Vec::new(),
        })
        .collect();
    assert_eq!(rules, [vec![], vec!["wrong-exit"], vec![]]);
}
