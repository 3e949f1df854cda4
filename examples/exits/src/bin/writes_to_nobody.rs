//! Writes lines until something stops it, and looks at the results.

use std::io::{self, Write};

fn main() -> io::Result<()> {
    loop {
        writeln!(io::stdout(), "tea")?;
    }
}
