# Renews the line in SHA256SUMS of a program that was rebuilt. Whoever sources this sets:
#
#   corpus         this folder
#   program        the program's name: that of its folder and of its .wasm

# Only this program's line changes; the file stays sorted by name.
cd "$corpus"
touch SHA256SUMS
if command -v sha256sum >/dev/null; then
    line=$(sha256sum "$program/$program.wasm")
else
    line=$(shasum -a 256 "$program/$program.wasm")
fi
{
    grep -v "  $program/$program\.wasm$" SHA256SUMS || true
    echo "$line"
} | LC_ALL=C sort -k 2 >SHA256SUMS.new
mv SHA256SUMS.new SHA256SUMS
echo "$line"
