# SPDX-License-Identifier: GPL-3.0-or-later
"""A mail client for tests: one IMAP connection, and what it is shown of a mailbox."""
import collections
import hashlib
import imaplib
import re

import names
import server

FETCH = "(FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[])"


class Client:
    """One IMAP connection; whatever the server refuses is an error."""

    def __init__(self, port, user):
        self.imap = imaplib.IMAP4("127.0.0.1", port, timeout=60)
        self.ask("login", user, server.PASSWORD)

    def ask(self, command, *words):
        status, data = getattr(self.imap, command)(*words)
        if status not in ("OK", "BYE"):
            raise RuntimeError(f"{command} {words}: {status} {data}")
        return data

    def select(self, folder, readonly=False):
        return int(self.ask("select", names.quoted(folder), readonly)[0])

    def append(self, folder, flags, seconds, mail):
        self.ask("append", names.quoted(folder), f"({flags})", imaplib.Time2Internaldate(seconds), mail)

    def shown(self):
        """(folder, subject) -> what IMAP shows of each mail of that subject."""
        mails = collections.defaultdict(list)
        for folder in names.listed(self.ask("list")):
            if self.select(folder, readonly=True) == 0:
                continue
            for part in self.ask("fetch", "1:*", FETCH):
                if not isinstance(part, tuple):
                    continue
                head = part[0].decode()
                flags = sorted(set(re.search(r"FLAGS \(([^)]*)\)", head).group(1).split()) - {"\\Recent"})
                date, size = re.search(r'INTERNALDATE "([^"]*)"', head), re.search(r"RFC822.SIZE (\d+)", head)
                subject = re.search(rb"Subject: (\S+)", part[1]).group(1).decode()
                mails[folder, subject].append((flags, date.group(1), size.group(1), hashlib.sha256(part[1]).hexdigest()))
        return mails

    def subscribed(self):
        return names.listed(self.ask("lsub"))

    def end(self):
        self.ask("logout")
