//! Reading golden files.

use std::collections::BTreeMap;
use std::iter::Peekable;
use std::str::Lines;

use super::{CALLS, CYCLES, Costs, FORMAT, Golden, Header, TITLES, VERSION};
use crate::error::Error;

pub(super) fn parse(text: &str) -> Result<Golden, Error> {
    let mut reader = Reader {
        lines: text.lines().peekable(),
        line: 0,
    };
    let version = reader.field(FORMAT)?;
    if version != VERSION.to_string() {
        return reader.bad(format!(
            "a golden file of version {version:?}; this program reads version {VERSION}"
        ));
    }
    let header = Header {
        cost_model: reader.field("cost-model")?.to_owned(),
        wasm_sha256: reader.field("wasm")?.to_owned(),
        entry: reader.field("entry")?.to_owned(),
        arguments: reader.field("arguments")?.to_owned(),
        outcome: reader.field("outcome")?.to_owned(),
        rom_lines: {
            let value = reader.field("rom-lines")?;
            reader.number(value)?
        },
    };
    let totals = reader.totals()?;
    let find = |name: &str| totals.iter().find(|(metric, _)| metric == name);
    let (Some(&(_, cycles)), Some(&(_, calls))) = (find(CYCLES), find(CALLS)) else {
        return reader.bad(format!("there is no total of {CYCLES}, or none of {CALLS}"));
    };
    let causes = reader.causes(cycles)?;
    reader.titles()?;
    let functions = reader.functions(cycles, calls)?;
    if !text.ends_with('\n') {
        return reader.bad("the file does not end with a newline; it may be cut off".to_owned());
    }
    Ok(Golden {
        header,
        totals,
        causes,
        functions,
    })
}

struct Reader<'a> {
    lines: Peekable<Lines<'a>>,
    /// The number of the line read last, from 1.
    line: usize,
}

impl<'a> Reader<'a> {
    fn bad<T>(&self, problem: String) -> Result<T, Error> {
        Err(Error::Golden {
            line: self.line.max(1),
            problem,
        })
    }

    /// The next line.
    fn next(&mut self, expected: &str) -> Result<&'a str, Error> {
        match self.lines.next() {
            Some(line) => {
                self.line += 1;
                Ok(line)
            }
            None => self.bad(format!(
                "the file ends after this line; expected {expected}"
            )),
        }
    }

    /// The value of the field on the next line.
    fn field(&mut self, name: &str) -> Result<&'a str, Error> {
        let line = self.next(&format!("{name:?}"))?;
        match line.split_once(' ').unwrap_or((line, "")) {
            (found, value) if found == name => Ok(value),
            (found, _) => self.bad(format!("expected {name:?}, found {found:?}")),
        }
    }

    /// A number as it is written, and no other way.
    fn number(&self, text: &str) -> Result<u64, Error> {
        match text.parse::<u64>() {
            Ok(number) if number.to_string() == text => Ok(number),
            _ => self.bad(format!("{text:?} is not a whole number below 2^64")),
        }
    }

    /// The name and number on the next line, if that begins with `key`.
    fn entry(&mut self, key: &str) -> Result<Option<(&'a str, u64)>, Error> {
        let rest = self.lines.peek().and_then(|line| line.strip_prefix(key));
        let Some(rest) = rest.and_then(|rest| rest.strip_prefix(' ')) else {
            return Ok(None);
        };
        self.next(key)?;
        let Some((name, number)) = rest.rsplit_once(' ') else {
            return self.bad(format!("expected a name and a number after {key:?}"));
        };
        Ok(Some((name, self.number(number)?)))
    }

    fn totals(&mut self) -> Result<Vec<(String, u64)>, Error> {
        let mut totals: Vec<(String, u64)> = Vec::new();
        while let Some((name, total)) = self.entry("total")? {
            if totals.iter().any(|(before, _)| before == name) {
                return self.bad(format!("a second total of {name}"));
            }
            totals.push((name.to_owned(), total));
        }
        Ok(totals)
    }

    fn causes(&mut self, cycles: u64) -> Result<BTreeMap<String, u64>, Error> {
        let mut causes: BTreeMap<String, u64> = BTreeMap::new();
        while let Some((name, value)) = self.entry("cause")? {
            let last = causes.last_key_value();
            if last.is_some_and(|(last, _)| last.as_str() >= name) {
                return self.bad("causes are not in ascending order".to_owned());
            }
            causes.insert(name.to_owned(), value);
        }
        self.sum("causes", CYCLES, causes.values().copied(), cycles)?;
        Ok(causes)
    }

    fn titles(&mut self) -> Result<(), Error> {
        let line = self.next("an empty line")?;
        if !line.is_empty() {
            return self.bad(format!(
                "expected a total, a cause or an empty line: {line:?}"
            ));
        }
        let line = self.next("the titles of the table")?;
        if !line.split_whitespace().eq(TITLES) {
            return self.bad(format!("expected the titles {:?}", TITLES.join(" ")));
        }
        Ok(())
    }

    fn functions(&mut self, cycles: u64, calls: u64) -> Result<BTreeMap<String, Costs>, Error> {
        let mut functions: BTreeMap<String, Costs> = BTreeMap::new();
        while self.lines.peek().is_some() {
            let (name, costs) = self.function()?;
            let last = functions.last_key_value();
            if last.is_some_and(|(last, _)| last.as_str() >= name) {
                return self.bad("functions are not in ascending order".to_owned());
            }
            if costs.total < costs.self_value || costs.total > cycles {
                return self.bad(format!(
                    "the total of {} is less than self, or more than the {cycles} cycles in all",
                    costs.total
                ));
            }
            functions.insert(name.to_owned(), costs);
        }
        let values = || functions.values();
        self.sum("functions", CYCLES, values().map(|c| c.self_value), cycles)?;
        self.sum("functions", CALLS, values().map(|c| c.calls), calls)?;
        Ok(functions)
    }

    /// A row of the table.
    fn function(&mut self) -> Result<(&'a str, Costs), Error> {
        let line = self.next("a function")?;
        let mut rest = line;
        let mut numbers = [0; 3];
        for number in &mut numbers {
            rest = rest.trim_start_matches(' ');
            let (word, after) = rest.split_once(' ').unwrap_or((rest, ""));
            *number = self.number(word)?;
            rest = after;
        }
        let Some(name) = rest.strip_prefix(' ').filter(|name| !name.is_empty()) else {
            return self.bad("expected two blanks and a name after three numbers".to_owned());
        };
        let [self_value, total, calls] = numbers;
        let costs = Costs {
            self_value,
            total,
            calls,
        };
        Ok((name, costs))
    }

    fn sum(
        &self,
        what: &str,
        metric: &str,
        values: impl Iterator<Item = u64>,
        total: u64,
    ) -> Result<(), Error> {
        let sum: u128 = values.map(u128::from).sum();
        if sum == u128::from(total) {
            return Ok(());
        }
        self.bad(format!(
            "the {what} up to here have {sum} {metric}, the total is {total}"
        ))
    }
}
