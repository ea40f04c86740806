#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads a store of Yestermail without Yestermail: a second implementation of docs/format.md that shares no code with it.

It takes no lock, writes nothing to the store, and asks no derived file. It checks every sum and digest on its way and ends
where one does not match. What is known of an account's items is held in memory, about 2 KB an item.

  reader.py STORE                                 the accounts
  reader.py STORE --account NAME                  the paths of what it holds
  reader.py STORE --account NAME --to DIR         writes it as the tree that it was; as root with its owners
  reader.py STORE --check                         every file, frame, blob and part of the store
Each at the instant of --at (2026-11-22T10:15:07Z), else as it is now. Exit status: 0 done, 1 failed, 3 damage."""
import argparse
import base64
import datetime
import hashlib
import itertools
import os
import struct
import sys
from pathlib import Path

import zstandard
SERVER = bytes(16)
ROOT, DIRECTORY, ACCOUNT, WHOLE, RECIPE = 1, 1, 4, 0, 1
PSEUDO = (b"@home", b"@control")
class Damage(Exception):
    """The bytes are not what was stored."""

def require(condition, what):
    if not condition:
        raise Damage(what)

# XXH3-64 with a seed (format 1, `sum`), from its specification.
U64 = (1 << 64) - 1
P32 = (0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D)
P64 = (0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x85EBCA77C2B2AE63, 0x27D4EB2F165667C5)
MX1, MX2 = 0x165667919E3779F9, 0x9FB21C651E98DF25
SECRET = bytes.fromhex(
    "b8fe6c3923a44bbe7c01812cf721ad1cded46de9839097db7240a4a4b7b3671fcb79e64eccc0e578825ad07dccff7221b8084674f743248e"
    "e03590e6813a264c3c2852bb91c300cb88d0658b1b532ea371644897a20df94e3819ef46a9deacd8a8fa763fe39c343ff9dcbbc7c70b4f1d"
    "8a51e04bcdb45931c89f7ec9d9787364eac5ac8334d3ebc3c581a0fffa1363eb170ddd51b7f0da49d316552629d4689e2b16be587d47a1fc"
    "8ff8b8d17ad031ce45cb3a8f95160428afd7fbcabb4b407e")

def uint_at(data, at, size=8):
    return int.from_bytes(data[at:at + size], "little")

def fold(a, b):
    product = a * b
    return (product & U64) ^ (product >> 64)

def avalanche(h):
    h = ((h ^ (h >> 37)) * MX1) & U64
    return h ^ (h >> 32)

def old_avalanche(h):
    h = ((h ^ (h >> 33)) * P64[1]) & U64
    h = ((h ^ (h >> 29)) * P64[2]) & U64
    return h ^ (h >> 32)

def mix16(data, at, secret_at, seed):
    return fold(uint_at(data, at) ^ ((uint_at(SECRET, secret_at) + seed) & U64),
                uint_at(data, at + 8) ^ ((uint_at(SECRET, secret_at + 8) - seed) & U64))

def sum_of_few(data, seed):
    size = len(data)
    if size == 0:
        return old_avalanche(seed ^ uint_at(SECRET, 56) ^ uint_at(SECRET, 64))
    if size < 4:
        mixed = data[0] << 16 | data[size >> 1] << 24 | data[-1] | size << 8
        return old_avalanche(mixed ^ (((uint_at(SECRET, 0, 4) ^ uint_at(SECRET, 4, 4)) + seed) & U64))
    if size <= 8:
        seed ^= int.from_bytes((seed & 0xFFFFFFFF).to_bytes(4, "little"), "big") << 32
        h = (uint_at(data, size - 4, 4) + (uint_at(data, 0, 4) << 32)) & U64
        h ^= ((uint_at(SECRET, 8) ^ uint_at(SECRET, 16)) - seed) & U64
        h ^= ((h << 49 | h >> 15) ^ (h << 24 | h >> 40)) & U64
        h = (h * MX2) & U64
        h = ((h ^ ((h >> 35) + size)) * MX2) & U64
        return h ^ (h >> 28)
    low = uint_at(data, 0) ^ (((uint_at(SECRET, 24) ^ uint_at(SECRET, 32)) + seed) & U64)
    high = uint_at(data, size - 8) ^ (((uint_at(SECRET, 40) ^ uint_at(SECRET, 48)) - seed) & U64)
    return avalanche((size + int.from_bytes(low.to_bytes(8, "little"), "big") + high + fold(low, high)) & U64)

def sum_of_some(data, seed):
    size = len(data)
    acc = size * P64[0]
    if size <= 128:
        for i in range((size - 1) // 32 + 1):
            acc += mix16(data, 16 * i, 32 * i, seed) + mix16(data, size - 16 * (i + 1), 32 * i + 16, seed)
        return avalanche(acc & U64)
    acc = avalanche((acc + sum(mix16(data, 16 * i, 16 * i, seed) for i in range(8))) & U64)
    acc += sum(mix16(data, 16 * i, 16 * (i - 8) + 3, seed) for i in range(8, size // 16))
    return avalanche((acc + mix16(data, size - 16, 119, seed)) & U64)

def sum_of_many(data, seed):
    pairs = struct.unpack("<24Q", SECRET)
    secret = b"".join(((word + seed if i % 2 == 0 else word - seed) & U64).to_bytes(8, "little")
                      for i, word in enumerate(pairs))
    keys = [struct.unpack_from("<8Q", secret, 8 * n) for n in range(17)]
    acc = [P32[2], *P64[:4], P32[1], P64[4], P32[0]]
    def add(at, key):
        lanes = struct.unpack_from("<8Q", data, at)
        for i in range(8):
            mixed = lanes[i] ^ key[i]
            acc[i ^ 1] += lanes[i]
            acc[i] += (mixed & 0xFFFFFFFF) * (mixed >> 32)
    size = len(data)
    blocks = (size - 1) // 1024
    for block in range(blocks):
        for n in range(16):
            add(1024 * block + 64 * n, keys[n])
        for i in range(8):
            lane = acc[i] & U64
            acc[i] = ((lane ^ (lane >> 47) ^ keys[16][i]) * P32[0]) & U64
    for n in range((size - 1 - 1024 * blocks) // 64):
        add(1024 * blocks + 64 * n, keys[n])
    add(size - 64, struct.unpack_from("<8Q", secret, 121))
    total = size * P64[0]
    for i in range(0, 8, 2):
        total += fold((acc[i] & U64) ^ uint_at(secret, 11 + 8 * i), (acc[i + 1] & U64) ^ uint_at(secret, 19 + 8 * i))
    return avalanche(total & U64)

def checksum(data, seed=0):
    return (sum_of_few if len(data) <= 16 else sum_of_some if len(data) <= 240 else sum_of_many)(data, seed)

# Format 1: numbers.
class Bytes:
    """Takes numbers off the front of some bytes."""
    def __init__(self, data, what):
        self.data, self.at, self.what = data, 0, what
    def raw(self, size):
        require(size <= len(self.data) - self.at, f"{self.what}: ends too early")
        self.at += size
        return self.data[self.at - size:self.at]
    def u8(self):
        return self.raw(1)[0]
    def varint(self):
        value = 0
        for shift in range(0, 70, 7):
            byte = self.u8()
            value |= (byte & 127) << shift
            if byte < 128:
                return value
        raise Damage(f"{self.what}: a number is too long")
    def zigzag(self):
        value = self.varint()
        return value >> 1 if value % 2 == 0 else -((value + 1) >> 1)
    def string(self):
        return self.raw(self.varint())

# Format 2: the store's header.
def read_header(store):
    data = (store / "yestermail.store").read_bytes()
    for copy in (data[:4096], data[4096:8192]):
        text = copy.rstrip(b"\n") + b"\n"
        lines, _, last = text.rpartition(b"checksum ")
        if lines.startswith(b"yestermail store\n") and last.strip() == b"%016x" % checksum(lines):
            break
    else:
        raise Damage("yestermail.store: both copies are damaged")
    values = dict(line.split(" ", 1) for line in lines.decode().splitlines()[1:])
    unknown = set(values) - {"format", "id", "pool", "created"}
    if int(values["format"]) != 1 or unknown:
        raise SystemExit(f"a store of a later format: {unknown or values['format']}")
    return values

# Formats 5 and 7: frames, packs and logs.
def decode(codec, data, raw_length, what):
    require(raw_length <= 16 << 20, f"{what}: too long")
    if codec == 1:
        try:
            data = zstandard.ZstdDecompressor(max_window_size=8 << 20).decompress(data, max_output_size=raw_length)
        except zstandard.ZstdError as error:
            raise Damage(f"{what}: {error}") from None
    require(codec in (0, 1) and len(data) == raw_length, f"{what}: does not decode")
    return data

def read_frame(data, at, magic, what):
    """The raw bytes, and where the next frame begins."""
    what = f"{what}: frame at {at}"
    require(at + 32 <= len(data), f"{what}: the file ends")
    kind, codec, encryption, raw_length, length = struct.unpack_from("<4sBB2xII", data, at)
    require(uint_at(data, at + 24) == checksum(data[at:at + 24], at) and kind == magic, f"{what}: its header is damaged")
    require(encryption == 0, f"{what}: encrypted")
    payload = data[at + 32:at + 32 + length]
    require(len(payload) == length and uint_at(data, at + 16) == checksum(payload, at), f"{what}: its bytes are damaged")
    return decode(codec, payload, raw_length, what), at + 32 + length

def read_proven(path, digest):
    data = path.read_bytes()
    require(hashlib.sha256(data).hexdigest() == digest, f"{path}: is not what its name says")
    return data

class Pack:
    def __init__(self, path, store_id):
        self.path = path
        with open(path, "rb") as file:
            head = file.read(64)
            file.seek(-32, os.SEEK_END)
            foot = file.read(32)
            end = file.tell() - 32
            at = uint_at(foot, 0)
            file.seek(at)
            # Frames are summed with their place in the file: what stands before is not read, and not looked at.
            tail = bytes(at) + file.read(end - at)
        require(head[:8] == b"YMPACK01" and uint_at(head, 56) == checksum(head[:56]), f"{path}: its header is damaged")
        require(head[9] == 0 and head[16:32] == store_id, f"{path}: of another store, or encrypted")
        require(foot[16:24] == b"YMPACKEN" and uint_at(foot, 24) == checksum(foot[:24]), f"{path}: its footer is damaged")
        contents = Bytes(read_frame(tail, at, b"YMTC", path)[0], path)
        self.entries = [(contents.raw(32), contents.u8(), contents.varint(), contents.varint(), contents.varint(),
                         contents.varint()) for _ in range(contents.varint())]
        self.frame = (None, b"")  # The one that was read last.

    def stored(self, frame, offset, length):
        if self.frame[0] != frame:
            with open(self.path, "rb") as file:
                file.seek(frame)
                head = file.read(32)
                data = bytes(frame) + head + file.read(uint_at(head, 12, 4))
            self.frame = (frame, read_frame(data, frame, b"YMFR", self.path)[0])
        require(offset + length <= len(self.frame[1]), f"{self.path}: a blob is outside of its frame")
        return self.frame[1][offset:offset + length]

def read_logs(directory, store_id, account):
    """The transactions of an account's logs, and the lsn up to which they go."""
    names = [path.stem.split("-") for path in directory.glob("*-*-*.log")]
    transactions, covered, before = [], 0, bytes(32)
    for first, last, digest in sorted((int(first, 16), -int(last, 16), digest) for first, last, digest in names):
        if -last <= covered:
            continue  # A longer one has it.
        path = directory / f"{first:016x}-{-last:016x}-{digest}.log"
        data = read_proven(path, digest)
        require(data[:8] == b"YMLOG001" and uint_at(data, 104) == checksum(data[:104]), f"{path}: its header is damaged")
        require(data[24:40] == store_id and data[40:56] == account, f"{path}: of another account")
        require(first in (covered + 1, covered and covered + 1) and data[56:88] == before, f"{path}: the log before it is missing")
        raw, at = [], 112
        while at < len(data):
            piece, at = read_frame(data, at, b"YMFR", path)
            raw.append(piece)
        history = Bytes(b"".join(raw), path)
        while history.at < len(history.data):
            transactions.append(Transaction(history))
        covered, before = -last, bytes.fromhex(digest)
    return transactions, covered

