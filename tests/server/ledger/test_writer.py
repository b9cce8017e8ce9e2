"""What one transaction records: leaves, payloads, counts, used challenges; repeats, refusals; sites apart."""

import hashlib

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import json, structs

from consentinel.server.errors import StorageError
from consentinel.server.ledger.events import CountKey, NewEvent, NonceUsed
from consentinel.server.ledger.nonces import KEPT_MS, forget_nonces
from consentinel.server.ledger.recorded import find_recorded
from consentinel.server.ledger.shards import shards_of
from consentinel.server.ledger.writer import Ledger, Recorded
from consentinel.server.storage import tables
from consentinel.server.storage.database import Database
from tests.server.ledger.histories import DAY_MS, OTHER, SITE, START_MS, Times, consent
from tests.server.ledger.trees import root

COUNT = CountKey("eu", "3", "banner", functional=True, performance=False, targeting=False)
NONCE = bytes(range(16))


@pytest.fixture
def clock() -> Times:
    return Times()


@pytest.fixture
def ledger(database: Database, clock: Times) -> Ledger:
    return Ledger(database, name="ledger.example", clock=clock)


def append(ledger: Ledger, *events: NewEvent) -> list[Recorded]:
    with ledger.database.write() as connection:
        return ledger.append(connection, events)


def number(ledger: Ledger, table: sa.Table) -> int:
    with ledger.database.read() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()


def event_of(ledger: Ledger, recorded: Recorded) -> dict[str, object]:
    query = sa.select(tables.payloads.c.event).where(tables.payloads.c.record_id == recorded.id)
    with ledger.database.read() as connection:
        return json.decode(connection.execute(query).scalar_one(), type=dict[str, object])


def challenged(**changes: object) -> NewEvent:
    return structs.replace(consent(), challenge=NONCE, **changes)


def test_a_record_is_a_leaf_that_its_salt_and_event_open(ledger: Ledger) -> None:
    new = structs.replace(consent(), count=COUNT)
    (recorded,) = append(ledger, new)
    with ledger.database.read() as connection:
        payload = connection.execute(sa.select(tables.payloads)).one()
        leaf = connection.execute(sa.select(tables.leaves)).one()
        record = connection.execute(sa.select(tables.records)).one()
    commitment = hashlib.sha256(b"consentinel/1\x00" + payload.salt + payload.event).digest()
    assert leaf.hash == recorded.leaf == hashlib.sha256(b"\x00" + commitment).digest()
    assert payload.record_id == record.id == recorded.id == new.id
    assert (record.site, record.kind, record.type) == (SITE, "consent", "given")
    assert (record.event_id, record.subject, record.expires_ms) == (new.event_id, new.id, new.expires_ms)
    assert record.received_ms == recorded.received_ms == START_MS
    assert (recorded.position, recorded.repeated) == (0, False)


def test_no_two_salts_are_the_same(ledger: Ledger) -> None:
    append(ledger, *(consent("refused") for _ in range(50)))
    with ledger.database.read() as connection:
        salts = list(connection.execute(sa.select(tables.payloads.c.salt)).scalars())
    assert len(set(salts)) == 50
    assert {len(salt) for salt in salts} == {32}


def test_positions_follow_the_order_of_the_events(ledger: Ledger) -> None:
    sites = [SITE, OTHER, SITE, SITE, OTHER]
    recorded = append(ledger, *(consent(site=site) for site in sites))
    assert [item.position for item in recorded] == [0, 0, 1, 2, 1]
    assert [item.position for item in append(ledger, consent(site=OTHER))] == [2]


def test_the_tree_is_that_of_its_leaves_beyond_a_stored_subtree(ledger: Ledger) -> None:
    for size in (255, 1, 1, 300):
        append(ledger, *(consent("refused") for _ in range(size)))
    with ledger.database.read() as connection:
        (shard,) = shards_of(connection, SITE)
        leaves = connection.execute(sa.select(tables.leaves.c.hash).order_by(tables.leaves.c.position))
        hashes = list(leaves.scalars())
        subtrees = connection.execute(sa.select(tables.subtrees).order_by(tables.subtrees.c.position)).all()
    assert shard.head.size == len(hashes) == 557
    assert shard.head.root == root(hashes)
    expected = [(8, 0, root(hashes[:256])), (8, 1, root(hashes[256:512]))]
    assert [(row.level, row.position, row.hash) for row in subtrees] == expected


def test_a_repeat_is_told_what_was_recorded_first(ledger: Ledger, clock: Times) -> None:
    event = structs.replace(consent(), count=COUNT)
    (first,) = append(ledger, event)
    clock.now_ms += DAY_MS
    (again,) = append(ledger, structs.replace(event, type="refused", subject=None, id=bytes(16)))
    assert again == structs.replace(first, repeated=True)
    assert [number(ledger, table) for table in (tables.leaves, tables.payloads, tables.counts)] == [1, 1, 1]


def test_repeats_within_one_transaction(ledger: Ledger) -> None:
    event = structs.replace(consent(), count=COUNT)
    recorded = append(ledger, event, consent("refused"), event, event)
    assert [item.position for item in recorded] == [0, 1, 0, 0]
    assert [item.repeated for item in recorded] == [False, False, True, True]
    with ledger.database.read() as connection:
        assert connection.execute(sa.select(tables.counts.c.number)).scalar_one() == 1


def test_the_same_event_id_of_two_sites_is_two_events(ledger: Ledger) -> None:
    event = consent()
    first, second = append(ledger, event, structs.replace(event, site=OTHER, id=bytes(16), subject=bytes(16)))
    assert (first.repeated, second.repeated) == (False, False)
    with ledger.database.read() as connection:
        assert set(find_recorded(connection, [(SITE, event.event_id)])) == {(SITE, event.event_id)}


