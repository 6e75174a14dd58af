#!/usr/bin/env bash
# One file of 500 MB: source text, minified JavaScript, base64. One thread, so MB/s is for one core.
. "$(dirname "$0")/common.sh"
need python3 'your system has a package'

size=${SIZE:-500000000}
registry=${CARGO_HOME:-$HOME/.cargo}/registry/src
make() { # make NAME COMMAND...: the command's output, again and again, up to the size
  local name=$1
  shift
  [ -f "$work/$name" ] && return
  "$@" >"$work/$name.seed"
  [ -s "$work/$name.seed" ] || { echo "there is nothing to make $name of" >&2; rm "$work/$name.seed"; return; }
  while cat "$work/$name.seed"; do :; done 2>/dev/null | head -c "$size" >"$work/$name" || true
  rm "$work/$name.seed"
}
source_text() { find "$registry" -name '*.rs' -print0 | sort -z | xargs -0 cat | head -c "$size"; }
# Source whose blanks and line ends are gone: one line, as minifiers leave it.
minified() { source_text | head -c 100000000 | tr -d '\n\t' | tr -s ' '; }
base64_text() { head -c 75000000 /dev/urandom | base64 -w 76; }
base64_line() { head -c 75000000 /dev/urandom | base64 -w 0; }

make source.rs source_text
make minified.js minified
make wrapped.b64 base64_text
make one_line.b64 base64_line

for file in source.rs minified.js wrapped.b64 one_line.b64; do
  [ -f "$work/$file" ] || continue
  hyperfine --shell=none --warmup 1 --runs "${RUNS:-5}" --ignore-failure --export-json "$out/big_file-$file.json" \
    "$PORTCULLIS scan --no-progress --threads 1 $work/$file"
  python3 - "$out/big_file-$file.json" "$(stat -c %s "$work/$file")" <<'PY'
import json, sys
run = json.load(open(sys.argv[1]))["results"][0]
megabytes = int(sys.argv[2]) / 1e6
print(f'  {megabytes / run["mean"]:.0f} MB/s wall, {megabytes / (run["user"] + run["system"]):.0f} MB/s of CPU')
PY
  peak "$out/big_file-$file-memory.txt" "$PORTCULLIS" scan --no-progress --threads 1 "$work/$file"
done
