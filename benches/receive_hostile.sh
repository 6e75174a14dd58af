#!/usr/bin/env bash
# Pushes that are made to hurt: the verdict, its time and its memory, for each. The quarantine is made by hand.
. "$(dirname "$0")/common.sh"
work=$work/hostile
server=$work/server.git
mkdir -p "$work"
[ -d "$server" ] || git init -q --bare "$server"
only=${ONLY:-}
none=0000000000000000000000000000000000000000

# look NAME REPO TIP [LINES]: packs all of REPO into a quarantine and runs the gate on it.
look() {
  local name=$1 repo=$2 tip=$3 lines=${4:-}
  local q=$work/q-$name
  rm -rf "$q" && mkdir -p "$q/pack"
  git -C "$repo" pack-objects -q --all --stdout </dev/null >"$work/pack"
  git -C "$server" index-pack -o "$q/pack/pack-1.idx" "$work/pack" >/dev/null
  mv "$work/pack" "$q/pack/pack-1.pack"
  if [ -n "$lines" ]; then cp "$lines" "$work/line"; else echo "$none $tip refs/heads/$name" >"$work/line"; fi
  measure "$name" "$q"
  rm -rf "$q"
}

measure() { # measure NAME QUARANTINE
  local status=0 size
  size=$(du -sk "$2" | cut -f1)
  (cd "$server" && GIT_DIR=. GIT_OBJECT_DIRECTORY=$2 GIT_QUARANTINE_PATH=$2 GIT_ALTERNATE_OBJECT_DIRECTORIES=$server/objects \
    python3 "$here/peak.py" "$work/time" "$PORTCULLIS" pre-receive <"$work/line" 2>"$work/said") || status=$?
  printf '%-22s %9s KiB pushed  exit %s  %s  %s\n' "$1" "$size" "$status" "$(tail -1 "$work/time")" "$(head -1 "$work/said" | cut -c1-70)" | tee -a "$out/receive-hostile.txt"
}

wanted() { [ -z "$only" ] || [ "$only" = "$1" ]; }
: >"$out/receive-hostile.txt"

