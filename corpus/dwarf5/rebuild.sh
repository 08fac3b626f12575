#!/usr/bin/env bash
#
# Rebuilds dwarf5.wasm from src/*.c and renews its line in ../SHA256SUMS. What it needs, and how the same
# bytes come about anywhere, is said in ../rebuild-clang.sh, which does the work.

set -euo pipefail

program=dwarf5
sources=(src/graph.c src/main.c)
compiler_flags=(-std=c11 -gdwarf-5)
linker_flags=()
. "$(dirname "${BASH_SOURCE[0]}")/../rebuild-clang.sh"
