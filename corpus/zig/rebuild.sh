#!/usr/bin/env bash
#
# Rebuilds zig.wasm from src/*.zig and renews its line in ../SHA256SUMS.
#
# You need Zig: the environment variable ZIG names it, zig unless set. The file in the repository was made
# with 0.17.0 as it is on PyPI: pip install ziglang==0.17.0, then ZIG="python3 -m ziglang". Another compiler
# gives a program that computes the same and differs in its bytes.
#
# No path of the building machine gets into the result: in the debug information this folder is called
# corpus/zig, Zig's library /zig/lib, and what it generates /zig/cache. The compiler has no option for that.
# So it is let write LLVM's language, where debug information is text; there the folders are renamed, and
# the clang in Zig makes the module of it.

set -euo pipefail

program=zig
corpus=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
here=$corpus/$program
cd "$here"
scratch=$(cd "$(mktemp -d)" && pwd -P)
trap 'rm -rf "$scratch"' EXIT

read -ra zig <<<"${ZIG:-zig}"
if ! version=$("${zig[@]}" version); then
    echo "rebuild: no compiler ${zig[*]}: set ZIG; the head of zig/rebuild.sh says how." >&2
    exit 2
fi
if [ "$version" != 0.17.0 ]; then
    echo "rebuild: this is Zig $version, not 0.17.0: expect other bytes" >&2
fi

export ZIG_LOCAL_CACHE_DIR=$scratch/cache ZIG_GLOBAL_CACHE_DIR=$scratch/cache
"${zig[@]}" build-obj src/main.zig -target wasm32-freestanding -O ReleaseFast -fno-strip \
    -fno-emit-bin "-femit-llvm-ir=$scratch/whole.ll"

# Folders by what they are: ours, the one with generated files in a folder named by a hash, and the library.
while IFS= read -r line; do
    if [[ $line == *'!DIFile('* ]]; then
        line=${line/"directory: \"$here"/"directory: \"corpus/zig"}
        line=${line/"directory: \"$scratch/cache"/"directory: \"/zig/cache"}
        line=$(sed -E -e 's#"b/[0-9a-f]{32}/#"#' -e 's#directory: "/[^"]*/lib"#directory: "/zig/lib"#' <<<"$line")
    fi
    printf '%s\n' "$line"
done <"$scratch/whole.ll" >"$scratch/zig.ll"
if grep -n '!DIFile(.*directory: "/' "$scratch/zig.ll" | grep -v 'directory: "/zig/'; then
    echo "rebuild: those folders have no other name" >&2
    exit 2
fi

cd "$scratch"
"${zig[@]}" cc -target wasm32-freestanding -O2 -g -c zig.ll -o zig.o
# A stack of 64 KiB keeps linear memory small; it lies at the lowest addresses, where it cannot grow into
# data unnoticed.
"${zig[@]}" wasm-ld -m wasm32 --no-entry --export=calculator --stack-first -z stack-size=65536 \
    zig.o -o zig.wasm
install -m 644 zig.wasm "$here/zig.wasm"
. "$corpus/renew-checksum.sh"
