#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes trees of Maildir++ mailboxes that look like a real server's, and ages them.

build  writes DIR/<domain>/<user>/Maildir. Texts are real mails; what a real server adds is added: each recipient's
       copy has its own trace headers, one mail in five carries documents (new, known or slightly revised ones),
       colleagues keep copies in Sent, and each folder has the files that Dovecot keeps beside the mail. The same
       arguments give the same names and bytes.
churn  does to DIR what users and the server do in a day: deliver (tmp/, then new/), open, flag, label, move, copy,
       expunge, create, rename and delete folders. Prints a line a change: <unix time> <what> <path>[ <new path>].

The corpus is a folder of mails, one a file, or a tar archive of one; without --corpus, tests/data/mails.tar.xz.
"""
import argparse
import base64
import hashlib
import os
import random
import sys
import tarfile
import time
from pathlib import Path

PEOPLE = ("alice bob carol dave erin frank grace heidi ivan judy mallory niaj olivia peggy rupert sybil trent victor "
          "walter zoe").split()
DOMAINS = ("example.com", "example.com", "example.com", "example.net")
INBOX = ""
# Folder: how much of an account's mail it holds. Names as on disk: modified UTF-7, and UTF-8 as newer servers write it.
FOLDERS = {INBOX: 40, ".Sent": 8, ".Drafts": 1, ".Trash": 6, ".Junk": 6, ".Archive": 10, ".Archive.2024": 8,
           ".Archive.2025": 8, ".Projects": 5, ".Projects.R&-D": 4, ".Projects.Caf&AOk-": 3,
           ".Kunden.Müller & Söhne": 3}
EMPTY_FOLDERS = (".Templates", ".Projects.&U,BTFw-")  # A folder without mail is a folder too.
FLAGS = ("", "S", "S", "S", "S", "RS", "FS", "PS")
KEYWORDS = ("$Forwarded", "NonJunk", "Junk", "invoice", "to-do")
EPOCH = 1_735_689_600  # 2025-01-01T00:00:00Z: when the first mail of a built tree came.
MAX_DOCUMENT = 6_000_000


def read_corpus(source):
    """The mails of a folder or archive, as bytes with LF line ends, in the order of their names."""
    def usable(name, raw):
        if raw.startswith(b"From "):
            raw = raw[raw.index(b"\n") + 1:]
        raw = raw.replace(b"\r\n", b"\n")
        is_mail = not name.endswith((".json", ".js", ".md")) and b":" in raw[:200] and b"\n\n" in raw
        return raw if is_mail and not os.path.basename(name).startswith("cmds") else None

    if os.path.isdir(source):
        files = ((str(p), p.read_bytes()) for p in sorted(Path(source).rglob("*")) if p.is_file())
        mails = [usable(*file) for file in files]
    else:
        with tarfile.open(source) as archive:
            mails = [usable(m.name, archive.extractfile(m).read()) for m in archive if m.isfile()]
    mails = [m for m in mails if m]
    if not mails:
        sys.exit(f"make_maildirs: no mails in {source}")
    return mails


class Documents:
    """What people attach. Most kinds are compressed already; a known one comes again, now and then revised."""

    def __init__(self, rng, mails):
        self.rng = rng
        self.mails = mails
        self.known = []
        for _ in range(20):
            self.new()

    def new(self):
        rng, number = self.rng, len(self.known)
        size = min(MAX_DOCUMENT, max(2_000, int(rng.lognormvariate(11.6, 1.3))))
        make = rng.choices((self.photo, self.office, self.pdf, self.table), weights=(35, 25, 20, 20))[0]
        self.known.append(make(number, size))
        return self.known[-1]

    def photo(self, number, size):
        return f"IMG_{number:04}.jpg", "image/jpeg", b"\xff\xd8\xff\xe0" + self.rng.randbytes(size)

    def office(self, number, size):
        mime = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
        return f"offer {number}.docx", mime, b"PK\x03\x04" + self.rng.randbytes(size)

    def pdf(self, number, size):
        """Streams that do not compress between cross-reference tables that do."""
        out = bytearray(b"%PDF-1.4\n")
        while len(out) < size:
            out += self.rng.randbytes(min(3_000, size))
            out += b"".join(b"%010d 00000 n \n" % self.rng.randrange(10 ** 9) for _ in range(60))
        return f"report-{number}.pdf", "application/pdf", bytes(out[:size])

    def table(self, number, size):
        rows = []
        for line in range(size // 45):
            word = self.rng.choice(self.mails)[40:70].replace(b"\n", b" ")
            rows.append(b"%d;%d;%.2f;%s" % (number, line, self.rng.random() * 1000, word))
        return f"figures-{number}.csv", "text/csv", b"\r\n".join(rows)

    def pick(self):
        rng = self.rng
        kind = rng.choices(("new", "known", "revised"), weights=(50, 35, 15))[0]
        if kind == "new":
            return self.new()
        back = min(len(self.known), int(rng.paretovariate(0.6)))  # Mostly a recent one.
        name, mime, data = self.known[-back]
        if kind == "revised" and len(data) > 20_000:
            at, gone = rng.randrange(len(data) - 1_000), rng.randrange(400)
            data = data[:at] + rng.randbytes(rng.randrange(1, 400)) + data[at + gone:]
            self.known[-back] = (name, mime, data)
        return name, mime, data


def header_without_mime(head):
    """The header lines but for Content-* and MIME-Version with their continuations."""
    kept, dropping = [], False
    for line in head.split(b"\n"):
        if not line.startswith((b" ", b"\t")):
            dropping = line.lower().startswith((b"content-", b"mime-version:"))
        if not dropping:
            kept.append(line)
    return kept


def attach(mail, documents, rng):
    """The mail as multipart/mixed with documents in base64, in the line width of one client or another."""
    head, _, body = mail.partition(b"\n\n")
    boundary = b"----=_Part_%d_%016x" % (rng.randrange(1000), rng.getrandbits(64))
    width = rng.choice((76, 76, 76, 72, 60))
    lines = header_without_mime(head)
    lines += [b"MIME-Version: 1.0", b'Content-Type: multipart/mixed; boundary="%s"' % boundary, b""]
    lines += [b"--" + boundary, b"Content-Type: text/plain; charset=utf-8", b"Content-Transfer-Encoding: 8bit", b"", body]
    for name, mime, data in documents:
        coded = base64.b64encode(data)
        lines += [b"--" + boundary, b'Content-Type: %s; name="%s"' % (mime.encode(), name.encode()),
                  b'Content-Disposition: attachment; filename="%s"' % name.encode(), b"Content-Transfer-Encoding: base64", b""]
        lines += [coded[at:at + width] for at in range(0, len(coded), width)]
    return b"\n".join(lines + [b"--" + boundary + b"--", b""])


def trace(recipient, when, rng):
    """What a server puts before a mail on delivery: it differs in every copy."""
    date = time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime(when))
    host = f"mx{rng.randrange(4)}.example.org"
    return (f"Return-Path: <sender@example.org>\nDelivered-To: {recipient}\n"
            f"Received: from {host} ({host} [192.0.2.{rng.randrange(1, 255)}])\n\tby mail.example.com with LMTP\n"
            f"\tid {rng.getrandbits(64):016X}\n\t(envelope-from <sender@example.org>)\n"
            f"\tfor <{recipient}>; {date}\n").encode()


class Mailbox:
    """One account's Maildir++."""

    def __init__(self, path, rng, serial=0):
        self.path, self.rng, self.serial = Path(path), rng, serial

    def folders(self):
        return [INBOX] + sorted(d.name for d in self.path.glob(".*") if (d / "cur").is_dir())

    def folder(self, name):
        return self.path / name if name else self.path

    def make_folder(self, name):
        box = self.folder(name)
        for part in ("cur", "new", "tmp"):
            (box / part).mkdir(parents=True, exist_ok=True, mode=0o700)
        if name:
            (box / "maildirfolder").touch(mode=0o600)
        return box

    def name(self, when, size, lines):
        self.serial += 1
        return f"{int(when)}.M{self.rng.randrange(10 ** 6)}P{self.rng.randrange(400, 32000)}Q{self.serial}.mail,S={size},W={size + lines}"

    def deliver(self, folder, mail, when=None, flags=None):
        """Through tmp/, as every program must; into new/, or with flags (of a copy or an import) into cur/."""
        box = self.make_folder(folder)
        name = self.name(when or time.time(), len(mail), mail.count(b"\n"))
        staged = box / "tmp" / name
        with open(os.open(staged, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(mail)
        if when:
            os.utime(staged, (when, when))
        final = box / "new" / name if flags is None else box / "cur" / f"{name}:2,{flags}"
        os.rename(staged, final)
        return final

    def write(self, box, name, text):
        """Replaces a small file as Dovecot does: beside it, then renamed over it."""
        staged = box / f"{name}.lock"
        with open(os.open(staged, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
        os.rename(staged, box / name)

    def write_uidlist(self, folder):
        """dovecot-uidlist: mails keep their UID, new ones get the next; mail in new/ has none yet."""
        box = self.folder(folder)
        known, following, header = {}, 1, None
        try:
            lines = (box / "dovecot-uidlist").read_text(encoding="utf-8").splitlines()
            header = lines[0].split()
            following = int(header[2][1:])
            known = {line.split(" :", 1)[1]: int(line.split(" ", 1)[0]) for line in lines[1:]}
        except FileNotFoundError:
            key = f"{self.path.parent.name}{folder}{self.rng.getrandbits(64)}".encode()
            header = ["3", f"V{EPOCH}", "N1", "G" + hashlib.md5(key, usedforsecurity=False).hexdigest()]
        rows = []
        for base in sorted(p.name.partition(":2,")[0] for p in (box / "cur").iterdir()):
            uid = known.get(base)
            if uid is None:
                uid, following = following, following + 1
            rows.append((uid, base))
        header[2] = f"N{following}"
        self.write(box, "dovecot-uidlist", " ".join(header) + "\n" + "".join(f"{u} :{b}\n" for u, b in sorted(rows)))

    def keyword_letter(self, folder, keyword):
        """The letter that stands for a keyword in this folder's names; dovecot-keywords grows by a line if need be."""
        box = self.folder(folder)
        try:
            words = [line.split(" ", 1)[1] for line in (box / "dovecot-keywords").read_text().splitlines()]
        except FileNotFoundError:
            words = []
        if keyword not in words:
            words.append(keyword)
            self.write(box, "dovecot-keywords", "".join(f"{i} {w}\n" for i, w in enumerate(words)))
        return chr(ord("a") + words.index(keyword))

    def write_subscriptions(self):
        names = [f[1:].replace(".", "\t") for f in self.folders() if f]
        self.write(self.path, "subscriptions", "V\t2\n\n" + "".join(n + "\n" for n in names))


def build(args):
    rng = random.Random(args.seed)
    mails = read_corpus(args.corpus)
    rng.shuffle(mails)
    documents = Documents(rng, mails)
    names = [f"{PEOPLE[i % len(PEOPLE)]}{i // len(PEOPLE) or ''}@{DOMAINS[i % len(DOMAINS)]}" for i in range(args.accounts)]
    boxes = {}
    for name in names:
        user, domain = name.split("@")
        boxes[name] = Mailbox(Path(args.dir) / domain / user / "Maildir", rng)
        for folder in (INBOX, *EMPTY_FOLDERS):
            boxes[name].make_folder(folder)
    written = number = 0
    while written < args.messages:
        mail = mails[number % len(mails)]
        if number >= len(mails):  # A corpus that was used up comes again as other mails.
            mail = b"X-Round: %d\n" % (number // len(mails)) + mail
        number += 1
        when = EPOCH + number * 617
        if rng.random() < args.documents:
            mail = attach(mail, [documents.pick() for _ in range(rng.choice((1, 1, 1, 2, 3)))], rng)
        from_outside = rng.random() < 0.6
        copies = min(rng.choice((1, 1, 1, 1, 2) if from_outside else (1, 1, 1, 2, 2, 3, 5, 8)), args.copies)
        for recipient in rng.sample(names, min(copies, len(names))):
            folder = rng.choices(list(FOLDERS), weights=FOLDERS.values())[0]
            unread = folder == INBOX and rng.random() < 0.12
            flags = None if unread else rng.choice(FLAGS)
            box = boxes[recipient]
            box.make_folder(folder)
            if not unread and rng.random() < 0.08:
                flags += box.keyword_letter(folder, rng.choice(KEYWORDS))
            box.deliver(folder, trace(recipient, when, rng) + mail, when, flags)
            written += 1
        if not from_outside and args.copies > 1:
            boxes[rng.choice(names)].deliver(".Sent", mail, when, "S")
            written += 1
    for box in boxes.values():
        for folder in box.folders():
            box.write_uidlist(folder)
        box.write_subscriptions()
    print(f"{written} messages in {len(boxes)} accounts under {args.dir}")


class Churn:
    """Changes of one day, on the mailboxes under one directory."""

    WEIGHTS = {"deliver": 32, "open": 8, "flag": 26, "label": 4, "move": 12, "copy": 4, "expunge": 14,
               "create-folder": 0.4, "rename-folder": 0.4, "delete-folder": 0.2}

    def __init__(self, root, seed):
        self.root, self.rng, self.seed = Path(root), random.Random(seed), seed
        paths = sorted(p for p in self.root.glob("*/*/Maildir") if p.is_dir())
        if not paths:
            sys.exit(f"make_maildirs: no */*/Maildir under {root}")
        self.boxes = [Mailbox(p, self.rng, serial=10 ** 6 * (1 + seed)) for p in paths]
        self.mails = {box: self.listing(box) for box in self.boxes}

    @staticmethod
    def listing(box):
        found = []
        for folder in box.folders():
            for part in ("cur", "new"):
                found += sorted((box.folder(folder) / part).iterdir())
        return found

    def change(self):
        box = self.rng.choice(self.boxes)
        what = self.rng.choices(list(self.WEIGHTS), weights=self.WEIGHTS.values())[0]
        if not self.mails[box] and not what.endswith("-folder"):
            what = "deliver"
        return what, getattr(self, what.replace("-", "_"))(box)

    def pick(self, box, only_new=False):
        mails = self.mails[box]
        if only_new:
            mails = [m for m in mails if m.parent.name == "new"]
        return self.rng.choice(mails) if mails else None

    def rename(self, box, old, new):
        os.rename(old, new)
        self.mails[box][self.mails[box].index(old)] = new
        return old, new

    def deliver(self, box):
        source = self.pick(self.rng.choice(self.boxes))
        mail = source.read_bytes() if source else b"Subject: hello\n\nhello\n"
        path = box.deliver(INBOX, b"X-Churn: %016x\n" % self.rng.getrandbits(64) + mail)
        self.mails[box].append(path)
        return (path,)

    def open(self, box):
        """The server sees new mail: from new/ to cur/, with a UID."""
        old = self.pick(box, only_new=True)
        if old is None:
            return self.deliver(box)
        paths = self.rename(box, old, old.parent.parent / "cur" / f"{old.name.partition(':2,')[0]}:2,")
        box.write_uidlist(self.folder_of(box, old))
        return paths

    @staticmethod
    def folder_of(box, mail):
        folder = mail.parent.parent
        return INBOX if folder == box.path else folder.name

    def with_flags(self, box, old, flags):
        base = old.name.partition(":2,")[0]
        return self.rename(box, old, old.parent.parent / "cur" / f"{base}:2,{''.join(sorted(flags))}")

    def flag(self, box):
        old = self.pick(box)
        return self.with_flags(box, old, set(old.name.partition(":2,")[2]) ^ {self.rng.choice("SRFDT")})

    def label(self, box):
        old = self.pick(box)
        letter = box.keyword_letter(self.folder_of(box, old), self.rng.choice(KEYWORDS))
        return self.with_flags(box, old, set(old.name.partition(":2,")[2]) | {letter})

    def target(self, box, old):
        target = box.make_folder(self.rng.choice((".Trash", ".Archive", ".Archive.2025"))) / "cur"
        size = old.stat().st_size
        flags = "".join(f for f in old.name.partition(":2,")[2] if f.isupper())
        return target / f"{box.name(time.time(), size, 0)}:2,{flags}"

    def move(self, box):
        old = self.pick(box)
        return self.rename(box, old, self.target(box, old))

    def copy(self, box):
        """Dovecot copies by hard link."""
        old = self.pick(box)
        new = self.target(box, old)
        os.link(old, new)
        self.mails[box].append(new)
        return old, new

    def expunge(self, box):
        old = self.pick(box)
        old.unlink()
        self.mails[box].remove(old)
        box.write_uidlist(self.folder_of(box, old))
        return (old,)

    def create_folder(self, box):
        path = box.make_folder(f".Projects.New {self.rng.randrange(10 ** 6)}")
        box.write_subscriptions()
        return (path,)

    def pick_project(self, box):
        projects = [f for f in box.folders() if f.startswith(".Projects.")]
        return box.folder(self.rng.choice(projects)) if projects else None

    def rename_folder(self, box):
        old = self.pick_project(box)
        if old is None:
            return self.create_folder(box)
        new = box.folder(f".Projects.Moved {self.rng.randrange(10 ** 6)}")
        os.rename(old, new)
        box.write_subscriptions()
        self.mails[box] = self.listing(box)
        return old, new

    def delete_folder(self, box):
        old = self.pick_project(box)
        if old is None:
            return self.create_folder(box)
        for path in sorted(old.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
        old.rmdir()
        box.write_subscriptions()
        self.mails[box] = self.listing(box)
        return (old,)


def churn(args):
    day = Churn(args.dir, args.seed)
    for _ in range(args.changes):
        what, paths = day.change()
        names = " ".join(str(p.relative_to(args.dir)) for p in paths)
        print(f"{time.time():.6f} {what} {names}", flush=bool(args.rate))
        if args.rate:
            time.sleep(1 / args.rate)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = parser.add_subparsers(required=True, metavar="build|churn")
    verb = verbs.add_parser("build", help="make a tree")
    verb.add_argument("dir")
    verb.add_argument("--corpus", default=Path(__file__).parent.parent / "data" / "mails.tar.xz")
    verb.add_argument("--accounts", type=int, default=20)
    verb.add_argument("--messages", type=int, default=10_000)
    verb.add_argument("--seed", type=int, default=1)
    verb.add_argument("--documents", type=float, default=0.2, help="how many of the mails carry documents")
    verb.add_argument("--copies", type=int, default=100, help="the most copies of a mail; 1: no copies in Sent either")
    verb.set_defaults(run=build)
    verb = verbs.add_parser("churn", help="age a tree")
    verb.add_argument("dir")
    verb.add_argument("--changes", type=int, default=1_000)
    verb.add_argument("--seed", type=int, default=1)
    verb.add_argument("--rate", type=float, help="changes a second; without it as fast as they go")
    verb.set_defaults(run=churn)
    args = parser.parse_args()
    os.umask(0o077)
    args.run(args)


if __name__ == "__main__":
    main()
