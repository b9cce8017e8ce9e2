"""The receipt: proof for a visitor that the server took their answer, and the key to that record.

One line of base64url without padding: body || signature. The body is `1` (one byte), the record's id (16),
the subject's (16, zeros for none), the time in ms since 1970 (8, big-endian), the hash of the leaf in the
ledger (32), and the site in UTF-8. The signature (64) is Ed25519 over CONTEXT || body (RFC 8032): the same
record gives the same receipt.
"""

import struct
from dataclasses import dataclass
from typing import Protocol

from cryptography.exceptions import InvalidSignature

from consentinel.server.base64url import decoded, encoded
from consentinel.server.keys import Keys

CONTEXT = b"consentinel/receipt/1\0"
_VERSION = 1
_FIXED = struct.Struct(">B16s16sQ32s")
_SIGNATURE_BYTES = 64
_NO_SUBJECT = bytes(16)
# No receipt is longer: a site's name has 253 characters at most, all of them ASCII.
_MOST_CHARACTERS = 600


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """What a receipt says. id, subject: 16 bytes each; subject is None for a refusal. leaf: 32 bytes."""

    site: str
    id: bytes
    subject: bytes | None
    received_ms: int
    leaf: bytes


class Record(Protocol):
    """What a receipt is made of; wherever it was read."""

    @property
    def site(self) -> str:
        """Whose ledger it is in."""

    @property
    def id(self) -> bytes:
        """Its id."""

    @property
    def subject(self) -> bytes | None:
        """Of the visitor's chain."""

    @property
    def received_ms(self) -> int:
        """When it came."""

    @property
    def leaf(self) -> bytes:
        """Its hash in the ledger."""


def receipt_of(record: Record) -> Receipt:
    """Return the receipt of a record, which says the same each time."""
    return Receipt(
        site=record.site,
        id=record.id,
        subject=record.subject,
        received_ms=record.received_ms,
        leaf=record.leaf,
    )


def make_receipt(keys: Keys, receipt: Receipt) -> str:
    """Return the receipt as text, signed."""
    body = _FIXED.pack(
        _VERSION, receipt.id, receipt.subject or _NO_SUBJECT, receipt.received_ms, receipt.leaf
    )
    body += receipt.site.encode()
    return encoded(body + keys.signing.sign(CONTEXT + body))


def read_receipt(keys: Keys, text: str) -> Receipt | None:
    """Return what a receipt says; None for anything that this server has not signed.

    A signature is verified whatever the text is, so that the time tells nothing (T19).
    """
    data = _bytes(text)
    body, signature = data[:-_SIGNATURE_BYTES], data[-_SIGNATURE_BYTES:]
    try:
        keys.public.verify(signature, CONTEXT + body)
        version, record_id, subject, received_ms, leaf = _FIXED.unpack_from(body)
        site = body[_FIXED.size :].decode()
    except (InvalidSignature, struct.error, UnicodeDecodeError):
        return None
    if version != _VERSION:
        return None
    return Receipt(
        site=site,
        id=record_id,
        subject=None if subject == _NO_SUBJECT else subject,
        received_ms=received_ms,
        leaf=leaf,
    )


def _bytes(text: str) -> bytes:
    """Return what the text encodes; zeros, which nobody has signed, where it encodes nothing."""
    try:
        data = decoded(text)
    except ValueError:
        data = b""
    usable = len(text) <= _MOST_CHARACTERS and len(data) > _FIXED.size + _SIGNATURE_BYTES
    return data if usable else bytes(_FIXED.size + _SIGNATURE_BYTES + 1)
