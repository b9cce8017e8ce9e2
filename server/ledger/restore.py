"""A database that was restored from an older backup: noticed, told, and accepted by the operator alone (T35).

What a loss can hide is a withdrawal: the visitor's grant would be back. Every acknowledged withdrawal is in
the anchor, so a site whose anchored shards are whole has lost none. After an accepted loss, the older grants
of the sites that lost something count no more; those of all sites, where receipts alone have shown the loss,
or the anchor itself was lost.
"""

import threading
from collections.abc import Mapping, Sequence

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from consentinel.scanner.errors import ConsentinelError
from consentinel.server.errors import Unavailable
from consentinel.server.ledger.anchor import Anchor, many_outdated
from consentinel.server.ledger.erasure import erase_rows
from consentinel.server.ledger.events import Json, NewEvent, own_event_id
from consentinel.server.ledger.identity import named
from consentinel.server.ledger.losses import Findings, Loss, compare, look_at, told_doubt
from consentinel.server.ledger.requested import requested
from consentinel.server.ledger.shards import Erased, Shard, all_heads, all_shards, heads_of
from consentinel.server.ledger.writer import Ledger
from consentinel.server.storage.database import Database
from consentinel.server.storage.facts import fact, keep_fact
from consentinel.server.storage.tables import shards
from consentinel.server.storage.upsert import insert

# What comes after the lines of losses: docs/ledger.md, "A restored backup".
_COMMAND = "consentinel ledger accept-restore"
WAY_ON = f"look for a newer backup of the database, and put it back; if there is none: {_COMMAND}"
# What everybody may know.
LOST = f"the ledger has lost something: its operator has to look at /readyz, or to run {_COMMAND}"
_FACT = "restored"
_EVERY_SITE = "*"


class _Restored(msgspec.Struct, frozen=True):
    """What is kept of accepted losses.

    last_ms: the time of the last one. ahead: its time at sites whose records or receipts were dated later.
    sites: since when grants count.
    """

    last_ms: int = 0
    ahead: dict[str, int] = {}
    sites: dict[str, int] = {}


class History:
    """What this process knows of losses. losses: a line each; while there is one, consents are not served."""

    def __init__(self, anchor: Anchor) -> None:
        self.losses: tuple[str, ...] = ()
        self._has_failed = False
        self._anchor = anchor
        self._lock = threading.Lock()
        self._looking = threading.Lock()
        self._doubts = 0  # how often somebody came with a receipt of an unknown record
        self._unkept = dict[str, int]()  # of these, what the anchor does not have yet: sites, and times
        self._sizes = dict[str, int]()  # of trees whose tombstones the anchor knows
        self._gone: frozenset[Erased] = frozenset()  # what was found to be without content

    @property
    def ways_on(self) -> tuple[str, ...]:
        """What to do about the losses; none where a look has failed, which has its own remedy."""
        return () if self._has_failed else ways_on(self.losses)

    def look(self, database: Database) -> None:
        """Compare the database with the anchor, and let that learn what others have written.

        What keeps it from that is told as a loss until a look succeeds; not Unavailable: nothing is read
        from a database that does not answer. One thread looks at a time, or an older look could end after a
        newer one. Raises LedgerError, StorageError.
        """
        with self._looking:
            self._look(database)

    def _look(self, database: Database) -> None:
        doubts = self._doubts
        self._keep_doubts()
        try:
            found, erased = self._look_at(database)
        except Unavailable:
            raise
        except Exception as error:
            self._has_failed = True
            self._tell((_told_error(error),), doubts)
            raise
        self._has_failed = False
        self._tell(found.lines, doubts)
        if not found.lines:
            self._learn(database, found, erased)

    def _look_at(self, database: Database) -> tuple[Findings, set[Erased]]:
        """Return what is lost, and what was erased on request since the last look."""
        anchored = self._anchor.contents()  # before the transaction begins, as in `look_at`
        if not self._gone.issubset(anchored.erased):  # an older copy of it was put back
            self._sizes = {}
        with database.read() as connection:
            found = compare(connection, self._anchor, anchored, self._gone)
            erased = set[Erased]()
            for shard in found.shards:
                since = self._sizes.get(shard.origin, 0)
                if shard.frontier.size > since:
                    erased |= requested(connection, shard, since)
            return found, erased

    def _tell(self, lines: tuple[str, ...], doubts: int) -> None:
        """Replace the losses; doubts: how many there had been when the anchor was read."""
        with self._lock:
            earlier = self.losses if self._doubts != doubts else ()
            self.losses = tuple(dict.fromkeys((*lines, *earlier)))

    def _learn(self, database: Database, found: Findings, erased: set[Erased]) -> None:
        known = found.anchored
        if not self._sizes or many_outdated(known.heads):  # the first time, to see that it can be written
            self._anchor.confirm(known.heads)
        if found.is_unanchored:
            self._anchor.begin(named(database))
        self._anchor.remember_erased(sorted(erased.difference(known.erased)))
        before = set(known.heads)
        self._anchor.learn([head for head in found.now if head not in before])
        self._anchor.agree(found.now)
        self._sizes = {head.origin: head.size for head in found.now}
        self._gone = frozenset(known.erased)

    def is_behind(self, connection: Connection, site: str) -> bool:
        """Say whether trees of a site are smaller than this process has seen them.

        It is a backup, or something was recorded in this very moment: a look tells.
        """
        now = {head.origin: head.size for head in heads_of(connection, site)}
        return any(now.get(origin, 0) < size for origin, size in self._anchor.sizes_of(site).items())

    def unknown_record(self, connection: Connection, site: str, received_ms: int) -> bool:
        """Take note of a genuine receipt for a record that the database never had; say whether it is a loss.

        It is none where an accepted one explains it. Raises Unavailable where it cannot be kept: a look tries
        again, and finds nothing to be whole before.
        """
        accepted = _restored(connection)
        if received_ms < max(accepted.last_ms, accepted.ahead.get(site, 0)):
            return False
        with self._lock:
            self._doubts += 1
            self._unkept[site] = max(received_ms, self._unkept.get(site, 0))
            self.losses = tuple(dict.fromkeys((*self.losses, told_doubt(site))))
        self._keep_doubts()
        return True

    def _keep_doubts(self) -> None:
        with self._lock:
            for site, received_ms in list(self._unkept.items()):
                self._anchor.doubt(site, received_ms)
                del self._unkept[site]


