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


def copy_if_there(source, target):
    try:
        shutil.copyfile(source, target)
    except FileNotFoundError:
        return False
    shutil.copystat(source, target)
    return True


def copy_files(source, target, names):
    """Whether the first of them is there."""
    target.mkdir(parents=True, exist_ok=True)
    return [copy_if_there(source / name, target / name) for name in names][0]


def copy_control(source, target):
    """All that a source has in CONTROL=. Whether there is a dovecot-uidlist."""
    known = False
    for directory, _, names in os.walk(source):
        place = target / Path(directory).relative_to(source)
        place.mkdir(exist_ok=True)
        for name in names:
            copy_if_there(Path(directory) / name, place / name)
        known = known or CONTROL_FILES[0] in names
    return known


def gather_control(tree, folders, target):
    """The same where it stands among the mails. Whether each folder has a dovecot-uidlist."""
    copy_if_there(tree / "subscriptions", target / "subscriptions")
    return all([copy_files(tree / folder, target / place, CONTROL_FILES) for folder, place in folders.items()])


def hand_over(top, owner):
    """From the leaves up: as long as root copies, nobody else gets in to plant a link."""
    for directory, _, names in os.walk(top, topdown=False):
        for name in names:
            os.chmod(Path(directory) / name, 0o600)
            os.chown(Path(directory) / name, *owner)
        os.chmod(directory, 0o700)
        os.chown(directory, *owner)


def fill_control(tree, top, owner):
    """Copies what Dovecot wants to write, to top/control, and its recorded index, which alone has the keywords from the
    27th of a folder on, to top/index. Returns the layout and whether the UIDs are those of then."""
    folders, layout = folders_of(tree)
    for kind in ("control", "index"):
        (top / kind).mkdir(mode=0o700)
    for folder, place in folders.items():
        copy_files(tree / folder, top / "index" / place, INDEX_FILES)
    elsewhere = tree / "@control"  # Where the source has CONTROL=; never listed.
    if elsewhere.is_dir():
        known = copy_control(elsewhere, top / "control")
    else:
        known = gather_control(tree, folders, top / "control")
    for kind in ("control", "index"):
        hand_over(top / kind, owner)
    return layout, known
