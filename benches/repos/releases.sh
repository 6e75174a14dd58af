#!/usr/bin/env bash
# A repository of a package's releases, imported version by version from the npm registry.
#
#   benches/repos/releases.sh DIRECTORY PACKAGE [MOST]     the newest MOST (150) releases, pre-releases left aside
set -euo pipefail
directory=$1 package=$2 most=${3:-150}
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
git init -q --bare "$directory"
export GIT_DIR=$directory GIT_INDEX_FILE=$stage/index
export GIT_AUTHOR_NAME=bench GIT_AUTHOR_EMAIL=bench@example.invalid
export GIT_COMMITTER_NAME=bench GIT_COMMITTER_EMAIL=bench@example.invalid
clock=1500000000 parent=
npm view "$package" versions --json |
  python3 -c 'import json,sys,re
kept=[v for v in json.load(sys.stdin) if re.fullmatch(r"[0-9.]+", v)]
kept.sort(key=lambda v: tuple(map(int, v.split("."))))
print(*kept[-int(sys.argv[1]):], sep="\n")' "$most" >"$stage/versions"
while read -r version; do
  rm -rf "$stage/tree" "$stage"/*.tgz "$stage/index"
  (cd "$stage" && npm pack --silent "$package@$version" >/dev/null) || continue
  mkdir "$stage/tree"
  tar -xzf "$stage"/*.tgz -C "$stage/tree" --strip-components=1
  git --work-tree="$stage/tree" -c core.autocrlf=false add -A -f .
  tree=$(git write-tree)
  clock=$((clock + 86400))
  export GIT_AUTHOR_DATE="$clock +0000" GIT_COMMITTER_DATE="$clock +0000"
  parent=$(git commit-tree ${parent:+-p "$parent"} -m "$package $version" "$tree")
  git update-ref refs/heads/main "$parent"
  git update-ref "refs/tags/v$version" "$parent"
done <"$stage/versions"
unset GIT_INDEX_FILE
git repack -adfq
