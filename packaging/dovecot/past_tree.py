# SPDX-License-Identifier: GPL-3.0-or-later
"""An account at an instant as a Maildir in a mount of a store."""
import datetime
import os
import shutil
import stat
import subprocess
import time
from pathlib import Path

from processes import PATIENCE, Failure, end, end_with_parent, is_mounted, start, unmount

CONTROL_FILES = ("dovecot-uidlist", "dovecot-keywords")
INDEX_FILES = ("dovecot.index", "dovecot.index.log", "dovecot.index.log.2")


class StoreMount:
    """A mount of our own; gone when the `with` block ends."""

    def __init__(self, program, store, mountpoint, options):
        self.path, self._log = Path(mountpoint), Path(f"{mountpoint}.log")
        self._command = [program, "mount", store, self.path, "-f", "-o", options]
        self._process = None

    def __enter__(self):
        self.path.mkdir(exist_ok=True)
        with open(self._log, "wb") as out:
            try:
                self._process = start(self._command, out, preexec_fn=end_with_parent)
            except OSError as error:
                raise Failure(f"{self._command[0]}: {error.strerror}; say where it is with --program") from error
        limit = time.monotonic() + PATIENCE
        while not (is_mounted(self.path) and os.path.exists(self.path / "maildir")):
            if self._process.poll() is not None or time.monotonic() > limit:
                self.__exit__()
                said = self._log.read_text(errors="replace").strip() or "the store could not be mounted"
                raise Failure(said.splitlines()[-1], self._process.returncode or 1)
            time.sleep(0.005)
        return self.path

    def __exit__(self, *_):
        unmount(self.path)
        end(self._process)


def fixed_instant(mount, text):
    """The very instant that `text` means now: yesterday is another one tomorrow."""
    if text == "latest":
        text = "now"
    if "/" in text or text in ("", ".", ".."):
        raise Failure(f"{text!r} is no instant; man yestermail lists how they are written", 2)
    try:
        micros = os.stat(Path(mount) / "maildir" / "at" / text).st_mtime_ns // 1000
    except OSError as error:
        raise Failure(f"{text!r} is no instant of this store: before its first, in the future, or not understood; "
                      "man yestermail lists how they are written", 2) from error
    at = datetime.datetime(1970, 1, 1) + datetime.timedelta(microseconds=micros)
    return at.strftime("%Y-%m-%dT%H-%M-%S.%fZ")


def account_tree(mount, account, instant):
    tree = Path(mount) / "maildir" / "at" / instant / account
    if "/" in account or account in ("", ".", "..") or not tree.is_dir():
        raise Failure(f"{account!r} had no mailbox at {instant}; yestermail accounts --at INSTANT lists them")
    return tree


def owner_of(tree):
    status = os.stat(tree)
    if status.st_uid == 0:
        raise Failure(f"{tree.name}: the mailbox belongs to root, and Dovecot serves nobody as root; "
                      "copy it out with cp -a and chown the copy")
    return status.st_uid, status.st_gid


def check_reach(tree, owner):
    """That the mail's owner, as whom Dovecot reads, gets in."""
    uid, gid = owner
    tried = subprocess.run(["test", "-r", tree / "cur"], user=uid, group=gid, extra_groups=[], check=False)
    if tried.returncode != 0:
        raise Failure(f"user {uid} cannot read {tree}: mount with -o allow_other, below directories that all may enter")


def check_closed(tree):
    if os.stat(tree / "cur").st_mode & stat.S_IWUSR or os.statvfs(tree).f_flag & os.ST_RDONLY:
        raise Failure(f"{tree} is not closed by its modes, and Dovecot would log errors; mount with -o closed")


def nested_folders(tree):
    """Those of LAYOUT=fs: directories in directories."""
    for top, names, _ in os.walk(tree):
        if "cur" in names and Path(top) != tree:
            yield Path(top).relative_to(tree)
        names[:] = [name for name in names if name not in ("cur", "new", "tmp") and name[0] != "."]


def folders_of(tree):
    """Directory relative to the tree -> where Dovecot keeps what belongs to it below INDEX and CONTROL; and the layout."""
    if nested := list(nested_folders(tree)):
        return {Path("."): Path("INBOX"), **{path: path for path in nested}}, ":LAYOUT=fs"
    found = [Path(path.name) for path in tree.iterdir() if path.name[0] == "." and (path / "cur").is_dir()]
    return {Path("."): Path(".INBOX"), **{path: path for path in found}}, ""


def copy_if_there(source, target, owner):
    try:
        shutil.copyfile(source, target)
    except FileNotFoundError:
        return False
    shutil.copystat(source, target)
    os.chmod(target, 0o600)
    os.chown(target, *owner)
    return True


def make_private(path, owner):
    for directory in [*reversed(path.parents), path]:
        if not directory.exists():
            directory.mkdir(mode=0o700)
            os.chown(directory, *owner)


def fill_control(tree, top, owner):
    """Copies what Dovecot wants to write, to top/control, and its recorded index, which alone has the keywords from the
    27th of a folder on, to top/index. Returns the layout and whether the UIDs are those of then."""
    folders, layout = folders_of(tree)
    known = True
    for kind in ("control", "index"):
        make_private(top / kind, owner)
    copy_if_there(tree / "subscriptions", top / "control" / "subscriptions", owner)
    for folder, place in folders.items():
        for kind, names in (("control", CONTROL_FILES), ("index", INDEX_FILES)):
            make_private(top / kind / place, owner)
            there = [copy_if_there(tree / folder / name, top / kind / place / name, owner) for name in names]
            known = known and (kind == "index" or there[0])
    return layout, known
