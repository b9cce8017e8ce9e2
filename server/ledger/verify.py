#!/usr/bin/env python3
"""Verify an export or a proof of a consentinel ledger. One file, standard library alone, Python 3.8 or newer.

    python verify.py export.ndjson --public-key KEY [--checkpoint FILE]... [--receipt TEXT]...

Copy it anywhere: it shares no code with the server. Exit status: 0 valid, 1 not valid, 2 not readable. Rules:
RFC 6962 section 2.1, RFC 8032 section 5.1, RFC 8785, C2SP signed-note and tlog-checkpoint, docs/ledger.md.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import re
import sys
from collections import Counter
from pathlib import Path
from typing import Any, BinaryIO, Iterable, Iterator, Mapping, NamedTuple, Sequence  # noqa: UP035 - for 3.8

EXPORT, PROOF, PROOFS = "consentinel/ledger/1", "consentinel/proof/1", "consentinel/proofs/1"
_FIELDS = {"format", "id", "site", "origin", "index", "size", "leaf", "path", "checkpoint", "public_key"} | {
    *("salt", "event", "erased", "tombstone", "since", "consistency"),
}
_COMPLETE = "Proved: complete up to each checkpoint."
_NOT_COMPARED = "Not compared: "
_TWO_ROOTS = "one tree was signed with two roots: the ledger shows two histories"
_MOST_ERASED_AT_ONCE = 1 << 22
# What reading a document of another shape raises.
_MALFORMED = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)


class InvalidError(Exception):
    """It does not hold what it says."""


class UnreadableError(Exception):
    """It is no export, proof, key, checkpoint or receipt."""


# --- Ed25519: points are (X, Y, Z, T) with x = X/Z, y = Y/Z, xy = T/Z ---
_P, _L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, -1, _P) % _P


def _add(p: tuple[int, ...], q: tuple[int, ...]) -> tuple[int, ...]:
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % _P, (p[1] + p[0]) * (q[1] + q[0]) % _P
    c, d = 2 * p[3] * q[3] * _D % _P, 2 * p[2] * q[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % _P, g * h % _P, f * g % _P, e * h % _P)


def _times(number: int, point: tuple[int, ...]) -> tuple[int, ...]:
    if not number:
        return (0, 1, 1, 0)
    even = _times(number >> 1, _add(point, point))
    return _add(even, point) if number & 1 else even


def _point(data: bytes) -> tuple[int, ...]:
    """Decode a point; raises ValueError for none, and for one that is not written in its only right way."""
    odd, y = divmod(int.from_bytes(data, "little"), 1 << 255)
    square = (y * y - 1) * pow(_D * y * y + 1, -1, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    if x * x % _P != square:
        x = x * pow(2, (_P - 1) // 4, _P) % _P  # by a root of -1
    if len(data) != 32 or y >= _P or x * x % _P != square or (x == 0 and odd):
        raise ValueError("no point of the curve")
    x = x if x & 1 == odd else _P - x
    return (x, y, 1, x * y % _P)


_BASE = _point((4 * pow(5, -1, _P) % _P).to_bytes(32, "little"))


def is_signed(key: bytes, message: bytes, signature: bytes) -> bool:
    """Verify strictly: all written in its only right way, and no key of small order, which signs anything."""
    try:
        public, r, s = _point(key), _point(signature[:32]), int.from_bytes(signature[32:], "little")
    except ValueError:
        return False
    if len(signature) != 64 or s >= _L or _times(8, public)[0] == 0:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % _L
    one, two = _times(s, _BASE), _add(r, _times(h, public))
    return all((one[axis] * two[2] - two[axis] * one[2]) % _P == 0 for axis in (0, 1))


def canonical(value: object) -> bytes:
    """Write JSON as RFC 8785 does, for what an event may hold: names in ASCII, text, whole numbers."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def _once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """Make an object of JSON; a name that stands twice in it would show others something else."""
    for name, number in Counter(name for name, _ in pairs).items():
        if number > 1:
            raise InvalidError(f"a name stands twice in it: {name}")
    return dict(pairs)


def _objects(lines: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    """Yield the canonical JSON object of each line; any other way of writing the same is refused."""
    for line in lines:
        value = json.loads(line.decode())
        if not isinstance(value, dict) or canonical(value) + b"\n" != line:
            raise InvalidError(f"a line is not one canonical JSON object: {line[:60]!r}")
        yield value


def _bytes(value: object, what: str) -> bytes:
    if isinstance(value, str) and re.fullmatch("[0-9a-f]{64}", value):
        return bytes.fromhex(value)
    raise InvalidError(f"{what} is not 32 bytes in lower-case hex")


def _base64(text: str) -> bytes:
    """Decode base64, or base64url without padding; b'' for all else, and where spare bits are not zero."""
    try:
        padded = text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4)
        data = base64.b64decode(padded, validate=True)
    except ValueError:
        return b""
    ways = (base64.b64encode(data).decode(), base64.urlsafe_b64encode(data).decode().rstrip("="))
    return data if text in ways else b""


class Checkpoint(NamedTuple):
    """What a signed note says: the tree `origin` had this root at this size."""

    origin: str
    size: int
    root: bytes


class Evidence(NamedTuple):
    """What is known from elsewhere: public keys, older checkpoints, receipts as leaf -> id of the record."""

    keys: Sequence[bytes]
    older: Sequence[Checkpoint]
    receipts: Mapping[bytes, str]


def read_checkpoint(note: object, keys: Sequence[bytes]) -> Checkpoint:
    """Return what a note says; raises InvalidError where none of the keys has signed it, whoever else has."""
    text, _, signatures = note.rpartition("\n\n") if isinstance(note, str) else ("", "", "")
    lines = text.split("\n")
    if len(lines) < 3 or not signatures.endswith("\n"):
        raise InvalidError("a checkpoint is no signed note")
    origin, size, root = lines[0], lines[1], _base64(lines[2])
    if not re.fullmatch("0|[1-9][0-9]{0,17}", size) or len(root) != 32:
        raise InvalidError(f"a checkpoint of {origin!r} has no size or no root")
    start, body = f"\u2014 {origin} ", f"{text}\n".encode()
    own = [_base64(line[len(start) :]) for line in signatures.split("\n") if line.startswith(start)]
    ids = {hashlib.sha256(origin.encode() + b"\n\x01" + key).digest()[:4]: key for key in keys}
    if not any(is_signed(ids.get(data[:4], b""), body, data[4:]) for data in own):
        raise InvalidError(f"the checkpoint of {origin!r} at size {size} is not signed with the public key")
    return Checkpoint(origin, int(size), root)


def read_receipt(text: str, keys: Sequence[bytes]) -> tuple[bytes, str]:
    """Return the leaf and the record's id of a receipt; raises InvalidError as read_checkpoint does."""
    data = _base64(text)
    body, signature = b"consentinel/receipt/1\0" + data[:-64], data[-64:]
    if len(data) < 138:
        raise InvalidError("a receipt is not whole: copy all of it")
    if not any(is_signed(key, body, signature) for key in keys):
        raise InvalidError("a receipt is not signed with the public key")
    return data[41:73], data[1:17].hex()


