//! A finding in words.

use super::Finding;
use super::find::{At, Count, Counted, Fact, Place};
use super::rules::{Kind, Rule};
use crate::layout::shorten::right;
use crate::profile::{FunctionId, StringId};
use crate::text::{grouped, percent, rounded_percent};

/// Names in a finding's text are no longer than this.
const NAME: usize = 80;

impl Counted<'_> {
    /// What a rule found at a place; `facts` are those of its text that only this rule has.
    pub(super) fn told(
        &self,
        rule: &Rule,
        mut facts: Vec<Fact>,
        place: Place,
        count: &Count,
    ) -> Finding {
        let profile = self.profile;
        let text = |id: StringId| profile.text(id).to_owned();
        let name = |id: FunctionId| profile.function_name(id).to_owned();
        let short = |id: FunctionId| right(profile.function_name(id), NAME);
        let (function, source) = match place {
            Place::Run => (None, None),
            Place::Function(id) => (Some(id), self.declared(id)),
            Place::Line(function, (_, source)) => (Some(function), source),
        };
        let shown = match (place, function) {
            (Place::Line(function, (inner, source)), _) => {
                let inlined = match inner == function {
                    true => String::new(),
                    false => format!("{}, inlined into ", short(inner)),
                };
                let whole = self.cycles_of(Place::Function(function));
                let function = format!("{inlined}{}", short(function));
                match source {
                    Some((file, line)) => {
                        format!("the line {}:{line} ({function})", profile.text(file))
                    }
                    None if self.cycles_of(place) == whole => {
                        format!("{function}, whose lines are not known,")
                    }
                    None => format!("what has no line in {function}"),
                }
            }
            (_, Some(function)) => {
                let name = short(function);
                let at = source.map(|at| self.at(at));
                match (self.is_inlined(function), at) {
                    (false, None) => name,
                    (false, Some(at)) => format!("{name} ({at})"),
                    (true, None) => format!("{name} as compiled, not where it is inlined,"),
                    (true, Some(at)) => {
                        format!("{name} ({at}) as compiled, not where it is inlined,")
                    }
                }
            }
            (_, None) => String::new(),
        };
        let mostly = count.mostly().filter(|_| place == Place::Run);
        let compiled = function.or(mostly.map(|(_, compiled)| compiled));
        let mostly = mostly.map(|((function, at), _)| (function, at.or(self.declared(function))));
        let mostly_text = mostly.map(|(function, source)| {
            let source = source.map(|at| format!(" ({})", self.at(at)));
            format!("{}{}", short(function), source.unwrap_or_default())
        });
        let hottest = match place {
            Place::Function(_) => count.hottest(),
            Place::Run | Place::Line(..) => None,
        };
        let share = percent(count.cycles, self.cycles_of(place));
        let calls = function.map_or(0, |id| self.calls(id));
        facts.extend([
            ("share", format!("{share:.1} %")),
            ("value", grouped(count.cycles)),
            ("calls", grouped(calls)),
            ("place", shown),
            (
                "mostly",
                mostly_text.unwrap_or_else(|| "[unknown]".to_owned()),
            ),
        ]);
        let saves = (rule.kind == Kind::Saving).then(|| count.saves());
        let mut says = filled_in(rule.says, &facts);
        if let Some(((file, line), value)) = hottest {
            let at = match source {
                Some((declared, _)) if declared == file => format!("line {line}"),
                _ => self.at((file, line)),
            };
            let part = percent(value, count.cycles);
            says += &format!("; {part:.0} % of that at {at}");
        }
        let mostly_source = mostly.and_then(|(_, source)| source);
        Finding {
            rule: rule.name.to_owned(),
            text: says,
            function: function.map(name),
            file: source.map(|(file, _)| text(file)),
            line: source.map(|(_, line)| line),
            mostly: mostly.map(|(function, _)| name(function)),
            mostly_file: mostly_source.map(|(file, _)| text(file)),
            mostly_line: mostly_source.map(|(_, line)| line),
            hottest_file: hottest.map(|((file, _), _)| text(file)),
            hottest_line: hottest.map(|((_, line), _)| line),
            compiled: compiled.map(name),
            cycles: count.cycles,
            percent: rounded_percent(count.cycles, self.cycles),
            share: rounded_percent(count.cycles, self.cycles_of(place)),
            saves,
            saves_percent: saves.map(|saves| rounded_percent(saves, self.cycles)),
            others: 0,
        }
    }
}

impl Counted<'_> {
    /// Where a function is declared.
    fn declared(&self, id: FunctionId) -> Option<At> {
        let declared = self.profile.function(id);
        let file = declared.file.filter(|_| declared.start_line != 0);
        file.map(|file| (file, declared.start_line))
    }

    fn at(&self, (file, line): At) -> String {
        format!("{}:{line}", self.profile.text(file))
    }
}

/// A text with facts in the place of their names in braces. The facts themselves are as they are: names
/// of functions may have braces.
fn filled_in(says: &str, facts: &[Fact]) -> String {
    let mut text = String::new();
    let mut rest = says;
    while let Some((before, after)) = rest.split_once('{') {
        text += before;
        let fact = after.split_once('}').and_then(|(name, behind)| {
            let fact = facts.iter().find(|(known, _)| *known == name);
            fact.map(|(_, fact)| (fact, behind))
        });
        rest = match fact {
            Some((fact, behind)) => {
                text += fact;
                behind
            }
            None => {
                text.push('{');
                after
            }
        };
    }
    text + rest
}
