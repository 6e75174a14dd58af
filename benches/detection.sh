#!/bin/sh
# Writes the tables of docs/detection.md. Needs ../shared/corpus.
set -eu
cd "$(dirname "$0")/.."
cargo build --quiet --example corpus
tables=$(mktemp)
trap 'rm -f "$tables"' EXIT
target/debug/examples/corpus --markdown >"$tables"
[ -s "$tables" ] || { echo "no corpus, no tables" >&2; exit 1; }
sed -i -e "/^<!-- tables/r $tables" -e '/^<!-- tables/,/^<!-- \/tables/{/^<!-- /!d}' docs/detection.md
