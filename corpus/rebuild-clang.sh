# Rebuilds a program of the corpus that is written in C or C++, and renews its line in SHA256SUMS. The
# program's own rebuild.sh sets what is its own and sources this file:
#
#   program        its name: that of its folder and of its .wasm
#   sources        its files
#   compiler_flags what it wants of the compiler, such as the version of the language and that of DWARF
#   linker_flags   what it wants of the linker
#
# You need clang with its WebAssembly target, version 16 or later, and the linker wasm-ld of the same LLVM.
# On Debian and Ubuntu: apt install clang lld. The environment variable CC names the compiler, clang unless
# set, and WASM_LD the linker, otherwise the one that the compiler would take. The files in the repository
# were made with Debian's clang-22 and lld-22 (22.1.8): CC=clang-22. Another compiler gives programs that
# compute the same and differ in their bytes.
#
# No path of the building machine gets into the result: in the debug information the program's folder is
# called corpus/<program>, and the one where the compiler has its own headers /clang. So the same compiler
# gives the same bytes in any folder.

corpus=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
here=$corpus/$program
cd "$here"
scratch=$(cd "$(mktemp -d)" && pwd -P)
trap 'rm -rf "$scratch"' EXIT

cc=${CC:-clang}
wasm_ld=${WASM_LD:-$("$cc" --print-prog-name=wasm-ld)}
if ! "$cc" --print-targets | grep -qw wasm32; then
    echo "rebuild: $cc has no target wasm32: set CC; the head of corpus/rebuild-clang.sh says how." >&2
    exit 2
fi
if ! command -v "$wasm_ld" >/dev/null; then
    echo "rebuild: no linker $wasm_ld: install lld, or set WASM_LD." >&2
    exit 2
fi
version=$("$cc" -dumpversion)
if [ "$version" != 22.1.8 ]; then
    echo "rebuild: this is clang $version, not 22.1.8: expect other bytes" >&2
fi

# The operators that the compiler uses unless told otherwise, and for older ones those that copy and fill
# memory; without a library there are no functions for that.
flags=(
    --target=wasm32-unknown-unknown
    -O2 -mbulk-memory -ffreestanding
    -Wall -Wextra
    -g "${compiler_flags[@]}"
    "-ffile-prefix-map=$here=corpus/$program"
    "-ffile-prefix-map=$("$cc" -print-resource-dir)=/clang"
    "-fdebug-compilation-dir=corpus/$program"
)
objects=()
for source in "${sources[@]}"; do
    object=$scratch/$(basename "$source").o
    "$cc" "${flags[@]}" -c "$source" -o "$object"
    objects+=("$object")
done

# The linker is called directly: clang would let wasm-opt loose on the result where it finds one, and that
# destroys debug information. A stack of 64 KiB keeps linear memory small; it lies at the lowest addresses,
# where it cannot grow into data unnoticed.
"$wasm_ld" -m wasm32 "${linker_flags[@]}" --no-entry --stack-first -z stack-size=65536 \
    "${objects[@]}" -o "$scratch/$program.wasm"
install -m 644 "$scratch/$program.wasm" "$program.wasm"
. "$corpus/renew-checksum.sh"
