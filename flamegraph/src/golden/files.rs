//! Which golden files and benchmarks belong together.

use std::collections::BTreeSet;

/// Names on one side only, in ascending order.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Pairing {
    /// Benchmarks without a golden file.
    pub missing: Vec<String>,
    /// Golden files without a benchmark.
    pub orphaned: Vec<String>,
}

impl Pairing {
    /// Whether every name stands on both sides.
    pub fn is_complete(&self) -> bool {
        self.missing.is_empty() && self.orphaned.is_empty()
    }
}

/// Pairs golden files with benchmarks by name (a golden file's is without folder and ending).
pub fn pair<'a>(
    golden: impl IntoIterator<Item = &'a str>,
    benchmarks: impl IntoIterator<Item = &'a str>,
) -> Pairing {
    let golden: BTreeSet<&str> = golden.into_iter().collect();
    let benchmarks: BTreeSet<&str> = benchmarks.into_iter().collect();
    let only = |a: &BTreeSet<&str>, b| a.difference(b).map(|&name| name.to_owned()).collect();
    Pairing {
        missing: only(&benchmarks, &golden),
        orphaned: only(&golden, &benchmarks),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sides_are_looked_at() {
        let pairing = pair(["fib", "old"], ["sha256", "fib", "keccak"]);
        assert_eq!(pairing.missing, ["keccak", "sha256"]);
        assert_eq!(pairing.orphaned, ["old"]);
        assert!(pair(["fib"], ["fib"]).is_complete());
    }
}
