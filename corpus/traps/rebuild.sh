#!/usr/bin/env bash
#
# Rebuilds traps.wasm from src/lib.rs and renews its line in ../SHA256SUMS. What it needs, and how the same
# bytes come about anywhere, is said in ../rebuild-rust.sh, which does the work.

set -euo pipefail

program=traps
rustc_flags=()
build_std=()
. "$(dirname "${BASH_SOURCE[0]}")/../rebuild-rust.sh"
