"""One tree for each site and quarter, so that none grows for ever; another one after an accepted restore."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple, Protocol

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from consentinel.server.errors import LedgerError, StorageError
from consentinel.server.ledger.merkle import Frontier
from consentinel.server.ledger.statements import Statement
from consentinel.server.storage import tables
from consentinel.server.storage.upsert import insert

_SHARDS = tables.shards.c
_ORDER = (_SHARDS.site, _SHARDS.period, _SHARDS.generation)
# All writers lock in this order, so none waits for another in a ring.
_LOCK = Statement(
    "SELECT * FROM shards WHERE site IN (",
    1,
    ") AND period >= ? ORDER BY site, period, generation",
    on_postgresql="FOR UPDATE",
)


@dataclass(frozen=True, order=True)
class Head:
    """What a tree was at a time: the name of the shard, the number of its leaves, their root."""

    origin: str
    size: int
    root: bytes


@dataclass(frozen=True, order=True)
class Erased:
    """An entry whose content somebody has asked to erase: the name of its shard, its place, its leaf."""

    origin: str
    position: int
    leaf: bytes


class HeadKeeper(Protocol):
    """Remembers heads outside of the database: server/ledger/anchor.py."""

    def remember(self, heads: Sequence[Head]) -> None:
        """Keep these heads; they are durable when this returns."""


class Keeper(HeadKeeper, Protocol):
    """Remembers also what was erased on request."""

    def remember_erased(self, erased: Sequence[Erased]) -> None:
        """Keep these; they are durable when this returns."""


@dataclass(frozen=True, kw_only=True)
class Shard:
    """The tree of a site in a quarter. last_ms: when its newest record came. closed: it takes no more."""

    id: int
    site: str
    period: str
    generation: int
    origin: str
    frontier: Frontier
    last_ms: int
    closed: bool

    @property
    def head(self) -> Head:
        """What the tree is now."""
        return Head(self.origin, self.frontier.size, self.frontier.root())


def period_of(time_ms: int) -> str:
    """Return the quarter of a time in UTC, such as 2026Q4."""
    when = datetime.fromtimestamp(time_ms / 1000, UTC)
    return f"{when.year}Q{(when.month + 2) // 3}"


def origin_of(name: str, site: str, period: str, generation: int) -> str:
    """Return the name of a shard in its checkpoints: `server/site/quarter`, with `.2` for the second one."""
    return f"{name}/{site}/{period}" + (f".{generation}" if generation > 1 else "")


def site_of(origin: str) -> str:
    """Return the site of a shard, of its name."""
    return origin.split("/")[1]


def lock_shards(connection: Connection, name: str, sites: Iterable[str], now_ms: int) -> dict[str, Shard]:
    """Return the shard of each site that takes records now, made where there is none, locked until the end.

    name: first part of the origin of a new shard. A site's time never goes back, not even into the quarter
    before, so a clock that was set back is of no consequence; what follows on a closed shard is later than
    all that is in it. Raises StorageError where a shard cannot be made.
    """
    names = sorted(set(sites))
    open_shards, missing = _split(_locked(connection, names, now_ms), names, now_ms)
    if missing:
        made = insert(connection, tables.shards).on_conflict_do_nothing()
        connection.execute(made, [_row(name, new) for new in missing])
        open_shards, missing = _split(_locked(connection, names, now_ms), names, now_ms)
    if missing:
        raise StorageError(f"no tree for the records of {missing[0].site} could be made")
    return open_shards


def shard_by_id(connection: Connection, shard_id: int) -> Shard | None:
    """Return a shard; None where there is none."""
    row = connection.execute(sa.select(tables.shards).where(_SHARDS.id == shard_id)).one_or_none()
    return None if row is None else _shard(row)


def shards_of(connection: Connection, site: str) -> list[Shard]:
    """Return all shards of a site, the oldest first."""
    query = sa.select(tables.shards).where(_SHARDS.site == site).order_by(*_ORDER)
    return [_shard(row) for row in connection.execute(query)]


def all_shards(connection: Connection) -> list[Shard]:
    """Return all shards of all sites, by site and age."""
    return [_shard(row) for row in connection.execute(sa.select(tables.shards).order_by(*_ORDER))]


def heads_of(connection: Connection, site: str) -> list[Head]:
    """Return what the trees of a site are now."""
    return [shard.head for shard in shards_of(connection, site)]


def all_heads(connection: Connection) -> list[Head]:
    """Return what all trees are now."""
    return [shard.head for shard in all_shards(connection)]


def _locked(connection: Connection, names: list[str], now_ms: int) -> list[Shard]:
    keys = [(name,) for name in names]
    return [_shard(row) for row in _LOCK.read(connection, keys, period_of(now_ms))]


class _New(NamedTuple):
    """A shard that is to be made. last_ms: before which nothing in it may be."""

    site: str
    period: str
    generation: int
    last_ms: int


def _split(found: list[Shard], names: list[str], now_ms: int) -> tuple[dict[str, Shard], list[_New]]:
    """Return the shard of each site that takes records, and those to be made for the others."""
    open_shards, missing = dict[str, Shard](), list[_New]()
    for name in names:
        own = [shard for shard in found if shard.site == name]
        last_ms = max((shard.last_ms + (1 if shard.closed else 0) for shard in own), default=0)
        period = period_of(max(now_ms, last_ms))
        taking = [shard for shard in own if not shard.closed and shard.period >= period]
        if taking:
            open_shards[name] = taking[-1]
        else:
            before = (shard.generation for shard in own if shard.period == period)
            missing.append(_New(name, period, max(before, default=0) + 1, last_ms))
    return open_shards, missing


def _row(name: str, new: _New) -> dict[str, object]:
    origin = origin_of(name, new.site, new.period, new.generation)
    return {**new._asdict(), "origin": origin, "size": 0, "frontier": b"", "closed": False}


def _shard(row: Row[Any]) -> Shard:
    try:
        frontier = Frontier.from_bytes(row.size, row.frontier)
    except ValueError as error:
        way_on = "restore the database from a backup, then run consentinel ledger verify"
        raise LedgerError(f"{row.origin}: damaged ({error}): {way_on}") from error
    return Shard(
        id=row.id,
        site=row.site,
        period=row.period,
        generation=row.generation,
        origin=row.origin,
        frontier=frontier,
        last_ms=row.last_ms,
        closed=bool(row.closed),
    )
