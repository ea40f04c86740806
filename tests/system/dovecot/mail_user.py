# SPDX-License-Identifier: GPL-3.0-or-later
"""Somebody who works with a mailbox over IMAP, and keeps book of what was deleted."""
import collections
import hashlib
import imaplib
import random
import re

import names
from server import PASSWORD

FOLDERS = ["Entwürfe", "R&D", "100 % fertig", 'Reise "Rom"', "L'équipe", "日本語", "Лист ожидания", "a  b", "Größe 10%", "&",
           "Projekt/Süd & Nord", "Projekt/alt", "emoji 📬"]
KEYWORDS = ["$Forwarded", "$Label1", "NonJunk", "todo", "Kunde-7"] + [f"kw{number}" for number in range(30)]
imaplib.Commands["SETMETADATA"] = ("AUTH", "SELECTED")

LISTS = "Listen"  # Deliveries go there: never renamed or deleted.
OTHERS = ["read", "flag", "flag", "unflag", "keyword", "copy", "move", "append", "expunge", "create", "rename", "select"]


class Refused(Exception):
    """The server said NO."""


class MailUser:
    """One connection, used by one thread. The same seed does the same to the same mailbox."""

    def __init__(self, port, user, seed, mails):
        self.user = user
        self.expunged = collections.Counter()  # Subject -> how many messages with it were deleted.
        self.moved = collections.Counter()     # Subject -> how often one was moved to another folder.
        self.copied = collections.Counter()    # Likewise, copied.
        self.commands = self.refused = 0
        self._port, self._mails, self._random = port, mails, random.Random(seed)
        self._imap = self._folder = None
        self.log_in()

    # Each operation once, then as many others.

    def work(self, others):
        names_of_all = [name[3:] for name in dir(self) if name.startswith("do_")]
        for name in self._random.sample(names_of_all, len(names_of_all)) + self._random.choices(OTHERS, k=others):
            try:
                getattr(self, "do_" + name)()
            except Refused:  # Dovecot's list of folders is a moment old now and then.
                self.refused += 1

    def log_in(self):
        self._imap = imaplib.IMAP4("127.0.0.1", self._port, timeout=60)
        self._ask(self._imap.login, self.user, PASSWORD)
        self._folder = None

    def log_out(self):
        self._ask(self._imap.logout, ok=("OK", "BYE"))

    # Plumbing.

    def _ask(self, command, *words, ok=("OK",)):
        self.commands += 1
        status, data = command(*words)
        if status not in ok:
            raise Refused(f"{self.user}: {command.__name__} {words}: {status} {data}")
        return data

    def _uid(self, *words):
        return self._ask(self._imap.uid, *words)

    def _folders(self):
        return names.listed(self._ask(self._imap.list))

    def _own_folders(self):
        return [name for name in self._folders() if name not in ("INBOX", LISTS)]

    def _enter(self, name):
        if self._folder != name:
            self._folder = None
            self._ask(self._imap.select, names.quoted(name))
            self._folder = name

    def _leave(self):
        if self._folder is not None:
            self._ask(self._imap.unselect)
            self._folder = None

    def _search(self, *what):
        data = self._uid("SEARCH", *what)
        return [int(word) for word in data[0].split()] if data[0] else []

    def _pick(self, most, *what):
        """UIDs of some messages of the folder, or of INBOX where it has none; as IMAP writes them."""
        self._enter(self._folder or "INBOX")
        uids = self._search(*(what or ("ALL",)))
        if not uids:
            self._enter("INBOX")
            uids = self._search(*(what or ("ALL",)))
        return ",".join(map(str, sorted(self._random.sample(uids, min(len(uids), self._random.randint(1, most))))))

    def _subjects(self, uids):
        if not uids:
            return []
        data = self._uid("FETCH", uids, "(UID BODY.PEEK[HEADER.FIELDS (SUBJECT)])")
        return [re.search(rb"Subject: (\S+)", part[1]).group(1).decode() for part in data if isinstance(part, tuple)]

    def _count_deleted(self):
        self.expunged.update(self._subjects(",".join(map(str, self._search("DELETED")))))

    def _store(self, sign, flags, most=3, what=("ALL",)):
        if uids := self._pick(most, *what):
            self._uid("STORE", uids, sign + "FLAGS.SILENT", flags)

    def _transfer(self, command, uids):
        others = [name for name in self._folders() if name != self._folder]
        if uids and others:
            self._ask(self._imap.uid, command, uids, names.quoted(self._random.choice(others)))

    # What can be done.

    def do_select(self):
        self._folder = None
        self._enter(self._random.choice(self._folders() + ["INBOX"] * 2))

    def do_notice(self):
        self._enter("INBOX")
        self._ask(self._imap.noop)

    def do_read(self):
        if uids := self._pick(3, "UNSEEN"):
            self._uid("FETCH", uids, "(BODY[])")

    def do_flag(self):
        self._store("+", self._random.choice(["(\\Seen)", "(\\Flagged)", "(\\Answered \\Seen)", "(\\Draft)"]), 6)

    def do_unflag(self):
        self._store("-", self._random.choice(["(\\Seen)", "(\\Flagged)"]), 3)

    def do_keyword(self):
        self._store("+", f"({' '.join(self._random.sample(KEYWORDS, 2))})")

    def do_many_keywords(self):
        self._enter("INBOX")
        self._store("+", f"({' '.join(KEYWORDS)})", 2)

    def do_unkeyword(self):
        word = self._random.choice(KEYWORDS)
        self._store("-", f"({word})", 2, ("KEYWORD", word))

    def do_copy(self):
        uids = self._pick(4)
        self.copied.update(self._subjects(uids))
        self._transfer("COPY", uids)

    def do_move(self):
        uids = self._pick(4)
        self.moved.update(self._subjects(uids))
        self._transfer("MOVE", uids)

    def do_append(self):
        _, mail = self._mails.make("appended")
        flags = self._random.choice(["()", "(\\Seen)", "(\\Draft \\Seen)", "($Label1 kw7)"])
        date = self._random.choice([None, imaplib.Time2Internaldate(1_704_067_200 + self._random.randint(0, 10_000_000))])
        self._ask(self._imap.append, names.quoted(self._random.choice(self._folders())), flags, date, mail)

    def do_expunge(self):
        self._store("+", "(\\Deleted)", 2)
        self._count_deleted()
        self._ask(self._imap.expunge)

    def do_close(self):
        self._store("+", "(\\Deleted)", 1)
        self._count_deleted()
        self._ask(self._imap.close)
        self._folder = None

    def do_create(self):
        there = self._folders()
        name = self._random.choice(FOLDERS)
        while name in there:
            name += self._random.choice([" neu", "/ä", "/b&b", " 2"])
        self._ask(self._imap.create, names.quoted(name))
        self._ask(self._imap.subscribe, names.quoted(name))

    def do_rename(self):
        if not (own := self._own_folders()):
            return
        old = self._random.choice(own)
        new = f"{re.sub(r' [(].*[)]$', '', old)} (№ {self._random.randint(1, 9999)})"
        if new in self._folders():
            return
        self._leave()
        self._ask(self._imap.rename, names.quoted(old), names.quoted(new))

    def do_rename_twice(self):
        """To another name and back: what is there at the end has the old name."""
        if not (own := self._own_folders()):
            return
        old, away = self._random.choice(own), f"weg {self._random.randint(1, 9999)}"
        self._leave()
        self._ask(self._imap.rename, names.quoted(old), names.quoted(away))
        self._ask(self._imap.rename, names.quoted(away), names.quoted(old))

    def do_delete_folder(self):
        own = self._own_folders()
        if len(own) < 3:
            return
        name = self._random.choice(own)
        self._leave()
        self._enter(name)
        if self._search("ALL"):
            self.expunged.update(self._subjects("1:*"))
        self._leave()
        self._ask(self._imap.delete, names.quoted(name))
        self._ask(self._imap.unsubscribe, names.quoted(name))

    def do_subscribe(self):
        self._ask(self._imap.subscribe, names.quoted(self._random.choice(self._folders())))

    def do_unsubscribe(self):
        self._ask(self._imap.unsubscribe, names.quoted(self._random.choice(self._folders())))

    def do_metadata(self):
        word = f'"Kommentar {self._random.randint(1, 9999)}"'
        folder = names.quoted(self._random.choice(self._folders()))
        self._ask(self._imap.xatom, "SETMETADATA", folder, f"(/private/comment {word})")

    def do_acl(self):
        if own := self._own_folders():
            rights = self._random.choice(["lr", "lrs", "lrwi"])
            self._ask(self._imap.setacl, names.quoted(self._random.choice(own)), "user=friend@example.org", rights)

    def do_reconnect(self):
        self.log_out()
        self.log_in()


