//! The text of traces.

#![allow(clippy::unwrap_used)] // Helpers fail as tests do.

use expect_test::expect;
use runtime_hooks::trace::{Trace, TraceStep};
use zkasm::{Counter, Counters, ZkPc};

fn step(zkpc: u32, charged: &[(Counter, u64)]) -> TraceStep {
    let mut counters = Counters::ZERO;
    counters[Counter::Cycles] = 1;
    for &(counter, value) in charged {
        counters[counter] = value;
    }
    TraceStep {
        zkpc: ZkPc(zkpc),
        charged: counters,
    }
}

fn trace() -> Trace {
    Trace {
        build: "94b2".to_owned(),
        steps: vec![
            step(0, &[]),
            step(7, &[(Counter::Mem, 1)]),
            step(8, &[(Counter::Binary, 1), (Counter::Mem, 1)]),
            step(8, &[(Counter::KeccakF, 3)]),
        ],
        end: ZkPc(9),
    }
}

#[test]
fn a_trace_survives_its_text() {
    let text = trace().to_text();
    expect![[r#"
        zkasm-profile/trace 1
        build 94b2
        0
        7 mem
        8 mem binary
        8 keccak_f=3
        end 9
    "#]]
    .assert_eq(&text);
    assert_eq!(Trace::from_text(&text).unwrap(), trace());
    let nameless = Trace {
        build: String::new(),
        ..trace()
    };
    assert_eq!(Trace::from_text(&nameless.to_text()).unwrap(), nameless);
    assert!(nameless.to_text().contains("\nbuild\n"));
    // Charges that no machine of today makes.
    let odd = Trace {
        steps: vec![
            step(1, &[(Counter::Cycles, 0)]),
            step(1, &[(Counter::Cycles, 2)]),
        ],
        ..trace()
    };
    assert_eq!(Trace::from_text(&odd.to_text()).unwrap(), odd);
}

#[test]
fn what_is_no_trace_is_refused_with_its_line() {
    let text = trace().to_text();
    let refusal = |text: &str| Trace::from_text(text).unwrap_err().to_string();
    let refusals = [
        refusal(""),
        refusal(&text.replace("trace 1", "log 1")),
        refusal(&text.replace("trace 1", "trace 2")),
        refusal(&text.replace("build", "bild")),
        refusal(&text.replace("7 mem", "7 memory")),
        refusal(&text.replace("=3", "=")),
        refusal(&text.replace("\n0\n", "\n\n")),
        refusal(&text.replace("end 9\n", "")),
        refusal(&text.replace("end 9", "end")),
        refusal(&text.replace("end 9\n", "end 9")),
        refusal(text.trim_end_matches("9\n")),
        refusal(&text.replace("mem binary", "mem binary mem")),
        refusal(&text.replace("=3", "=3 keccak_f=3")),
        refusal(&(text + "9\n")),
    ];
    expect![[r#"
        this is not a trace: its format is "", expected "zkasm-profile/trace"
        this is not a trace: its format is "zkasm-profile/log", expected "zkasm-profile/trace"
        trace of version 2; this program reads version 1
        inconsistent trace: line 2 is not the build id
        inconsistent trace: line 4 is no step
        inconsistent trace: line 6 is no step
        inconsistent trace: line 3 is no step
        inconsistent trace: there is no end: it was cut short
        inconsistent trace: line 7 is no step
        inconsistent trace: its last line has no end: it was cut short
        inconsistent trace: its last line has no end: it was cut short
        inconsistent trace: line 5 is a step that names a counter twice
        inconsistent trace: line 6 is a step that names a counter twice
        inconsistent trace: line 8 is behind the end"#]]
    .assert_eq(&refusals.join("\n"));
}
