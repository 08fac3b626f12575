//! How wide columns are, and the lines of a table.

use super::{Column, Grid, Kind, Laid, NAME_WIDTH, Row, Share, columns_of, shorten};

/// Names are shortened to this before any column is left out.
const LEAST_NAME: usize = 24;
/// Sentences that would have less than this stand beneath their row.
const LEAST_WORDS: usize = 30;
/// How far those, and the rest of words that are broken there, are indented.
const INDENT: usize = 4;

/// A column as it is laid out.
struct Shown<'a> {
    column: &'a Column,
    /// Its place in the rows.
    index: usize,
    width: usize,
}

impl Grid {
    /// Adds the lines of the table.
    pub(super) fn lay(&self, columns: Option<usize>, lines: &mut Vec<Laid>) {
        let Some(columns) = columns else {
            return self.lay_whole(lines);
        };
        let mut short = self.clone();
        for (index, column) in self.columns.iter().enumerate() {
            for row in short.rows.iter_mut().filter(|_| column.kind == Kind::Place) {
                row.cells[index] = shorten::rust(&row.cells[index]);
            }
        }
        short.lay_fitted(columns, lines);
    }

    fn lay_whole(&self, lines: &mut Vec<Laid>) {
        let shown: Vec<Shown<'_>> = self
            .all()
            .map(|shown| match shown.column.kind {
                Kind::Name => Shown {
                    width: shown.width.min(NAME_WIDTH.max(shown.column.least)),
                    ..shown
                },
                _ => shown,
            })
            .collect();
        lines.push(Laid::Head(
            line(&shown, |at| self.columns[at].head.clone()).0,
        ));
        for row in &self.rows {
            lines.push(laid(&shown, row, |at| row.cells[at].clone()));
        }
    }

    fn lay_fitted(&self, columns: usize, lines: &mut Vec<Laid>) {
        let mut shown: Vec<Shown<'_>> = self.all().collect();
        self.leave_out(&mut shown, columns);
        let words = shown.iter().position(|one| one.column.kind == Kind::Words);
        // Words fill what is left, or stand beneath.
        let words = words.map(|at| {
            (
                at,
                columns.saturating_sub(width(&shown[..at]) + shown[at].column.gap),
            )
        });
        let beneath = words.filter(|&(at, room)| room < LEAST_WORDS.min(shown[at].width));
        if let Some((at, room)) = words {
            shown[at].width = shown[at].width.min(room);
        }
        if words.is_none() {
            self.shrink(&mut shown, columns);
        }
        let inline = match beneath {
            Some((at, _)) => &shown[..at],
            None => &shown[..],
        };
        let head = line(inline, |at| self.columns[at].head.clone()).0;
        lines.push(Laid::Head(shorten::right(&head, columns)));
        for row in &self.rows {
            let (at, room) = match (words, beneath) {
                (_, Some((at, _))) => (at, columns.saturating_sub(INDENT)),
                (Some((at, room)), None) => (at, room),
                (None, None) => {
                    lines.push(cut(
                        laid(&shown, row, |at| shortened(&shown, row, at)),
                        columns,
                    ));
                    continue;
                }
            };
            let mut rest = shorten::wrapped(&row.cells[shown[at].index], room).into_iter();
            let first = match beneath {
                Some(_) => String::new(),
                None => rest.next().unwrap_or_default(),
            };
            let indent = match beneath {
                Some(_) => INDENT,
                None => width(&shown[..at]) + shown[at].column.gap,
            };
            let words_at = shown[at].index;
            let cell = |at: usize| match at == words_at {
                true => first.clone(),
                false => row.cells[at].clone(),
            };
            lines.push(laid(inline, row, cell));
            lines.extend(rest.map(|rest| Laid::Text(format!("{:indent$}{rest}", ""))));
        }
    }

