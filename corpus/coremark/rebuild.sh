#!/usr/bin/env bash
#
# Rebuilds coremark.wasm from src/*.c and renews its line in ../SHA256SUMS.
#
# You need clang with its WebAssembly target, version 16 or later, and the linker wasm-ld of the same LLVM.
# On Debian and Ubuntu: apt install clang lld. The environment variable CC names the compiler, clang unless
# set, and WASM_LD the linker, otherwise the one that the compiler would take. The file in the repository
# was made with Debian's clang-22 and lld-22 (22.1.8): CC=clang-22. Another compiler gives a program that
# computes the same and differs in its bytes.
#
# No path of the building machine gets into the result: in the debug information this folder is called
# corpus/coremark, and the one where the compiler has its own headers /clang. So the same compiler gives the
# same bytes in any folder.

set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
cd "$here"
scratch=$(cd "$(mktemp -d)" && pwd -P)
trap 'rm -rf "$scratch"' EXIT

cc=${CC:-clang}
wasm_ld=${WASM_LD:-$("$cc" --print-prog-name=wasm-ld)}
if ! "$cc" --print-targets | grep -qw wasm32; then
    echo "rebuild.sh: $cc has no target wasm32: set CC; the head of this script says how." >&2
    exit 2
fi
if ! command -v "$wasm_ld" >/dev/null; then
    echo "rebuild.sh: no linker $wasm_ld: install lld, or set WASM_LD." >&2
    exit 2
fi
version=$("$cc" -dumpversion)
if [ "$version" != 22.1.8 ]; then
    echo "rebuild.sh: this is clang $version, not 22.1.8: expect other bytes" >&2
fi

# The operators that the compiler uses unless told otherwise, and for older ones those that copy and fill
# memory; without a library there are no functions for that. Optimisation goes on when the program is
# linked (-flto), so that functions are inlined across files.
flags=(
    --target=wasm32-unknown-unknown
    -std=c11 -O2 -flto -mbulk-memory -ffreestanding
    -Wall -Wextra
    -g -gdwarf-5
    "-ffile-prefix-map=$here=corpus/coremark"
    "-ffile-prefix-map=$("$cc" -print-resource-dir)=/clang"
    -fdebug-compilation-dir=corpus/coremark
)
objects=()
for source in src/crc.c src/list.c src/main.c src/matrix.c src/scan.c; do
    object=$scratch/$(basename "$source" .c).o
    "$cc" "${flags[@]}" -c "$source" -o "$object"
    objects+=("$object")
done

# The linker is called directly: clang would let wasm-opt loose on the result where it finds one, and that
# destroys debug information. A stack of 64 KiB keeps linear memory small; it lies at the lowest addresses,
# where it cannot grow into data unnoticed.
"$wasm_ld" -m wasm32 --lto-O2 --no-entry --stack-first -z stack-size=65536 \
    "${objects[@]}" -o "$scratch/coremark.wasm"
install -m 644 "$scratch/coremark.wasm" coremark.wasm

# Only this program's line changes; the file stays sorted by name.
cd ..
touch SHA256SUMS
if command -v sha256sum >/dev/null; then
    line=$(sha256sum coremark/coremark.wasm)
else
    line=$(shasum -a 256 coremark/coremark.wasm)
fi
{
    grep -v '  coremark/coremark\.wasm$' SHA256SUMS || true
    echo "$line"
} | LC_ALL=C sort -k 2 >SHA256SUMS.new
mv SHA256SUMS.new SHA256SUMS
echo "$line"
