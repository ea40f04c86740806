# SPDX-License-Identifier: GPL-3.0-or-later
"""Mails for tests. Each has a subject of its own, so that a copy of it is known wherever it goes."""
import base64
import random
import smtplib
import threading

WORDS = ["Backup", "Rückfrage", "meeting", "Größe", "invoice", "привет", "list", "server", "thanks", "最後"]


class Mails:
    """Makes mails; safe for concurrent use."""

    def __init__(self, seed):
        self._random, self._number, self._lock = random.Random(seed), 0, threading.Lock()

    def make(self, kind):
        """A subject of one word that begins with `kind`, and the mail."""
        with self._lock:
            self._number += 1
            number = self._number
            rng = random.Random(self._random.getrandbits(64))
        subject = f"{kind}-{number}"
        body = "\r\n".join(" ".join(rng.choices(WORDS, k=rng.randint(1, 12))) for _ in range(rng.randint(1, 40)))
        head = [f"From: {rng.choice(WORDS[:1])} <sender@example.net>", "To: someone@example.org", f"Subject: {subject}",
                f"Message-ID: <{subject}@example.net>", "Date: Mon, 01 Jan 2024 12:00:00 +0000", "MIME-Version: 1.0"]
        if rng.random() < 0.25:
            blob = base64.encodebytes(rng.randbytes(rng.randint(100, 60_000))).replace(b"\n", b"\r\n").decode()
            head += ["Content-Type: multipart/mixed; boundary=x", "", "--x", "Content-Type: text/plain; charset=utf-8", "", body,
                     "--x", "Content-Type: application/octet-stream", "Content-Transfer-Encoding: base64", "", blob + "--x--", ""]
        else:
            head += ["Content-Type: text/plain; charset=utf-8", "", body, ""]
        return subject, "\r\n".join(head).encode()


class Deliveries:
    """One LMTP connection."""

    def __init__(self, port):
        self._server = smtplib.LMTP("127.0.0.1", port, timeout=60)
        self._server.ehlo()

    def deliver(self, mail, *recipients):
        """To all of them in one transaction; returns when each is acknowledged. RuntimeError: one is not."""
        server = self._server
        replies = [server.mail("sender@example.net")] + [server.rcpt(recipient) for recipient in recipients]
        replies.append(server.data(mail))  # LMTP answers once for each recipient.
        replies += [server.getreply() for _ in recipients[1:]]
        refused = [reply for reply in replies if reply[0] != 250]
        if refused:
            raise RuntimeError(f"LMTP to {recipients}: {refused[0]}")

    def close(self):
        try:
            self._server.quit()
        except (OSError, smtplib.SMTPException):
            pass
