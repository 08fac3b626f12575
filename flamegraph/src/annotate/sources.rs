//! The texts of source lines.

use std::collections::BTreeMap;

use super::{AnnotatedFunction, Annotation, SourceLine};

/// The lines of files that were read; none of those that could not be.
type Read = BTreeMap<String, Option<Vec<String>>>;

impl Annotation {
    /// Gives source lines their texts, file by file as `read` has them, and puts the lines between
    /// those of a function that nothing was compiled for, too.
    pub fn add_sources(&mut self, mut read: impl FnMut(&str) -> Option<String>) {
        let mut files: Read = BTreeMap::new();
        for line in self.functions.iter_mut().flat_map(|f| &mut f.lines) {
            let (Some(file), Some(number)) = (&line.file, line.line) else {
                continue;
            };
            if !files.contains_key(file) {
                let lines = read(file).map(|text| text.lines().map(str::to_owned).collect());
                files.insert(file.clone(), lines);
            }
            line.text = text_of(&files, file, number).map(str::to_owned);
            if line.text.is_none() {
                self.sources_missing.insert(file.clone());
            }
        }
        for function in &mut self.functions {
            add_between(function, &files);
        }
    }
}

fn text_of<'a>(files: &'a Read, file: &str, number: u32) -> Option<&'a str> {
    let lines = files.get(file)?.as_ref()?;
    let line = lines.get((number as usize).checked_sub(1)?)?;
    Some(line)
}

/// The file that a function is in: that of its declaration, if it has lines there, else that of its
/// first line. Its lines come in one run, ascending, for lines are in order of files.
fn own_file(function: &AnnotatedFunction) -> Option<String> {
    let mut own = function.lines.iter().filter(|line| line.depth == 0);
    let mut files = own.clone().filter_map(|line| line.file.as_ref());
    let declared = files.find(|file| Some(*file) == function.file.as_ref());
    declared
        .or_else(|| own.find_map(|line| line.file.as_ref()))
        .cloned()
}

/// Adds the lines of the function's own file that lie between its first and its last.
fn add_between(function: &mut AnnotatedFunction, files: &Read) {
    let Some(file) = own_file(function) else {
        return;
    };
    let is_own = |line: &SourceLine| line.depth == 0 && line.file.as_ref() == Some(&file);
    let own = function.lines.iter().filter(|line| is_own(line));
    let Some(first) = own.filter_map(|line| line.line).min() else {
        return;
    };
    let declared = function
        .line
        .filter(|_| function.file.as_ref() == Some(&file));
    let mut next = declared.map_or(first, |line| line.min(first));
    let mut lines = Vec::with_capacity(function.lines.len());
    for line in std::mem::take(&mut function.lines) {
        if is_own(&line)
            && let Some(number) = line.line
        {
            while next < number {
                let Some(text) = text_of(files, &file, next) else {
                    break;
                };
                lines.push(between(&file, next, text));
                next += 1;
            }
            next = number.saturating_add(1);
        }
        lines.push(line);
    }
    function.lines = lines;
}

fn between(file: &str, number: u32, text: &str) -> SourceLine {
    SourceLine {
        depth: 0,
        inlined: None,
        file: Some(file.to_owned()),
        line: Some(number),
        text: Some(text.to_owned()),
        self_value: 0,
        total: 0,
        percent: 0.0,
        percent_of_sum: 0.0,
        operators: Vec::new(),
    }
}
