# SPDX-License-Identifier: GPL-3.0-or-later
"""What the scripts of this folder share: mail trees, runs with their time and memory, and mounts that always end."""
import contextlib
import ctypes
import mmap
import os
import signal
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
MAKE_MAILDIRS = TOP / "tests" / "support" / "make_maildirs.py"
SOURCE = "maildir:{tree}/%d/%n/Maildir"


def say(text):
    print(text, file=sys.stderr, flush=True)


def work_directory(name, below):
    """A new one, below the directory of --work, which is made where it is not there; None: below TMPDIR."""
    if below:
        below.mkdir(parents=True, exist_ok=True)
    return Path(tempfile.mkdtemp(prefix=f"yestermail-{name}-", dir=below))


def default_program():
    for preset in ("release", "dev"):
        program = TOP / "build" / preset / "tools" / "yestermail"
        if program.exists():
            return program
    return TOP / "build" / "release" / "tools" / "yestermail"


class Run:
    """A finished program: seconds, processor seconds, and the most memory that it or a child of it had, in bytes."""

    def __init__(self, seconds, peak, out, cpu=0.0):
        self.seconds, self.peak, self.out, self.cpu = seconds, peak, out, cpu


def run(*command, env=None, quiet=True, ok=(0,)):
    """Runs to the end. Ends this script with the program's own words where it fails."""
    command = [str(word) for word in command]
    with open(os.devnull, "rb") as nothing:
        pipe = subprocess.PIPE if quiet else None
        start = time.perf_counter()
        child = subprocess.Popen(command, env=None if env is None else {**os.environ, **env}, stdin=nothing, stdout=pipe,
                                 stderr=subprocess.STDOUT if quiet else None)
        out = child.stdout.read() if quiet else b""
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - start
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.stdout:
        child.stdout.close()
    if child.returncode not in ok:
        sys.exit(f"{' '.join(command)}: exit status {child.returncode}\n{out.decode(errors='replace')[-4000:]}")
    return Run(seconds, usage.ru_maxrss * 1024, out, usage.ru_utime + usage.ru_stime)


def build_tree(tree, accounts, messages, seed, corpus=None, more=()):
    extra = [*(["--corpus", corpus] if corpus else []), *more]
    made = run(MAKE_MAILDIRS, "build", tree, "--accounts", accounts, "--messages", messages, "--seed", seed, *extra)
    say(made.out.decode().strip())


def churn(tree, changes, seed):
    run(MAKE_MAILDIRS, "churn", tree, "--changes", changes, "--seed", seed)


def accounts_of(tree):
    """Account name -> Maildir."""
    return {f"{p.parent.name}@{p.parent.parent.name}": p for p in sorted(Path(tree).glob("*/*/Maildir"))}


def drop_caches():
    """Makes what follows cold. False: that is not allowed here, cold figures are warm ones."""
    os.sync()
    try:
        Path("/proc/sys/vm/drop_caches").write_text("3\n", encoding="ascii")
        return True
    except OSError:
        return False


def stored_bytes(path):
    """Sizes of all files below, each once however many names it has."""
    seen, total = set(), 0
    for directory, _, files in os.walk(path):
        for name in files:
            s = os.lstat(os.path.join(directory, name))
            if s.st_ino not in seen:
                seen.add(s.st_ino)
                total += s.st_size
    return total


def is_mounted(path):
    with open("/proc/self/mountinfo", encoding="utf-8", errors="surrogateescape") as table:
        wanted = os.path.realpath(path).replace(" ", "\\040")
        return any(line.split()[4] == wanted for line in table)


def end_with_parent():
    """In a child: SIGTERM when this script ends, however it ends (PR_SET_PDEATHSIG)."""
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)


class Mounted:
    def __init__(self, process, ready):
        self.process, self.ready = process, ready

    def peak_memory(self):
        with open(f"/proc/{self.process.pid}/status", encoding="ascii", errors="replace") as status:
            return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM:"))


@contextlib.contextmanager
def mounted(command, mountpoint, shown, env=None, seconds=120):
    """Runs a program that mounts and stays in the foreground; `ready` is the time from the start of the program until the
    directory `shown` can be listed and holds something. Unmounts on the way out and ends the program, whatever happened."""
    mountpoint = Path(mountpoint)
    mountpoint.mkdir(exist_ok=True)
    log = Path(f"{mountpoint}.log")
    began = mmap.mmap(-1, struct.calcsize("d"))  # Shared with the child: copying this script takes longer than to start some programs.

    def begin():
        end_with_parent()
        struct.pack_into("d", began, 0, time.perf_counter())

    with open(log, "wb") as out:
        process = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                   preexec_fn=begin, env=None if env is None else {**os.environ, **env})
    start, = struct.unpack_from("d", began)
    try:
        while True:
            with contextlib.suppress(OSError):
                if is_mounted(mountpoint) and os.listdir(shown):
                    break
            if process.poll() is not None or time.perf_counter() - start > seconds:
                sys.exit(f"{' '.join(map(str, command))}: no mount\n{log.read_text(errors='replace')[-4000:]}")
            time.sleep(0.0005)
        yield Mounted(process, time.perf_counter() - start)
    finally:
        for _ in range(50):
            if not is_mounted(mountpoint):
                break
            subprocess.run(["fusermount3", "-u", str(mountpoint)], capture_output=True, check=False)
            time.sleep(0.05)
        else:
            subprocess.run(["fusermount3", "-uz", str(mountpoint)], capture_output=True, check=False)
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()


def stop_on_sigterm():
    """Makes SIGTERM an exception, so that every `finally` runs."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))


def can_mount():
    return os.access("/dev/fuse", os.R_OK | os.W_OK)
