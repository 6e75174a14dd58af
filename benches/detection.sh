#!/bin/sh
# Writes the tables of docs/detection.md. Needs ../shared/corpus.
set -eu
cd "$(dirname "$0")/.."
cargo build --quiet --features ablation --example corpus
made=$(mktemp)
trap 'rm -f "$made"' EXIT

put() { # the name of the place, what the example is told
    target/debug/examples/corpus "$2" >"$made"
    [ -s "$made" ] || { echo "no corpus, no tables" >&2; exit 1; }
    sed -i -e "/^<!-- $1/r $made" -e "/^<!-- $1/,/^<!-- \\/$1/{/^<!-- /!d}" docs/detection.md
}

put tables --markdown
put ablation --ablation
target/debug/examples/corpus --reasons | benches/weights.py >"$made"
sed -i -e "/^<!-- weights/r $made" -e '/^<!-- weights/,/^<!-- \/weights/{/^<!-- /!d}' docs/detection.md
