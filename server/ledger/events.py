"""What is recorded: an event, its canonical form, and the commitment that the tree holds instead of it."""

import hashlib
import secrets
import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Literal

import msgspec
import rfc8785

from consentinel.scanner.errors import ConsentinelError

Kind = Literal["consent", "tombstone", "publication", "audit"]
Json = str | int | bool | None | list["Json"] | dict[str, "Json"]

FORMAT_VERSION = 1
ID_BYTES = 16
_TIME_BYTES = 5
SALT_BYTES = 32
# Fields that the writer adds, so that no body can say otherwise.
WRITERS_OWN = frozenset({"v", "kind", "id", "site", "event_id", "type", "server_ts", "subject_ref"})
_CONTEXT = b"consentinel/1\0"
# RFC 8785 takes numbers as JavaScript has them.
_LARGEST_INT = 2**53 - 1
_ENCODER = msgspec.json.Encoder(order="sorted")


class NonceUsed(ConsentinelError):  # noqa: N818 - it says what became of the nonce
    """A challenge stands for one record, and had been used for another; nothing was stored."""


class ChainErased(ConsentinelError):  # noqa: N818 - as above
    """The records that it would have gone on with are erased; nothing was stored."""


class CountKey(msgspec.Struct, frozen=True):
    """By what consents are counted, beside site, day and type; it tells nothing about a person."""

    regime: str
    version: str
    method: str
    functional: bool
    performance: bool
    targeting: bool


def new_id() -> bytes:
    """Return the id of a new record: seconds since 1970 in 40 bits, and 88 random bits.

    So records that come together stand together in each index, as with UUIDv7 (RFC 9562, section 5.7). It is
    no secret: the key to a record is its receipt (T19). It stays after an erasure, hence no more of the time.
    """
    return int(time.time()).to_bytes(_TIME_BYTES) + secrets.token_bytes(ID_BYTES - _TIME_BYTES)


def own_event_id() -> str:
    """Return the event_id of what no visitor has sent: no UUID, so no visitor's event can have this name."""
    return f"x{secrets.token_hex(16)}"


class NewEvent(msgspec.Struct, frozen=True, kw_only=True):
    """An event that is to be recorded.

    body: its fields but for those that the writer adds (`WRITERS_OWN`). event_id: the name under which a
    repeat of the same event is known, of one site. subject: the id of the first record of the visitor's
    chain, which may be the event's own; None for a refusal. Where that chain is erased, the event is refused
    with ChainErased. count: None for what is not counted. challenge: the nonce of a challenge that was
    answered; used before, the event says `verified: false`, or with `challenge_required` it is refused with
    NonceUsed.

    Raises ValueError for a body with a field of the writer.
    """

    site: str
    kind: Kind
    type: str
    event_id: str
    body: Mapping[str, Json]
    subject: bytes | None = None
    expires_ms: int | None = None
    count: CountKey | None = None
    challenge: bytes | None = None
    challenge_required: bool = False
    id: bytes = msgspec.field(default_factory=new_id)

    def __post_init__(self) -> None:
        if not WRITERS_OWN.isdisjoint(self.body):
            raise ValueError(f"fields of the writer in an event: {sorted(WRITERS_OWN & self.body.keys())}")


def whole_event(new: NewEvent, server_ts: str, *, verified: bool = True) -> dict[str, Json]:
    """Return the event as it is recorded; where `verified` is false, it says so."""
    event: dict[str, Json] = {
        **new.body,
        "v": FORMAT_VERSION,
        "kind": new.kind,
        "id": new.id.hex(),
        "site": new.site,
        "event_id": new.event_id,
        "type": new.type,
        "server_ts": server_ts,
    }
    if new.kind == "consent":
        event["subject_ref"] = None if new.subject is None else new.subject.hex()
    if not verified:
        event["verified"] = False
    return event


def timestamp(time_ms: int) -> str:
    """Return a time as RFC 3339 has it, in UTC and with milliseconds."""
    return (
        datetime.fromtimestamp(time_ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    )


def canonical(event: Mapping[str, Json]) -> bytes:
    """Return the canonical JSON of an event (RFC 8785); raises ValueError for what that cannot say.

    A plain event in ASCII is what JSON with sorted keys and nothing to spare gives, forty times as fast.
    """
    if _is_plain(event.values()):
        encoded = _ENCODER.encode(event)
        if encoded.isascii():
            return encoded
    return rfc8785.dumps(event)


def _is_plain(values: Iterable[Json]) -> bool:
    """Say whether there is nothing in these values that JSON can write in two ways, but for letters."""
    for value in values:
        kind = type(value)
        if kind is str or kind is bool or value is None:
            continue
        if isinstance(value, dict | list):
            if not _is_plain(value.values() if isinstance(value, dict) else value):
                return False
        elif not (isinstance(value, int) and -_LARGEST_INT <= value <= _LARGEST_INT):
            return False
    return True


def commitment(salt: bytes, canonical_event: bytes) -> bytes:
    """Return what a leaf is made of: SHA-256("consentinel/1" || 0x00 || salt || event)."""
    return hashlib.sha256(_CONTEXT + salt + canonical_event).digest()
