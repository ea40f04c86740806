# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares two mail trees: names, bytes, times to the nanosecond, modes, owners, directories."""
import datetime
import os
import stat


class Differences:
    """Counts what differs, and says the first of it: at once, or only in `texts`."""

    def __init__(self, quiet=False):
        self.count, self.quiet, self.texts = 0, quiet, []

    def add(self, where, what):
        self.count += 1
        if self.count <= 40:
            self.texts.append(f"differs: {os.fsencode(where)!r}: {what}")
            if not self.quiet:
                print(self.texts[-1], flush=True)


class Figures:
    def __init__(self):
        self.files = self.directories = self.bytes = 0


def state(path):
    s = os.lstat(path)
    kind = "directory" if stat.S_ISDIR(s.st_mode) else "file" if stat.S_ISREG(s.st_mode) else "other"
    return {"kind": kind, "mode": oct(stat.S_IMODE(s.st_mode)), "owner": (s.st_uid, s.st_gid), "mtime": s.st_mtime_ns,
            "size": s.st_size if kind == "file" else None}


def same_bytes(a, b):
    with open(a, "rb", buffering=0) as left, open(b, "rb", buffering=0) as right:
        while True:
            piece = left.read(1 << 20)
            if piece != right.read(1 << 20):
                return False
            if not piece:
                return True


def compare(expected, found, differences, figures, bytes_too=True, left_out=lambda name: False):
    """Everything below both directories, and the directories themselves. Entries of tmp/ are left out, and names that
    `left_out` says."""
    a, b = state(expected), state(found)
    for what in a:
        if a[what] != b[what]:
            differences.add(expected, f"{what} is {b[what]}, was {a[what]}")
    if a["kind"] == "file":
        figures.files += 1
        figures.bytes += a["size"]
        try:
            if bytes_too and not same_bytes(expected, found):
                differences.add(expected, "other bytes")
        except OSError as error:
            differences.add(expected, f"cannot be read: {error}")
    if a["kind"] != "directory" or b["kind"] != "directory":
        return
    figures.directories += 1
    if os.path.basename(expected) == "tmp":
        return
    there, here = ({name for name in os.listdir(path) if not left_out(name)} for path in (expected, found))
    for name in sorted(there - here):
        differences.add(os.path.join(expected, name), "is missing")
    for name in sorted(here - there):
        differences.add(os.path.join(expected, name), "should not be there")
    for name in sorted(there & here):
        compare(os.path.join(expected, name), os.path.join(found, name), differences, figures, bytes_too, left_out)


def instant_now():
    now = datetime.datetime.now(datetime.timezone.utc)
    return now.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