def _told_error(error: Exception) -> str:
    if isinstance(error, ConsentinelError):
        return str(error)
    return "the database could not be compared with the anchor: see the log"


def known_losses(database: Database, anchor: Anchor) -> tuple[str, ...]:
    """Return what the anchor remembers otherwise than the database has it, a line each.

    Raises as `look_at`.
    """
    return look_at(database, anchor).lines


def refusal(done: str, losses: Sequence[str]) -> str:
    """Return why nothing is done while something is lost, and the way on. done: as in `published`."""
    return f"nothing is {done}: {': '.join((losses[0], *ways_on(losses)))}"


def ways_on(losses: Sequence[str]) -> tuple[str, ...]:
    """Return what to do about losses, in one line; none where nothing is lost, or their lines say it."""
    return (WAY_ON,) if losses and not any(_COMMAND in line for line in losses) else ()


def refused_before_ms(connection: Connection, site: str) -> int:
    """Return the time before which grants of a site count no more: their withdrawal may be lost. 0 for none.

    It is for what is read from the database. A visitor's cookie is their own newest answer, and stays good.
    """
    sites = _restored(connection).sites
    return max(sites.get(site, 0), sites.get(_EVERY_SITE, 0))


def accept_losses(database: Database, ledger: Ledger, anchor: Anchor, *, by: str) -> list[str]:
    """Go on with the database as it is; return what was lost, a line each, nothing where nothing was.

    All shards are closed, so that no position is ever used twice, and each site has a leaf that tells of it.
    What was erased before is erased again. A site's new shard begins after the time of its records: where
    the clock was ahead, its older grants have a time to come. by: who accepts. Raises LedgerError,
    StorageError.
    """
    anchored = anchor.contents()
    with database.write() as connection:
        found = compare(connection, anchor, anchored)
        if not found.lines:
            return []
        closed = _close_all(connection, found.losses)
        now_ms = ledger.clock()
        sites = sorted({shard.site for shard in closed} | found.sites)
        told = ledger.append(connection, [_leaf(site, found, by) for site in sites])
        erase_rows(connection, ledger, found.returned, "request", by)
        _keep(connection, found, now_ms, {leaf.site: leaf.received_ms for leaf in told})
        now = all_heads(connection)
    try:
        anchor.accept([*(loss.has for loss in found.losses), *now], anchored.heads)
    finally:
        if found.returned:
            ledger.freeing.soon()
    return [*found.lines]


def _close_all(connection: Connection, losses: Sequence[Loss]) -> list[Shard]:
    """Close each shard, and make those that are gone as closed, empty ones; return those that were open."""
    order = (shards.c.site, shards.c.period, shards.c.generation)  # the order in which all writers lock
    connection.execute(sa.select(shards.c.id).order_by(*order).with_for_update())
    found = [shard for shard in all_shards(connection) if not shard.closed]
    connection.execute(sa.update(shards).values(closed=True))
    gone = [_closed_row(loss.had.origin) for loss in losses if loss.has.size == 0]
    if gone:
        connection.execute(insert(connection, shards).on_conflict_do_nothing(), gone)
    return found


def _closed_row(origin: str) -> dict[str, object]:
    _, site, name = origin.rsplit("/", 2)
    period, _, generation = name.partition(".")
    empty = {"size": 0, "frontier": b"", "last_ms": 0, "closed": True}
    return {"site": site, "period": period, "generation": int(generation or 1), "origin": origin, **empty}


def _leaf(site: str, found: Findings, by: str) -> NewEvent:
    lost: list[Json] = [_told(loss) for loss in found.losses if loss.site == site]
    why = "the ledger's anchor was missing" if found.is_missing else "it was older than the ledger's anchor"
    detail = f"the database was accepted as it is: {why}"
    body: dict[str, Json] = {"action": "accept-restore", "by": by, "detail": detail, "lost": lost}
    return NewEvent(site=site, kind="audit", type="history-lost", event_id=own_event_id(), body=body)


def _told(loss: Loss) -> dict[str, Json]:
    return {
        "origin": loss.had.origin,
        "size": loss.had.size,
        "root": loss.had.root.hex(),
        "has": loss.has.size,
    }


def _restored(connection: Connection) -> _Restored:
    value = fact(connection, _FACT)
    return _Restored() if value is None else msgspec.json.decode(value, type=_Restored)


def _keep(connection: Connection, found: Findings, now_ms: int, times: Mapping[str, int]) -> None:
    """Keep when the losses were accepted. times: the same for each site, by its own records."""
    before = _restored(connection)
    later = {site: time_ms for site, time_ms in times.items() if time_ms > now_ms}
    told = {
        site: at_ms + 1 for site, at_ms in found.anchored.doubts.items() if at_ms >= later.get(site, now_ms)
    }
    if found.is_anywhere:
        since = later | {_EVERY_SITE: now_ms}
    else:
        since = {site: times[site] for site in found.sites}
    restored = _Restored(now_ms, before.ahead | later | told, before.sites | since)
    keep_fact(connection, _FACT, msgspec.json.encode(restored).decode())
