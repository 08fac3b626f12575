//! Text with tables in it: what is what, and how it is laid out.
//!
//! A [`Text`] is sentences and [`Grid`]s. It is laid out in one of two ways: whole, as it is written to files and
//! pipes ([`Text`]'s `Display`), or [fitted](Text::fitted) to the columns of a terminal. Both give
//! [`Laid`] lines, which say what is a head and where a row has its share, so that nothing has to guess it.
//!
//! # Fitting
//!
//! Numbers are never shortened. What a [`Column`] holds tells what gives way: names lose their middle and keep
//! their last segment, labels lose their end, places lose their beginning and keep file and line, words go on in the next line beneath
//! their column. Where that is not enough, the less important columns ([`Column::may_go`]) are left out. A place
//! in the source of Rust's own library, `/rustc/HASH/library/core/…`, is `<rust>/core/…`. Columns are those of a
//! terminal: a wide character takes two.

mod fit;
pub(crate) mod shorten;

use std::fmt::{self, Write as _};
use std::ops::Range;

use unicode_width::UnicodeWidthStr;

/// Names in front of another column are padded to the widest, but not further than this; fitted ones are cut
/// instead.
const NAME_WIDTH: usize = 60;

/// Text with tables in it. As `fmt::Write` it takes sentences.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Text {
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq)]
enum Part {
    Sentences(String),
    Grid(Grid),
}

/// A line as it is laid out, without its end.
#[derive(Clone, Debug, PartialEq)]
pub enum Laid {
    /// No part of a table, or the rest of a row.
    Text(String),
    /// The heads of a table's columns.
    Head(String),
    /// A row.
    Row {
        /// The line.
        text: String,
        /// Its share.
        share: Option<Share>,
    },
}

/// The share of a row.
#[derive(Clone, Debug, PartialEq)]
pub struct Share {
    /// Where in the line it stands, in bytes.
    pub at: Range<usize>,
    /// The share, in percent.
    pub percent: f64,
}

impl Laid {
    /// The line.
    pub fn text(&self) -> &str {
        match self {
            Laid::Text(text) | Laid::Head(text) | Laid::Row { text, .. } => text,
        }
    }
}

impl Text {
    /// Adds a line that is no part of a table.
    pub fn sentence(&mut self, line: impl fmt::Display) {
        // Writing to a text does not fail.
        let _ = writeln!(self, "{line}");
    }

    /// Adds a table.
    pub fn grid(&mut self, grid: Grid) {
        self.parts.push(Part::Grid(grid));
    }

    /// Adds a table of what was counted; a sentence, if it has no rows.
    pub fn counted(&mut self, grid: Grid) {
        match grid.rows.is_empty() {
            true => self.sentence("nothing was counted"),
            false => self.grid(grid),
        }
    }

    /// Adds what another text has.
    pub fn append(&mut self, other: Text) {
        self.parts.extend(other.parts);
    }

    /// The lines for so many columns.
    pub fn fitted(&self, columns: usize) -> Vec<Laid> {
        self.laid(Some(columns))
    }

    /// The lines as wide as they are.
    pub fn whole(&self) -> Vec<Laid> {
        self.laid(None)
    }

    fn laid(&self, columns: Option<usize>) -> Vec<Laid> {
        let mut lines = Vec::new();
        for part in &self.parts {
            match part {
                Part::Sentences(text) => {
                    lines.extend(text.lines().map(|line| Laid::Text(line.to_owned())));
                }
                Part::Grid(grid) => grid.lay(columns, &mut lines),
            }
        }
        lines
    }
}

impl fmt::Write for Text {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        match self.parts.last_mut() {
            Some(Part::Sentences(sentences)) => sentences.push_str(text),
            _ => self.parts.push(Part::Sentences(text.to_owned())),
        }
        Ok(())
    }
}

/// The text as wide as it is.
impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.whole()
            .iter()
            .try_for_each(|line| writeln!(f, "{}", line.text()))
    }
}

/// A table: columns with their heads, and rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Grid {
    columns: Vec<Column>,
    rows: Vec<Row>,
}

/// A row of a [`Grid`].
#[derive(Clone, Debug, PartialEq)]
struct Row {
    cells: Vec<String>,
    /// What stands in the column of the share, in percent.
    share: Option<f64>,
}

impl Grid {
    /// A table without rows.
    pub fn new(columns: impl IntoIterator<Item = Column>) -> Grid {
        Grid {
            columns: columns.into_iter().collect(),
            rows: Vec::new(),
        }
    }

    /// Adds a row, with the value of its share in percent.
    ///
    /// # Panics
    /// If it has not as many cells as there are columns.
    pub fn row(&mut self, cells: impl IntoIterator<Item = String>, share: Option<f64>) {
        let cells: Vec<String> = cells.into_iter().collect();
        assert_eq!(cells.len(), self.columns.len(), "a cell for each column");
        self.rows.push(Row { cells, share });
    }
}

/// A column of a [`Grid`]: its head, and what its cells are.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    head: String,
    kind: Kind,
    /// The blanks in front of it, unless it is the first.
    gap: usize,
    /// It is no narrower than this.
    least: usize,
    /// When it may be left out: the larger, the sooner; never if 0.
    goes: u8,
}

/// What the cells of a column are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Numbers, right-justified.
    Number,
    /// Numbers of which one in each row is its share.
    Share,
    /// Short texts.
    Word,
    /// Names of functions.
    Name,
    /// Texts whose beginning matters.
    Label,
    /// `file:line`.
    Place,
    /// Sentences.
    Words,
}

impl Column {
    fn new(head: &str, kind: Kind) -> Column {
        Column {
            head: head.to_owned(),
            kind,
            gap: 2,
            least: 0,
            goes: 0,
        }
    }

    /// Numbers, right-justified.
    pub fn number(head: &str) -> Column {
        Column::new(head, Kind::Number)
    }

    /// Numbers in percent, such as `12.34%`, close to the column on their left.
    pub fn percent(head: &str) -> Column {
        Column {
            gap: 1,
            least: "100.00%".len(),
            ..Column::number(head)
        }
    }

    /// The same, for the share of each row.
    pub fn share(head: &str) -> Column {
        Column {
            kind: Kind::Share,
            ..Column::percent(head)
        }
    }

    /// Short texts, left-justified.
    pub fn word(head: &str) -> Column {
        Column::new(head, Kind::Word)
    }

    /// Names of functions.
    pub fn name(head: &str) -> Column {
        Column::new(head, Kind::Name)
    }

    /// Texts that are shortened at their end.
    pub fn label(head: &str) -> Column {
        Column::new(head, Kind::Label)
    }

    /// `file:line`.
    pub fn place() -> Column {
        Column::new("", Kind::Place)
    }

    /// Sentences.
    pub fn words(head: &str) -> Column {
        Column::new(head, Kind::Words)
    }

    /// The same, no narrower than that.
    #[must_use]
    pub fn at_least(self, least: usize) -> Column {
        Column { least, ..self }
    }

    /// The same, marking each row's share.
    #[must_use]
    pub fn of_share(self) -> Column {
        let kind = Kind::Share;
        Column { kind, ..self }
    }

    /// The same, left out where the terminal is too narrow; of several, the one with the largest `order` first.
    #[must_use]
    pub fn may_go(self, order: u8) -> Column {
        Column {
            goes: order,
            ..self
        }
    }

    fn is_number(&self) -> bool {
        matches!(self.kind, Kind::Number | Kind::Share)
    }
}

/// The columns of a terminal that a text takes.
pub(crate) fn columns_of(text: &str) -> usize {
    text.width()
}
