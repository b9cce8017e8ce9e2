"""Signed notes (https://c2sp.org/signed-note) and the checkpoints of a log (https://c2sp.org/tlog-checkpoint).

Go programs (golang.org/x/mod/sumdb/note, witnesses, monitors) read the same.
"""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from consentinel.server.errors import LedgerError
from consentinel.server.ledger.merkle import HASH_BYTES

_ED25519 = b"\x01"
_KEY_ID_BYTES = 4
_SIGNATURE_BYTES = 64
_MOST_SIGNATURES = 16
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")
_UNWANTED = re.compile(r"[\x00-\x09\x0b-\x1f]")
_NO_NAME = re.compile(r"[\s+]")


@dataclass(frozen=True)
class NoteKey:
    """A public key and the name under which it signs, which has neither spaces nor `+`."""

    name: str
    public: Ed25519PublicKey

    def __post_init__(self) -> None:
        if not self.name or _NO_NAME.search(self.name):
            raise LedgerError(f"{self.name!r} is no name of a key: it may have no spaces and no +")

    @property
    def id(self) -> bytes:
        """SHA-256(name || newline || 0x01 || public key), its first four bytes."""
        return hashlib.sha256(self.name.encode() + b"\n" + self._encoded).digest()[:_KEY_ID_BYTES]

    @property
    def vkey(self) -> str:
        """The key as one line, such as Go's note package reads."""
        return f"{self.name}+{self.id.hex()}+{_base64(self._encoded)}"

    @property
    def _encoded(self) -> bytes:
        return _ED25519 + self.public.public_bytes_raw()


def sign_note(text: str, name: str, key: Ed25519PrivateKey) -> str:
    """Return the note with one signature. text: ends with a newline. Raises LedgerError for an unfit text."""
    if not text.endswith("\n") or _UNWANTED.search(text):
        raise LedgerError("the text of a note ends with a newline and has no other control characters")
    signature = NoteKey(name, key.public_key()).id + key.sign(text.encode())
    return f"{text}\n\u2014 {name} {_base64(signature)}\n"


def verify_note(note: str, key: NoteKey) -> str:
    """Return the text of a note that this key has signed; raises LedgerError for any other note."""
    text, gap, lines = note.rpartition("\n\n")
    text += "\n"
    if not gap or not lines.endswith("\n") or _UNWANTED.search(note):
        raise LedgerError("no signed note: a text, an empty line and signatures were expected")
    signatures = [_signature(line) for line in lines[:-1].split("\n")[: _MOST_SIGNATURES + 1]]
    if len(signatures) > _MOST_SIGNATURES:
        raise LedgerError(f"a note with more than {_MOST_SIGNATURES} signatures is not read")
    own = [data for name, data in signatures if (name, data[:_KEY_ID_BYTES]) == (key.name, key.id)]
    if not own:
        raise LedgerError(f"the note is not signed by {key.name}")
    for data in own:
        _check(key, data[_KEY_ID_BYTES:], text)
    return text


@dataclass(frozen=True)
class CheckpointText:
    """What a checkpoint says: this log had `size` leaves, with this root."""

    origin: str
    size: int
    root: bytes

    def format(self) -> str:
        """Return the text of the note."""
        return f"{self.origin}\n{self.size}\n{_base64(self.root)}\n"


def parse_checkpoint(text: str) -> CheckpointText:
    """Read the text of a checkpoint; raises LedgerError. Further lines are allowed, and ignored."""
    lines = text.removesuffix("\n").split("\n")
    if len(lines) < 3 or not all(lines) or _SIZE.fullmatch(lines[1]) is None:
        raise LedgerError("no checkpoint: its name, a number and a root were expected, a line each")
    try:
        root = base64.b64decode(lines[2], validate=True)
    except binascii.Error as error:
        raise LedgerError("no checkpoint: its root is not base64") from error
    if len(root) != HASH_BYTES or _base64(root) != lines[2]:
        raise LedgerError("no checkpoint: its root is not 32 bytes in base64")
    return CheckpointText(lines[0], int(lines[1]), root)


def _signature(line: str) -> tuple[str, bytes]:
    """Return name and signature (with the key's id in front) of a line."""
    try:
        dash, name, encoded = line.split(" ")
        data = base64.b64decode(encoded, validate=True)
    except ValueError as error:
        raise LedgerError("no signed note: a line of its signatures is damaged") from error
    if dash != "\u2014" or not name or "+" in name or len(data) <= _KEY_ID_BYTES or _base64(data) != encoded:
        raise LedgerError("no signed note: a line of its signatures is damaged")
    return name, data


def _check(key: NoteKey, signature: bytes, text: str) -> None:
    try:
        key.public.verify(signature, text.encode())
    except InvalidSignature as error:
        raise LedgerError(f"the signature of {key.name} does not fit the note") from error


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
