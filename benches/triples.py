#!/usr/bin/env python3
"""Counts triples of bytes in text, for src/engine/prefilter/triples.txt.

    benches/triples.py FILE... > src/engine/prefilter/triples.txt

Every file has the same weight, so give one of about the same sort of text for each language. White space counts as a
space. The table has the most frequent triples of printable ASCII, those of about the same share in a line: first a
letter, which is twice the share's binary logarithm (`A` for one in 2^20), then the triples, one after the other.
"""

import collections
import math
import sys

MOST = 3000
SPACE = bytes.maketrans(b"\t\r\n", b"   ")

shares = collections.Counter()
for name in sys.argv[1:]:
    with open(name, "rb") as file:
        text = file.read(20_000_000).translate(SPACE)
    for triple, count in collections.Counter(zip(text, text[1:], text[2:])).items():
        if all(0x20 <= byte <= 0x7E for byte in triple):
            shares[triple] += count / len(text) / len(sys.argv[1:])
lines = collections.defaultdict(str)
for triple, share in shares.most_common(MOST):
    lines[max(0, round(2 * (20 + math.log2(share))))] += bytes(triple).decode("ascii")
for level in sorted(lines, reverse=True):
    print(chr(ord("A") + level) + lines[level])
