#!/usr/bin/env bash
# What it costs to start: a scan of an empty file beside `git --version`.
. "$(dirname "$0")/common.sh"

: >"$work/empty"
hyperfine --shell=none --warmup 20 --runs 300 --export-json "$out/startup.json" \
  'git --version' "$PORTCULLIS scan --no-progress $work/empty"
cpu "$out/startup.json" 0
peak "$out/startup-memory.txt" "$PORTCULLIS" scan --no-progress "$work/empty"
