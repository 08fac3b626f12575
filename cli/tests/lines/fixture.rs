//! What llvm-symbolizer says of a module, as it is kept in `cli/tests/lines/NAME.lines.gz`.
//!
//! Text in lines, gzipped. Words are separated by tabs, numbers are decimal, indices count from 0 in the order
//! of the lines of their kind, and what is referred to stands before:
//!
//! * `#`: which version said it, and of which module, by its SHA-256.
//! * `name NAME`: a function's linkage name; empty if llvm-symbolizer knows none.
//! * `file PATH`: a source file as llvm-symbolizer prints it; empty if it knows none.
//! * `frame NAME FILE LINE COLUMN [CALLER]`: the index of a name, of a file, the line and the column, 0 if
//!   unknown, and the index of the frame that it is inlined into; none of the outermost.
//! * `at OFFSET FRAME [STEP…]`: the innermost frame of the operator at an offset in the module; and of those
//!   that follow it in steps of so many bytes.
//!
//! Offsets are those of all operators, and of the beginnings of all bodies, of functions that run.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::path::PathBuf;

use flate2::{Compression, GzBuilder, read::GzDecoder};

/// A frame: innermost first in a [`Chain`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Frame {
    /// Linkage name.
    pub function: String,
    pub file: String,
    pub line: u32,
    pub column: u32,
}

impl std::fmt::Display for Frame {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Frame {
            function,
            file,
            line,
            column,
        } = self;
        write!(f, "{function} at {file}:{line}:{column}")
    }
}

/// A source location with what it is inlined into.
pub type Chain = Vec<Frame>;

/// The answers for one module.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fixture {
    /// Who said it.
    pub version: String,
    /// Of which module.
    pub sha256: String,
    pub chains: BTreeMap<u32, Chain>,
}

impl Fixture {
    pub fn path(module: &str) -> PathBuf {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/lines");
        folder.join(format!("{module}.lines.gz"))
    }

    pub fn read(module: &str) -> Fixture {
        let path = Fixture::path(module);
        let bytes = std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let mut text = String::new();
        GzDecoder::new(bytes.as_slice())
            .read_to_string(&mut text)
            .unwrap();
        Fixture::from_text(&text)
    }

    pub fn write(&self, module: &str) {
        // Without time and name, so that the same answers are the same file.
        let mut file = GzBuilder::new().write(Vec::new(), Compression::best());
        file.write_all(self.to_text().as_bytes()).unwrap();
        std::fs::write(Fixture::path(module), file.finish().unwrap()).unwrap();
    }

    pub fn from_text(text: &str) -> Fixture {
        let mut fixture = Fixture::default();
        let (mut names, mut files) = (Vec::new(), Vec::new());
        let mut frames: Vec<(Frame, Option<usize>)> = Vec::new();
        for line in text.lines() {
            let words: Vec<&str> = line.split('\t').collect();
            let number = |at: usize| {
                words[at]
                    .parse::<usize>()
                    .unwrap_or_else(|e| panic!("{line}: {e}"))
            };
            match words[0] {
                "#" => {
                    fixture.version = words[1].to_owned();
                    fixture.sha256 = words[2].to_owned();
                }
                "name" => names.push(words[1].to_owned()),
                "file" => files.push(words[1].to_owned()),
                "frame" => {
                    let frame = Frame {
                        function: names[number(1)].clone(),
                        file: files[number(2)].clone(),
                        line: number(3) as u32,
                        column: number(4) as u32,
                    };
                    frames.push((frame, (words.len() > 5).then(|| number(5))));
                }
                "at" => {
                    let mut chain = Chain::new();
                    let mut next = Some(number(2));
                    while let Some(at) = next {
                        chain.push(frames[at].0.clone());
                        next = frames[at].1;
                    }
                    let mut offset = number(1);
                    fixture.chains.insert(offset as u32, chain.clone());
                    for step in 3..words.len() {
                        offset += number(step);
                        fixture.chains.insert(offset as u32, chain.clone());
                    }
                }
                word => panic!("a line of the fixture begins with {word:?}"),
            }
        }
        fixture
    }

    pub fn to_text(&self) -> String {
        let mut text = format!("#\t{}\t{}\n", self.version, self.sha256);
        let (mut names, mut files, mut frames) = (HashMap::new(), HashMap::new(), HashMap::new());
        // The last line, which the next offset may be added to: its frame and its last offset.
        let mut open: Option<(usize, u32)> = None;
        for (&offset, chain) in &self.chains {
            let mut caller = None;
            let mut lines = String::new();
            for frame in chain.iter().rev() {
                let name = index(&mut names, frame.function.clone(), "name", &mut lines);
                let file = index(&mut files, frame.file.clone(), "file", &mut lines);
                let next = frames.len();
                let known = frames.entry((frame.clone(), caller)).or_insert_with(|| {
                    write!(
                        lines,
                        "frame\t{name}\t{file}\t{}\t{}",
                        frame.line, frame.column
                    )
                    .unwrap();
                    lines += &caller
                        .map(|caller| format!("\t{caller}"))
                        .unwrap_or_default();
                    lines.push('\n');
                    next
                });
                caller = Some(*known);
            }
            let innermost = caller.unwrap();
            match open {
                Some((frame, last)) if frame == innermost => {
                    write!(text, "\t{}", offset - last).unwrap()
                }
                _ => {
                    let end = if open.is_some() { "\n" } else { "" };
                    write!(text, "{end}{lines}at\t{offset}\t{innermost}").unwrap();
                }
            }
            open = Some((innermost, offset));
        }
        text.push('\n');
        text
    }
}

/// The index of a text; a new one is written.
fn index(
    known: &mut HashMap<String, usize>,
    text: String,
    kind: &str,
    lines: &mut String,
) -> usize {
    let next = known.len();
    *known.entry(text).or_insert_with_key(|text| {
        writeln!(lines, "{kind}\t{text}").unwrap();
        next
    })
}
