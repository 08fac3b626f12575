//! The texts that the lines of a ROM are from, as far as they are in it.

use std::collections::BTreeMap;

use super::fields::{Fields, Problem};
use crate::error::Pos;
use crate::source::{Source, Sources};

/// The texts of the lines, by files and their lines.
#[derive(Default)]
pub(super) struct Texts {
    files: Vec<(String, BTreeMap<u32, String>)>,
    numbers: BTreeMap<String, usize>,
}

impl Texts {
    /// The place of a line, whose text is kept.
    pub(super) fn place(&mut self, fields: &Fields<'_>) -> Result<Pos, Problem> {
        let line = match fields.optional("line", 0, u32::MAX.into())? {
            Some(line) => line as u32,
            None => return Ok(Pos::default()),
        };
        let name = match fields.get("fileName") {
            Some(_) => fields.text("fileName")?,
            None => "",
        };
        let text = match fields.get("lineStr") {
            Some(_) => fields.text("lineStr")?,
            None => "",
        };
        let file = match self.numbers.get(name) {
            Some(file) => *file,
            None => {
                let file = self.files.len();
                self.numbers.insert(name.to_owned(), file);
                self.files.push((name.to_owned(), BTreeMap::new()));
                file
            }
        };
        let one_line = text.replace(['\n', '\r'], " ");
        let blanks = text.chars().take_while(|c| c.is_whitespace()).count();
        self.files[file].1.insert(line, one_line);
        Ok(Pos {
            line,
            column: blanks as u32 + 1,
            file: file as u32,
        })
    }

    /// The files with the lines that are known; those of a file whose lines are numbered far beyond
    /// what a program of so many lines has, all files taken together, are left out.
    pub(super) fn sources(self, lines: usize) -> Sources {
        let mut left = 100 * lines + 100_000;
        let files = self.files.into_iter().map(|(name, lines)| {
            let last = lines.last_key_value().map_or(0, |(line, _)| *line);
            let mut text = String::new();
            if let Some(less) = left.checked_sub(last as usize) {
                left = less;
                for line in 1..=last {
                    text += lines.get(&line).map_or("", String::as_str);
                    text.push('\n');
                }
            }
            Source { name, text }
        });
        Sources::of(files.collect())
    }
}
