//! Words of a command that a reader can copy.

/// A word as shells read it, in quotes if need be.
pub(crate) fn quoted(word: &str) -> String {
    // The one word that no shell can have contains a zero byte.
    shlex::try_quote(word).map_or_else(|_| word.to_owned(), |quoted| quoted.into_owned())
}
