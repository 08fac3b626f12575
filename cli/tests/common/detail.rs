//! Profiles with less detail than a row, against the one that has all.

use runtime_hooks::{ExecutionLog, SideTable};
use zkasm_flamegraph::by_label::{ByLabel, Label};
use zkasm_flamegraph::folded::{Shape, to_text};
use zkasm_flamegraph::{Granularity, Profile};

/// Checks that profiles by every granularity have the totals of the one by rows, that views of no finer
/// granularity are the same, and that callers' addresses are those of calls.
pub fn details_agree(map: &SideTable, log: &ExecutionLog, rows: &Profile, name: &str) {
    let mut samples = 0;
    for detail in Granularity::ALL {
        let profile = Profile::from_run_by(map, log, detail).unwrap();
        let name = format!("{name}: profile by {detail}");
        assert!(profile.samples().len() >= samples, "{name}");
        samples = profile.samples().len();
        for metric in rows.metric_ids() {
            let sum: u64 = profile.samples().map(|s| s.values[metric.index()]).sum();
            assert_eq!(sum, rows.total(metric), "{name}");
            assert_eq!(profile.total(metric), rows.total(metric), "{name}");
        }
        for metric in ["cycles", "calls"] {
            let metric = rows.metric(metric).unwrap();
            let views = Granularity::ALL.into_iter().filter(|&view| view <= detail);
            for granularity in views {
                let shape = Shape {
                    granularity,
                    causes: true,
                    ..Shape::default()
                };
                let (expected, text) = (
                    to_text(rows, metric, shape),
                    to_text(&profile, metric, shape),
                );
                let differing = expected.lines().zip(text.lines()).find(|(a, b)| a != b);
                assert_eq!(differing, None, "{name}, view by {granularity}");
                assert_eq!(expected.len(), text.len(), "{name}, view by {granularity}");
            }
            let by = |profile: &Profile, label| ByLabel::new(profile, metric, label);
            for label in [Label::Cause, Label::Operator, Label::Rule] {
                if label == Label::Cause || detail >= Granularity::Wasm {
                    assert_eq!(by(&profile, label), by(rows, label), "{name}");
                }
            }
        }
        for stack in profile.stacks() {
            let Some(parent) = stack.parent else { continue };
            let caller = profile.location(profile.stacks()[parent.index()].location);
            let Some(address) = caller.address else {
                continue;
            };
            let zkpc = zkasm::ZkPc(address as u32);
            let block = &map.blocks[map.block_at(zkpc).unwrap().0 as usize];
            assert_eq!(zkpc.0, block.first + block.rows - 1, "{name}");
        }
    }
    assert_eq!(samples, rows.samples().len(), "{name}");
}
