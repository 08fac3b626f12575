# Rebuilds a program of the corpus that is written in Rust, and renews its line in SHA256SUMS. The
# program's own rebuild.sh sets what is its own and sources this file:
#
#   program        its name: that of its folder, of its crate and of its .wasm
#   rustc_flags    what it wants of the compiler
#   build_std      options for building the core library with it
#
# You need Rust and its WebAssembly target (rustup target add wasm32-unknown-unknown). The files in the
# repository were made with Rust 1.95.0; another compiler gives programs that compute the same and
# differ in their bytes.
#
# Without that target the core library is compiled too. For this its source is needed: either the
# rust-src component (rustup component add rust-src), or the environment variable RUST_SRC naming a
# folder that has library/core below it, of the same version as the compiler. The files in the
# repository were made in this way, with the source from Debian's package rust-src 1.95.0. Between the
# two ways, expect at least the hashes inside symbol names to differ.
#
# Crates come from crates.io, in the versions and with the checksums of Cargo.lock.
#
# No path of the building machine gets into the result: in the debug information the program's folder is
# called corpus/<program>, the source of the core library /rustc/<commit>, as in every release of Rust,
# and that of a crate /crates.io/<name>-<version>. So the same compiler and library source give the same
# bytes in any folder.

corpus=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
here=$corpus/$program
cd "$here"
scratch=$(cd "$(mktemp -d)" && pwd -P)
trap 'rm -rf "$scratch"' EXIT

target=wasm32-unknown-unknown
sysroot=$(rustc --print sysroot)
commit=$(rustc -vV | sed -n 's/^commit-hash: //p')
release=$(rustc -vV | sed -n 's/^release: //p')
if [ "$release" != 1.95.0 ]; then
    echo "rebuild: this is Rust $release, not 1.95.0: expect other bytes" >&2
fi

# One scheme of symbol names, whatever the compiler's default; and a stack of 64 KiB, which keeps linear
# memory small.
flags=(
    "${rustc_flags[@]}"
    -Csymbol-mangling-version=v0
    -Clink-arg=-zstack-size=65536
    "--remap-path-prefix=$here=corpus/$program"
    "--remap-path-prefix=$sysroot/lib/rustlib/src/rust=/rustc/$commit"
)

# Where cargo unpacks crates depends on the user and on the version of cargo.
cargo fetch --locked --target "$target"
cargo_home=$(cd "${CARGO_HOME:-$HOME/.cargo}" && pwd -P)
for registry in "$cargo_home"/registry/src/*/; do
    flags+=("--remap-path-prefix=${registry%/}=/crates.io")
done

cargo_options=(build --release --locked --target "$target")

if ! rustup target list --installed 2>/dev/null | grep -qx "$target"; then
    source_root=${RUST_SRC:-$sysroot/lib/rustlib/src/rust}
    if [ ! -d "$source_root/library/core" ]; then
        echo "rebuild: no target $target and no library/core in $source_root." >&2
        echo "Install the target, or set RUST_SRC; the head of corpus/rebuild-rust.sh says how." >&2
        exit 2
    fi
    source_root=$(cd "$source_root" && pwd -P)
    # The place of the library's source would find its way into the hashes inside symbol names, unless
    # it lies where the rust-src component puts it. So the compiler is shown a sysroot made of links,
    # with the source at that place.
    host=$(rustc -vV | sed -n 's/^host: //p')
    links=$scratch/sysroot
    mkdir -p "$links/lib/rustlib/src/rust"
    ln -s "$sysroot/lib/rustlib/$host" "$links/lib/rustlib/$host"
    ln -s "$source_root/library" "$links/lib/rustlib/src/rust/library"
    cat >"$links/rustc" <<WRAPPER
#!/bin/sh
exec "$sysroot/bin/rustc" --sysroot "$links" "\$@"
WRAPPER
    chmod +x "$links/rustc"
    export RUSTC="$links/rustc"
    # The compiler sees the library through the link and, where it follows the link, at its real place.
    flags+=(
        "--remap-path-prefix=$source_root=/rustc/$commit"
        "--remap-path-prefix=$links/lib/rustlib/src/rust=/rustc/$commit"
    )
    cargo_options+=(-Zbuild-std=core "${build_std[@]}")
    # A stable compiler takes unstable options only if asked to.
    export RUSTC_BOOTSTRAP=1
fi

# A separator that cannot be part of a path, so that folders may have spaces in their names.
CARGO_ENCODED_RUSTFLAGS=$(IFS=$'\x1f'; printf '%s' "${flags[*]}")
export CARGO_ENCODED_RUSTFLAGS
export CARGO_TARGET_DIR="$scratch/target"
cargo "${cargo_options[@]}"

install -m 644 "$scratch/target/$target/release/$program.wasm" "$program.wasm"

. "$corpus/renew-checksum.sh"
