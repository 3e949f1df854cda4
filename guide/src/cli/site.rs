//! `cargo guide build`, `serve` and `preprocess`.

use std::net::IpAddr;
use std::path::Path;

use anyhow::Result;

use super::{Exit, refuses};
use crate::book::Book;
use crate::check::Terminal;
use crate::site;

pub(crate) fn build(book: &Book) -> Result<Exit> {
    if refuses(book) {
        return Ok(Exit::Wrong);
    }
    let destination = book.root.join(&book.config.build.build_dir);
    site::build(&book.root, &destination)?;
    anstream::println!("built {}", destination.join("index.html").display());
    Ok(Exit::Proved)
}

pub(crate) fn preprocess(request: Option<&str>, renderer: Option<&str>) -> Result<Exit> {
    if request == Some("supports") {
        let supported = site::supports_renderer(renderer.unwrap_or_default());
        return Ok(if supported { Exit::Proved } else { Exit::Wrong });
    }
    site::preprocess(std::io::stdin(), std::io::stdout())?;
    Ok(Exit::Proved)
}

pub(crate) fn serve(root: &Path, host: IpAddr, port: u16, open: bool) -> Result<Exit> {
    let options = site::Options { host, port, open, ..site::Options::new(root) };
    site::serve(&options, |root| {
        let terminal = Terminal::new(root, false);
        Book::load(root).findings.iter().map(|finding| terminal.render(finding)).collect()
    })?;
    Ok(Exit::Proved)
}
