//! The texts of a program: its own file and those that it includes.

use std::path::{Component, Path, PathBuf};

use crate::error::Pos;

/// How many files a program may include, and how deep, counting a file each time.
pub(crate) const MAX_INCLUDED: usize = 10_000;
/// See [`MAX_INCLUDED`].
pub(crate) const MAX_INCLUDE_DEPTH: usize = 50;

/// A text and where it is from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Source {
    /// The file's name for messages. Two texts are of the same file if their names are equal.
    pub name: String,
    /// The text.
    pub text: String,
}

/// All texts of a program: [`Pos::file`] is an index into them. A file that is included twice is
/// there twice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sources {
    files: Vec<Source>,
}

impl Sources {
    /// A program's own file.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Sources {
        Sources {
            files: vec![Source {
                name: name.into(),
                text: text.into(),
            }],
        }
    }

    /// Files, of which the first is the program's own.
    pub(crate) fn of(files: Vec<Source>) -> Sources {
        Sources { files }
    }

    /// The file of a place.
    pub fn file(&self, pos: Pos) -> Option<&Source> {
        self.files.get(pos.file as usize)
    }

    /// All files, the program's own first.
    pub fn files(&self) -> &[Source] {
        &self.files
    }

    /// What the files are called from the folder of the program's own: the same wherever that folder
    /// is, as long as the names are all relative or all absolute.
    pub fn names_from_own_folder(&self) -> Vec<String> {
        let own = self.files.first().map_or("", |file| file.name.as_str());
        let folder = Path::new(own).parent().unwrap_or(Path::new(""));
        let name = |file: &Source| from_folder(folder, Path::new(&file.name));
        let names = self.files.iter().map(name);
        names.map(|name| name.display().to_string()).collect()
    }

    /// The line of a place, without its end.
    pub fn line(&self, pos: Pos) -> Option<&str> {
        let index = (pos.line as usize).checked_sub(1)?;
        self.file(pos)?.text.lines().nth(index)
    }

    /// A message about a place: `file:line:column: message`, and below it the line with a caret.
    pub fn describe(&self, pos: Pos, message: impl std::fmt::Display) -> String {
        let Some(file) = self.file(pos) else {
            return format!("{pos}: {message}");
        };
        let mut text = format!("{}:{pos}: {message}", file.name);
        if let Some(line) = self.line(pos) {
            text += &excerpt(line, pos.column);
        }
        text
    }

    /// Adds an included file; its index.
    pub(crate) fn add(&mut self, source: Source) -> u32 {
        self.files.push(source);
        self.files.len() as u32 - 1
    }

    /// The file of an index; an empty one if there is none.
    pub(crate) fn at(&self, file: u32) -> Source {
        self.files.get(file as usize).cloned().unwrap_or_default()
    }

    pub(crate) fn included(&self) -> usize {
        self.files.len().saturating_sub(1)
    }
}

/// A path as it is named from a folder. Both are relative to the same folder, or neither is relative.
fn from_folder(folder: &Path, path: &Path) -> PathBuf {
    let mut above = folder.components().peekable();
    let mut below = path.components().peekable();
    while let (Some(a), Some(b)) = (above.peek(), below.peek())
        && a == b
    {
        above.next();
        below.next();
    }
    above.map(|_| Component::ParentDir).chain(below).collect()
}

/// A line with a caret below a column of it; of a long line, what is around.
fn excerpt(line: &str, column: u32) -> String {
    const WIDTH: usize = 100;
    const BEFORE: usize = 60;
    let at = (column as usize).saturating_sub(1);
    let start = if line.chars().count() > WIDTH {
        at.saturating_sub(BEFORE)
    } else {
        0
    };
    let shown: String = line.chars().skip(start).take(WIDTH).collect();
    // Tabs stay, so that the caret stands where the line is indented to.
    let visible = |c: char| match c {
        '\t' => '\t',
        c if c.is_control() => ' ',
        c => c,
    };
    let blanks = shown
        .chars()
        .chain(std::iter::repeat(' '))
        .take(at - start)
        .map(|c| if c == '\t' { '\t' } else { ' ' });
    format!(
        "\n  {}\n  {}^",
        shown.chars().map(visible).collect::<String>().trim_end(),
        blanks.collect::<String>()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn described(text: &str, line: u32, column: u32) -> String {
        let pos = Pos {
            line,
            column,
            file: 0,
        };
        Sources::new("f", text).describe(pos, "m")
    }

    #[test]
    fn the_caret_stands_below_its_column() {
        assert_eq!(
            described("a\n é => Q\r\n", 2, 7),
            "f:2:7: m\n   é => Q\n        ^"
        );
        assert_eq!(described("\t5\tx", 1, 4), "f:1:4: m\n  \t5\tx\n  \t \t^");
        assert_eq!(described("a", 1, 2), "f:1:2: m\n  a\n   ^");
        assert_eq!(described("a\u{7}b", 1, 3), "f:1:3: m\n  a b\n    ^");
        // Beyond the last line there is nothing to show.
        assert_eq!(described("a\n", 2, 1), "f:2:1: m");
        assert_eq!(described("", 0, 0), "f:0:0: m");
    }

    #[test]
    fn a_long_line_is_cut_around_the_caret() {
        let text = format!("{}X{}", "a".repeat(500), "b".repeat(500));
        let shown = described(&text, 1, 501);
        let lines: Vec<&str> = shown.lines().collect();
        assert_eq!(lines[1].len(), 102);
        assert_eq!(lines[1].find('X'), lines[2].find('^'));
    }

    #[test]
    fn files_are_named_from_the_programs_folder() {
        for (folder, path, expected) in [
            ("", "a.zkasm", "a.zkasm"),
            ("a/b", "a/b/c", "c"),
            ("a/b", "a/b/c/d", "c/d"),
            ("a/b", "a/c", "../c"),
            ("a/b", "c", "../../c"),
            ("/a/b", "/a/c/d", "../c/d"),
            ("../a", "../b", "../b"),
        ] {
            assert_eq!(
                from_folder(Path::new(folder), Path::new(path)),
                Path::new(expected)
            );
        }
    }
}