def listing(port, user, password=PASSWORD):
    """All that IMAP shows of a mailbox, a line for each subscription, folder and message, whose bytes stand as their digest.
    Changes nothing."""
    imap = imaplib.IMAP4("127.0.0.1", port, timeout=60)
    imap.login(user, password)
    subscribed = set(names.listed(imap.lsub()[1]))
    lines = [f"subscribed {name}" for name in sorted(subscribed)]
    for name in names.listed(imap.list()[1]):
        status, data = imap.select(names.quoted(name), readonly=True)
        if status != "OK":  # One that was deleted a moment ago.
            continue
        lines.append(f"{name}: UIDVALIDITY {imap.response('UIDVALIDITY')[1]} UIDNEXT {imap.response('UIDNEXT')[1]}")
        if data[0] == b"0":
            continue
        _, data = imap.uid("FETCH", "1:*", "(UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[])")
        for part in data:
            if isinstance(part, tuple):
                head = part[0].decode().partition(" ")[2]
                flags = sorted(set(re.search(r"FLAGS \(([^)]*)\)", head).group(1).split()) - {"\\Recent"})
                subject = re.search(rb"(?m)^Subject: (.*?)\r?$", part[1]).group(1).decode()
                digest = hashlib.sha256(part[1]).hexdigest()
                lines.append(f"{name}: {re.sub(r'FLAGS [(][^)]*[)] ?', '', head)} {flags} {subject} {digest}")
    imap.logout()
    return lines
