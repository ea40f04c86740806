# SPDX-License-Identifier: GPL-3.0-or-later
"""`yestermail watch`, as a test starts and ends it."""
import subprocess
import time

import rig


class Watcher:
    """The daemon; ended by id, whatever happens."""

    def __init__(self, program, store, log, options):
        self._command = [str(program), "watch", "--store", str(store), *options]
        self._log, self.process = log, None

    def start(self):
        with open(self._log, "ab") as out:
            begin = out.tell()
            self.process = subprocess.Popen(self._command, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                            preexec_fn=rig.end_with_parent)
        end = time.monotonic() + 60
        while b"watching; " not in self._log.read_bytes()[begin:]:
            if self.process.poll() is not None or time.monotonic() > end:
                raise RuntimeError("the watcher does not start:\n" + self.text())
            time.sleep(0.01)

    def end(self, how):
        if self.process is None:
            return 0
        self.process.send_signal(how)
        try:
            return self.process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()
        finally:
            self.process = None

    def text(self):
        return self._log.read_text(encoding="utf-8", errors="replace")[-6000:]
