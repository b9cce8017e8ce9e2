"""Checks a proof as a stranger would: hashlib, the specifications, and a proof's own fields."""

import base64
import hashlib
from typing import Any

import msgspec
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from consentinel.server.ledger.notes import NoteKey, parse_checkpoint, verify_note
from consentinel.server.ledger.proofs import Proof
from tests.server.ledger.rfc9162 import verify_inclusion


def check(proof: Proof) -> dict[str, Any] | None:
    """Return the event that the proof proves, None for an erased one; fails where it does not hold."""
    told = parse_checkpoint(verify_note(proof.checkpoint, read_vkey(proof.public_key)))
    assert (told.origin, told.size) == (proof.origin, proof.size)
    leaf, path = bytes.fromhex(proof.leaf), [bytes.fromhex(piece) for piece in proof.path]
    assert verify_inclusion(leaf, proof.index, proof.size, path, told.root)
    if proof.event is None:
        assert proof.salt is None
        return None
    event = _event(proof)
    entry = b"consentinel/1\x00" + bytes.fromhex(proof.salt or "") + rfc8785.dumps(event)
    assert hashlib.sha256(b"\x00" + hashlib.sha256(entry).digest()).digest() == leaf
    assert (event["id"], event["site"]) == (proof.id, proof.site)
    return event


def read_vkey(text: str) -> NoteKey:
    """Return a C2SP verifier key: name, id and key."""
    name, key_id, encoded = text.split("+", 2)
    kind, public = base64.b64decode(encoded)[0], base64.b64decode(encoded)[1:]
    key = NoteKey(name, Ed25519PublicKey.from_public_bytes(public))
    assert (kind, key.id.hex()) == (1, key_id)
    return key


def _event(proof: Proof) -> dict[str, Any]:
    """Return the event as whoever gets the proof as a file reads it."""
    file = msgspec.json.decode(msgspec.json.encode(proof), type=dict[str, Any])
    event: dict[str, Any] = file["event"]
    return event
