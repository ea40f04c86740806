# SPDX-License-Identifier: GPL-3.0-or-later
"""An own reading of mail trees, which shares no code with the program: what was there, and what differs."""
import collections
import hashlib
import os
import stat

Entry = collections.namedtuple("Entry", "kind mode uid gid mtime_ns size digest")


class Truth:
    """Reads trees of DOMAIN/USER/Maildir, again and again; a file that is the same as before is not hashed again."""

    def __init__(self):
        self._hashed, self._entries, self.keyword_files = {}, {}, {}

    def of_tree(self, tree):
        """Account -> of_box()."""
        return {f"{path.parent.name}@{path.parent.parent.name}": self.of_box(path)
                for path in sorted(tree.glob("*/*/Maildir"))}

    def of_box(self, top):
        """Path -> Entry of a Maildir; the top itself is "". What stands in tmp/ is no mail yet, and left out."""
        found = {}
        self._read(str(top), "", found)
        return found

    def _read(self, top, below, found):
        path = os.path.join(top, below) if below else top
        found[below] = self._entry(path, os.lstat(path))
        if os.path.basename(below) == "tmp":
            return
        with os.scandir(path) as entries:
            for entry in entries:
                name = f"{below}/{entry.name}" if below else entry.name
                if entry.is_dir(follow_symlinks=False):
                    self._read(top, name, found)
                else:
                    found[name] = self._entry(entry.path, entry.stat(follow_symlinks=False))

    def _entry(self, path, s):
        regular = stat.S_ISREG(s.st_mode)
        kind = "file" if regular else "directory" if stat.S_ISDIR(s.st_mode) else "other"
        digest = self._digest(path, s) if regular else None
        entry = Entry(kind, stat.S_IMODE(s.st_mode), s.st_uid, s.st_gid, s.st_mtime_ns, s.st_size if regular else None, digest)
        return self._entries.setdefault(entry, entry)  # Many rounds hold the same ones.

    def _digest(self, path, s):
        # With the ctime: two copies of a mail may have the same size and mtime, and one the inode that the other had.
        key = (s.st_dev, s.st_ino, s.st_ctime_ns)
        if key not in self._hashed:
            with open(path, "rb") as file:
                data = file.read()
            self._hashed[key] = hashlib.sha256(data).digest()
            if os.path.basename(path) == "dovecot-keywords":
                self.keyword_files[self._hashed[key]] = data
        return self._hashed[key]

    def keywords(self, box, folder):
        """Letter -> keyword of a folder."""
        entry = box.get(f"{folder}/dovecot-keywords".lstrip("/"))
        lines = self.keyword_files[entry.digest].decode().splitlines() if entry else []
        return {chr(ord("a") + int(number)): name for number, name in (line.split(" ", 1) for line in lines)}

    def mail(self, box):
        """What people see of a Maildir: its folders, and folder and state of each mail -> how often. A name without its
        flags is of the state where no other mail of the folder has it too."""
        folders = {path.rpartition("/")[0] for path, entry in box.items()
                   if entry.kind == "directory" and path.rpartition("/")[2] == "cur"}
        rows = []
        for path, entry in box.items():
            place, _, name = path.rpartition("/")
            folder, _, part = place.rpartition("/")
            if entry.kind == "file" and part in ("cur", "new") and folder in folders and not name.startswith("."):
                base, _, flags = name.partition(":2,")
                rows.append((folder, part, base, flags, entry))
        words = {folder: self.keywords(box, folder) for folder in folders}
        bases = collections.Counter((folder, base) for folder, _, base, _, _ in rows)
        seen = collections.Counter(
            (folder, part, base if bases[folder, base] == 1 else None, frozenset(words[folder].get(flag, flag) for flag in flags),
             entry.mtime_ns, entry.size, entry.digest) for folder, part, base, flags, entry in rows)
        return dict(seen) | {(folder,): "a folder" for folder in folders}


def differences(expected, found):
    """Lines about two dictionaries."""
    lines = [f"{key!r}: is missing" for key in expected.keys() - found.keys()]
    lines += [f"{key!r}: should not be there" for key in found.keys() - expected.keys()]
    lines += [f"{key!r}: is {found[key]}, was {expected[key]}" for key in expected.keys() & found.keys()
              if expected[key] != found[key]]
    return sorted(lines)
