"""Runs a command and writes its time and memory to a file: peak.py FILE COMMAND...

The memory is told twice: what belongs to the process alone (RssAnon, looked up every few milliseconds), and with the
files it has mapped, which the kernel takes back when it needs the room (ru_maxrss).
"""

import resource
import subprocess
import sys
import time

file, *command = sys.argv[1:]
start, own = time.monotonic(), 0
child = subprocess.Popen(command)
while child.poll() is None:
    try:
        with open(f"/proc/{child.pid}/status") as status:
            own = max([own, *(int(line.split()[1]) for line in status if line.startswith("RssAnon:"))])
    except OSError:
        pass
    time.sleep(0.003)
took, used = time.monotonic() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
with open(file, "w") as out:
    out.write(f"{took:.2f} s wall, {used.ru_utime:.2f} s user, {own} KiB own, {used.ru_maxrss} KiB with files\n")
sys.exit(child.returncode if child.returncode >= 0 else 128 - child.returncode)
