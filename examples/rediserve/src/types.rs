//! What a client may say. A value of these types has been checked: there is no other way to one.

use std::time::Duration;

use serde::Serialize;

use crate::error::Refusal;

/// Whose entries: 1 to 32 lowercase letters, digits and hyphens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tenant(String);

// ANCHOR: key
/// The name of an entry: 1 to 256 bytes of UTF-8 without control characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Key(String);

impl Key {
    /// The longest key, in bytes.
    pub const MAX: usize = 256;

    /// Checks what a client sent.
    ///
    /// # Errors
    ///
    /// If it is empty, too long, or has a control character.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        if text.is_empty() {
            return Err(Refusal::KeyLength);
        }
        Ok(Self(Prefix::parse(text)?.0))
    }

    /// The key as the client wrote it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
// ANCHOR_END: key

/// The beginning of keys. May be empty: all keys begin so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prefix(String);

impl Prefix {
    /// Checks what a client sent.
    ///
    /// # Errors
    ///
    /// If no key could begin so.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        if text.len() > Key::MAX {
            return Err(Refusal::KeyLength);
        }
        if text.chars().any(char::is_control) {
            return Err(Refusal::KeyCharacter);
        }
        Ok(Self(text.to_owned()))
    }
}

impl Tenant {
    /// The longest name of a tenant, in bytes.
    pub const MAX: usize = 32;

    /// Checks what a client sent.
    ///
    /// # Errors
    ///
    /// If it is empty, too long, or has another character.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let allowed = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
        if !(1..=Self::MAX).contains(&text.len()) || !text.bytes().all(allowed) {
            return Err(Refusal::Tenant);
        }
        Ok(Self(text.to_owned()))
    }

    /// What Redis calls an entry of this tenant. A tenant has no colon, so no two tenants share a name.
    #[must_use]
    pub fn name(&self, key: &Key) -> String {
        format!("{}:{}", self.0, key.0)
    }

    /// The key of an entry of this tenant, if its name is one that this service gives.
    #[must_use]
    pub fn key(&self, name: &[u8]) -> Option<Key> {
        let name = std::str::from_utf8(name).ok()?;
        let key = name.strip_prefix(&self.0)?.strip_prefix(':')?;
        Key::parse(key).ok()
    }

    /// The glob of Redis that matches the names of this tenant's keys with that prefix, and no others.
    #[must_use]
    pub fn pattern(&self, prefix: &Prefix) -> String {
        let mut pattern = format!("{}:", self.0);
        for character in prefix.0.chars() {
            if matches!(character, '*' | '?' | '[' | ']' | '\\') {
                pattern.push('\\');
            }
            pattern.push(character);
        }
        pattern.push('*');
        pattern
    }
}

/// How long an entry lives: 1 second to 365 days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ttl(u64);

impl Ttl {
    /// The longest, in seconds. Far from where Redis overflows when it adds the time of day.
    pub const MAX: u64 = 365 * 24 * 60 * 60;

    /// Checks a number of seconds.
    ///
    /// # Errors
    ///
    /// If it is 0 or more than [`Ttl::MAX`].
    pub fn from_seconds(seconds: u64) -> Result<Self, Refusal> {
        if (1..=Self::MAX).contains(&seconds) {
            Ok(Self(seconds))
        } else {
            Err(Refusal::Ttl)
        }
    }

    /// Checks what a client sent.
    ///
    /// # Errors
    ///
    /// If it is not a whole number in range.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        Self::from_seconds(text.parse().map_err(|_| Refusal::Ttl)?)
    }

    /// As seconds.
    #[must_use]
    pub fn seconds(self) -> u64 {
        self.0
    }
}

/// What an entry holds: at most 64 KiB of UTF-8.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value(String);

impl Value {
    /// The longest value, in bytes.
    pub const MAX: usize = 64 * 1024;

    /// Checks what a client sent.
    ///
    /// # Errors
    ///
    /// If it is too long.
    pub fn parse(text: String) -> Result<Self, Refusal> {
        if text.len() > Self::MAX {
            Err(Refusal::ValueLength)
        } else {
            Ok(Self(text))
        }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An entry as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What it holds.
    pub value: String,
    /// How long it will live; `None` if it has no end.
    pub ttl: Option<Duration>,
}

/// Where a listing goes on; 0 is its beginning and its end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cursor(pub u64);

impl Cursor {
    /// Checks what a client sent.
    ///
    /// # Errors
    ///
    /// If it is no number that a listing gave.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        text.parse().map(Self).map_err(|_| Refusal::Cursor)
    }
}

/// A part of a listing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Page {
    /// Keys, each once and in order. There may be none although more follow.
    pub keys: Vec<Key>,
    /// Where the next part begins; `None` at the end. A string, as numbers of JSON lose digits in some
    /// clients.
    pub cursor: Option<String>,
}

/// One step of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Read an entry.
    Get(Key),
    /// Write an entry, with its lifetime.
    Set(Key, Value, Option<Ttl>),
    /// Remove an entry.
    Delete(Key),
}

/// What became of a step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// What was read; `None` if there is no such entry.
    Value(Option<String>),
    /// It was written.
    Set(bool),
    /// Whether there was an entry.
    Deleted(bool),
}
