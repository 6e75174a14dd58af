#!/usr/bin/env bash
# What it costs to start: a scan of an empty file beside `git --version`, and with a rule of one's own.
. "$(dirname "$0")/common.sh"

: >"$work/empty"
cat >"$work/acme.toml" <<'EOF'
provider = "acme"
name = "Acme"
[revoke]
text = "Delete the key."
[[rule]]
id = "acme-key"
title = "Acme key"
severity = "high"
regex = 'acmk_[A-Za-z0-9]{24}'
anchors = ["acmk_"]
references = ["https://docs.acme.example/keys"]
examples = ["acmk_{base62:24}"]
rejects = ["acmk_{base62:5}"]
EOF
hyperfine --shell=none --warmup 20 --runs 300 --export-json "$out/startup.json" \
  'git --version' "$PORTCULLIS scan --no-progress $work/empty" "$PORTCULLIS scan --no-progress --rules $work/acme.toml $work/empty"
cpu "$out/startup.json" 0
peak "$out/startup-memory.txt" "$PORTCULLIS" scan --no-progress "$work/empty"
