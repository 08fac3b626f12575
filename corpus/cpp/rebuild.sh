#!/usr/bin/env bash
#
# Rebuilds cpp.wasm from src/main.cpp and renews its line in ../SHA256SUMS. What it needs, and how the same
# bytes come about anywhere, is said in ../rebuild-clang.sh, which does the work.

set -euo pipefail

program=cpp
sources=(src/main.cpp)
# The older version of debug information: coremark and dwarf5 have the newer one.
compiler_flags=(-std=c++20 -fno-exceptions -fno-rtti -gdwarf-4)
linker_flags=()
. "$(dirname "${BASH_SOURCE[0]}")/../rebuild-clang.sh"