# Format 3: transactions.
class Put:
    def __init__(self, body):
        self.version, self.item, _ = body.varint(), body.varint(), body.varint()
        _, self.kind = body.u8(), body.u8()
        self.parent, self.name = body.varint(), body.string()
        self.digest = body.raw(32) if body.u8() else None
        self.size, self.mtime = body.varint(), body.zigzag()
        self.mode, self.uid, self.gid = body.varint(), body.varint(), body.varint()
        self.attributes = {body.varint(): body.string() for _ in range(body.varint())}

class Transaction:
    """One of them, taken off `history`. `changes`: a Put, or the item that was removed. `blobs`: whose, and as in a pack."""
    def __init__(self, history):
        self.lsn, self.at, self.account = history.varint(), history.zigzag(), history.raw(16)
        self.changes, self.blobs, self.gone = [], [], set()
        for _ in range(history.varint()):
            kind, body = history.u8(), Bytes(history.string(), history.what)
            require(1 <= kind <= 6, f"{history.what}: an operation of a later version")
            if kind < 3:
                self.changes.append(Put(body) if kind == 1 else body.varint())
            elif kind == 6:  # Versions that a purge has removed.
                _, _, count = body.varint(), body.varint(), body.varint()
                self.gone.update(itertools.accumulate(body.varint() for _ in range(count)))
            elif kind == 4:  # Which packs there are (3) their directories show; gaps (5) are no part of a tree.
                home = {1: lambda: (False, self.account), 2: lambda: (True, SERVER), 3: lambda: (True, body.raw(16))}[body.u8()]()
                form, digest, size, codec, length = body.u8(), body.raw(32), body.varint(), body.u8(), body.varint()
                self.blobs.append((home, (digest, form, size, codec, length, body.string())))

