//! Requests and replies of RESP2, Redis's protocol.

use std::io::Write;

/// The most arguments of a command, its name among them.
pub const MAX_ARGUMENTS: usize = 64;
/// The longest argument, in bytes.
pub const MAX_ARGUMENT: usize = 128 * 1024;
/// The longest number that such a length can have, in digits.
const MAX_DIGITS: usize = 6;

/// What is not a request of RESP2, or larger than one may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProtocolError {
    /// Another byte than the protocol has there.
    #[error("expected '{}'", char::from(*.0))]
    Expected(u8),
    /// What stands in place of a length.
    #[error("invalid length")]
    Length,
    /// See [`MAX_ARGUMENTS`].
    #[error("too many arguments")]
    TooMany,
    /// See [`MAX_ARGUMENT`].
    #[error("argument too long")]
    TooLong,
}

/// The name of a command and its arguments.
pub type Command<'a> = Vec<&'a [u8]>;

/// What was parsed; `None` if it has not arrived as a whole.
pub type Parsed<T> = Result<Option<T>, ProtocolError>;

/// The first command in `bytes`, and its length.
///
/// # Errors
///
/// If no more bytes can make it a command.
pub fn parse(bytes: &[u8]) -> Parsed<(Command<'_>, usize)> {
    let mut rest = Rest { bytes };
    let command = rest.command()?;
    Ok(command.map(|command| (command, bytes.len() - rest.bytes.len())))
}

/// What is not parsed yet.
struct Rest<'a> {
    bytes: &'a [u8],
}

impl<'a> Rest<'a> {
    fn command(&mut self) -> Parsed<Command<'a>> {
        let Some(count) = self.length(b'*')? else { return Ok(None) };
        if count > MAX_ARGUMENTS {
            return Err(ProtocolError::TooMany);
        }
        let mut arguments = Vec::with_capacity(count);
        for _ in 0..count {
            let Some(argument) = self.argument()? else { return Ok(None) };
            arguments.push(argument);
        }
        Ok(Some(arguments))
    }

    fn argument(&mut self) -> Parsed<&'a [u8]> {
        let Some(length) = self.length(b'$')? else { return Ok(None) };
        if length > MAX_ARGUMENT {
            return Err(ProtocolError::TooLong);
        }
        let Some((argument, rest)) = self.bytes.split_at_checked(length) else {
            return Ok(None);
        };
        self.bytes = rest;
        Ok(self.literal(b"\r\n")?.map(|()| argument))
    }

    /// The kind, digits, and the end of the line.
    fn length(&mut self, kind: u8) -> Parsed<usize> {
        if self.literal(&[kind])?.is_none() {
            return Ok(None);
        }
        let digits =
            self.bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if digits > MAX_DIGITS || (digits == 0 && !self.bytes.is_empty()) {
            return Err(ProtocolError::Length);
        }
        let (number, rest) = self.bytes.split_at(digits);
        self.bytes = rest;
        if self.literal(b"\r\n")?.is_none() {
            return Ok(None);
        }
        let value = |sum: usize, digit: &u8| sum * 10 + usize::from(digit - b'0');
        Ok(Some(number.iter().fold(0, value)))
    }

    fn literal(&mut self, expected: &[u8]) -> Parsed<()> {
        for byte in expected {
            match self.bytes.split_first() {
                None => return Ok(None),
                Some((found, rest)) if found == byte => self.bytes = rest,
                Some(_) => return Err(ProtocolError::Expected(*byte)),
            }
        }
        Ok(Some(()))
    }
}

/// What the server says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// A word, such as `OK`.
    Status(&'static str),
    /// Why a command was not done. Has no line breaks.
    Error(String),
    /// A number.
    Integer(i64),
    /// Bytes; `None` where there are none.
    Bulk(Option<Vec<u8>>),
    /// Replies in a reply.
    Array(Vec<Reply>),
}

impl Reply {
    /// Appends what goes to the client.
    pub fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Status(word) => line(out, '+', word),
            Self::Error(message) => line(out, '-', message),
            Self::Integer(number) => line(out, ':', number),
            Self::Bulk(None) => line(out, '$', "-1"),
            Self::Bulk(Some(bytes)) => {
                line(out, '$', bytes.len());
                out.extend_from_slice(bytes);
                out.extend_from_slice(b"\r\n");
            }
            Self::Array(replies) => {
                line(out, '*', replies.len());
                for reply in replies {
                    reply.write(out);
                }
            }
        }
    }
}

fn line(out: &mut Vec<u8>, kind: char, text: impl std::fmt::Display) {
    write!(out, "{kind}{text}\r\n").expect("a vector takes all");
}
