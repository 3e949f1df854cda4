//! Contrasts of the theme by WCAG 2.1: text and labels 4.5:1 (AA), rules and icons 3:1.

use std::collections::HashMap;

use regex::Regex;

use crate::book::{read, repository};

const THEMES: [&str; 5] = ["light", "rust", "coal", "navy", "ayu"];

/// Which texts stand on which background.
const TEXTS: [(&str, &[&str]); 3] = [
    (
        "bg",
        &[
            "fg",
            "muted",
            "links",
            "icons",
            "inline-code-color",
            "junior",
            "mid",
            "senior",
            "staff",
            "good",
            "bad",
            "warn",
        ],
    ),
    ("code-bg", &["code-fg", "muted", "icons", "comment", "keyword", "string", "constant", "name"]),
    ("sidebar-bg", &["sidebar-fg", "sidebar-active", "sidebar-non-existant"]),
];

type Colors = HashMap<String, String>;

fn colors(theme: &str) -> Colors {
    let css = read(&repository().join("theme/colors.css"));
    let block = Regex::new(&format!(r"(?m)^\.{theme}\b[^{{]*\{{([^}}]*)\}}")).unwrap();
    let block = block.captures(&css).unwrap_or_else(|| panic!("no theme {theme}"));
    let color = Regex::new("--([a-z-]+): (#[0-9a-f]{6});").unwrap();
    color.captures_iter(&block[1]).map(|found| (found[1].to_owned(), found[2].to_owned())).collect()
}

fn luminance(color: &str) -> f64 {
    let channel = |at: usize| {
        let value = f64::from(u8::from_str_radix(&color[at..at + 2], 16).expect("a color")) / 255.0;
        if value <= 0.03928 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
}

fn contrast(one: &str, other: &str) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[test]
fn black_on_white_is_the_known_maximum() {
    assert!((contrast("#000000", "#ffffff") - 21.0).abs() < 1e-9);
}

#[test]
fn text_is_readable_in_every_theme() {
    for theme in THEMES {
        let colors = colors(theme);
        for (background, texts) in TEXTS {
            for text in texts {
                let contrast = contrast(&colors[*text], &colors[background]);
                assert!(contrast >= 4.5, "{theme}: {text} on {background} is {contrast:.2}");
            }
        }
    }
}

#[test]
fn callouts_are_visible_in_every_theme() {
    let config = read(&repository().join("book.toml"));
    let color = Regex::new(r#"(?m)^color = "(\x23[0-9a-f]{6})""#).unwrap();
    for theme in THEMES {
        let background = &colors(theme)["bg"];
        for found in color.captures_iter(&config) {
            let contrast = contrast(&found[1], background);
            assert!(contrast >= 3.0, "{theme}: {} is {contrast:.2}", &found[1]);
        }
    }
}