# Format 4: the journal.
def read_batch(data, at, number):
    """The sum before, the first lsn, how many transactions, their bytes and the batch's sum; None: no batch of the segment is there."""
    magic, length, first, of, previous, count, _, own = struct.unpack_from("<4sIQQQIIQ", data, at)
    payload = data[at + 48:at + 48 + length]
    if magic != b"YMJB" or of != number or len(payload) != length:
        return None
    return (previous, first, count, payload, own) if own == checksum(payload, checksum(data[at:at + 40], at)) else None

def read_segment(path, number, store_id):
    """The transactions of a segment's batches, and the lsn that it begins with; None: it never began."""
    data = path.read_bytes()
    if len(data) < 4096 or data[:8] != b"YMJRNL01" or uint_at(data, 56) != checksum(data[:56]) or uint_at(data, 8) != number:
        return None
    require(data[32:48] == store_id, f"{path}: of another store")
    transactions, at, before, torn, next_lsn = [], 4096, uint_at(data, 56), False, uint_at(data, 16)
    while at + 48 <= len(data):
        batch = read_batch(data, at, number)
        if batch is None or batch[1] < next_lsn:
            at, torn = at + 4096, True
            continue
        require(not torn and batch[0] == before, f"{path}: what stands before {at} is damaged")
        payload = Bytes(batch[3], path)
        transactions += [Transaction(payload) for _ in range(batch[2])]
        at, before, next_lsn = (at + 48 + len(payload.data) + 4095) // 4096 * 4096, batch[4], batch[1] + batch[2]
    return transactions, uint_at(data, 16)

