//! Counts until it is killed, and prints each number once it is durable:
//!
//! ```console
//! $ cargo run --package store --bin count -- /tmp/counter
//! ```
//!
//! Kill it and start it again: it goes on behind the last number that it printed.

use std::io::{Write, stdout};
use std::process::ExitCode;

use store::{RealDisk, Store};

fn main() -> Result<ExitCode, Box<dyn std::error::Error>> {
    let Some(directory) = std::env::args_os().nth(1) else {
        eprintln!("usage: count DIRECTORY");
        return Ok(ExitCode::from(2));
    };
    let store = Store::open(RealDisk::open(directory)?)?;
    let last = store.get(b"count").and_then(|bytes| bytes.try_into().ok());
    let first = last.map_or(0, u64::from_le_bytes) + 1;
    for number in first.. {
        store.put(b"count", &number.to_le_bytes())?;
        writeln!(stdout(), "{number}")?;
    }
    Ok(ExitCode::SUCCESS)
}
