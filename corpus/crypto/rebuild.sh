#!/usr/bin/env bash
#
# Rebuilds crypto.wasm from src/*.rs and renews its line in ../SHA256SUMS. What it needs, and how the same
# bytes come about anywhere, is said in ../rebuild-rust.sh, which does the work.

set -euo pipefail

program=crypto
# Only the smallest functions are inlined: there shall be many, and the debug information of more inlining
# would make the file half as large again.
rustc_flags=(-Cllvm-args=--inline-threshold=10)
# RLP needs an allocator, and so the library that is made for one. Units of one function each, as in a
# release of Rust, keep out the debug information of functions that the linker drops.
build_std=(
    -Zbuild-std=core,alloc
    --config profile.release.package.compiler_builtins.codegen-units=10000
)
. "$(dirname "${BASH_SOURCE[0]}")/../rebuild-rust.sh"
