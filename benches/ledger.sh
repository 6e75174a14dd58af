#!/usr/bin/env bash
# What the clean ledger saves: `history` without one, the run that makes it, and the run that uses it.
#
#   benches/ledger.sh REPOSITORY
. "$(dirname "$0")/common.sh"

repository=$(realpath "${1:?name a repository}")
export XDG_CACHE_HOME=$work/cache
rm -rf "$XDG_CACHE_HOME"
ours=("$PORTCULLIS" history --unreachable --no-progress --format jsonl --output "$work/ledger.jsonl" "$repository")
raw=$out/ledger-$(basename "$repository").json
hyperfine --ignore-failure --runs "${RUNS:-5}" --export-json "$raw" --style none \
  --command-name git "git -C '$repository' cat-file --batch-all-objects --batch --unordered --buffer >/dev/null" \
  --command-name 'without a ledger' "$(printf '%q ' "${ours[@]}")" \
  --command-name 'the first run' --prepare "rm -rf '$XDG_CACHE_HOME'" "$(printf '%q ' "${ours[@]}" --ledger)" >/dev/null
"${ours[@]}" --ledger || true
hyperfine --ignore-failure --runs "${RUNS:-5}" --export-json "$raw.second" --style none \
  --command-name git "git -C '$repository' cat-file --batch-all-objects --batch --unordered --buffer >/dev/null" \
  --command-name 'the second run' "$(printf '%q ' "${ours[@]}" --ledger)" >/dev/null
cpu "$raw" 0
cpu "$raw.second" 0
echo "  the ledger: $(du -ch "$XDG_CACHE_HOME"/portcullis/*.clean | tail -1 | cut -f1)"
