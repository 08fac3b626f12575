//! What files for people say of the run that they show.

use runtime_hooks::SideTable;
use runtime_hooks::log::Outcome;
use runtime_hooks::sidetable::Entry;

use crate::commands::outcome_text;
use crate::load::Recorded;

/// What was run: `fibonacci(100)`, `crypto: all(64)`, or the name of a program that was not compiled.
pub(crate) fn title(map: &SideTable) -> String {
    match map.is_of_labels() {
        true => map.module.name.clone(),
        false => call(&map.module.name, &map.entry),
    }
}

fn call(module: &str, entry: &Entry) -> String {
    let mut ends = [".wasm", ".wat"].iter();
    let stem = ends.find_map(|end| module.strip_suffix(end));
    let stem = stem.unwrap_or(module);
    let args = entry.args.iter().map(|arg| {
        let typed = arg.split_once(':');
        typed.map_or(arg.as_str(), |(_, value)| value)
    });
    let call = format!("{}({})", entry.export, args.collect::<Vec<_>>().join(", "));
    match entry.export == stem {
        true => call,
        false => format!("{stem}: {call}"),
    }
}

/// How a run ended, if not as it should.
pub(crate) fn failure(outcome: &Outcome) -> Option<String> {
    match outcome {
        Outcome::Halted { .. } => None,
        Outcome::Trap { .. } | Outcome::OutOfSteps => Some(outcome_text(outcome)),
    }
}

/// What a pprof file says of its run.
pub(crate) fn comments(recorded: &Recorded) -> Vec<String> {
    let Recorded { map, log } = recorded;
    let mut comments = vec![format!("run: {}", title(map))];
    if !map.entry.args.is_empty() {
        comments.push(format!("arguments: {}", map.entry.args.join(" ")));
    }
    comments.push(format!("outcome: {}", outcome_text(&log.outcome)));
    comments.push(format!("cost model: {}", map.cost_model));
    comments
}

#[cfg(test)]
mod tests {
    use runtime_hooks::TrapKind;

    use super::*;

    #[test]
    fn runs_are_named_by_program_and_arguments() {
        for (module, export, args, expected) in [
            (
                "fibonacci.wasm",
                "fibonacci",
                &["i32:100"][..],
                "fibonacci(100)",
            ),
            (
                "crypto.wasm",
                "all",
                &["i32:64", "i64:-1"],
                "crypto: all(64, -1)",
            ),
            ("a.wasm.wat", "run", &[], "a.wasm: run()"),
            ("-", "run", &[], "-: run()"),
        ] {
            let entry = Entry {
                export: export.to_owned(),
                args: args.iter().map(|&arg| arg.to_owned()).collect(),
                ..Entry::default()
            };
            assert_eq!(call(module, &entry), expected);
        }
    }

    #[test]
    fn only_what_went_wrong_is_a_failure() {
        assert_eq!(
            failure(&Outcome::Halted {
                results: Vec::new()
            }),
            None
        );
        let trap = TrapKind::Unreachable;
        let text = failure(&Outcome::Trap { trap });
        assert_eq!(text.as_deref(), Some("trapped: unreachable"));
    }
}
