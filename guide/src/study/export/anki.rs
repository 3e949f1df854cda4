//! A deck for Anki. Its notes are known by the ids of the questions, so that importing a newer deck changes
//! what they say and keeps when they are due.

use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Result;
use rusqlite::{Connection, params};
use serde_json::{Value, json};

use super::archive::archive;
use super::markup::{change, escape, wrap_lines, write};
use super::rendered::Rendered;
use crate::book::digest;
use crate::study::{Card, Row};

const TABLES: &str = include_str!("anki.sql");
const STYLE: &str = concat!(include_str!("anki.css"), include_str!("../../../../theme/chart.css"));
/// What Anki knows the deck and the kind of note by: never to be changed.
const DECK: i64 = 1_763_740_800_001;
const MODEL: i64 = 1_763_740_800_002;
/// From here on, ids of notes look like moments, as Anki wants them to.
const FIRST_NOTE: i64 = 1_600_000_000_000;
/// A day on which no collection begins later: 2025-11-21.
const BEGINNING: i64 = 1_763_683_200;
/// Stands between the fields of a note.
const SEPARATOR: &str = "\u{1f}";

const FIELDS: [&str; 7] =
    ["Question", "Place", "Answer", "Evidence", "Traps", "Follow-ups", "Address"];
const FRONT: &str = r#"<p class="place">{{Place}}</p>
<p class="question">{{Question}}</p>"#;
const BACK: &str = r#"{{FrontSide}}
<hr id="answer">
{{Answer}}
{{Evidence}}
{{Traps}}
{{Follow-ups}}
{{#Address}}<p class="place"><a href="{{Address}}">This question in the guide</a></p>{{/Address}}"#;

/// The file, which Anki opens.
pub(super) fn export(guide: &Rendered<'_>) -> Result<Vec<u8>> {
    // A collection takes over what is newer than what it has.
    let now = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs())?;
    let mut database = Connection::open_in_memory()?;
    database.execute_batch(TABLES)?;
    add_collection(&database, guide, now)?;
    let notes = database.transaction()?;
    for (index, (row, card)) in guide.cards()?.iter().enumerate() {
        add_note(&notes, guide, (row, card), index, now)?;
    }
    notes.commit()?;
    let collection = database.serialize("main")?;
    archive(&[("collection.anki2", &collection), ("media", b"{}")])
}

fn add_collection(database: &Connection, guide: &Rendered<'_>, now: i64) -> Result<()> {
    let deck = json!({ DECK.to_string(): deck(guide, now), "1": default_deck(now) });
    let model = json!({ MODEL.to_string(): model(now) });
    database.execute(
        "INSERT INTO col VALUES (1, ?1, ?2, ?2, 11, 0, 0, 0, '{}', ?3, ?4, ?5, '{}')",
        params![
            BEGINNING,
            now * 1000,
            model.to_string(),
            deck.to_string(),
            json!({ "1": options() }).to_string()
        ],
    )?;
    Ok(())
}

fn deck(guide: &Rendered<'_>, now: i64) -> Value {
    let description = guide.book.config.book.description.as_deref().unwrap_or_default();
    let mut deck = default_deck(now);
    deck["id"] = DECK.into();
    // Two colons would make decks in decks.
    deck["name"] = guide.title().replace("::", ": ").into();
    deck["desc"] = escape(description).into();
    deck
}

fn default_deck(now: i64) -> Value {
    json!({
        "id": 1, "name": "Default", "desc": "", "mod": now, "usn": 0, "conf": 1, "dyn": 0,
        "extendNew": 0, "extendRev": 0, "collapsed": false, "browserCollapsed": false,
        "newToday": [0, 0], "revToday": [0, 0], "lrnToday": [0, 0], "timeToday": [0, 0],
    })
}

/// How Anki asks unless the reader chooses otherwise: its own defaults.
fn options() -> Value {
    json!({
        "id": 1, "name": "Default", "mod": 0, "usn": 0, "maxTaken": 60, "autoplay": true, "timer": 0,
        "replayq": true, "dyn": false,
        "new": { "delays": [1.0, 10.0], "ints": [1, 4, 0], "initialFactor": 2500, "order": 1,
                 "perDay": 20, "bury": false },
        "rev": { "perDay": 200, "ease4": 1.3, "ivlFct": 1.0, "maxIvl": 36500, "hardFactor": 1.2,
                 "bury": false },
        "lapse": { "delays": [10.0], "mult": 0.0, "minInt": 1, "leechFails": 8, "leechAction": 1 },
    })
}

fn model(now: i64) -> Value {
    let field = |(ord, name): (usize, &&str)| json!({ "name": name, "ord": ord, "sticky": false, "rtl": false, "font": "Arial", "size": 20 });
    json!({
        "id": MODEL, "name": "Interview question", "type": 0, "mod": now, "usn": 0, "sortf": 0,
        "did": DECK, "css": STYLE, "latexPre": "", "latexPost": "", "tags": [], "vers": [],
        "flds": FIELDS.iter().enumerate().map(field).collect::<Vec<_>>(),
        "tmpls": [{ "name": "Answer aloud", "ord": 0, "qfmt": FRONT, "afmt": BACK, "bqfmt": "",
                    "bafmt": "", "did": null }],
        "req": [[0, "any", [0]]],
    })
}

fn add_note(
    database: &Connection,
    guide: &Rendered<'_>,
    (row, card): (&Row, &Card),
    index: usize,
    now: i64,
) -> Result<()> {
    let hash = digest(&row.id);
    let id = FIRST_NOTE + i64::from_str_radix(&hash[..9], 16)?;
    database.execute(
        "INSERT INTO notes VALUES (?1, ?2, ?3, ?4, 0, ?5, ?6, ?7, 0, 0, '')",
        params![id, row.id, MODEL, now, tags(row), fields(guide, row, card)?, row.text],
    )?;
    database.execute(
        "INSERT INTO cards VALUES (?1, ?1, ?2, 0, ?3, 0, 0, 0, ?4, 0, 0, 0, 0, 0, 0, 0, 0, '')",
        params![id, DECK, now, i64::try_from(index + 1)?],
    )?;
    Ok(())
}

/// Separated by spaces, and between spaces.
fn tags(row: &Row) -> String {
    let roles = row.roles.iter().map(|role| format!("role::{role} "));
    format!(" part::{} level::{} {}", row.part, row.level, roles.collect::<String>())
}

fn fields(guide: &Rendered<'_>, row: &Row, card: &Card) -> Result<String> {
    let part = guide.catalog.parts.iter().find(|part| part.id == row.part);
    let part = part.map_or(row.part.as_str(), |part| &part.title);
    let fields = [
        row.title.clone(),
        format!("{} · {} · {}", row.level, escape(part), escape(&row.chapter_title)),
        piece(guide, &card.answer)?,
        piece(guide, &card.evidence)?,
        piece(guide, &card.traps)?,
        piece(guide, &card.follow_ups)?,
        guide.address().map(|address| address + &row.url).unwrap_or_default(),
    ];
    Ok(fields.join(SEPARATOR))
}

fn piece(guide: &Rendered<'_>, html: &str) -> Result<String> {
    let mut nodes = guide.detached(html)?;
    change(&mut nodes, &mut |element| {
        if element.name == "code" && !element.get("class").is_empty() {
            wrap_lines(element);
        }
    });
    Ok(write(&nodes))
}
