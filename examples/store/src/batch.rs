//! Operations, and what they do to the memory.

use std::collections::BTreeMap;

use crate::error::Error;

/// The longest key, in bytes: its length has two bytes in the log.
pub const MAX_KEY: usize = u16::MAX as usize;
/// The longest value, in bytes. What is longer belongs into a file of its own.
pub const MAX_VALUE: usize = 1 << 20;
/// The largest batch, in bytes as they stand in the log: keys, values, and at most 7 more for each
/// operation. A group of writers is no larger either.
pub const MAX_BATCH: usize = 4 << 20;

const PUT: u8 = 1;
const DELETE: u8 = 2;

/// What a store holds.
pub type Entries = BTreeMap<Vec<u8>, Vec<u8>>;

/// Operations that take place together or not at all.
///
/// An operation says what an entry is to be, never how it is to change: *set the stock to 3*, not *take
/// one off*. So applying a batch again changes nothing, which recovery relies on: a snapshot may already
/// hold what the log behind it says once more.
///
/// ```
/// use store::{Batch, Entries};
///
/// let mut order = Batch::default();
/// order.put(b"order/42", b"two teas")?;
/// order.delete(b"cart/7")?;
///
/// let mut entries = Entries::from([(b"cart/7".to_vec(), b"two teas".to_vec())]);
/// order.apply_to(&mut entries);
/// let once = entries.clone();
/// order.apply_to(&mut entries);
/// assert_eq!(entries, once);
/// # Ok::<(), store::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Batch {
    /// As in the log, so that a commit applies to the memory what a recovery would.
    bytes: Vec<u8>,
}

impl Batch {
    /// Sets the value of a key.
    ///
    /// # Errors
    /// When the key, the value or the batch is too long; the batch stays as it was.
    pub fn put(&mut self, key: &[u8], value: &[u8]) -> Result<(), Error> {
        let length = u32::try_from(value.len()).ok().filter(|_| value.len() <= MAX_VALUE);
        let length = length.ok_or(Error::ValueTooLong(value.len()))?;
        self.push(PUT, key, &[&length.to_le_bytes(), value])
    }

    /// Removes a key. It need not exist.
    ///
    /// # Errors
    /// When the key or the batch is too long; the batch stays as it was.
    pub fn delete(&mut self, key: &[u8]) -> Result<(), Error> {
        self.push(DELETE, key, &[])
    }

    /// Does to `entries` what a commit does to the store.
    #[expect(clippy::missing_panics_doc, reason = "a batch is well formed")]
    pub fn apply_to(&self, entries: &mut Entries) {
        apply(&self.bytes, entries).expect("a batch is well formed");
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    fn push(&mut self, tag: u8, key: &[u8], rest: &[&[u8]]) -> Result<(), Error> {
        let length = u16::try_from(key.len()).map_err(|_| Error::KeyTooLong(key.len()))?;
        let operation = [&[tag], &length.to_le_bytes()[..], key, &rest.concat()].concat();
        let size = self.bytes.len() + operation.len();
        if size > MAX_BATCH {
            return Err(Error::BatchTooLarge(size));
        }
        self.bytes.extend(operation);
        Ok(())
    }
}

/// The bytes are no operations, although their checksum is right: a defect of the writer.
#[derive(Debug)]
pub(crate) struct Malformed;

/// Applies encoded operations in their order.
pub(crate) fn apply(mut bytes: &[u8], entries: &mut Entries) -> Result<(), Malformed> {
    while let Some((tag, rest)) = bytes.split_first() {
        let (length, rest) = rest.split_first_chunk().ok_or(Malformed)?;
        let (key, rest) = split(rest, u16::from_le_bytes(*length).into())?;
        bytes = match *tag {
            PUT => put(key, rest, entries)?,
            DELETE => {
                entries.remove(key);
                rest
            }
            _ => return Err(Malformed),
        };
    }
    Ok(())
}

/// Puts the value at the start of `bytes`; returns what follows it.
fn put<'a>(key: &[u8], bytes: &'a [u8], entries: &mut Entries) -> Result<&'a [u8], Malformed> {
    let (length, rest) = bytes.split_first_chunk().ok_or(Malformed)?;
    let length = usize::try_from(u32::from_le_bytes(*length)).map_err(|_| Malformed)?;
    let (value, rest) = split(rest, length)?;
    entries.insert(key.to_vec(), value.to_vec());
    Ok(rest)
}

fn split(bytes: &[u8], at: usize) -> Result<(&[u8], &[u8]), Malformed> {
    bytes.split_at_checked(at).ok_or(Malformed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_cut_anywhere_are_malformed_and_never_a_panic() {
        let mut batch = Batch::default();
        batch.put(b"tea", b"two").expect("it fits");
        for cut in 1..batch.bytes.len() {
            assert!(apply(&batch.bytes[..cut], &mut Entries::new()).is_err(), "cut at {cut}");
        }
        assert!(apply(&[7, 0, 0], &mut Entries::new()).is_err(), "an unknown operation");
    }
}