def read_journal(store, store_id):
    paths, transactions = sorted((store / "journal").glob("*.journal")), []
    for path in paths:
        segment = read_segment(path, int(path.stem, 16), store_id)
        if segment is None:
            require(path == paths[-1], f"{path}: its header is damaged")
            continue
        # What follows the last valid batch is a torn tail, unless something behind it was acknowledged.
        require(not transactions or segment[1] == transactions[-1].lsn + 1, f"{path}: what stands before it is damaged")
        transactions += segment[0]
    return transactions

# Format 6: recipes.
def to_base64(data, line, flags):
    text = base64.b64encode(data)
    end = b"\r\n" if flags & 1 else b"\n"
    lines = end.join(text[at:at + line] for at in range(0, len(text), line))
    return lines if flags & 2 else lines + end

class Blobs:
    """Where the blobs of an account and the parts of its pool are: (in the pool, digest) -> place. A blob may be its one part."""

    def __init__(self):
        self.places = {}

    def add(self, in_pool, entries, stored):
        """`stored` gets what an entry holds behind digest, form and size, and gives the stored bytes."""
        for digest, form, size, *where in entries:
            self.places.setdefault((in_pool, digest), (form, size, lambda where=where: stored(*where)))

    def read(self, digest, depth=0):
        require((depth > 0, digest) in self.places, f"blob {digest.hex()}: is missing")
        form, size, stored = self.places[depth > 0, digest]
        data = stored()
        if form == RECIPE:
            require(depth < 4, f"blob {digest.hex()}: recipes nest too deep")
            data = self._join(Bytes(data, f"recipe of {digest.hex()}"), depth)
        require(form in (WHOLE, RECIPE) and len(data) == size and hashlib.sha256(data).digest() == digest,
                f"blob {digest.hex()}: is damaged")
        return data

    def _join(self, recipe, depth):
        version = recipe.u8()
        require(version in (1, 2), f"{recipe.what}: of a later version")
        joined = []
        for _ in range(recipe.varint()):
            kind = recipe.u8()
            if kind < 2:
                joined.append(self._piece(kind, recipe, depth))
                continue
            require(kind == 2 and version == 2 and recipe.u8() == 1, f"{recipe.what}: an unknown step")
            line, flags = recipe.varint(), recipe.u8()
            require(20 <= line <= 1000 and line % 4 == 0 and flags < 4, f"{recipe.what}: an unknown coding")
            pieces = [self._piece(recipe.u8(), recipe, depth) for _ in range(recipe.varint())]
            joined.append(to_base64(b"".join(pieces), line, flags))
        require(recipe.at == len(recipe.data), f"{recipe.what}: something follows it")
        return b"".join(joined)

    def _piece(self, kind, recipe, depth):
        require(kind in (0, 1), f"{recipe.what}: an unknown piece")
        if kind == 0:
            return recipe.string()
        digest, size = recipe.raw(32), recipe.varint()
        data = self.read(digest, depth + 1)
        require(len(data) == size, f"{recipe.what}: a part has another size")
        return data

