//! What the embedded server makes of bytes.

use proptest::collection::vec;
use proptest::prelude::*;
use rediserve::embedded::resp::{
    MAX_ARGUMENT, MAX_ARGUMENTS, ProtocolError, Reply, parse,
};

/// As a client sends it.
fn encoded(command: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = format!("*{}\r\n", command.len()).into_bytes();
    for argument in command {
        bytes.extend(format!("${}\r\n", argument.len()).bytes());
        bytes.extend(argument);
        bytes.extend(b"\r\n");
    }
    bytes
}

fn command() -> impl Strategy<Value = Vec<Vec<u8>>> {
    vec(vec(any::<u8>(), 0..40), 0..6)
}

/// Bytes that look like the protocol more often than chance would have it.
fn garbage() -> impl Strategy<Value = Vec<u8>> {
    vec(
        prop_oneof![
            prop::sample::select(b"*$\r\n0123456789-".to_vec()),
            any::<u8>()
        ],
        0..60,
    )
}

proptest! {
    #[test]
    fn a_command_is_read_where_it_ends(command in command(), rest in garbage()) {
        let bytes = encoded(&command);
        let length = bytes.len();
        let all = [bytes, rest].concat();
        let (found, end) = parse(&all).expect("it is valid").expect("it is whole");
        prop_assert_eq!((found, end), (command.iter().map(Vec::as_slice).collect(), length));
    }

    #[test]
    fn a_command_cut_anywhere_has_not_arrived(command in command()) {
        let bytes = encoded(&command);
        for length in 0..bytes.len() {
            prop_assert_eq!(parse(&bytes[..length]), Ok(None));
        }
    }

    #[test]
    fn garbage_is_refused_or_incomplete_and_stays_refused(bytes in garbage()) {
        let mut refused = None;
        for length in 0..=bytes.len() {
            let parsed = parse(&bytes[..length]);
            if let Some(error) = refused {
                prop_assert_eq!(&parsed, &Err(error));
            }
            if let Ok(Some((_, end))) = parsed {
                prop_assert!(end <= length);
            }
            refused = parsed.err();
        }
    }

    #[test]
    fn a_changed_byte_is_no_panic(command in command(), at: usize, byte: u8) {
        let mut bytes = encoded(&command);
        let at = at % bytes.len();
        bytes[at] = byte;
        if let Ok(Some((_, end))) = parse(&bytes) {
            prop_assert!(end <= bytes.len());
        }
    }

    #[test]
    fn no_length_is_taken_for_a_smaller_one(digits in "[0-9]{1,40}") {
        let fits = |max: usize| digits.parse().is_ok_and(|length: usize| length <= max);
        let array = format!("*{digits}\r\n");
        prop_assert_eq!(parse(array.as_bytes()).is_ok(), fits(MAX_ARGUMENTS) && digits.len() <= 6);
        let bulk = format!("*1\r\n${digits}\r\n");
        prop_assert_eq!(parse(bulk.as_bytes()).is_ok(), fits(MAX_ARGUMENT) && digits.len() <= 6);
    }
}

#[test]
fn limits_hold_to_the_last_argument_and_byte() {
    let command = vec![vec![0; MAX_ARGUMENT]; MAX_ARGUMENTS];
    assert!(parse(&encoded(&command)).is_ok_and(|parsed| parsed.is_some()));
    let one_more = format!("*{}\r\n", MAX_ARGUMENTS + 1);
    assert_eq!(parse(one_more.as_bytes()), Err(ProtocolError::TooMany));
    let longer = format!("*1\r\n${}\r\n", MAX_ARGUMENT + 1);
    assert_eq!(parse(longer.as_bytes()), Err(ProtocolError::TooLong));
}

#[test]
fn what_is_wrong_is_said() {
    for (bytes, error) in [
        (&b"GET a\r\n"[..], ProtocolError::Expected(b'*')),
        (b"*1\r\n+OK\r\n", ProtocolError::Expected(b'$')),
        (b"*-1\r\n", ProtocolError::Length),
        (b"*\r\n", ProtocolError::Length),
        (b"*1\n", ProtocolError::Expected(b'\r')),
        (b"*1\r\r", ProtocolError::Expected(b'\n')),
        (b"*1\r\n$1\r\nab\r\n", ProtocolError::Expected(b'\r')),
        (b"*0000001\r\n", ProtocolError::Length),
        (b"*99999999999999999999999\r\n", ProtocolError::Length),
        // Such a sum of lengths overflows.
        (b"*1\r\n$18446744073709551615\r\n", ProtocolError::Length),
    ] {
        assert_eq!(parse(bytes), Err(error), "{}", bytes.escape_ascii());
    }
}

#[test]
fn replies_are_written_as_redis_writes_them() {
    let reply = Reply::Array(vec![
        Reply::Status("OK"),
        Reply::Error("ERR no".to_owned()),
        Reply::Integer(-2),
        Reply::Bulk(None),
        Reply::Bulk(Some(b"\r\n".to_vec())),
    ]);
    let mut bytes = Vec::new();
    reply.write(&mut bytes);
    assert_eq!(bytes, b"*5\r\n+OK\r\n-ERR no\r\n:-2\r\n$-1\r\n$2\r\n\r\n\r\n");
}