def test_a_repeat_after_erasure_has_no_subject(ledger: Ledger) -> None:
    event = consent()
    (first,) = append(ledger, event)
    with ledger.database.write() as connection:
        connection.execute(sa.delete(tables.payloads))
        connection.execute(sa.update(tables.records).values(subject=None, erased="request"))
    assert append(ledger, event) == [structs.replace(first, subject=None, repeated=True)]


def test_time_never_goes_back(ledger: Ledger, clock: Times) -> None:
    append(ledger, consent())
    clock.now_ms -= 200 * DAY_MS
    (recorded,) = append(ledger, consent())
    assert (recorded.received_ms, recorded.position) == (START_MS, 1)
    clock.now_ms = START_MS + 5
    assert append(ledger, consent())[0].received_ms == START_MS + 5


@pytest.mark.parametrize("years", [-2, 2])
def test_t27_a_clock_two_years_off_loses_nothing(ledger: Ledger, clock: Times, years: int) -> None:
    append(ledger, consent())
    clock.now_ms += years * 365 * DAY_MS
    append(ledger, consent())
    clock.now_ms = START_MS + 1
    append(ledger, consent())
    with ledger.database.read() as connection:
        records = connection.execute(sa.select(tables.records).order_by(tables.records.c.seq)).all()
        assert sum(shard.head.size for shard in shards_of(connection, SITE)) == 3
    times = [row.received_ms for row in records]
    assert times == sorted(times)


def test_counts_are_made_with_the_record(ledger: Ledger, clock: Times) -> None:
    append(ledger, *(structs.replace(consent(), count=COUNT) for _ in range(3)), consent())
    clock.now_ms += DAY_MS
    append(ledger, structs.replace(consent(), count=COUNT))
    with ledger.database.read() as connection:
        rows = connection.execute(sa.select(tables.counts).order_by(tables.counts.c.day)).all()
    assert [(row.site, row.type, row.number) for row in rows] == [(SITE, "given", 3), (SITE, "given", 1)]
    assert rows[1].day - rows[0].day == 1


def test_t17_a_challenge_stands_for_one_record(ledger: Ledger) -> None:
    first, second, third = append(ledger, challenged(), challenged(), consent())
    (fourth,) = append(ledger, challenged())
    said = [event_of(ledger, item).get("verified") for item in (first, second, third, fourth)]
    assert said == [None, False, None, False]


def test_t17_a_used_challenge_that_is_required_is_refused(ledger: Ledger) -> None:
    event = challenged(challenge_required=True)
    append(ledger, event)
    with pytest.raises(NonceUsed, match="has been used"):
        append(ledger, challenged(challenge_required=True))
    assert append(ledger, event)[0].repeated
    assert number(ledger, tables.records) == 1


def test_a_refused_event_leaves_the_others_alone(ledger: Ledger) -> None:
    events = [challenged(challenge_required=True), challenged(challenge_required=True), consent()]
    with ledger.database.write() as connection:
        written = ledger.record(connection, events)
    assert [type(outcome) for outcome in written.outcomes] == [Recorded, NonceUsed, Recorded]
    assert number(ledger, tables.leaves) == 2


def test_used_challenges_are_forgotten_when_they_have_run_out(ledger: Ledger) -> None:
    append(ledger, challenged())
    with ledger.database.write() as connection:
        assert forget_nonces(connection, START_MS + KEPT_MS - 1) == 0
        assert forget_nonces(connection, START_MS + KEPT_MS) == 1


def test_heads_are_anchored_for_what_follows_a_grant(ledger: Ledger) -> None:
    grant = consent()
    with ledger.database.write() as connection:
        assert ledger.record(connection, [grant, consent("refused"), consent(site=OTHER)]).to_anchor == []
    withdrawal = consent("withdrawn")
    for _repeat in range(2):
        with ledger.database.write() as connection:
            (head,) = ledger.record(connection, [withdrawal, consent(site=OTHER)]).to_anchor
            assert head == shards_of(connection, SITE)[0].head


def test_an_error_leaves_nothing_behind(ledger: Ledger) -> None:
    taken = consent()
    append(ledger, taken)
    with pytest.raises(StorageError):
        append(ledger, consent(), structs.replace(consent(), id=taken.id))
    counted = [number(ledger, table) for table in (tables.leaves, tables.records, tables.payloads)]
    assert counted == [1, 1, 1]
    assert append(ledger, consent())[0].position == 1


def test_nothing_to_record_makes_no_tree(ledger: Ledger) -> None:
    assert append(ledger) == []
    assert number(ledger, tables.shards) == 0


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15, deadline=None)
@given(picks=st.lists(st.tuples(st.sampled_from([SITE, OTHER, "a.example"]), st.integers(0, 5)), max_size=12))
def test_t33_sites_share_no_tree_no_subject_and_no_record(
    ledger: Ledger, picks: list[tuple[str, int]]
) -> None:
    """Whatever two sites post, even the same event ids: nothing of one is to be found by the other."""
    append(ledger, *(structs.replace(consent(site=site), event_id=f"e{number}") for site, number in picks))
    with ledger.database.read() as connection:
        records = connection.execute(sa.select(tables.records)).all()
        sites_of_shards = {shard.id: shard.site for shard in _all(connection)}
    assert {row.site for row in records} >= {site for site, _ in picks}
    assert all(sites_of_shards[row.shard_id] == row.site for row in records)
    by_site = {site: {row.subject for row in records if row.site == site} for site in (SITE, OTHER)}
    assert by_site[SITE].isdisjoint(by_site[OTHER])


def _all(connection: sa.Connection) -> list[sa.Row[tuple[object, ...]]]:
    return list(connection.execute(sa.select(tables.shards)))
