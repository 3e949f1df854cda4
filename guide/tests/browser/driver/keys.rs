//! Keys as a keyboard with the layout of the United States sends them.

use serde_json::{Value, json};

const NAMED: [(&str, u32, &str); 15] = [
    ("Enter", 13, "\r"),
    ("Tab", 9, ""),
    ("Escape", 27, ""),
    ("Backspace", 8, ""),
    ("Delete", 46, ""),
    ("Home", 36, ""),
    ("End", 35, ""),
    ("PageUp", 33, ""),
    ("PageDown", 34, ""),
    ("ArrowLeft", 37, ""),
    ("ArrowUp", 38, ""),
    ("ArrowRight", 39, ""),
    ("ArrowDown", 40, ""),
    ("Space", 32, " "),
    ("Shift", 16, ""),
];
const MODIFIERS: [(&str, u32); 4] = [("Alt", 1), ("Control", 2), ("Meta", 4), ("Shift", 8)];
const SHIFTED: &str = "~!@#$%^&*()_+{}|:\"<>?";
const PUNCTUATION: [(&str, &str, u32); 11] = [
    ("`~", "Backquote", 192),
    ("-_", "Minus", 189),
    ("=+", "Equal", 187),
    ("[{", "BracketLeft", 219),
    ("]}", "BracketRight", 221),
    ("\\|", "Backslash", 220),
    (";:", "Semicolon", 186),
    ("'\"", "Quote", 222),
    (",<", "Comma", 188),
    (".>", "Period", 190),
    ("/?", "Slash", 191),
];

/// The two events of a key such as `a`, `?`, `Enter` or `Control+Enter`.
///
/// # Panics
///
/// When there is no such key.
pub(super) fn events(name: &str) -> [Value; 2] {
    let (modifiers, key) = split(name);
    let mut event = match NAMED.iter().find(|(named, ..)| *named == key) {
        Some((named, number, text)) => named_key(named, *number, text),
        None => character(key),
    };
    let shifted = event["modifiers"].as_u64().unwrap_or_default();
    event["modifiers"] = (u64::from(modifiers) | shifted).into();
    // With Control, Alt or Meta, a key writes nothing.
    if modifiers & 0b111 != 0 {
        event["text"] = "".into();
    }
    let mut release = event.clone();
    event["type"] = if event["text"] == "" { "rawKeyDown" } else { "keyDown" }.into();
    release["type"] = "keyUp".into();
    release["text"] = "".into();
    [event, release]
}

/// The modifiers in front of a key, as bits.
fn split(name: &str) -> (u32, &str) {
    let mut bits = 0;
    let mut rest = name;
    while let Some((first, key)) = rest.split_once('+').filter(|(_, key)| !key.is_empty()) {
        let modifier = MODIFIERS.iter().find(|(modifier, _)| *modifier == first);
        bits |= modifier.unwrap_or_else(|| panic!("no modifier `{first}` in `{name}`")).1;
        rest = key;
    }
    (bits, rest)
}

fn named_key(name: &str, number: u32, text: &str) -> Value {
    let key = if name == "Space" { " " } else { name };
    json!({ "key": key, "code": name, "windowsVirtualKeyCode": number, "text": text })
}

fn character(key: &str) -> Value {
    let mut characters = key.chars();
    let (Some(only), None) = (characters.next(), characters.next()) else {
        panic!("no key `{key}`");
    };
    let upper = only.to_ascii_uppercase();
    let shift = only.is_ascii_uppercase() || SHIFTED.contains(only);
    let known = PUNCTUATION.iter().find(|(characters, ..)| characters.contains(only));
    let (code, number) = match known {
        Some((_, code, number)) => ((*code).to_owned(), *number),
        None if upper.is_ascii_uppercase() => (format!("Key{upper}"), upper.into()),
        None => (format!("Digit{upper}"), upper.into()),
    };
    json!({
        "key": key,
        "code": code,
        "windowsVirtualKeyCode": number,
        "text": key,
        "modifiers": if shift { 8 } else { 0 },
    })
}
