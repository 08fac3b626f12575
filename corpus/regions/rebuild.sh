#!/usr/bin/env bash
#
# Rebuilds regions.wasm from src/lib.rs and renews its line in ../SHA256SUMS. What it needs, and how the same
# bytes come about anywhere, is said in ../rebuild-rust.sh, which does the work. The prebuilt file was made with
# the core library that comes with the target, not with one compiled here.

set -euo pipefail

program=regions
rustc_flags=()
build_std=()
. "$(dirname "${BASH_SOURCE[0]}")/../rebuild-rust.sh"