    /// The columns as wide as they need to be.
    fn all(&self) -> impl Iterator<Item = Shown<'_>> {
        let columns = self.columns.iter().enumerate();
        columns.map(|(index, column)| {
            let cells = self.rows.iter().map(|row| columns_of(&row.cells[index]));
            let widest = cells.max().unwrap_or(0);
            Shown {
                column,
                index,
                width: widest.max(columns_of(&column.head)).max(column.least),
            }
        })
    }

    /// What a column needs at least: what cannot be shortened is needed as it is.
    fn needed(&self, shown: &Shown<'_>) -> usize {
        match shown.column.kind {
            Kind::Name | Kind::Label => shown.width.min(LEAST_NAME),
            Kind::Place => self.least_of_places(shown),
            Kind::Words => shown.width.min(LEAST_WORDS),
            Kind::Number | Kind::Share | Kind::Word => shown.width,
        }
    }

    fn least_of_places(&self, shown: &Shown<'_>) -> usize {
        let cells = self.rows.iter().map(|row| &row.cells[shown.index]);
        let least = cells.map(|cell| shorten::least_of_place(cell)).max();
        least.unwrap_or(0)
    }

    /// Leaves out columns until the others have what they need, as far as there are any that may go.
    fn leave_out(&self, shown: &mut Vec<Shown<'_>>, columns: usize) {
        loop {
            let gaps = shown
                .iter()
                .skip(1)
                .map(|one| one.column.gap)
                .sum::<usize>();
            let needed: usize = shown.iter().map(|one| self.needed(one)).sum();
            let first = (0..shown.len()).max_by_key(|&at| shown[at].column.goes);
            match first.filter(|&at| shown[at].column.goes > 0) {
                Some(at) if needed + gaps > columns => shown.remove(at),
                _ => return,
            };
        }
    }

    /// Shares what room there is among names and places: each has what it needs, or as much as the others.
    fn shrink(&self, shown: &mut [Shown<'_>], columns: usize) {
        let is_flexible =
            |one: &Shown<'_>| matches!(one.column.kind, Kind::Name | Kind::Label | Kind::Place);
        let fixed = width(shown)
            - shown
                .iter()
                .filter(|one| is_flexible(one))
                .map(|one| one.width)
                .sum::<usize>();
        let mut room = columns.saturating_sub(fixed);
        let mut open: Vec<usize> = (0..shown.len())
            .filter(|&at| is_flexible(&shown[at]))
            .collect();
        open.sort_by_key(|&at| shown[at].width);
        // A place that is cut too short tells nothing, so it comes first.
        if let Some(at) = open
            .iter()
            .position(|&at| shown[at].column.kind == Kind::Place)
        {
            let least = self.least_of_places(&shown[open[at]]);
            if least > room / open.len() {
                let place = &mut shown[open.remove(at)];
                place.width = place.width.min(least).min(room);
                room -= place.width;
            }
        }
        let natural: Vec<usize> = shown.iter().map(|one| one.width).collect();
        while !open.is_empty() {
            let one = &mut shown[open[0]];
            one.width = one.width.min(room / open.len());
            room -= one.width;
            open.remove(0);
        }
        // Places are cut between segments, which leaves room.
        for place in shown
            .iter_mut()
            .filter(|one| one.column.kind == Kind::Place)
        {
            let cells = self.rows.iter().map(|row| &row.cells[place.index]);
            let cells = cells.map(|cell| columns_of(&shorten::place(cell, place.width)));
            let used = cells.max().unwrap_or(0);
            room += place.width.saturating_sub(used);
            place.width = used;
        }
        for (one, natural) in shown.iter_mut().zip(natural) {
            let more = natural.saturating_sub(one.width).min(room);
            if is_flexible(one) && one.column.kind != Kind::Place {
                one.width += more;
                room -= more;
            }
        }
    }
}

/// What columns take together.
fn width(shown: &[Shown<'_>]) -> usize {
    let gaps = shown
        .iter()
        .skip(1)
        .map(|one| one.column.gap)
        .sum::<usize>();
    gaps + shown.iter().map(|one| one.width).sum::<usize>()
}

/// A cell that fits its column.
fn shortened(shown: &[Shown<'_>], row: &Row, index: usize) -> String {
    let cell = &row.cells[index];
    match shown.iter().find(|one| one.index == index) {
        Some(one) if one.column.kind == Kind::Name => shorten::name(cell, one.width),
        Some(one) if one.column.kind == Kind::Label => shorten::right(cell, one.width),
        Some(one) if one.column.kind == Kind::Place => shorten::place(cell, one.width),
        _ => cell.clone(),
    }
}

/// Cells in a line, and where the share is.
fn line(
    shown: &[Shown<'_>],
    cell: impl Fn(usize) -> String,
) -> (String, Option<std::ops::Range<usize>>) {
    let mut line = String::new();
    let mut share = None;
    for (at, one) in shown.iter().enumerate() {
        if at > 0 {
            line.extend(std::iter::repeat_n(' ', one.column.gap));
        }
        let cell = cell(one.index);
        let blanks = std::iter::repeat_n(' ', one.width.saturating_sub(columns_of(&cell)));
        if one.column.is_number() {
            line.extend(blanks);
            if one.column.kind == Kind::Share {
                share = Some(line.len()..line.len() + cell.len());
            }
            line += &cell;
        } else {
            line += &cell;
            line.extend(blanks);
        }
    }
    line.truncate(line.trim_end().len());
    (line, share)
}

fn laid(shown: &[Shown<'_>], row: &Row, cell: impl Fn(usize) -> String) -> Laid {
    let (text, at) = line(shown, cell);
    let share = at.zip(row.share).map(|(at, percent)| Share { at, percent });
    Laid::Row { text, share }
}

/// A row on a terminal that is too narrow even for the numbers.
fn cut(laid: Laid, columns: usize) -> Laid {
    match laid {
        Laid::Row { text, share } if columns_of(&text) > columns => {
            let text = shorten::right(&text, columns);
            let kept = text.trim_end_matches('…').len();
            let share = share.filter(|share| share.at.end <= kept);
            Laid::Row { text, share }
        }
        laid => laid,
    }
}
