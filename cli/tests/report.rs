//! The command that writes reports, and what it refuses; what is on the page, cli/tests/browser looks at.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod common;

use common::root;
use common::scratch::{FIBONACCI, Scratch};
use expect_test::expect;

const MODEXP: &str = "corpus/handwritten/modexp.zkasm";

/// A folder with the corpus, its sources, and a profile in `p`.
fn profiled(test: &str, program: &[&str]) -> Scratch {
    let scratch = Scratch::with_corpus(&format!("report-{test}"));
    let source = "corpus/fibonacci/src/lib.rs";
    scratch.write(source, std::fs::read(root().join(source)).unwrap());
    let output = scratch.run(["profile", "-o", "p"].iter().chain(program));
    assert!(output.status.success());
    scratch
}

#[test]
fn the_report_of_a_profile_is_the_one_that_profile_wrote() {
    for (name, program) in [
        ("fibonacci", &[FIBONACCI, "--arg", "20"][..]),
        ("modexp", &[MODEXP][..]),
    ] {
        let scratch = profiled(&format!("same-{name}"), program);
        let output = scratch.run(["report", "p"]);
        assert!(output.status.success(), "{output:?}");
        let written = scratch.read(&format!("p/{name}.html"));
        assert!(written.as_bytes() == output.stdout, "{name}");
    }
}

#[test]
fn sources_are_where_they_are_said_to_be() {
    let scratch = profiled("sources", &[FIBONACCI, "--arg", "20"]);
    let report = |args: &[&str]| {
        let output = scratch.run(["report", "p"].iter().chain(args));
        assert!(output.status.success(), "{output:?}");
        output.stdout
    };
    let with = report(&[]);
    let below = report(&["--source-path", "corpus", "--trim-path", "corpus/"]);
    assert!(with == below);
    scratch.write("elsewhere/none", "");
    let without = report(&["--source-path", "elsewhere"]);
    assert!(without.len() < with.len());
}

#[test]
fn another_program_or_listing_is_refused() {
    let scratch = profiled("other", &[MODEXP]);
    let text = scratch.read("p/modexp.zkasm");
    scratch.write("p/modexp.zkasm", format!("; one\n; two\n{text}"));
    scratch.check(
        &["report", "p", "-o", "out.html"],
        expect![[r#"
            exit 2
            error: p/modexp.zkasm is not the program of the side table beside it
        "#]],
    );
    assert!(!scratch.listing().contains(&"out.html".to_owned()));
    scratch.write("p/modexp.zkasm", text);
    let arith = scratch.read("p/arith.zkasm");
    scratch.write("p/arith.zkasm", format!("; one\n{arith}"));
    assert_eq!(scratch.run(["report", "p"]).status.code(), Some(2));

    let scratch = profiled("other-listing", &[FIBONACCI, "--arg", "20"]);
    scratch.write("p/fibonacci.listing.wat", ";; other.wasm sha256 00\n");
    scratch.check(
        &["report", "p"],
        expect![[r#"
            exit 2
            error: p/fibonacci.listing.wat is not the listing of the module that the side table was built from
        "#]],
    );
}

/// `build` writes no listing of the module: what does not need it does without.
#[test]
fn a_listing_may_be_missing() {
    let scratch = Scratch::with_corpus("report-missing");
    for args in [
        &["build", FIBONACCI, "--arg", "20", "-o", "b/fibonacci.zkasm"][..],
        &["profile", "b/fibonacci.zkasm", "-o", "p"],
        &["report", "p", "-o", "report.html"],
        &["pprof", "p", "--granularity", "zkasm", "-o", "f.pb.gz"],
    ] {
        let output = scratch.run(args);
        assert!(output.status.success(), "{output:?}");
    }
    scratch.check(
        &["pprof", "p", "--granularity", "wasm"],
        expect![[r#"
            exit 2
            error: there is no p/fibonacci.listing.wat, the module's listing, which `zkasm-profile profile fibonacci.wasm` writes
        "#]],
    );
    let output = scratch.run(["profile", MODEXP, "-o", "m"]);
    assert!(output.status.success(), "{output:?}");
    scratch.check(
        &["pprof", "m", "--granularity", "wasm"],
        expect![[r#"
            exit 2
            error: the program was not compiled from WebAssembly
        "#]],
    );
}
