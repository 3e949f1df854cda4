//! A record: the unit that is written, synced, checked and recovered.
//!
//! | Bytes | Field | |
//! |---|---|---|
//! | 0 to 3 | checksum of the header | CRC-32 of the log's number, the record's offset and bytes 4 to 12 |
//! | 4 | kind | 1: start, 2: operations, 3: seal |
//! | 5 to 8 | length of the body | |
//! | 9 to 12 | checksum of the body | CRC-32 |
//! | 13 and on | body | |
//!
//! Numbers are little-endian. The header has a checksum of its own, because the length is needed to find the
//! body: a checksum over both could be compared only after the length was believed. The place takes part in
//! it, too. That tells a record from a copy of one: a block that the disk wrote to the wrong place, a log
//! under another log's name, a value in which somebody keeps an old log.
//!
//! A CRC finds every flipped bit, and all damage within four neighboring bytes of what it covers; other
//! damage passes it once in 2³² times. It is no protection from somebody who wants to forge a record.

use crate::batch::MAX_BATCH;

/// How long a header is, in bytes.
pub(crate) const HEADER: usize = 13;

/// What a record is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// It has no body and begins each log. It is durable before the log has its name, so no crash tears
    /// it: a log that begins otherwise is damaged, or is another log.
    Start = 1,
    /// Its body is a group of operations.
    Operations = 2,
    /// It has no body and ends a log to which nothing will be added.
    Seal = 3,
}

/// A header whose checksum is right.
#[derive(Debug)]
pub(crate) struct Header {
    kind: u8,
    length: u32,
    checksum: u32,
}

/// The bytes of a record that will stand at `offset` in log `number`.
pub(crate) fn encode(number: u64, offset: usize, kind: Kind, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len()).expect("MAX_BATCH fits");
    let header = Header { kind: kind as u8, length, checksum: crc32fast::hash(body) };
    header.encode(number, offset, body)
}

impl Header {
    // ANCHOR: encode
    fn encode(&self, number: u64, offset: usize, body: &[u8]) -> Vec<u8> {
        let [length, body_checksum] = [self.length, self.checksum].map(u32::to_le_bytes);
        let fields = [&[self.kind][..], &length, &body_checksum].concat();
        let checksum = header_checksum(number, offset, &fields);
        [&checksum.to_le_bytes()[..], &fields, body].concat()
    }
    // ANCHOR_END: encode

    // ANCHOR: read
    /// The header at `offset`, unless it is cut off or its checksum is wrong.
    pub(crate) fn read(number: u64, offset: usize, log: &[u8]) -> Option<Self> {
        let bytes: &[u8; HEADER] = log.get(offset..)?.first_chunk()?;
        let four = |at: usize| [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]];
        let [checksum, length, body] = [0, 5, 9].map(|at| u32::from_le_bytes(four(at)));
        let whole = checksum == header_checksum(number, offset, &bytes[4..]);
        whole.then_some(Self { kind: bytes[4], length, checksum: body })
    }
    // ANCHOR_END: read

    /// What the record is for; `None` if this version of the store does not write such records.
    pub(crate) fn kind(&self) -> Option<Kind> {
        let kinds = [Kind::Start, Kind::Operations, Kind::Seal];
        let known = kinds.into_iter().find(|kind| *kind as u8 == self.kind);
        known.filter(|_| self.body_len() <= MAX_BATCH)
    }

    /// How long the body is.
    pub(crate) fn body_len(&self) -> usize {
        self.length as usize
    }

    /// The body of the record at `offset`, unless it is cut off or its checksum is wrong.
    pub(crate) fn body<'a>(&self, offset: usize, log: &'a [u8]) -> Option<&'a [u8]> {
        let body = log.get(offset + HEADER..)?.get(..self.body_len())?;
        (crc32fast::hash(body) == self.checksum).then_some(body)
    }
}

fn header_checksum(number: u64, offset: usize, fields: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&number.to_le_bytes());
    hasher.update(&(offset as u64).to_le_bytes());
    hasher.update(fields);
    hasher.finalize()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::Entries;
    use crate::log::Reader;

    #[test]
    fn a_record_is_only_whole_where_it_was_written() {
        let record = encode(3, 0, Kind::Operations, b"two teas");
        let header = Header::read(3, 0, &record).expect("it is whole");
        assert_eq!(header.body(0, &record), Some(&b"two teas"[..]));
        assert_eq!(header.kind(), Some(Kind::Operations));
        assert!(Header::read(4, 0, &record).is_none(), "another log");
        assert!(Header::read(3, 1, &[&[0], &record[..]].concat()).is_none(), "another place");
    }

    #[test]
    fn every_flipped_bit_is_found() {
        let record = encode(3, 0, Kind::Operations, b"two teas");
        for bit in 0..record.len() * 8 {
            let mut flipped = record.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            let body =
                Header::read(3, 0, &flipped).map(|header| header.body(0, &flipped).is_some());
            assert_ne!(body, Some(true), "bit {bit}");
        }
    }

    #[test]
    fn what_a_newer_version_wrote_is_refused_and_not_dropped() {
        let start = encode(3, 0, Kind::Start, &[]);
        let header = Header { kind: 9, length: 8, checksum: crc32fast::hash(b"two teas") };
        let bytes = [&start[..], &header.encode(3, HEADER, b"two teas")].concat();
        let reader = Reader { name: "orders.log", number: 3, bytes: &bytes };
        let error = reader.replay(&mut Entries::new()).expect_err("an unknown kind");
        assert!(
            error.to_string().starts_with("`orders.log` is damaged at byte 13: a newer version")
        );
    }

    #[test]
    fn the_length_in_a_header_of_no_known_kind_is_not_believed() {
        let start = encode(3, 0, Kind::Start, &[]);
        let header = Header { kind: 9, length: u32::MAX, checksum: 0 };
        let bytes = [&start[..], &header.encode(3, HEADER, b"two teas")].concat();
        let reader = Reader { name: "orders.log", number: 3, bytes: &bytes };
        let error = reader.replay(&mut Entries::new()).expect_err("it is not a torn tail");
        assert!(error.to_string().starts_with("`orders.log` is damaged at byte 13"));
    }

    #[test]
    fn zeros_are_no_record() {
        assert!(Header::read(0, 0, &[0; 64]).is_none());
    }
}