# The store as a whole.
class Store:
    def __init__(self, path):
        self.path = Path(path)
        header = read_header(self.path)
        self.id, self.scope = bytes.fromhex(header["id"]), header["pool"]
        self.journal = read_journal(self.path, self.id)
        self.packs = {}

    def directory(self, account):
        return self.path / "server" if account == SERVER else self.path / "accounts" / account.hex()[:2] / account.hex()

    def history(self, account):
        logged, covered = read_logs(self.directory(account) / "log", self.id, account)
        return logged + [t for t in self.journal if t.account == account and t.lsn > covered]

    def state(self, account, at):
        """item -> Put of what an account was at an instant; None: now."""
        items, places, history = {}, {}, self.history(account)
        for transaction in history:
            if at is not None and transaction.at > at:
                break
            for change in transaction.changes:
                item = change.item if isinstance(change, Put) else change
                if (old := items.pop(item, None)) and places.get((old.parent, old.name)) == item:
                    del places[old.parent, old.name]
                if isinstance(change, Put):
                    items.pop(places.pop((change.parent, change.name), None), None)
                    items[item] = change
                    places[change.parent, change.name] = item
        gone = set().union(*(transaction.gone for transaction in history))
        return {item: put for item, put in items.items() if put.version not in gone}

    def accounts(self, at):
        return {put.name: put.attributes[3] for put in self.state(SERVER, at).values() if put.kind == ACCOUNT}

    def pool_of(self, account, name):
        if self.scope == "store" or account == SERVER:
            return SERVER
        domain = name.rpartition(b"@")[2].lower() if b"@" in name else b""
        return account if self.scope == "account" else hashlib.sha256(domain).digest()[:16]

    def blobs(self, account, name):
        blobs, pool = Blobs(), self.pool_of(account, name)
        for in_pool, directory in enumerate((self.directory(account), self.path / "pool" / (pool.hex() if pool != SERVER else ""))):
            for path in directory.glob("packs/*.pack"):
                pack = self.packs[path] = self.packs.get(path) or Pack(path, self.id)
                blobs.add(bool(in_pool), pack.entries, pack.stored)
        for home, blob in (each for transaction in self.journal for each in transaction.blobs):
            if home in ((False, account), (True, pool)):
                blobs.add(home[0], [blob], lambda codec, length, data: decode(codec, data, length, "a journaled blob"))
        return blobs

    def check(self):
        """Everything, whether something refers to it or not."""
        count = 0
        for path in self.path.glob("**/packs/*.pack"):
            read_proven(path, path.stem)
        for account, name in {put.attributes[3]: put.name for t in self.history(SERVER) for put in t.changes
                              if isinstance(put, Put) and put.kind == ACCOUNT}.items():
            blobs = self.blobs(account, name)
            count += sum(len(blobs.read(digest, int(in_pool))) >= 0 for in_pool, digest in blobs.places)
            gone = set().union(*(t.gone for t in self.history(account)))
            for put in [change for t in self.history(account) for change in t.changes if isinstance(change, Put)]:
                require(put.digest is None or put.version in gone or (False, put.digest) in blobs.places, f"account {account.hex()}: a blob is missing")
        print(f"{count} blobs and parts, {len(self.packs)} packs: all is well")

