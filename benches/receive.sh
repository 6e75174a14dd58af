#!/usr/bin/env bash
# The gate on a server: one commit into a large repository, a large pack, many pushes at once, hostile pushes.
. "$(dirname "$0")/common.sh"
# shellcheck disable=SC2016

server=$work/receive/server.git
client=$work/receive/client
commits=${COMMITS:-100000}
refs=${REFS:-20000}

git_q() { git -c gc.auto=0 -c user.name=bench -c user.email=bench@example.invalid "$@"; }
gate() { printf '#!/bin/sh\nexec "%s" pre-receive\n' "$PORTCULLIS" >"$1/hooks/pre-receive" && chmod +x "$1/hooks/pre-receive"; }
empty() { printf '#!/bin/sh\nexit 0\n' >"$1/hooks/pre-receive" && chmod +x "$1/hooks/pre-receive"; }

make() {
  rm -rf "$work/receive" && mkdir -p "$work/receive"
  git init -q --bare "$server"
  # 100,000 commits and 20,000 refs, by fast-import: seconds instead of hours.
  python3 - "$commits" "$refs" <<'PY' | git -C "$server" fast-import --quiet
import sys
commits, refs = int(sys.argv[1]), int(sys.argv[2])
w = sys.stdout.buffer.write
for n in range(commits):
    text = b"line %d\n" % n * 20
    w(b"commit refs/heads/main\nmark :%d\ncommitter a <a@b> %d +0000\ndata 2\nm\n" % (n + 1, 1_600_000_000 + n))
    w(b"M 100644 inline d%d/e%d/f%d\ndata %d\n" % (n % 100, n // 100 % 10, n // 1000 % 10, len(text)) + text + b"\n")
for n in range(refs):
    w(b"reset refs/tags/t%d\nfrom :%d\n\n" % (n, 1 + n * (commits // refs)))
PY
  git -C "$server" pack-refs --all
  git -C "$server" symbolic-ref HEAD refs/heads/main
  git_q clone -q "file://$server" "$client"
}
[ -d "$client" ] || make

echo "one commit into $commits commits and $refs refs"
cd "$client"
: >"$out/receive-one.txt"
one() { # one LABEL: the hook's wall time, from inside git
  local label=$1 n
  for n in $(seq "${RUNS:-20}"); do
    echo "$label $n $RANDOM" >"d1/e1/f1"
    git_q commit -q --no-verify -am "change $label $n"
    GIT_TRACE2_EVENT="$work/receive/trace" git push -q origin HEAD:refs/heads/main 2>/dev/null || true
  done
}
# What git itself measures is the child's life: trace2 of receive-pack names it.
for label in empty gate empty gate; do
  if [ "$label" = gate ]; then gate "$server"; else empty "$server"; fi
  : >"$work/receive/trace"
  one "$label"
  python3 - "$work/receive/trace" "$label" <<'PY' | tee -a "$out/receive-one.txt"
import json, sys
starts, times = {}, []
for line in open(sys.argv[1]):
    e = json.loads(line)
    key = (e["sid"], e.get("child_id"))
    if e["event"] == "child_start" and "pre-receive" in e.get("hook_name", ""):
        starts[key] = True
    if e["event"] == "child_exit" and key in starts:
        times.append(e["t_rel"] * 1000)
times.sort()
print(f"{sys.argv[2]}: n={len(times)} median={times[len(times)//2]:.1f} ms p95={times[int(len(times)*.95)-1]:.1f} ms max={times[-1]:.1f} ms")
PY
done

echo 'a large pack'
big=$work/receive/big
if [ ! -d "$big" ]; then
  git init -q "$big"
  (cd "$big" && python3 - <<'PY' | git fast-import --quiet
import random, sys
random.seed(1)
w = sys.stdout.buffer.write
words = [bytes(random.choices(b"abcdefghijklmnopqrstuvwxyz_", k=random.randint(3, 12))) for _ in range(60000)]
for n in range(9000):
    w(b"commit refs/heads/main\nmark :%d\ncommitter a <a@b> %d +0000\ndata 2\nm\n" % (n + 1, 1_600_000_000 + n))
    for k in range(2):
        text = b"\n".join(b" ".join(random.choices(words, k=9)) for _ in range(250))
        w(b"M 100644 inline d%d/f%d\ndata %d\n" % (n % 50, (n * 2 + k) % 400, len(text)) + text + b"\n")
PY
  )
fi
git -C "$big" pack-objects -q --revs --stdout <<<main >"$work/receive/big.pack"
ls -l "$work/receive/big.pack" | awk '{print "  pack: " $5 " bytes"}' | tee "$out/receive-pack.txt"
rm -rf "$work/receive/q" && mkdir -p "$work/receive/q/pack"
/usr/bin/time -f 'index-pack: %U user %S sys %e wall' git -C "$server" index-pack -o "$work/receive/q/pack/pack-1.idx" "$work/receive/big.pack" 2>&1 >/dev/null | tail -1 | tee -a "$out/receive-pack.txt"
cp "$work/receive/big.pack" "$work/receive/q/pack/pack-1.pack"
tip=$(git -C "$big" rev-parse main)
(
  cd "$server"
  echo "$(printf '0%.0s' $(seq 40)) $tip refs/heads/big" >"$work/receive/line"
  GIT_DIR=. GIT_OBJECT_DIRECTORY=$work/receive/q GIT_ALTERNATE_OBJECT_DIRECTORIES=$PWD/objects GIT_QUARANTINE_PATH=$work/receive/q \
    /usr/bin/time -f 'portcullis: %U user %S sys %e wall %M KiB' "$PORTCULLIS" pre-receive <"$work/receive/line" 2>&1 | tail -3
) | tee -a "$out/receive-pack.txt"

echo '50 pushes at once'
many=$work/receive/many.git
rm -rf "$many" && git init -q --bare "$many" && git -C "$many" config receive.unpackLimit 1
cat >"$many/hooks/pre-receive" <<EOF
#!/bin/sh
exec /usr/bin/time -a -o "$work/receive/memory" -f '%e %M' "$PORTCULLIS" pre-receive
EOF
chmod +x "$many/hooks/pre-receive"
rm -f "$work/receive/memory"
token=$(python3 - <<'PY'
import random, zlib
digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
body = "".join(random.choices(digits, k=30))
crc, tail = zlib.crc32(body.encode()), ""
for _ in range(6):
    tail, crc = digits[crc % 62] + tail, crc // 62
print("gh" + "p_" + body + tail)
PY
)
for n in $(seq 50); do
  dir=$work/receive/many-$n
  rm -rf "$dir" && git init -q "$dir"
  (cd "$dir" && seq 2000 >f && { [ $((n % 5)) -ne 0 ] || echo "$token" >s; } && git add -A && git_q commit -q --no-verify -m "m $n")
done
python3 - "$work/receive" "$many" <<'PY' | tee "$out/receive-many.txt"
import subprocess, sys, time
from concurrent.futures import ThreadPoolExecutor
base, many = sys.argv[1:]
def push(n):
    start = time.monotonic()
    ran = subprocess.run(["git", "-C", f"{base}/many-{n}", "push", "-q", many, f"HEAD:refs/heads/b{n}"], capture_output=True)
    return n, ran.returncode, (time.monotonic() - start) * 1000
with ThreadPoolExecutor(50) as pool:
    ran = list(pool.map(push, range(1, 51)))
wrong = [n for n, code, _ in ran if (code == 0) != (n % 5 != 0)]
times = sorted(t for _, _, t in ran)
print(f"wrong: {wrong}; push wall ms: p50={times[24]:.0f} p95={times[47]:.0f} max={times[-1]:.0f}")
rows = [l.split() for l in open(f"{base}/memory") if l[0].isdigit()]
print(f"hook wall s: max={max(float(r[0]) for r in rows)}; peak KiB: max={max(int(r[1]) for r in rows)}")
PY
rm -rf "$work"/receive/many-*
