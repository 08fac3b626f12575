//! Functions that are told by their names, and by the files that declare them.
//!
//! Names are compared by whole segments: those of `<sha2::Sha256 as digest::Update>::update` are `sha2`,
//! `Sha256` of the type that it is of, and `update`. The crate that a function is of is told by the folder
//! of its file, `…/NAME-VERSION/…`, as registries and `vendor` folders have it; failing that, by the first
//! segment of its name.

use crate::profile::is_synthetic;

/// Which functions are meant.
#[derive(Clone, Copy, Debug)]
pub struct Names {
    /// Those of these crates.
    pub crates: &'static [&'static str],
    /// Those whose name begins with these segments.
    pub modules: &'static [&'static [&'static str]],
    /// Those whose last segment is one of these, in small letters.
    pub functions: &'static [&'static str],
}

/// A function by name and file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Named<'a> {
    pub(super) name: &'a str,
    pub(super) file: Option<&'a str>,
}

impl Names {
    /// Whether a function is meant, in a program whose entry is `entry`. The entry's own crate is the
    /// guest's and none of those that are meant, whatever its name.
    pub(super) fn has(&self, function: Named<'_>, entry: Option<Named<'_>>) -> bool {
        if is_synthetic(function.name) {
            return false;
        }
        let segments = segments(function.name);
        let last = segments.last().map(|last| last.to_lowercase());
        if last.is_some_and(|last| self.functions.contains(&last.as_str()))
            || self.modules.iter().any(|path| segments.starts_with(path))
        {
            return true;
        }
        let is_meant = |name: &str| self.crates.contains(&name.replace('-', "_").as_str());
        if let Some(folder) = function.file.and_then(versioned_folder) {
            return is_meant(folder);
        }
        // A name of one segment has no crate's.
        let [first, _, ..] = segments[..] else {
            return false;
        };
        is_meant(first) && !entry.is_some_and(|entry| entry.is_beside(function, first))
    }
}

impl Named<'_> {
    /// Whether a function, whose first segment this is, is of the same crate.
    fn is_beside(self, function: Named<'_>, first: &str) -> bool {
        let root = |named: Named<'_>| {
            let (root, _) = named.file?.rsplit_once("/src/")?;
            Some(root.to_owned())
        };
        let own = segments(self.name);
        match (root(self), root(function)) {
            (Some(own), Some(of)) => own == of,
            _ => own.len() > 1 && own.first() == Some(&first),
        }
    }
}

/// The name in a folder `NAME-VERSION` of a path, of the innermost if there are several.
fn versioned_folder(path: &str) -> Option<&str> {
    let (folders, _) = path.rsplit_once('/')?;
    folders.rsplit('/').find_map(|folder| {
        let (at, _) = folder.match_indices('-').find(|(at, _)| {
            let version = &folder[at + 1..];
            let behind = version.trim_start_matches(|c: char| c.is_ascii_digit());
            behind.len() < version.len() && behind.starts_with('.')
        })?;
        Some(&folder[..at])
    })
}

/// Longer names are of one segment: no crate's are, and what is in brackets is looked through again and again.
const LONGEST: usize = 4096;
/// How many types a name may begin with, each in the brackets of the one before.
const DEEPEST: usize = 16;

/// The segments of a path: what stands between `::` or `.`, outside of brackets, without what is in
/// brackets behind a name. Of a path that begins with a type in `<>`, those of the type come first.
fn segments(name: &str) -> Vec<&str> {
    segments_within(name, DEEPEST)
}

