# SPDX-License-Identifier: GPL-3.0-or-later
"""Folder names as IMAP writes them: modified UTF-7 (RFC 3501, 5.1.3), quoted."""
import base64
import re


def encode(name):
    def run(match):
        text = match.group(0)
        if text == "&":
            return "&-"
        return "&" + base64.b64encode(text.encode("utf-16-be")).decode().rstrip("=").replace("/", ",") + "-"
    return re.sub(r"&|[^ -~]+", run, name)


def decode(name):
    def run(match):
        text = match.group(1)
        return base64.b64decode(text.replace(",", "/") + "=" * (-len(text) % 4)).decode("utf-16-be") if text else "&"
    return re.sub(r"&([^-]*)-", run, name)


def quoted(name):
    return '"' + encode(name).replace("\\", "\\\\").replace('"', '\\"') + '"'


def listed(lines):
    """The names in the replies to LIST or LSUB; without those that only stand above others."""
    found = []
    for line in lines:
        if not line:
            continue
        head, name = line if isinstance(line, tuple) else (line, None)  # A name may come as a literal.
        match = re.match(rb'\(([^)]*)\) (?:"[^"]*"|NIL) (.*)$', head)
        if re.search(rb"noselect|nonexistent", match.group(1), re.I):
            continue
        text = (match.group(2) if name is None else name).decode()
        if name is None and text.startswith('"'):
            text = re.sub(r"\\(.)", r"\1", text[1:-1])
        found.append(decode(text))
    return sorted(found)
