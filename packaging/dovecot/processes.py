# SPDX-License-Identifier: GPL-3.0-or-later
"""Processes that end with who started them, each by its id, and mounts that are gone afterwards."""
import ctypes
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

PATIENCE = 30


class Failure(Exception):
    """One line that names the thing and the way out, and the exit status."""

    def __init__(self, text, status=1):
        super().__init__(text)
        self.status = status


def end_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)


def start(command, out, **more):
    return subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=out, stderr=out, **more)


def born(pid):
    """Tells a process from a later one of the same id; None: there is none, or it has ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] == "Z" else fields[19]


def children(pid):
    try:
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]
    except OSError:
        return []


def end(process):
    """Ends it and its children, by id, and waits until all of them are gone."""
    family = {child: born(child) for child in children(process.pid)}
    process.terminate()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    limit = time.monotonic() + 10
    while left := [pid for pid, when in family.items() if when is not None and born(pid) == when]:
        if time.monotonic() > limit:
            for pid in left:
                os.kill(pid, signal.SIGKILL)
            return
        time.sleep(0.02)


def is_mounted(path):
    wanted = str(path)
    for old, new in (("\\", "\\134"), (" ", "\\040"), ("\t", "\\011"), ("\n", "\\012")):
        wanted = wanted.replace(old, new)
    with open("/proc/self/mountinfo", encoding="utf-8", errors="surrogateescape") as table:
        return any(line.split()[4] == wanted for line in table)


def unmount(path):
    """Gently for a while, since what used it may be just ending; then so that it goes with its last user."""
    for _ in range(50):
        if not is_mounted(path):
            return
        subprocess.run(["umount", "-i", str(path)], capture_output=True, check=False)
        time.sleep(0.05)
    subprocess.run(["umount", "-i", "-l", str(path)], capture_output=True, check=False)


def exit_on_signals(status):
    """So that every `finally` runs. Once: a second signal must not cut short what cleans up."""
    ending = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def leave(*_):
        for number in ending:
            signal.signal(number, signal.SIG_IGN)
        sys.exit(status)

    for number in ending:
        signal.signal(number, leave)