fn segments_within(name: &str, depth: usize) -> Vec<&str> {
    if depth == 0 || name.len() > LONGEST {
        return vec![name];
    }
    let name = name.trim_start_matches(['&', '*', ' ']);
    let name = ["mut ", "const ", "dyn "]
        .into_iter()
        .find_map(|word| name.strip_prefix(word))
        .unwrap_or(name);
    let mut found = Vec::new();
    let mut rest = name;
    if let Some(inside) = name.strip_prefix('<') {
        let Some(end) = closing(inside) else {
            return vec![name];
        };
        found = segments_within(before_as(&inside[..end]), depth - 1);
        rest = &inside[end + 1..];
    }
    let mut open = 0_usize;
    let mut start = 0;
    let mut end = None;
    let mut push = |start: usize, end: usize| {
        let segment = rest[start..end].trim();
        if !segment.is_empty() && !segment.starts_with('<') {
            found.push(segment);
        }
    };
    for (at, c) in rest.char_indices() {
        match c {
            '<' | '(' | '[' | '{' => {
                // Brackets behind a name are none of it.
                if open == 0 && at > start {
                    end.get_or_insert(at);
                }
                open += 1;
            }
            '>' if rest[..at].ends_with('-') => {}
            '>' | ')' | ']' | '}' => open = open.saturating_sub(1),
            ':' | '.' if open == 0 => {
                push(start, end.take().unwrap_or(at));
                start = at + 1;
            }
            _ => {}
        }
    }
    push(start, end.unwrap_or(rest.len()));
    found
}

/// Where the bracket is that closes one that was opened before a text.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 1_usize;
    for (at, c) in text.char_indices() {
        match c {
            '<' => depth += 1,
            '>' if !text[..at].ends_with('-') => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(at);
        }
    }
    None
}

/// Of `TYPE as TRAIT` the type.
fn before_as(text: &str) -> &str {
    let mut ends = text.match_indices(" as ");
    let is_balanced =
        |text: &str| text.matches('<').count() == text.replace("->", "").matches('>').count();
    let end = ends.find(|(at, _)| is_balanced(&text[..*at]));
    end.map_or(text, |(at, _)| &text[..at])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cut_into_segments() {
        let cases: &[(&str, &[&str])] = &[
            ("memcpy", &["memcpy"]),
            (
                "tiny_keccak::keccakf::keccakf",
                &["tiny_keccak", "keccakf", "keccakf"],
            ),
            (
                "<sha2::Sha256 as digest::Update>::update::<fn(u8) -> sha1::T>",
                &["sha2", "Sha256", "update"],
            ),
            (
                "<&mut sha2::Wrapper<md5::Core, 4>>::new::{closure#0}",
                &["sha2", "Wrapper", "new", "{closure#0}"],
            ),
            (
                "crypto.sha2.Sha2x32(.{ .a = 1.5 }).round",
                &["crypto", "sha2", "Sha2x32", "round"],
            ),
            ("<[u8] as a::B>::c", &["[u8]", "c"]),
            ("<<a::B as c::D>::E as f::G>::h", &["a", "B", "E", "h"]),
            ("", &[]),
            ("::", &[]),
            ("<a", &["<a"]),
        ];
        for (name, expected) in cases {
            assert_eq!(segments(name), *expected, "{name}");
        }
    }

    #[test]
    fn folders_name_crates() {
        let of = versioned_folder;
        assert_eq!(of("/crates.io/sha2-0.11.1/src/lib.rs"), Some("sha2"));
        assert_eq!(
            of("/crates.io/tiny-keccak-2.0.2/src/lib.rs"),
            Some("tiny-keccak")
        );
        assert_eq!(
            of("/registry/src/index.crates.io-6f17/md-5-0.10.6/src/lib.rs"),
            Some("md-5")
        );
        assert_eq!(of("/v/sha2-0.11.0-rc.2/src/lib.rs"), Some("sha2"));
        assert_eq!(of("corpus/sha256/src/lib.rs"), None);
        assert_eq!(of("sha2-0.11.1.rs"), None);
        assert_eq!(of(""), None);
    }

    /// Each bracket was a call, and looked through all that followed.
    #[test]
    fn names_of_many_brackets_are_one_segment() {
        for brackets in [DEEPEST + 1, LONGEST, 50_000] {
            let name = format!("{}a{}::b", "<".repeat(brackets), ">".repeat(brackets));
            assert!(segments(&name).len() <= 2, "{brackets}");
        }
    }
}
