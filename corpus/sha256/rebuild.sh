#!/usr/bin/env bash
#
# Rebuilds sha256.wasm from src/lib.rs and renews its line in ../SHA256SUMS. What it needs, and how the same
# bytes come about anywhere, is said in ../rebuild-rust.sh, which does the work.

set -euo pipefail

program=sha256
# The first version of WebAssembly: memory is copied and filled by functions in the program, not by
# operators. Those functions come in one object file with all others of their unit, and the debug
# information of those stays even where the linker drops them. Units of one function each, as in a
# release of Rust, keep the file four times smaller.
rustc_flags=(-Ctarget-cpu=mvp)
build_std=(--config profile.release.package.compiler_builtins.codegen-units=10000)
. "$(dirname "${BASH_SOURCE[0]}")/../rebuild-rust.sh"
