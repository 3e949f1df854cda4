//! `cargo guide bless`.

use anyhow::Result;

use super::exit::Usage;
use super::progress::Bar;
use super::{Exit, clean_up_on_interrupt};
use crate::book::{Book, Sample};
use crate::check::{self, Outcome, prove, select, select_measured};

pub(crate) fn run(book: &Book, filters: &[String]) -> Result<Exit> {
    if std::env::var_os("CI").is_some() {
        return Err(Usage::BlessInCi.into());
    }
    let samples = select(book, filters).map_err(Usage::NoMatch)?;
    clean_up_on_interrupt(&book.root)?;
    let bar = Bar::new();
    let proof = prove(&book.root, &samples, true, &bar)?;
    bar.clear();
    let refuted = |outcome: &Outcome| matches!(outcome, Outcome::Refuted(_));
    let open = proof.outcomes.iter().filter(|(_, outcome)| refuted(outcome));
    let open: Vec<&Sample> = open.map(|(sample, _)| *sample).collect();
    let blessed = check::bless(book, &open, &select_measured(book, filters))?;
    anstream::print!("{}", blessed.diff);
    for reason in &blessed.refused {
        anstream::eprintln!("not written: {reason}");
    }
    match blessed.blocks {
        1 => anstream::println!("1 block written"),
        blocks => anstream::println!("{blocks} blocks written"),
    }
    Ok(if blessed.refused.is_empty() { Exit::Proved } else { Exit::Wrong })
}
