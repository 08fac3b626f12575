//! Which functions a name means.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod common;

use common::{Build, Run, op};
use expect_test::expect;
use zkasm_flamegraph::Profile;
use zkasm_flamegraph::matching::Pattern;

/// A profile in which functions of these names ran, and one that did not.
fn profile(names: &[(&str, &str)]) -> Profile {
    let mut build = Build::new();
    let ids: Vec<_> = names
        .iter()
        .map(|(name, linkage)| {
            let function = build.declared(name, linkage, "a.rs", 1);
            let block = build.block(function, &[op(1)]);
            (function, block)
        })
        .collect();
    let never = build.function("never");
    build.block(never, &[op(2)]);
    let mut run = Run::new(&build.map);
    for (function, block) in ids {
        run = run.enter(function).block(block).leave(function);
    }
    Profile::from_run(&build.map, &run.halt()).unwrap()
}

const NAMES: [(&str, &str); 6] = [
    ("fibonacci", "fibonacci"),
    ("fibonacci::sum", "_ZN9fibonacci3sum17h0E"),
    ("fibonacci::remember", "_ZN9fibonacci8remember17h1E"),
    ("<Table as Sum>::sum_all", "_ZN5Table7sum_all17h2E"),
    ("Assume", "Assume"),
    ("größe", "größe"),
];

/// The names that a text means; the error, if it is none or none ran.
fn meant(text: &str) -> String {
    let profile = profile(&NAMES);
    let pattern = match Pattern::new(text, &[&profile]) {
        Ok(pattern) => pattern,
        Err(error) => return error.to_string(),
    };
    let ids = profile.function_ids();
    let ids = ids.filter(|&id| pattern.means(&profile, id));
    let names: Vec<&str> = ids.map(|id| profile.function_name(id)).collect();
    match names.is_empty() {
        true => pattern.not_found(&[&profile]).to_string(),
        false => names.join(", "),
    }
}

#[test]
fn a_whole_name_means_nothing_else() {
    assert_eq!(meant("fibonacci"), "fibonacci");
    assert_eq!(meant("_ZN9fibonacci3sum17h0E"), "fibonacci::sum");
    assert_eq!(meant("fibonacci::"), "fibonacci::sum, fibonacci::remember");
    // Mangled names are whole or none.
    expect![[r#"no function that ran has "_ZN9fibonacci" in its name; did you mean fibonacci?"#]]
        .assert_eq(&meant("_ZN9fibonacci"));
}

#[test]
fn capital_letters_count_if_there_are_any() {
    assert_eq!(
        meant("sum"),
        "fibonacci::sum, <Table as Sum>::sum_all, Assume"
    );
    assert_eq!(meant("Sum"), "<Table as Sum>::sum_all");
    assert_eq!(
        meant("GRÖ"),
        r#"no function that ran has "GRÖ" in its name"#
    );
    assert_eq!(meant("grö"), "größe");
}

#[test]
fn regular_expressions_stand_in_slashes() {
    assert_eq!(meant("/^fib.*m/"), "fibonacci::sum, fibonacci::remember");
    assert_eq!(meant("/sum$/"), "fibonacci::sum");
    assert_eq!(meant("/^assume$/"), "Assume");
    assert_eq!(
        meant(r"/^\S+Sum/"),
        r"no function that ran has a name that /^\S+Sum/ matches"
    );
    assert_eq!(meant(r"/^\S+me$/"), "Assume");
    expect!["/(/ is no regular expression: unclosed group"].assert_eq(&meant("/(/"));
}

#[test]
fn nothing_means_nothing() {
    let empty = "an empty name means no function; /./ means every one";
    for text in ["", "  ", "//"] {
        assert_eq!(meant(text), empty, "{text:?}");
    }
    assert_eq!(meant("/"), r#"no function that ran has "/" in its name"#);
    let every = meant("/./");
    assert!(
        NAMES.iter().all(|(name, _)| every.contains(name)),
        "{every}"
    );
}

#[test]
fn what_is_near_is_suggested() {
    expect![[
        r#"no function that ran has "rememebr" in its name; did you mean fibonacci::remember?"#
    ]]
    .assert_eq(&meant("rememebr"));
    expect![[
        r#"no function that ran has "Fibonacci::sun" in its name; did you mean fibonacci::sum?"#
    ]]
    .assert_eq(&meant("Fibonacci::sun"));
    expect![[r#"no function that ran has "entirely" in its name"#]].assert_eq(&meant("entirely"));
}

/// A name that one of two profiles has is no part of a name in the other.
#[test]
fn profiles_that_are_compared_agree() {
    let (base, head) = (profile(&NAMES), profile(&NAMES[1..]));
    let pattern = Pattern::new("fibonacci", &[&base, &head]).unwrap();
    assert_eq!(head.inside(&pattern).samples().len(), 0);
    assert!(base.inside(&pattern).samples().next().is_some());
    assert!(head.focus("fibonacci").is_ok());
}

/// What did not run is no whole name, and nothing to focus on.
#[test]
fn what_did_not_run_is_not_found() {
    let profile = profile(&NAMES);
    expect![[r#"no function that ran has "never" in its name"#]]
        .assert_eq(&profile.focus("never").unwrap_err().to_string());
}
