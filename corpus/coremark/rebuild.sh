#!/usr/bin/env bash
#
# Rebuilds coremark.wasm from src/*.c and renews its line in ../SHA256SUMS. What it needs, and how the same
# bytes come about anywhere, is said in ../rebuild-clang.sh, which does the work.

set -euo pipefail

program=coremark
sources=(src/crc.c src/list.c src/main.c src/matrix.c src/scan.c)
# Optimisation goes on when the program is linked, so that functions are inlined across files.
compiler_flags=(-std=c11 -flto -gdwarf-5)
linker_flags=(--lto-O2)
. "$(dirname "${BASH_SOURCE[0]}")/../rebuild-clang.sh"
