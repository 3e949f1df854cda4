//! The secret between a server and its pages.

use std::fmt::{self, Display, Formatter};

use anyhow::{Context, Result};

use crate::book::digest;

/// 32 random bytes in hexadecimal digits, other ones for each start of a server.
pub(super) struct Token(String);

impl Token {
    pub(super) fn new() -> Result<Self> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).context("the system gives no random numbers")?;
        Ok(Self(bytes.map(|byte| format!("{byte:02x}")).concat()))
    }

    /// Compares digests, so that the time it takes says nothing about how much of a guess is right.
    pub(super) fn is(&self, guess: &str) -> bool {
        digest(guess) == digest(&self.0)
    }
}

impl Display for Token {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}
