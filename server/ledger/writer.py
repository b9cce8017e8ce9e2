"""Records events: positions, leaves, payloads, counts and used challenges in the caller's transaction."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TypeGuard

from msgspec import structs
from sqlalchemy.engine import Connection

from consentinel.server.clock import Clock
from consentinel.server.ledger.batch import Batch
from consentinel.server.ledger.events import ChainErased, NewEvent, NonceUsed
from consentinel.server.ledger.freeing import Freeing
from consentinel.server.ledger.nonces import used_nonces
from consentinel.server.ledger.recorded import Recorded, erased_among, find_recorded
from consentinel.server.ledger.shards import Erased, Head, Keeper, heads_of, lock_shards
from consentinel.server.storage.database import Database

__all__ = ["Ledger", "Outcome", "Recorded", "Written"]

Outcome = Recorded | NonceUsed | ChainErased


@dataclass(frozen=True)
class Written:
    """What became of each event, in order, and which heads have to be durable before that is told."""

    outcomes: list[Outcome]
    to_anchor: list[Head]


class Ledger:
    """The append-only log of all sites.

    name: first part of the origin of new shards. anchor: keeps heads outside of the database; None for none.
    freeing: takes what was erased out of the database's log. erasing: the subjects of the chains that threads
    of this process are erasing.
    """

    def __init__(self, database: Database, *, name: str, clock: Clock, anchor: Keeper | None = None) -> None:
        self.database = database
        self.name = name
        self.clock = clock
        self.anchor = anchor
        self.freeing = Freeing(database)
        self.erasing = set[bytes]()

    def append(self, connection: Connection, events: Sequence[NewEvent]) -> list[Recorded]:
        """Record events within a writing transaction of the caller: all of them, or by an error none.

        Once that transaction is committed the caller tells `remember` where a loss has to be noticed.
        Raises NonceUsed for a challenge that was required and had been used, ChainErased for a record whose
        chain is erased, StorageError.
        """
        recorded = list[Recorded]()
        for outcome in self.record(connection, events).outcomes:
            if not isinstance(outcome, Recorded):
                raise outcome
            recorded.append(outcome)
        return recorded

    def record(self, connection: Connection, events: Sequence[NewEvent]) -> Written:
        """Record events within a writing transaction; a repeated or a refused one leaves the others alone.

        A repeat (same site and event_id) is answered with what was recorded at first. Raises StorageError,
        and for the first event of a shard what the anchor raises.
        """
        if not events:
            return Written([], [])
        now = self.clock()
        shards = lock_shards(connection, self.name, (event.site for event in events), now)
        # Before anything is in them: a database that has entries and no anchor has lost that one (T35).
        self.remember([shard.head for shard in shards.values() if not shard.frontier.size])
        # Looked up under the lock: what another process has recorded for these sites is there to be seen.
        known = find_recorded(connection, [(event.site, event.event_id) for event in events])
        used = used_nonces(connection, {event.challenge for event in events if event.challenge})
        ended = erased_among(connection, _continued(events))
        batch = Batch(shards, now)
        outcomes = [_outcome(batch, event, known, used, ended) for event in events]
        batch.write(connection)
        return Written(outcomes, batch.heads({each.site for each in outcomes if is_anchored(each)}))

    def remember(self, heads: Sequence[Head], erased: Sequence[Erased] = ()) -> None:
        """Make heads, and what was erased on request, durable outside of the database.

        Raises what the anchor raises.
        """
        if self.anchor is None:
            return
        if erased:
            self.anchor.remember_erased(erased)
        if heads:
            self.anchor.remember(heads)


def remember_site(ledger: Ledger, site: str) -> None:
    """Make what the trees of a site are durable outside of the database. Raises as `Ledger.remember`."""
    with ledger.database.read() as connection:
        heads = heads_of(connection, site)
    ledger.remember(heads)


def is_anchored(outcome: object) -> TypeGuard[Recorded]:
    """Say whether the anchor has to have this before it is told: losing it could revive a consent.

    A repeat as well: the first time, the anchor may have failed after the commit.
    """
    return isinstance(outcome, Recorded) and outcome.continues


def _continued(events: Sequence[NewEvent]) -> set[bytes]:
    """Return the ids of the records with which chains begin that these events go on with."""
    return {event.subject for event in events if event.subject and event.subject != event.id}


def _outcome(
    batch: Batch,
    event: NewEvent,
    known: dict[tuple[str, str], Recorded],
    used: set[bytes],
    ended: Collection[bytes],
) -> Outcome:
    key = (event.site, event.event_id)
    if key in known:
        return structs.replace(known[key], repeated=True)
    if event.subject in ended:
        return ChainErased("the earlier records of this visitor are erased")
    verified = event.challenge not in used
    if not verified and event.challenge_required:
        return NonceUsed("this challenge has been used: ask for another one")
    recorded = batch.add(event, verified=verified)
    known[key] = recorded
    if event.challenge is not None:
        used.add(event.challenge)
    return recorded