def leaf_hash(salt: bytes, event: object) -> bytes:
    """Return the hash of the leaf that commits to an event."""
    committed = hashlib.sha256(b"consentinel/1\0" + salt + canonical(event)).digest()
    return hashlib.sha256(b"\0" + committed).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()


def grow(peaks: list[bytes], size: int, leaf: bytes) -> None:
    """Add leaf number `size` to a tree, which is the roots of its full subtrees, largest first."""
    for _ in range((size & -size).bit_length() - 1):
        leaf = _node(peaks.pop(), leaf)
    peaks.append(leaf)


def root_of(peaks: Sequence[bytes]) -> bytes:
    """Return the root of such a tree."""
    root = peaks[-1] if peaks else hashlib.sha256(b"").digest()
    for peak in peaks[-2::-1]:
        root = _node(peak, root)
    return root


def climb(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> tuple[bytes, bytes]:
    """Return the root that an inclusion proof leads to, and that of the part of the tree up to this leaf."""
    if (size == 1) != (not path):
        raise InvalidError("the proof's path has another length than its tree")
    if not path:
        return leaf, leaf
    half, last = 1 << ((size - 1).bit_length() - 1), path[-1]
    if index < half:
        whole, part = climb(leaf, index, half, path[:-1])
        return _node(whole, last), part
    whole, part = climb(leaf, index - half, size - half, path[:-1])
    return _node(last, whole), _node(last, part)


def goes_on(old: Checkpoint, new: Checkpoint, path: Sequence[bytes]) -> bool:
    """Say whether a consistency proof shows that the new tree begins with the old one."""
    if old.size >= new.size:
        return old == new
    full = old.size & -old.size  # the proof is that of the last full subtree of the old tree, in the new one
    steps = path if old.size > full else [old.root, *path]
    return climb(steps[0], old.size // full - 1, -(-new.size // full), steps[1:]) == (new.root, old.root)


class Export:
    """What is found while an export is read, line by line; entries are (origin of the shard, position)."""

    def __init__(self, header: dict[str, Any], evidence: Evidence) -> None:
        self.site, self.sizes = header["site"], {shard["origin"]: shard["size"] for shard in header["shards"]}
        shards = [{"origin": origin, "size": size} for origin, size in self.sizes.items()]
        key = _bytes(header.get("public_key"), "the public key")
        if header != {"format": EXPORT, "public_key": key.hex(), "shards": shards, "site": self.site}:
            raise InvalidError("the header holds something else than it should")
        if key not in evidence.keys or any(origin.split("/")[1:2] != [self.site] for origin in self.sizes):
            raise InvalidError("the header names another public key, or a shard of another site")
        self.evidence = evidence
        self.older = [item for item in evidence.older if item.origin.split("/")[1:2] == [self.site]]
        self.declared: dict[tuple[str, int], str] = {}  # what tombstones call erased, and why
        self.gone: dict[tuple[str, int], str] = {}  # what has no content
        self.records: dict[bytes, object] = {}  # by leaf; "" where the content is gone

    def read_shard(self, lines: Iterator[dict[str, Any]], origin: str) -> None:
        """Read all entries of a shard and its checkpoint; raises InvalidError."""
        peaks: list[bytes] = []
        older = [item for item in self.older if item.origin == origin]
        for position in range(self.sizes[origin]):
            grow(peaks, position + 1, self._entry(next(lines, {}), origin, position))
            if any(item.size == position + 1 and item.root != root_of(peaks) for item in older):
                raise InvalidError(f"{origin}: entries up to {position} are not those of a checkpoint given")
        line = next(lines, {})
        told = read_checkpoint(line.get("checkpoint"), self.evidence.keys)
        if told != Checkpoint(origin, self.sizes[origin], root_of(peaks)) or len(line) != 1:
            raise InvalidError(f"the entries of {origin} are not those that its checkpoint signs")

    def _entry(self, line: dict[str, Any], origin: str, position: int) -> bytes:
        where = f"entry {position} of {origin}"
        if type(line.get("position")) is not int or line["position"] != position:
            raise InvalidError(f"{where} is missing: the export ends, or goes on with another entry")
        leaf, event = _bytes(line.get("hash"), f"the hash of {where}"), line.get("event")
        if set(line) == {"erased", "hash", "position"}:
            self.gone[origin, position], self.records[leaf] = line["erased"], ""
        elif set(line) != {"event", "hash", "position", "salt"} or not isinstance(event, dict):
            raise InvalidError(f"{where} has neither content nor a word on its erasure")
        elif leaf_hash(_bytes(line["salt"], f"the salt of {where}"), event) != leaf:
            raise InvalidError(f"the content of {where} is not what was recorded")
        elif event.get("site") != self.site:
            raise InvalidError(f"{where} is of another site")
        else:
            self.declared.update(erased_by(event))
            if leaf in self.evidence.receipts:
                self.records[leaf] = event.get("id")
        return leaf

    def verify(self, lines: Iterator[dict[str, Any]]) -> str:
        """Verify all that follows the header; return what was found. Raises InvalidError."""
        for origin in self.sizes:
            self.read_shard(lines, origin)
        if next(lines, None) is not None:
            raise InvalidError("something follows the last checkpoint")
        for place in sorted(self.declared.keys() | self.gone.keys()):
            if self.declared.get(place) != self.gone.get(place):
                told = "is missing" if place in self.gone else "is there"
                raise InvalidError(f"entry {place}: its content {told}, tombstones say something else")
        self._verify_evidence()
        erased = "".join(f", {number} erased ({why})" for why, number in Counter(self.gone.values()).items())
        leaves, shards = sum(self.sizes.values()), len(self.sizes)
        found = f"{leaves} entr{'y' if leaves == 1 else 'ies'} in {shards} shard{'' if shards == 1 else 's'}"
        return f"{self.site}: {found}{erased}"

    def _verify_evidence(self) -> None:
        if self.evidence.older and not self.older:
            raise UnreadableError(f"no checkpoint that was given is of {self.site}")
        for item in self.older:
            if self.sizes.get(item.origin, -1) < item.size:
                raise InvalidError(f"{item.origin}: an older checkpoint has more entries: some were cut off")
        for leaf, record in self.evidence.receipts.items():
            if self.records.get(leaf) not in {"", record}:
                raise InvalidError(f"the record {record} of a receipt is not in the export")


def erased_by(event: dict[str, Any]) -> dict[tuple[str, int], str]:
    """Return what an event declares as erased, if it is a tombstone: place -> reason."""
    ranges = [range(a, b + 1) for a, b in event["positions"]] if event.get("kind") == "tombstone" else []
    if sum(map(len, ranges)) > _MOST_ERASED_AT_ONCE:
        raise InvalidError("a tombstone erases more than there can be")
    return {(event["origin"], at): event["reason"] for positions in ranges for at in positions}


def verify_proof(proof: dict[str, Any], evidence: Evidence) -> str:
    """Verify the JSON of GET /v1/consents/{id}/proof; return what it proves. Raises InvalidError."""
    if set(proof) != _FIELDS:
        raise InvalidError(f"fields lack, or are more than a proof has: {sorted(set(proof) ^ _FIELDS)}")
    if not set(_keys_in(proof["public_key"])).intersection(evidence.keys):
        raise InvalidError("the proof names another public key")
    told = read_checkpoint(proof["checkpoint"], evidence.keys)
    index, path, event, leaf = proof["index"], proof["path"], proof["event"], proof["leaf"]
    leaf = _bytes(leaf, "the proof's leaf")
    if type(index) is not int or not 0 <= index < told.size or not isinstance(path, list):
        raise InvalidError("the proof has no place in the tree of its checkpoint")
    root, _ = climb(leaf, index, told.size, [_bytes(node, "a part of the path") for node in path])
    own = (proof["origin"], proof["size"], type(proof["size"]))
    if root != told.root or own != (told.origin, told.size, int):
        raise InvalidError("the proof does not lead to the root that its checkpoint signs")
    _verify_older(proof, told, evidence.older)
    content = _erasure(proof, evidence) if event is None else _content(proof, leaf)
    return f"{told.origin}: entry {index} of {told.size}: {content}"


def _content(proof: dict[str, Any], leaf: bytes) -> str:
    event = proof["event"]
    if leaf_hash(_bytes(proof["salt"], "the proof's salt"), event) != leaf:
        raise InvalidError("the event is not what was recorded")
    if any(event.get(name) != proof[name] for name in ("id", "site")):
        raise InvalidError("the proof is of another record than it says")
    if proof["erased"] is not None or proof["tombstone"] is not None:
        raise InvalidError("its content is there, and the proof says that it was erased")
    return canonical(event).decode()


def _verify_older(proof: dict[str, Any], told: Checkpoint, older: Sequence[Checkpoint]) -> None:
    """Compare what a proof leads to with older checkpoints of its tree: of the same size, or of `since`."""
    since, path = proof["since"], proof["consistency"]
    if (since is None) != (path is None) or (since is not None and not _is_size(since, told.size)):
        raise InvalidError("the proof does not say since when it goes on")
    steps = [_bytes(node, "a part of the path") for node in path or []]
    own = [item for item in older if item.origin == told.origin]
    if any(len({item.root for item in [told, *own] if item.size == each.size}) > 1 for each in own):
        raise InvalidError(_TWO_ROOTS)
    if older and not any(item.size in (told.size, since) for item in own):
        raise UnreadableError("no checkpoint given is of the proof's tree and size: get it with ?since=SIZE")
    larger = [item.size for item in own if item.size > told.size]
    if larger:
        raise UnreadableError(
            f"a checkpoint given is of size {larger[0]}, the proof's {told.size}: get it anew"
        )
    if not all(goes_on(item, told, steps) for item in own if item.size in (told.size, since)):
        raise InvalidError(_TWO_ROOTS)


def _is_size(value: object, most: int) -> bool:
    return type(value) is int and 0 < value <= most


def _not_compared(proof: dict[str, Any], older: Sequence[Checkpoint]) -> list[str]:
    """Return a line for each older checkpoint of its tree with which a valid proof cannot be compared."""
    own = {item.size for item in older if item.origin == proof["origin"]}
    return [
        f"{_NOT_COMPARED}the older checkpoint of size {size} (get the proof with ?since={size})"
        for size in sorted(own - {proof["size"], proof["since"]})
    ]


def _erasure(proof: dict[str, Any], evidence: Evidence) -> str:
    tombstone = proof["tombstone"] or {"event": {}}
    reason = erased_by(tombstone["event"]).get((proof["origin"], proof["index"]))
    if reason is None or reason != proof["erased"] or proof["salt"] is not None:
        raise InvalidError("its content is missing, and no tombstone says that it was erased")
    return f"erased ({reason}): {verify_proof(tombstone, Evidence(evidence.keys, [], {}))}"


def read_key(text: str) -> list[bytes]:
    """Return public keys: hex, base64, C2SP verifier key, JWKS, or a file that holds one of these."""
    keys = _keys_in(Path(text).read_text("utf-8") if len(text) < 255 and Path(text).is_file() else text)
    if not keys:
        raise UnreadableError(f"no Ed25519 public key, and no file with one: {text[:80]!r}")
    return keys


def _keys_in(text: str) -> list[bytes]:
    """Return the public keys that a text holds; none where there is none, or something else among them."""
    bare = re.sub("^.+[+][0-9a-f]{8}[+](?=.{44}$)", "", text.strip())
    words = re.findall('"x": *"([^"]*)"', text) or [bare]
    keys = [bytes.fromhex(word) if len(word) == 64 else _base64(word)[-32:] for word in words]
    return keys if {len(key) for key in keys} == {32} else []


def read_notes(file: str, keys: Sequence[bytes]) -> list[Checkpoint]:
    """Return the checkpoints in a file of one or more signed notes, one after the other."""
    text = Path(file).read_text("utf-8")
    notes = re.findall("(?:[^\n\u2014].*\n)+\n(?:\u2014.*\n)+", text)
    if not notes or "".join(notes) != text:
        raise UnreadableError(f"{file}: no checkpoints (signed notes)")
    return [read_checkpoint(note, keys) for note in notes]


def verify(stream: BinaryIO, options: argparse.Namespace) -> list[str]:
    """Verify what the stream holds; return what was found. Raises InvalidError, UnreadableError."""
    first = stream.readline()
    is_export = first.startswith(b'{"format":"' + EXPORT.encode() + b'",')
    try:
        document = json.loads(first if is_export else first + stream.read(), object_pairs_hook=_once)
        proofs = {EXPORT: [document], PROOF: [document], PROOFS: document.get("proofs")}[document["format"]]
        one = proofs[0]  # no proofs at all are none, too
        keys = read_key(options.public_key) if options.public_key else _keys_in(one["public_key"])
    except _MALFORMED as error:
        raise UnreadableError("neither an export nor a proof of a consentinel ledger") from error
    if not keys:
        raise UnreadableError("it names no Ed25519 public key: give --public-key")
    older = [item for file in options.checkpoint for item in read_notes(file, keys)]
    evidence = Evidence(keys, older, dict(read_receipt(text, keys) for text in options.receipt))
    if is_export:
        return [Export(next(_objects([first])), evidence).verify(_objects(stream)), _COMPLETE]
    entries = {proof["leaf"] for proof in proofs}
    if not {leaf.hex() for leaf in evidence.receipts} <= entries:
        raise InvalidError("a receipt is for another entry")
    if len(entries) < len(proofs):
        raise InvalidError("an entry stands twice in it")
    found = [verify_proof(proof, evidence) for proof in proofs]
    return found + [line for proof in proofs for line in _not_compared(proof, older)]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run as a command; return the exit status."""
    parser = argparse.ArgumentParser(description="Verify an export or a proof of a consentinel ledger.")
    parser.add_argument("file", help="export (NDJSON) or proof (JSON); - for standard input")
    parser.add_argument("--public-key", help="of the ledger: hex, base64, JWKS, or a file with it")
    parser.add_argument("--checkpoint", action="append", default=[], help="file of older ones; repeats")
    parser.add_argument("--receipt", action="append", default=[], help="that has to be in the file; repeats")
    options = parser.parse_args(arguments)
    try:
        with open(0 if options.file == "-" else options.file, "rb", closefd=options.file != "-") as stream:
            found = verify(stream, options)
    except (InvalidError, *_MALFORMED) as error:
        sys.stdout.write(f"NOT VALID: {error or type(error).__name__}\n")
        return 1
    except (UnreadableError, OSError) as error:
        words = f"{error.filename}: {error.strerror}" if isinstance(error, OSError) else error
        sys.stderr.write(f"cannot verify: {words}\n")
        return 2
    key = "given" if options.public_key else "FILE'S OWN (unproved whose that is: give --public-key)"
    receipts = "Proved" if options.receipt else "Not asked (give --receipt)"
    in_part = " in part" if any(line.startswith(_NOT_COMPARED) for line in found) else ""
    older = f"Proved{in_part}" if options.checkpoint else "Not proved (give --checkpoint)"
    told = [
        f"Proved: signed by the owner of the {key} public key; unchanged since the checkpoints.",
        f"{receipts}: what the receipts are for is in it, or was erased.",
        f"{older}: it goes on from older checkpoints, so that history was not rewritten since then.",
        "Not proved: that a human clicked; that the server's clock was right; what came later.",
    ]
    sys.stdout.write("\n".join(["valid", *found, *told, ""]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
