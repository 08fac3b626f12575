//! Texts that are too long, with `…` for what is left out.

use unicode_width::UnicodeWidthChar;

use super::columns_of;

/// Where debug information has the source of Rust's own library: after this, a hash and `/library/`.
const RUST: (&str, &str) = ("/rustc/", "/library/");
/// What stands for that.
const RUST_SHORT: &str = "<rust>/";

/// The beginning of a text, of at most so many columns.
pub(crate) fn beginning(text: &str, columns: usize) -> &str {
    let mut used = 0;
    for (at, c) in text.char_indices() {
        used += c.width().unwrap_or(0);
        if used > columns {
            return &text[..at];
        }
    }
    text
}

/// The end of a text, of at most so many columns.
fn end(text: &str, columns: usize) -> &str {
    let mut used = 0;
    for (at, c) in text.char_indices().rev() {
        used += c.width().unwrap_or(0);
        if used > columns {
            return &text[at + c.len_utf8()..];
        }
    }
    text
}

/// A text without its end.
pub(crate) fn right(text: &str, columns: usize) -> String {
    match columns_of(text) <= columns {
        true => text.to_owned(),
        false => format!("{}…", beginning(text, columns.saturating_sub(1))),
    }
}

/// A name without its middle: with its last segment, as long as that is not all there is room for.
pub(super) fn name(text: &str, columns: usize) -> String {
    if columns_of(text) <= columns {
        return text.to_owned();
    }
    let room = columns.saturating_sub(1);
    let last = columns_of(&text[last_segment(text)..]);
    // Of a segment that is longer, something of the beginning is worth more than all of it.
    let tail = match last <= room {
        true => last,
        false => room - room / 3,
    };
    let tail = end(text, tail);
    let head = beginning(text, room.saturating_sub(columns_of(tail)));
    format!("{head}…{tail}")
}

/// Where the last segment of a path begins, with its `::`; what stands in brackets is no part of the path, and
/// closures (`{closure#0}`) belong to what they are in.
fn last_segment(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut depth = 0usize;
    let mut last = 0;
    for (at, &byte) in bytes.iter().enumerate() {
        match byte {
            b'<' | b'(' | b'[' => depth += 1,
            b'>' if at > 0 && bytes[at - 1] == b'-' => {}
            b'>' | b')' | b']' => depth = depth.saturating_sub(1),
            b':' if depth == 0
                && text[at..].starts_with("::")
                && !text[at..].starts_with("::{") =>
            {
                last = at;
            }
            _ => {}
        }
    }
    last
}

/// A place with Rust's own library by a short name.
pub(super) fn rust(place: &str) -> String {
    let inside = place.strip_prefix(RUST.0);
    let inside = inside.and_then(|rest| rest.split_once(RUST.1));
    match inside {
        Some((hash, rest)) if !hash.contains('/') => format!("{RUST_SHORT}{rest}"),
        _ => place.to_owned(),
    }
}

/// A place without its beginning: with as many of its last segments as there is room for.
pub(super) fn place(text: &str, columns: usize) -> String {
    if columns_of(text) <= columns {
        return text.to_owned();
    }
    let room = columns.saturating_sub(1);
    let cuts = text.match_indices('/').map(|(at, _)| &text[at..]);
    let tail = cuts.into_iter().find(|tail| columns_of(tail) <= room);
    format!("…{}", tail.unwrap_or_else(|| end(text, room)))
}

/// The columns that a place needs at least: those of its last segment.
pub(super) fn least_of_place(text: &str) -> usize {
    let tail = text.rfind('/').filter(|&at| at > 0).map(|at| &text[at..]);
    tail.map_or_else(|| columns_of(text), |tail| columns_of(tail) + 1)
}

/// A text in lines of at most so many columns, broken at blanks; a word that is longer than a line is alone in it.
pub(super) fn wrapped(text: &str, columns: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if columns_of(line) + 1 + columns_of(word) <= columns => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_keep_their_last_segment() {
        let take = "<core::iter::adapters::take::Take<core::slice::iter::IterMut<u64>> as core::iter::Iterator>::next (inline)";
        assert_eq!(name(take, 40), "<core::iter::adapters::t…::next (inline)");
        assert_eq!(name("a::b::c", 7), "a::b::c");
        assert_eq!(
            name("app::work::run::{closure#0}", 22),
            "app…::run::{closure#0}"
        );
        assert_eq!(
            name("f(fn(A) -> b::C)::last_of_it", 20),
            "f(fn(A)…::last_of_it"
        );
        assert_eq!(columns_of(&name("名前名前名前::名前名前名前", 11)), 11);
        for columns in 0..30 {
            assert!(
                columns_of(&name(take, columns)) <= columns.max(1),
                "{columns}"
            );
        }
    }

    #[test]
    fn places_keep_file_and_line() {
        let take = "/rustc/59807616e1fa/library/core/src/iter/adapters/take.rs:38";
        let short = rust(take);
        assert_eq!(short, "<rust>/core/src/iter/adapters/take.rs:38");
        assert_eq!(place(&short, 29), "…/iter/adapters/take.rs:38");
        assert_eq!(place(&short, 12), "…/take.rs:38");
        assert_eq!(place(&short, 8), "…e.rs:38");
        assert_eq!(least_of_place(&short), 12);
        assert_eq!(rust("/rustc/library/x.rs:1"), "/rustc/library/x.rs:1");
        assert_eq!(
            rust("src/rustc/a/library/x.rs:1"),
            "src/rustc/a/library/x.rs:1"
        );
    }

    #[test]
    fn words_are_not_broken() {
        assert_eq!(wrapped("one two three", 8), ["one two", "three"]);
        assert_eq!(
            wrapped("antidisestablishment of it", 8),
            ["antidisestablishment", "of it"]
        );
        assert_eq!(wrapped("", 8), [""]);
    }
}
