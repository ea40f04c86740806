# SPDX-License-Identifier: GPL-3.0-or-later
"""Trees of many small mails (1 to 3 KB each), as the scripts measure that ask how time and space grow."""
import os
import random

FOLDERS = ("", ".Sent", ".Archive", ".Projects", ".Trash")
START = 1735689600


def make_mail(number, draw):
    words = " ".join(f"{draw.randrange(36**4):x}" for _ in range(draw.randrange(60, 400)))
    return (f"From: Sender {number % 500} <sender{number % 500}@example.net>\nTo: somebody@example.org\n"
            f"Subject: Report {number}\nMessage-ID: <{number}@example.net>\n\n{words}\n").encode("ascii")


def make_folder(folder, numbers, draw):
    for part in ("cur", "new", "tmp"):
        (folder / part).mkdir(parents=True)
    for number in numbers:
        path = folder / "cur" / f"{START + number}.M{number}P1.host:2,{'S' if number % 3 else ''}"
        path.write_bytes(make_mail(number, draw))
        os.utime(path, (START + number, START + number))


def make_tree(tree, messages, accounts, large=0):
    """Evenly over five folders of each account; where wanted, one large folder in an account of its own, `large`, too. Gives how
    many stand outside of that."""
    draw = random.Random(1)
    each = messages // (accounts * len(FOLDERS))
    number = 0
    for account in range(accounts):
        for name in FOLDERS:
            make_folder(tree / "example.org" / f"user{account:02}" / "Maildir" / name, range(number, number + each), draw)
            number += each
    if large:
        make_folder(tree / "example.org" / "large" / "Maildir", range(number, number + large), draw)
    return number
