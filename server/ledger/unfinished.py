"""Erasures that have begun and are not done: kept in the database, so that whoever comes next goes on."""

from collections.abc import Iterator
from typing import NamedTuple

import msgspec
from sqlalchemy.engine import Connection

from consentinel.server.storage.facts import drop_fact, fact, facts_below, keep_fact

_BELOW = "erasing/"


class Chain(NamedTuple):
    """The records of a visitor, who is to be erased. subject: the id of the first one. by: who wants it."""

    site: str
    subject: bytes
    by: str


class _Kept(msgspec.Struct, frozen=True):
    site: str
    by: str


def keep_unfinished(connection: Connection, chain: Chain) -> None:
    """Keep that records of a chain are still to be erased."""
    keep_fact(connection, _name(chain), msgspec.json.encode(_Kept(chain.site, chain.by)).decode())


def drop_unfinished(connection: Connection, chain: Chain) -> None:
    """Forget a chain of which nothing is left."""
    drop_fact(connection, _name(chain))


def is_unfinished(connection: Connection, subject: bytes) -> bool:
    """Say whether the erasure of a chain has begun and is not done."""
    return fact(connection, f"{_BELOW}{subject.hex()}") is not None


def unfinished(connection: Connection) -> Iterator[Chain]:
    """Yield the chains of which something is left. Raises msgspec.DecodeError for other texts."""
    for name, value in facts_below(connection, _BELOW).items():
        kept = msgspec.json.decode(value, type=_Kept)
        yield Chain(kept.site, bytes.fromhex(name.removeprefix(_BELOW)), kept.by)


def _name(chain: Chain) -> str:
    return f"{_BELOW}{chain.subject.hex()}"
