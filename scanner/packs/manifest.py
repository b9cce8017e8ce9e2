"""The records of the store: which packs a generation holds, and which generation is the current one."""

from typing import TypeVar

import msgspec

from consentinel.scanner.errors import PackError

SCHEMA = "consentinel/packs/1"
Record = TypeVar("Record", "Manifest", "Pointer")


class Installed(msgspec.Struct, frozen=True, kw_only=True):
    """One pack as it was fetched. date: when its source last confirmed it, `YYYY-MM-DD`.

    url: where the bytes came from, also a mirror or a file. source: the published address they stand for.
    etag, last_modified: what the server said, for asking whether there is something newer.
    """

    id: str
    title: str
    url: str
    licence: str
    attribution: str
    sha256: str
    size_bytes: int
    entries: int
    date: str
    source: str = ""
    etag: str | None = None
    last_modified: str | None = None


class Manifest(msgspec.Struct, frozen=True):
    """What one generation holds, in order of priority.

    lost: the records of packs that were damaged and are not in it: how many entries they had still counts.
    """

    packs: tuple[Installed, ...]
    lost: tuple[Installed, ...] = ()
    schema: str = SCHEMA

    def of(self, pack_id: str) -> Installed | None:
        """Return the record of one pack, or None."""
        return next((pack for pack in self.packs if pack.id == pack_id), None)


class Pointer(msgspec.Struct, frozen=True):
    """The names of the generation in use and of the one before."""

    current: str
    previous: str | None = None


def encoded(record: Manifest | Pointer) -> bytes:
    """Return a record as JSON that people can read, too."""
    return msgspec.json.format(msgspec.json.encode(record), indent=2) + b"\n"


def decoded(data: bytes, kind: type[Record]) -> Record:
    """Return the record in `data`; raise PackError where it is damaged or of another version."""
    try:
        record = msgspec.json.decode(data, type=kind)
    except (msgspec.DecodeError, RecursionError) as error:
        raise PackError(f"is damaged ({error})") from None
    if isinstance(record, Manifest) and record.schema != SCHEMA:
        raise PackError(f"has the format {record.schema!r}, not {SCHEMA!r}")
    return record