# Each of these writes a fast-import stream.
generate() {
  python3 - "$1" <<'PY'
import os, random, sys
w = sys.stdout.buffer.write
kind = sys.argv[1]
random.seed(kind)
head = b"commit refs/heads/main\nmark :1\ncommitter a <a@b> 1600000000 +0000\ndata 2\nm\n"
def file(path, text):
    w(b"M 100644 inline " + path + b"\ndata %d\n" % len(text)); w(text); w(b"\n")
digits = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
w(head)
if kind == "zeros":
    file(b"zeros", bytes(60 << 20))
elif kind == "zip-bomb":
    for n in range(8):
        file(b"z%d" % n, bytes([n]) * (200 << 20))
elif kind in ("million-blobs", "too-many-objects"):
    # With their trees a little less than the million objects that are taken, or more.
    for n in range(998_000 if kind == "million-blobs" else 1_000_000):
        file(b"d%d/f%d" % (n // 1000, n), b"%d\n" % n)
elif kind in ("half-a-million-commits", "too-many-commits"):
    file(b"f", b"x\n")
    for n in range(520_000 if kind == "half-a-million-commits" else 990_000):
        w(b"\ncommit refs/heads/main\ncommitter a <a@b> %d +0000\ndata 2\nm\n" % (1_600_000_000 + n))
elif kind == "names":
    # Half a gigabyte of them, in as many kilobytes.
    for n in range(120_000):
        file(b"d%d/%06d" % (n // 4000, n) + b"a" * 4000, b"x\n")
elif kind == "deep-trees":
    file(b"/".join([b"d"] * 2000) + b"/f", b"x\n")
elif kind == "deep-chain":
    w(b"\n")
    text = bytearray(os.urandom(3000).hex().encode())
    for n in range(5000):
        w(b"commit refs/heads/main\ncommitter a <a@b> %d +0000\ndata 2\nm\n" % (1_600_000_000 + n))
        text[n % len(text)] = 97 + n % 26
        file(b"f", bytes(text))
elif kind == "regex-hostile":
    parts = [b"password = '" + b"a" * 500 + b"'\n", b"token: " + b"aA1" * 200 + b"\n", b"key=" + b"\\x41" * 300 + b"\n", b"secret\" : \"" + b"%41" * 200 + b"\"\n"]
    file(b"r", b"".join(random.choice(parts) for _ in range(60_000)))
elif kind == "anchors-in-a-line":
    anchors = [b"gh" + b"p_", b"AK" + b"IA", b"xox" + b"b-", b"sk_" + b"live_", b"eyJ", b"-----BEGIN ", b"password=", b"glp" + b"at-", b"npm_"]
    out = bytearray()
    while len(out) < 100 << 20:
        out += b"".join(random.choice(anchors) for _ in range(1000))
    file(b"line", bytes(out))
elif kind == "assignments":
    # Every line looks as if it named a credential, and few are worth one.
    names = [b"api_key", b"password", b"secret_token", b"client_secret", b"DB_PASSWORD", b"auth_token"]
    out = bytearray()
    while len(out) < 36 << 20:
        value = bytes(random.choices(b"abcdefghij0123456789", k=random.randint(6, 12)))
        out += random.choice(names) + b" = \"" + value + b"\"\n"
    file(b"settings", bytes(out))
elif kind == "assignments-twice":
    # The same as a file that another one is a delta of.
    out = b"".join(b"password_%d = \"hunter%d\"\n" % (n, n % 977) for n in range(1_400_000))
    file(b"one", out)
    file(b"two", out + b"one line more\n")
elif kind == "large-pack":
    for n in range(2_000):
        file(b"d%d/f%d" % (n % 50, n), random.randbytes(38_000).hex().encode())
elif kind == "secrets":
    # As many different strings of a credential's shape: none of them one.
    for n in range(20_000):
        file(b"d%d/s%d" % (n // 500, n), b"api_key = \"" + bytes(random.choices(digits, k=40)) + b"\"\n")
w(b"\n")
PY
}

for kind in zeros zip-bomb million-blobs too-many-objects half-a-million-commits too-many-commits names deep-trees deep-chain regex-hostile anchors-in-a-line assignments assignments-twice large-pack secrets; do
  wanted "$kind" || continue
  repo=$work/$kind
  rm -rf "$repo" && git init -q --bare "$repo"
  generate "$kind" | git -C "$repo" -c core.bigFileThreshold=4g fast-import --quiet --depth=4000
  look "$kind" "$repo" "$(git -C "$repo" rev-parse main)"
  rm -rf "$repo"
done

if wanted git-bomb; then
  repo=$work/git-bomb
  rm -rf "$repo" && git init -q --bare "$repo"
  entry="100644 blob $(echo boom | git -C "$repo" hash-object -w --stdin)"
  for _ in $(seq 10); do
    tree=$(for n in $(seq 10); do printf '%s\tn%s\n' "$entry" "$n"; done | git -C "$repo" mktree)
    entry="040000 tree $tree"
  done
  tip=$(GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a git -C "$repo" commit-tree -m bomb "$tree")
  git -C "$repo" update-ref refs/heads/main "$tip"
  look git-bomb "$repo" "$tip"
  # The same with ten thousand refs.
  seq -f "$none $tip refs/heads/r%.0f" 10000 >"$work/lines"
  look ten-thousand-refs "$repo" "$tip" "$work/lines"
  # And with more than are taken.
  seq -f "$none $tip refs/heads/r%.0f" 100000 >"$work/lines"
  look hundred-thousand-refs "$repo" "$tip" "$work/lines"
  rm -rf "$repo"
fi

if wanted delta-bomb; then
  q=$work/q-delta
  rm -rf "$q" && mkdir -p "$q/pack"
  python3 - >"$q/pack/pack-1.pack" <<'PY'
import hashlib, struct, sys, zlib
def varint(n):
    o = b""
    while True:
        b = n & 127; n >>= 7
        if not n: return o + bytes([b])
        o += bytes([b | 128])
def head(t, size):
    b = t << 4 | size & 15; size >>= 4; o = b""
    while size: o += bytes([b | 128]); b = size & 127; size >>= 7
    return o + bytes([b])
base = bytes(0x1000000)
delta = varint(len(base)) + varint(len(base) * 20) + bytes([0xf0, 255, 255, 255, 0x90, 1]) * 20
name = hashlib.sha1(b"blob %d\0" % len(base) + base).digest()
pack = b"PACK" + struct.pack(">II", 2, 2) + head(3, len(base)) + zlib.compress(base, 9) + head(7, len(delta)) + name + zlib.compress(delta, 9)
sys.stdout.buffer.write(pack + hashlib.sha1(pack).digest())
PY
  git -C "$server" index-pack "$q/pack/pack-1.pack" >/dev/null
  : >"$work/line"
  echo "$none $(git -C "$server" show-index <"$q/pack/pack-1.idx" | head -1 | cut -d' ' -f2) refs/heads/x" >"$work/line"
  measure delta-bomb "$q"
  rm -rf "$q"
fi
rm -rf "$work"
