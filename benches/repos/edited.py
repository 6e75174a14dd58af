#!/usr/bin/env python3
"""Writes a stream for `git fast-import`: many commits of realistic edits, the same for the same arguments.

    edited.py COMMITS [SEED] | git fast-import

The lines are those of Python's own standard library. Files are edited as people do: a few files a commit, the same
ones often, some lines in one or two places; now and then a file comes, goes or moves; side branches are merged every
few dozen commits.
"""
import pathlib, random, sys, sysconfig

commits = int(sys.argv[1])
draw = random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
out = sys.stdout.buffer

pool = []
library = pathlib.Path(sysconfig.get_paths()["stdlib"])
for path in sorted(library.rglob("*.py")):
    if not {"test", "tests", "site-packages", "dist-packages"} & set(path.parts):
        pool.extend(line for line in path.read_bytes().split(b"\n") if len(line) < 400)

WORDS = "api auth base cache client config core data db doc engine error file http index io json key list main map model net node parse path policy query read report route rule scan score server source store task test token tree type user util view walk web".split()


def name():
    depth = draw.choice([1, 2, 2, 3, 3, 4])
    parts = [draw.choice(WORDS) for _ in range(depth)]
    return "/".join(parts) + f"_{draw.randrange(10000)}." + draw.choice(["rs", "py", "js", "md", "toml", "txt", "c"])


def lines(count):
    at = draw.randrange(len(pool))
    return [pool[(at + i) % len(pool)] for i in range(count)]


def some():
    """Mostly one or two lines, rarely dozens."""
    return min(60, 1 + int(draw.paretovariate(1.2)))


def fresh():
    text = []
    for _ in range(draw.randrange(1, 30)):
        text.extend(lines(draw.randrange(3, 40)))
    return text


def edit(text):
    for _ in range(draw.choice([1, 1, 1, 2, 3])):
        at, count, kind = draw.randrange(len(text) + 1), some(), draw.random()
        if kind < 0.45:
            text[at:at + count] = lines(some())
        elif kind < 0.75:
            text[at:at] = lines(some())
        elif kind < 0.9 and len(text) > 20:
            del text[at:at + count]
        elif text:
            at = min(at, len(text) - 1)
            text[at] = text[at].replace(b"e", b"a", 1) + b" // %d" % draw.randrange(1000)
    if len(text) > 3000:
        del text[draw.randrange(1000):][:500]


def data(content):
    out.write(b"data %d\n%s\n" % (len(content), content))


files = {name(): fresh() for _ in range(1200)}
order = list(files)
AUTHORS = [f"Person {n} <person{n}@example.invalid>" for n in range(40)]
clock, side = 1_500_000_000, None
for number in range(commits):
    clock += draw.randrange(60, 7200)
    mark = number + 1
    touched, gone = set(), []
    if number == 0:
        touched = set(files)
    else:
        for _ in range(min(9, 1 + int(draw.paretovariate(1.5)) // 2)):
            # Zipf: the same files again and again.
            at = min(len(order) - 1, int(draw.paretovariate(0.6)) - 1)
            path, kind = order[at], draw.random()
            if kind < 0.03:
                path = name()
                files[path] = fresh()
                order.insert(draw.randrange(len(order)), path)
            elif kind < 0.035 and len(order) > 100:
                order.remove(path)
                del files[path]
                gone.append(path)
                touched.discard(path)
                continue
            elif kind < 0.04:
                moved = name()
                order[at] = moved
                files[moved] = files.pop(path)
                gone.append(path)
                touched.discard(path)
                path = moved
            else:
                edit(files[path])
            touched.add(path)
    out.write(b"commit refs/heads/main\nmark :%d\n" % mark)
    who = draw.choice(AUTHORS)
    for role in ("author", "committer"):
        out.write(f"{role} {who} {clock} +0000\n".encode())
    data(b" ".join(draw.choice(pool).split())[:70] + b"\n\n" + b"\n".join(lines(draw.choice([0, 0, 1, 3]))) + b"\n")
    if number:
        out.write(b"from :%d\n" % number)
        if number % 37 == 0 and number > 60:
            out.write(b"merge :%d\n" % (number - draw.randrange(2, 50)))
    for path in gone:
        if path not in files:
            out.write(f"D {path}\n".encode())
    for path in sorted(touched):
        out.write(f"M 100644 inline {path}\n".encode())
        data(b"\n".join(files[path]) + b"\n")
    out.write(b"\n")
    if number % 1000 == 999:
        out.write(b"tag v%d\nfrom :%d\ntagger %s %d +0000\n" % (number // 1000, mark, who.encode(), clock))
        data(b"version %d\n" % (number // 1000))
out.write(b"done\n")
