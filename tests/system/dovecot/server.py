# SPDX-License-Identifier: GPL-3.0-or-later
"""A private Dovecot 2.3 for tests: IMAP and LMTP on free ports of 127.0.0.1, all of its state in one directory. Nothing
of the system's own Dovecot is read, started or stopped. Mail of USER@DOMAIN lies in MAIL/DOMAIN/USER/Maildir."""
import ctypes
import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

PASSWORD = "secret"
PROGRAMS = ("/usr/lib/dovecot/imap", "/usr/lib/dovecot/lmtp", "/usr/lib/dovecot/modules/lib01_acl_plugin.so")
MOST_PATH = 70  # Sockets stand below the directory, and a socket's path is short.

CONFIG = """
base_dir = {top}/run
state_dir = {top}/state
instance_name = yestermail-test
log_path = {top}/dovecot.log
mail_temp_dir = {top}/tmp
protocols = imap lmtp
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain
auth_failure_delay = 0
first_valid_uid = 1
mail_location = maildir:~/Maildir
mail_max_userip_connections = 0
mail_plugins = acl
mail_attribute_dict = file:%h/Maildir/dovecot-attributes
hostname = mail.example.org
postmaster_address = postmaster@example.org
recipient_delimiter = +
lda_mailbox_autocreate = yes
lmtp_save_to_detail_mailbox = yes
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {top}/users
}}
userdb {{
  driver = passwd-file
  args = username_format=%u {top}/users
  override_fields = home={mail}/%d/%n
}}
plugin {{
  acl = vfile
}}
namespace inbox {{
  inbox = yes
  separator = /
}}
protocol imap {{
  mail_plugins = acl imap_acl
  imap_metadata = yes
}}
service imap-login {{
  inet_listener imap {{
    address = 127.0.0.1
    port = {imap}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {lmtp}
  }}
}}
"""


def find_program():
    return shutil.which("dovecot", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")


def why_not():
    """What keeps a Dovecot from being started here; None: nothing."""
    if os.geteuid() != 0:
        return "needs root: mail belongs to other users"
    program = find_program()
    if program is None or not all(os.path.exists(part) for part in PROGRAMS):
        return "dovecot-imapd and dovecot-lmtpd are not installed"
    version = subprocess.run([program, "-c", "/dev/null", "--version"], capture_output=True, text=True, check=False).stdout
    return None if version.startswith("2.3.") else f"needs Dovecot 2.3, not {version.strip()}"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def end_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)


def born(pid):
    """Tells a process from a later one of the same id; None: there is none, or it has ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] == "Z" else fields[19]


class Dovecot:
    """Runs from start() to stop(), which ends it by id whatever happened; also a context manager."""

    def __init__(self, top, users, mail=None):
        """`users`: name -> uid. `top` is made; it has to be short and within reach of these uids."""
        self.top, self.users = Path(top), dict(users)
        self.mail = Path(mail) if mail else self.top / "mail"
        self.imap = self.lmtp = 0
        self.process = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def log(self):
        try:
            return (self.top / "dovecot.log").read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""

    def maildir(self, user):
        name, _, domain = user.partition("@")
        return self.mail / domain / name / "Maildir"

    def start(self):
        if len(str(self.top)) > MOST_PATH:
            raise RuntimeError(f"{self.top}: too long for sockets in it; set TMPDIR to something shorter")
        self._prepare()
        for _ in range(5):  # Somebody else may take a port between its choice and its use.
            if self._start_once():
                return
        raise RuntimeError("Dovecot did not start:\n" + self.log()[-4000:])

    def stop(self):
        if self.process is None:
            return
        pid = self.process.pid
        family = {child: born(child) for child in self._children(pid)}
        self.process.terminate()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None
        end = time.monotonic() + 10
        while left := [child for child, when in family.items() if when is not None and born(child) == when]:
            if time.monotonic() > end:
                for child in left:
                    os.kill(child, signal.SIGKILL)
                return
            time.sleep(0.02)

    def _prepare(self):
        for directory, mode in (("", 0o755), ("run", 0o755), ("state", 0o755), ("tmp", 0o1777)):
            (self.top / directory).mkdir(parents=True, exist_ok=True)
            (self.top / directory).chmod(mode)
        lines = [f"{user}:{{PLAIN}}{PASSWORD}:{uid}:{uid}::::\n" for user, uid in self.users.items()]
        (self.top / "users").write_text("".join(lines), encoding="ascii")
        for user, uid in self.users.items():
            home = self.maildir(user).parent
            if not home.exists():
                home.mkdir(parents=True)
                os.chown(home, uid, uid)
                home.chmod(0o700)

    def _start_once(self):
        self.imap, self.lmtp = free_port(), free_port()
        config = self.top / "dovecot.conf"
        config.write_text(CONFIG.format(top=self.top, mail=self.mail, imap=self.imap, lmtp=self.lmtp), encoding="ascii")
        with open(self.top / "start.log", "wb") as out:
            self.process = subprocess.Popen([find_program(), "-F", "-c", str(config)], stdin=subprocess.DEVNULL, stdout=out,
                                            stderr=out, preexec_fn=end_with_parent)
        end = time.monotonic() + 20
        while time.monotonic() < end and self.process.poll() is None:
            if self._answers(self.imap) and self._answers(self.lmtp):
                return True
            time.sleep(0.05)
        self.stop()
        return False

    @staticmethod
    def _answers(port):
        try:
            with socket.create_connection(("127.0.0.1", port), 2) as connection:
                connection.settimeout(5)
                return bool(connection.recv(4))
        except OSError:
            return False

    @staticmethod
    def _children(pid):
        try:
            return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]
        except OSError:
            return []
