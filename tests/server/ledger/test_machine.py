"""Whatever happens to a ledger, and in whatever order, its promises hold (Hypothesis state machine)."""

import shutil
import tempfile
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import NamedTuple

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from msgspec import structs

from consentinel.server.ledger.checkpoint import Checkpoint, checkpoint_all
from consentinel.server.ledger.erasure import VISITOR, erase, prune_all
from consentinel.server.ledger.events import NewEvent
from consentinel.server.ledger.merkle import consistency_path
from consentinel.server.ledger.proofs import inclusion
from consentinel.server.ledger.shards import all_shards, shard_by_id
from consentinel.server.ledger.tree_store import StoredTree
from consentinel.server.ledger.writer import Ledger, Recorded
from consentinel.server.storage.database import Database
from tests.server.ledger.checking import check
from tests.server.ledger.histories import DAY_MS, OTHER, SITE, Books, consent
from tests.server.ledger.rfc9162 import verify_consistency
from tests.server.postgres_server import PostgresServer

PROOF_DAYS = 30
SITES = st.sampled_from([SITE, OTHER])


class Place(NamedTuple):
    """Where databases are made, migrated and empty, and dropped."""

    make: Callable[[], str]
    drop: Callable[[str], None]


class LedgerMachine(RuleBasedStateMachine):
    """A server's life: it records, erases, prunes, signs, is restarted, and its clock jumps."""

    def __init__(self, place: Place) -> None:
        super().__init__()
        self.place = place
        self.url = place.make()
        self.folder = tempfile.TemporaryDirectory()
        self.books = Books(Database(self.url), Path(self.folder.name))
        self.recorded = dict[bytes, tuple[NewEvent, Recorded]]()
        self.erased = set[bytes]()
        self.checkpoints = list[Checkpoint]()

    def teardown(self) -> None:
        self.books.database.close()
        self.place.drop(self.url)
        self.folder.cleanup()

    @rule(site=SITES, number=st.integers(1, 40))
    def refuse(self, site: str, number: int) -> None:
        self.record(*(consent("refused", site=site) for _ in range(number)))

    @rule(site=SITES)
    def give_and_change(self, site: str) -> None:
        (given,) = self.record(consent(site=site))
        self.record(consent("changed", site=site, after=given), consent("withdrawn", site=site, after=given))

    @precondition(lambda self: self.recorded)
    @rule(data=st.data())
    def repeat(self, data: st.DataObject) -> None:
        event, first = self.recorded[data.draw(st.sampled_from(sorted(self.recorded)))]
        (again,) = self.books.add(event)
        if first.id in self.erased:
            day_ms = first.received_ms - first.received_ms % DAY_MS
            first = structs.replace(first, subject=None, type="erased", received_ms=day_ms)
        assert again == structs.replace(first, repeated=True)

    @precondition(lambda self: self.recorded)
    @rule(data=st.data())
    def erase(self, data: st.DataObject) -> None:
        event, first = self.recorded[data.draw(st.sampled_from(sorted(self.recorded)))]
        number = erase(self.books.database, self.books.ledger, event.site, first.id, VISITOR)
        gone = {first.id} | {
            key
            for key, (other, _) in self.recorded.items()
            if event.subject and other.subject == event.subject
        }
        assert number == len(gone - self.erased)
        self.erased |= gone

    @rule()
    def prune(self) -> None:
        before = len(self.erased)
        number = prune_all(self.books.database, self.books.ledger, self.books.clock(), PROOF_DAYS)
        limit_ms = self.books.clock() - PROOF_DAYS * DAY_MS
        self.erased |= {
            key for key, (event, _) in self.recorded.items() if (event.expires_ms or 0) < limit_ms
        }
        assert number == len(self.erased) - before

    @rule()
    def sign(self) -> None:
        books = self.books
        self.checkpoints += checkpoint_all(books.database, books.keys, books.clock, books.anchor)

    @rule(days=st.integers(-400, 120))
    def set_the_clock(self, days: int) -> None:
        self.books.clock.now_ms += days * DAY_MS

    @rule()
    def restart(self) -> None:
        self.books.database.close()
        self.books.database = Database(self.url)
        old = self.books.ledger
        self.books.ledger = Ledger(self.books.database, name=old.name, clock=old.clock, anchor=old.anchor)

    @precondition(lambda self: self.recorded)
    @rule(data=st.data())
    def prove(self, data: st.DataObject) -> None:
        event, first = self.recorded[data.draw(st.sampled_from(sorted(self.recorded)))]
        with self.books.database.read() as connection:
            proof = inclusion(connection, self.books.keys, event.site, first.id)
            assert inclusion(connection, self.books.keys, "another.example", first.id) is None
        assert proof is not None
        said = check(proof)
        assert (proof.leaf, proof.index) == (first.leaf.hex(), first.position)
        assert (said is None) == (first.id in self.erased)
        if said is None:
            declared = proof.tombstone and check(proof.tombstone)
            assert declared
            assert any(low <= proof.index <= high for low, high in declared["positions"])

    @invariant()
    def every_checkpoint_is_how_the_tree_began(self) -> None:
        with self.books.database.read() as connection:
            for made in self.checkpoints[-6:]:
                shard = shard_by_id(connection, made.shard_id)
                assert shard is not None
                head, tree = shard.head, StoredTree(connection, shard.id)
                path = consistency_path(made.size, head.size, tree.node)
                assert verify_consistency(made.size, head.size, made.root, head.root, path)

    @invariant()
    def each_leaf_is_a_record(self) -> None:
        with self.books.database.read() as connection:
            leaves = sum(shard.frontier.size for shard in all_shards(connection))
        assert leaves >= len(self.recorded)

    def record(self, *events: NewEvent) -> list[Recorded]:
        found = self.books.add(*events)
        self.recorded.update({item.id: (event, item) for event, item in zip(events, found, strict=True)})
        return found


def live(place: Place, *, lives: int, steps: int) -> None:
    """Let a ledger live several lives; each begins with an empty database."""
    bounds = settings(
        max_examples=lives,
        stateful_step_count=steps,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )

    class Life(LedgerMachine):
        def __init__(self) -> None:
            super().__init__(place)

    run_state_machine_as_test(Life, settings=bounds)


def test_a_ledger_on_sqlite_keeps_its_promises(sqlite_template: Path, tmp_path: Path) -> None:
    numbers = count()

    def make() -> str:
        return f"sqlite:///{shutil.copyfile(sqlite_template, tmp_path / f'{next(numbers)}.db')}"

    live(Place(make, lambda url: Path(url.removeprefix("sqlite:///")).unlink()), lives=12, steps=20)


def test_a_ledger_on_postgresql_keeps_its_promises(postgres_server: PostgresServer) -> None:
    live(Place(postgres_server.make, postgres_server.drop), lives=4, steps=15)
