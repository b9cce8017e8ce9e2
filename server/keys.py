"""The server's secrets: what signs receipts, tokens and checkpoints, and what binds the proof cookie."""

import base64
import hashlib
import json
import os
import secrets
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from consentinel.scanner.packs.durable import sync_directory
from consentinel.server.errors import ServerError

_BYTES = 32


@dataclass(frozen=True)
class Keys:
    """signing: the private key. cookie: 32 bytes for HMAC-SHA-256 of the proof cookie and of challenges."""

    signing: Ed25519PrivateKey = field(repr=False)
    cookie: bytes = field(repr=False)

    @cached_property
    def public(self) -> Ed25519PublicKey:
        """What others verify with."""
        return self.signing.public_key()

    @cached_property
    def public_bytes(self) -> bytes:
        """The public key as 32 bytes (RFC 8032)."""
        return self.public.public_bytes_raw()

    @cached_property
    def key_id(self) -> str:
        """The name of the public key, in tokens and JWKS: 16 hex digits of its SHA-256."""
        return hashlib.sha256(self.public_bytes).hexdigest()[:16]


def new_keys() -> Keys:
    """Return fresh keys."""
    return Keys(Ed25519PrivateKey.generate(), secrets.token_bytes(_BYTES))


def load_keys(file: Path) -> Keys:
    """Return the keys in a file; at the first start it is made, readable by its owner alone.

    Raises ServerError for a file that holds no such keys: made anew, no old receipt would verify.
    """
    try:
        if not file.exists():
            _write(file, new_keys())
        found = json.loads(file.read_text("utf-8"))
        signing, cookie = (base64.b64decode(found[name], validate=True) for name in ("signing", "cookie"))
        if len(cookie) != _BYTES:
            raise ValueError("the cookie key has another length")
        return Keys(Ed25519PrivateKey.from_private_bytes(signing), cookie)
    except OSError as error:
        raise ServerError(
            f"{file}: {error.strerror}: name a file that can be read, with CONSENTINEL_KEYS"
        ) from error
    except (ValueError, KeyError, TypeError) as error:
        raise ServerError(f"{file}: no keys of this server ({error}): put your backup of it back") from error


def _write(file: Path, keys: Keys) -> None:
    """Write the file once: of two servers that start together, both use what the first has written."""
    values = {"signing": keys.signing.private_bytes_raw(), "cookie": keys.cookie}
    text = json.dumps({name: base64.b64encode(value).decode() for name, value in values.items()}) + "\n"
    own = file.with_name(f"{file.name}.{secrets.token_hex(8)}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        try:
            _write_private(own, text)
            with suppress(FileExistsError):
                os.link(own, file)
        finally:
            own.unlink(missing_ok=True)
        sync_directory(file.parent)
    except OSError as error:
        raise ServerError(
            f"{file}: {error.strerror}: name a file that can be written, with CONSENTINEL_KEYS"
        ) from error


def _write_private(file: Path, text: str) -> None:
    """Make a file that its owner alone can read, and wait until the disk has it; raises OSError."""
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
