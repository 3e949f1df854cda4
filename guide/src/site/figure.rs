//! A recording as a figure: the claim, a chart, the table, and where it was measured.

use std::fmt::Write;

use mdbook_core::utils::escape_html;

use super::chart::chart;
use crate::book::{Figure, MeasuredBlock, Recording};

/// The HTML of a block that shows a recording, without blank lines, which would end it in Markdown. A block
/// whose recording cannot be shown is replaced too: a page has no figure that was not recorded.
pub(super) fn figure(block: &MeasuredBlock) -> String {
    match &block.recording {
        Ok(recording) => show(&block.name, recording),
        Err(finding) => {
            format!(
                r#"<p class="proof proof-unproved">not shown: {}</p>"#,
                escape_html(&finding.what)
            )
        }
    }
}

fn show(name: &str, recording: &Recording) -> String {
    let provenance = recording.provenance();
    let (claim, provenance) = (escape_html(&recording.figure.claim), escape_html(&provenance));
    let (chart, table) = (chart(&recording.figure), table(&recording.figure));
    format!(
        "<figure class=\"measured\">\n<figcaption>{claim}</figcaption>\n{chart}{table}\
         <p class=\"proof proof-measured\">measured: {provenance} · \
         <code>cargo guide measure {name}</code></p>\n</figure>\n",
        name = escape_html(name)
    )
}

/// All numbers, so that nobody needs the chart.
fn table(figure: &Figure) -> String {
    let table = figure.table();
    let mut html = String::from("<div class=\"table-wrapper\">\n<table>\n");
    if figure.over.is_some() {
        let _ = writeln!(html, "<caption>{}</caption>", escape_html(&figure.quantity));
    }
    for (index, row) in table.iter().enumerate() {
        let section = if index == 0 { "thead" } else { "tbody" };
        if index < 2 {
            let _ = writeln!(html, "<{section}>");
        }
        let _ = writeln!(html, "<tr>{}</tr>", cells(row, section));
        if index == 0 || index + 1 == table.len() {
            let _ = writeln!(html, "</{section}>");
        }
    }
    html + "</table>\n</div>\n"
}

fn cells(row: &[String], section: &str) -> String {
    let cell = |(index, text): (usize, &String)| {
        let text = escape_html(text);
        match (section, index) {
            ("thead", 0) if text.is_empty() => "<td></td>".to_owned(),
            ("thead", _) => format!("<th scope=\"col\">{text}</th>"),
            (_, 0) => format!("<th scope=\"row\">{text}</th>"),
            _ => format!("<td>{text}</td>"),
        }
    };
    row.iter().enumerate().map(cell).collect()
}