def path_of(items, item):
    if item == ROOT:
        return b""
    require(item in items, f"item {item}: is in a directory that is not there")
    return (path_of(items, items[item].parent) + b"/" + items[item].name).lstrip(b"/")

def shown(items):
    """(path, Put) of what stands in the tree itself, directories before what is in them."""
    entries = []
    for item, put in items.items():
        path = path_of(items, item)
        require(item == ROOT or not {b"", b".", b".."} & set(path.split(b"/")), f"{path!r}: is no path")
        if path.split(b"/")[0] not in PSEUDO:
            entries.append((path, put))
    return sorted(entries, key=lambda entry: entry[0])

def write_tree(store, account, name, items, to):
    blobs, entries = store.blobs(account, name), shown(items)
    for path, put in entries:
        target = os.path.join(to, path) if path else to
        if put.kind == DIRECTORY:
            os.mkdir(target, 0o700)
            continue
        with open(target, "xb") as file:
            file.write(blobs.read(put.digest))
    for path, put in reversed(entries):  # A directory's time after what is in it.
        target = os.path.join(to, path) if path else to
        if os.geteuid() == 0:
            os.chown(target, put.uid, put.gid)
        os.chmod(target, put.mode)
        os.utime(target, ns=(put.mtime, put.mtime))

def instant(text):
    epoch = datetime.datetime.fromisoformat("1970-01-01T00:00:00Z")
    return (datetime.datetime.fromisoformat(text) - epoch) // datetime.timedelta(microseconds=1)

def run(args):
    store = Store(args.store)
    if args.check:
        return store.check()
    accounts, name = store.accounts(args.at), os.fsencode(args.account or "")
    if args.account is None:
        return print(*[repr(known)[2:-1] for known in sorted(accounts)], sep="\n")
    if name not in accounts:
        raise SystemExit(f"no account {args.account} then")
    items = store.state(accounts[name], args.at)
    if args.to:
        return write_tree(store, accounts[name], name, items, os.fsencode(args.to))
    return print(*[repr(path)[2:-1] for path, _ in shown(items)], sep="\n")

def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("store")
    parser.add_argument("--account")
    parser.add_argument("--at", type=instant)
    parser.add_argument("--to", help="a directory that is not there yet")
    parser.add_argument("--check", action="store_true")
    try:
        run(parser.parse_args())
    except Damage as damage:
        print(f"damage: {damage}", file=sys.stderr)
        sys.exit(3)

if __name__ == "__main__":
    main()
