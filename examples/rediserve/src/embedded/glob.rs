//! The part of Redis's patterns that this service uses: `*`, and `\` before a character that means itself.

/// Whether the whole name matches. `?` and `[` mean themselves here, which no pattern of this service
/// tells: it escapes them.
pub(super) fn matches(pattern: &[u8], name: &[u8]) -> bool {
    match pattern {
        [] => name.is_empty(),
        [b'*', rest @ ..] => {
            (0..=name.len()).any(|skipped| matches(rest, &name[skipped..]))
        }
        [b'\\', literal, rest @ ..] | [literal, rest @ ..] => name
            .split_first()
            .is_some_and(|(first, name)| first == literal && matches(rest, name)),
    }
}
