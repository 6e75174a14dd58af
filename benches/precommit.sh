#!/usr/bin/env bash
# A small commit in a large repository: 3 files and 60 lines staged among 10,000 and more.
. "$(dirname "$0")/common.sh"

repo=$work/precommit
if [ ! -d "$repo/.git" ]; then
  git init -q "$repo"
  cd "$repo"
  git config user.name bench
  git config user.email bench@example.invalid
  git config gc.auto 0
  for directory in $(seq 100); do
    mkdir -p "src/part$directory/inner"
    for file in $(seq 104); do
      seq "$((file % 40 + 5))" | sed "s/.*/let value_& = compute(part$directory, file$file, &);/" \
        >"src/part$directory/inner/file$file.rs"
    done
  done
  git add -A
  git commit -q --no-verify -m 'ten thousand files'
  git gc -q
  for part in 3 47 91; do
    seq 20 | sed 's/.*/let added_& = other(&);/' >>"src/part$part/inner/file7.rs"
  done
  git add -A
fi
cd "$repo"
echo "$(git ls-files | wc -l) files; staged: $(git diff --cached --shortstat)"
git update-index -q --refresh

hyperfine --shell=none --warmup 20 --runs 200 --export-json "$out/precommit.json" --ignore-failure \
  'git diff --cached --quiet' "$PORTCULLIS pre-commit"
"$PORTCULLIS" pre-commit
cpu "$out/precommit.json" 0
peak "$out/precommit-memory.txt" "$PORTCULLIS" pre-commit
