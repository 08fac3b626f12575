//! Texts of the program: the module as WAT, and the zkASM, with the line of every place in them.
//!
//! A profile's frames stand in the source. [`Profile::listed`] adds, inside of them, frames that
//! stand in a listing, so that whatever shows annotated source shows annotated WAT and zkASM alike.
//!
//! # WAT
//!
//! A listing of a module is WebAssembly's text format, as any printer writes it, one item or operator
//! a line. A line that begins with a comment `(;@12ab…;)`, spaces allowed before `;)`, is that of the
//! item or operator at this offset: hexadecimal, in bytes from the start of the module. Offsets
//! ascend; lines without such a comment have none.

use std::collections::HashMap;

use crate::error::Error;
use crate::profile::{Function, FunctionId, Line, Location, Profile};

/// What opens the comment with a line's offset.
const OPEN: &str = "(;@";
/// What closes it.
const CLOSE: &str = ";)";
/// What a function begins with.
const FUNCTION: &str = "(func ";

/// What the places of a listing are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// Offsets in the WebAssembly module.
    Wasm,
    /// Addresses in the machine's program.
    Zkasm,
}

impl Language {
    /// What tells the frames of a listing from those of the source.
    pub const fn name(self) -> &'static str {
        match self {
            Language::Wasm => "wasm",
            Language::Zkasm => "zkasm",
        }
    }

    fn place(self, location: &Location) -> Option<u64> {
        match self {
            Language::Wasm => location.offset,
            Language::Zkasm => location.address,
        }
    }
}

/// A text of the program, and where in it places are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    language: Language,
    file: String,
    /// Places with their lines, from 1, in ascending order of both.
    places: Vec<(u64, u32)>,
    /// The lines where functions begin, ascending.
    functions: Vec<u32>,
}

impl Listing {
    /// A listing of a module; see the [module](self#wat). `file` is what viewers look for.
    ///
    /// # Errors
    /// If the comment of a line is none, or offsets do not ascend.
    pub fn wat(file: &str, text: &str) -> Result<Listing, Error> {
        let bad = |line: u32, problem: &str| Error::Listing {
            file: file.to_owned(),
            line,
            problem: problem.to_owned(),
        };
        let mut listing = Listing {
            language: Language::Wasm,
            file: file.to_owned(),
            places: Vec::new(),
            functions: Vec::new(),
        };
        for (number, line) in (1..).zip(text.lines()) {
            let Some(rest) = line.strip_prefix(OPEN) else {
                continue;
            };
            let (offset, item) = rest
                .split_once(CLOSE)
                .ok_or_else(|| bad(number, "its comment does not end"))?;
            let offset = u64::from_str_radix(offset.trim_end(), 16)
                .map_err(|_| bad(number, "its comment is no offset"))?;
            match listing.places.last() {
                Some(&(last, _)) if last > offset => {
                    return Err(bad(number, "its offset is below that of a line before"));
                }
                // Of several lines at one offset, the first.
                Some(&(last, _)) if last == offset => {}
                _ => listing.places.push((offset, number)),
            }
            if item.trim_start().starts_with(FUNCTION) {
                listing.functions.push(number);
            }
        }
        Ok(listing)
    }

    /// A listing of the machine's program: for each address, from 0, its line from 1, and the lines
    /// where functions begin, both ascending.
    pub fn zkasm(file: &str, lines: impl IntoIterator<Item = u32>, functions: Vec<u32>) -> Listing {
        Listing {
            language: Language::Zkasm,
            file: file.to_owned(),
            places: (0..).zip(lines).collect(),
            functions,
        }
    }

    /// What its places are.
    pub fn language(&self) -> Language {
        self.language
    }

    /// Its file's name.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The line of a place, from 1: of what stands there, or of the last thing before it.
    pub fn line(&self, place: u64) -> Option<u32> {
        let after = self.places.partition_point(|&(at, _)| at <= place);
        let (_, line) = self.places.get(after.checked_sub(1)?)?;
        Some(*line)
    }

    /// What stands in a line of a module's text behind the comment with its offset; none if it has no
    /// such comment.
    pub(crate) fn item(line: &str) -> Option<&str> {
        let (_, item) = line.strip_prefix(OPEN)?.split_once(CLOSE)?;
        Some(item.trim())
    }

    /// The places of the function that one is in, with their lines, without that where it begins.
    pub(crate) fn function_places(&self, place: u64) -> impl Iterator<Item = (u64, u32)> {
        let begin = self.line(place).and_then(|line| self.function(line));
        let begin = begin.unwrap_or(0);
        let end = self.functions.iter().find(|&&other| other > begin).copied();
        let own = self.places.iter().copied();
        let own = own.skip_while(move |&(_, line)| line <= begin);
        own.take_while(move |&(_, line)| end.is_none_or(|end| line < end))
    }

    /// The line where the function begins that a line is in; none before the first.
    fn function(&self, line: u32) -> Option<u32> {
        let after = self.functions.partition_point(|&begin| begin <= line);
        self.functions.get(after.checked_sub(1)?).copied()
    }
}

impl Profile {
    /// The same profile with frames in listings inside of each location's own: those of the first
    /// listing around those of the second. Such a frame is of a function called
    /// `NAME [wasm]` or `NAME [zkasm]`, after the location's outermost function, which is what
    /// was compiled, and its file is the listing. Where a location has no place in a listing, it has
    /// no frame there. Values stay as they are: what was a frame's own becomes that of the listing's
    /// frame in it.
    #[must_use]
    pub fn listed(&self, listings: &[&Listing]) -> Profile {
        let mut functions: HashMap<(usize, FunctionId, Option<u32>), FunctionId> = HashMap::new();
        self.map_locations(|builder, location| {
            let mut lines = Vec::with_capacity(location.lines.len() + listings.len());
            for (index, listing) in listings.iter().enumerate().rev() {
                let place = listing.language.place(location);
                let Some(line) = place.and_then(|place| listing.line(place)) else {
                    continue;
                };
                let outermost = location.outermost().function;
                let begin = listing.function(line);
                let function = *functions
                    .entry((index, outermost, begin))
                    .or_insert_with(|| {
                        let name = self.function_name(outermost);
                        let name = format!("{name} [{}]", listing.language.name());
                        let function = Function {
                            name: builder.string(&name),
                            system_name: None,
                            file: Some(builder.string(&listing.file)),
                            start_line: begin.unwrap_or(0),
                        };
                        builder.function(function)
                    });
                lines.push(Line {
                    function,
                    file: Some(builder.string(&listing.file)),
                    line,
                    column: 0,
                });
            }
            lines.extend(self.copied_lines(builder, &location.lines));
            Location {
                lines,
                ..location.clone()
            }
        })
    }
}
