# SPDX-License-Identifier: GPL-3.0-or-later
"""The programs that bench/run compares, each behind the same few calls."""
import shutil
from pathlib import Path

import rig


class Peer:
    name = ""
    environment = None

    def __init__(self, work):
        self.work = Path(work)
        self.repository = self.work / f"repository-{self.name}"

    def forget(self):
        shutil.rmtree(self.repository, ignore_errors=True)

    def prepare(self):
        """Makes an empty repository."""

    def backup(self, tree):
        """Takes the tree in. Returns the Run."""

    def mount_command(self, mountpoint):
        """Mounts what was taken in last, in the foreground."""

    def shown(self, mountpoint, tree):
        """Where the tree stands in the mount."""

    def account(self, mountpoint, tree, account):
        """Where one account's Maildir stands in the mount."""
        user, domain = account.split("@")
        return self.shown(mountpoint, tree) / domain / user / "Maildir"

    def version(self):
        return rig.run(self.name, "--version").out.decode().split("\n", maxsplit=1)[0]


class Yestermail(Peer):
    name = "yestermail"

    def __init__(self, program, work):
        super().__init__(work)
        self.program = program

    def prepare(self):
        tree = self.work / "tree"
        rig.run(self.program, "init", "--store", self.repository, "--source", rig.SOURCE.format(tree=tree))

    def backup(self, tree):
        return rig.run(self.program, "scan", "--store", self.repository)

    def mount_command(self, mountpoint):
        return [self.program, "mount", self.repository, mountpoint, "-f"]

    def shown(self, mountpoint, tree):
        return mountpoint / "maildir" / "latest"

    def account(self, mountpoint, tree, account):
        return self.shown(mountpoint, tree) / account

    def version(self):
        return rig.run(self.program, "--version").out.decode().strip()


class Restic(Peer):
    name = "restic"

    def __init__(self, work):
        super().__init__(work)
        self.cache = self.work / "cache-restic"
        self.environment = {"RESTIC_PASSWORD": "bench", "RESTIC_REPOSITORY": str(self.repository),
                            "RESTIC_CACHE_DIR": str(self.cache)}

    def forget(self):
        super().forget()
        shutil.rmtree(self.cache, ignore_errors=True)

    def prepare(self):
        rig.run("restic", "init", env=self.environment)

    def backup(self, tree):
        return rig.run("restic", "backup", tree, env=self.environment)

    def mount_command(self, mountpoint):
        return ["restic", "mount", mountpoint]

    def shown(self, mountpoint, tree):
        return mountpoint / "snapshots" / "latest" / str(tree).lstrip("/")

    def version(self):
        return " ".join(rig.run("restic", "version").out.decode().split()[:2])


class Borg(Peer):
    name = "borg"

    def __init__(self, work):
        super().__init__(work)
        self.count = 0
        self.base = self.work / "base-borg"
        self.environment = {"BORG_BASE_DIR": str(self.base), "BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK": "yes"}

    def forget(self):
        super().forget()
        shutil.rmtree(self.base, ignore_errors=True)

    def prepare(self):
        self.base.mkdir(exist_ok=True)
        rig.run("borg", "init", "-e", "none", self.repository, env=self.environment)

    def backup(self, tree):
        self.count += 1
        return rig.run("borg", "create", f"{self.repository}::{self.count}", tree, env=self.environment)

    def mount_command(self, mountpoint):
        return ["borg", "mount", "-f", f"{self.repository}::{self.count}", mountpoint]

    def shown(self, mountpoint, tree):
        return mountpoint / str(tree).lstrip("/")


class Bup(Peer):
    name = "bup"

    def __init__(self, work):
        super().__init__(work)
        self.environment = {"BUP_DIR": str(self.repository)}

    def prepare(self):
        rig.run("bup", "init", env=self.environment)

    def backup(self, tree):
        index = rig.run("bup", "index", tree, env=self.environment)
        save = rig.run("bup", "save", "-n", "main", tree, env=self.environment)
        return rig.Run(index.seconds + save.seconds, max(index.peak, save.peak), b"", index.cpu + save.cpu)

    def mount_command(self, mountpoint):
        return ["bup", "fuse", "-f", mountpoint]

    def shown(self, mountpoint, tree):
        return mountpoint / "main" / "latest" / str(tree).lstrip("/")

    def version(self):
        return "bup " + rig.run("bup", "--version").out.decode().strip()


ALL = {peer.name: peer for peer in (Restic, Borg, Bup)}
