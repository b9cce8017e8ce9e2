"""T35: a database restored from an old backup is noticed, and revives no consent that was withdrawn."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
import sqlalchemy as sa

from consentinel.server.ledger import losses
from consentinel.server.ledger.erasure import ErasableRow, prune_all, rows_of
from consentinel.server.ledger.line_file import LineFile
from consentinel.server.ledger.restore import History
from consentinel.server.ledger.shards import Erased, Head, shards_of
from consentinel.server.ledger.writer import Recorded
from consentinel.server.storage.tables import payloads, records
from tests.server.ledger.histories import DAY_MS, OTHER, SITE, Books, erase_one
from tests.server.ledger.restoring import (
    AHEAD_MS,
    ORIGIN,
    accept,
    audits,
    crash,
    lose_a_withdrawal,
    lose_a_withdrawal_beside_a_wrong_clock,
    lost,
    refused_before,
    restored,
    without_anchor,
)

# --- who was erased ---


def has_content(books: Books, record: Recorded) -> bool:
    with books.database.read() as connection:
        query = sa.select(payloads.c.record_id).where(payloads.c.record_id == record.id)
        return connection.execute(query).first() is not None


@pytest.mark.parametrize("batch", [1, 500])
def test_who_was_erased_is_erased_again(books: Books, monkeypatch: pytest.MonkeyPatch, batch: int) -> None:
    monkeypatch.setattr("consentinel.server.ledger.erasure.BATCH", batch)
    books.fill(2)
    mine, others = books.add_one(), books.add_one()
    changed = books.add_one("changed", after=mine)
    with restored(books):
        assert erase_one(books, mine) == 2
    assert has_content(books, mine)
    assert lost(books) == (
        f"{ORIGIN}: it had 6 entries, the database has 5",
        f"{ORIGIN}: the content of 2 erased entries is there again",
    )
    accept(books)
    assert [has_content(books, record) for record in (mine, changed, others)] == [False, False, True]
    assert lost(books) == ()
    with books.database.read() as connection:
        told = connection.execute(
            sa.select(payloads.c.event)
            .join(records, records.c.id == payloads.c.record_id)
            .where(records.c.kind == "tombstone")
        ).scalar_one()
        reasons = connection.execute(sa.select(records.c.erased).where(records.c.id == mine.id)).scalars()
        assert list(reasons) == ["request"]
    event = json.loads(told)
    assert (event["origin"], event["positions"], event["by"]) == (ORIGIN, [[2, 2], [4, 4]], "tester")


def test_content_that_came_back_is_a_loss_by_itself(books: Books) -> None:
    mine = books.add_one()
    books.fill(1)
    erase_one(books, mine)
    with books.database.write() as connection:
        put_back = {"erased": None, "erased_by": None}
        connection.execute(sa.update(records).where(records.c.id == mine.id).values(put_back))
        connection.execute(sa.insert(payloads), {"record_id": mine.id, "salt": bytes(32), "event": b"{}"})
    assert lost(books) == (f"{ORIGIN}: the content of 1 erased entry is there again",)
    books.clock.now_ms += 1_000
    accept(books)
    assert (has_content(books, mine), lost(books)) == (False, ())
    assert refused_before(books, SITE) == books.clock.now_ms


def test_they_are_erased_after_each_restore(books: Books) -> None:
    mine = books.add_one()
    with restored(books):
        erase_one(books, mine)
        with restored(books):
            books.fill(1)
        accept(books)
        assert not has_content(books, mine)
    books.clock.now_ms += 1_000
    accept(books)
    assert not has_content(books, mine)
    assert lost(books) == ()


def test_another_record_in_the_place_of_an_erased_one_stays(books: Books) -> None:
    """A restored database that has grown again: the position is the same, and the person is not."""
    with restored(books):
        erase_one(books, books.add_one())
    innocent = Books(books.database, books.folder, books.clock).add_one()
    assert lost(books) != ()
    accept(books)
    assert has_content(books, innocent)
    assert lost(books) == ()


def test_the_memory_of_the_erased_outlives_what_is_forgotten(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("consentinel.server.ledger.anchor.MANY_LINES", 2)
    mine = books.add_one()
    with restored(books):
        erase_one(books, mine)
        for _ in range(9):
            books.fill(1)
            lost(books)
    accept(books)
    assert not has_content(books, mine)


def test_what_went_by_age_is_left_to_the_next_round(books: Books) -> None:
    """The anchor stays small: the server finds by itself what is too old."""
    books.fill(3)
    prune_all(books.database, books.ledger, books.clock() + 10_000 * DAY_MS, 1)
    assert books.anchor.contents().erased == []


def test_who_was_found_erased_is_not_looked_up_again(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = list[int]()

    def counted(connection: sa.Connection, erased: Sequence[Erased]) -> list[ErasableRow]:
        asked.append(len(erased))
        return rows_of(connection, erased)

    monkeypatch.setattr(losses, "rows_of", counted)
    history = History(books.anchor)
    for number in (1, 0, 2):
        for _ in range(number):
            erase_one(books, books.add_one())
        history.look(books.database)
    assert asked == [1, 0, 2]
    books.anchor.remember([Head(ORIGIN, 99, bytes(32))])
    history.look(books.database)
    assert asked[3:] == [3], "where something is lost all are told"


def test_a_look_reads_the_anchor_once(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    books.fill(1)
    history = History(books.anchor)
    history.look(books.database)  # the first sees whether it can be written, too
    read = LineFile.lines
    reads = list[Path]()

    def counted(file: LineFile) -> list[bytes]:
        reads.append(file.path)
        return read(file)

    monkeypatch.setattr(LineFile, "lines", counted)
    for _ in range(2):
        history.look(books.database)
    assert len(reads) == 2


def test_what_is_erased_again_leaves_the_log(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    freed = list[int]()
    mine = books.add_one()
    with restored(books):
        erase_one(books, mine)
    monkeypatch.setattr(books.ledger.freeing, "soon", lambda: freed.append(1))
    accept(books)
    assert (has_content(books, mine), freed) == (False, [1])


# --- accepted ---


def test_after_accepting_the_ledger_goes_on_in_a_new_shard(books: Books) -> None:
    lose_a_withdrawal(books)
    assert accept(books) == [f"{ORIGIN}: it had 2 entries, the database has 1"]
    assert lost(books) == ()
    after = books.add_one()
    with books.database.read() as connection:
        found = [(shard.origin, shard.frontier.size, shard.closed) for shard in shards_of(connection, SITE)]
    assert found == [(ORIGIN, 1, True), (f"{ORIGIN}.2", 2, False)]
    assert after.position == 1
    assert accept(books) == []
    assert lost(books) == ()


def test_older_grants_of_the_site_count_no_more(books: Books) -> None:
    grant = lose_a_withdrawal(books)
    accept(books)
    limit = refused_before(books, SITE)
    assert grant.received_ms < limit == books.clock.now_ms
    assert books.add_one().received_ms >= limit


def test_older_grants_count_no_more_though_the_clock_was_ahead(books: Books) -> None:
    """The grant has the time of the record before it, as a site's time never goes back."""
    books.clock.now_ms += 3_600_000
    books.fill(1)
    books.clock.now_ms -= 3_600_000
    grant = lose_a_withdrawal(books)
    accept(books)
    limit = refused_before(books, SITE)
    assert books.clock.now_ms < grant.received_ms < limit
    assert books.add_one().received_ms == limit
    assert books.add_one(site=OTHER).received_ms == books.clock.now_ms


def test_one_sites_wrong_clock_dates_no_other_site(books: Books) -> None:
    lose_a_withdrawal_beside_a_wrong_clock(books)
    accept(books)
    after = books.add_one()
    assert after.received_ms == books.clock.now_ms == refused_before(books, SITE)
    with books.database.read() as connection:
        assert [shard.origin for shard in shards_of(connection, SITE)] == [ORIGIN, f"{ORIGIN}.2"]
        periods = [shard.period for shard in shards_of(connection, OTHER)]
    assert periods == ["2036Q4", "2036Q4"]


def test_the_site_of_the_wrong_clock_goes_on_after_its_own_records(books: Books) -> None:
    lose_a_withdrawal_beside_a_wrong_clock(books)
    with restored(books):
        books.add_one(site=OTHER)
    accept(books)
    assert refused_before(books, OTHER) == AHEAD_MS + 1
    assert books.add_one(site=OTHER).received_ms == AHEAD_MS + 1
    assert refused_before(books, SITE) == books.clock.now_ms


def test_without_an_anchor_each_sites_older_grants_count_no_more(books: Books) -> None:
    lose_a_withdrawal_beside_a_wrong_clock(books)
    accept(books := without_anchor(books))
    assert [refused_before(books, site) for site in (SITE, OTHER)] == [books.clock.now_ms, AHEAD_MS + 1]
    assert refused_before(books, "third.example") == books.clock.now_ms


def test_a_site_that_has_lost_nothing_keeps_its_grants(books: Books) -> None:
    lose_a_withdrawal(books)
    accept(books)
    assert refused_before(books, OTHER) == 0


def test_the_ledger_tells_of_it(books: Books) -> None:
    had = books.anchor
    lose_a_withdrawal(books)
    root = next(head.root for head in had.remembered() if (head.origin, head.size) == (ORIGIN, 2))
    accept(books)
    (event,) = audits(books, SITE)
    assert (event["type"], event["action"], event["by"]) == ("history-lost", "accept-restore", "tester")
    assert event["lost"] == [{"origin": ORIGIN, "size": 2, "root": root.hex(), "has": 1}]
    assert [event["lost"] for event in audits(books, OTHER)] == [[]]  # closed as well, and it says why


def test_a_shard_that_is_gone_is_never_begun_again(books: Books) -> None:
    with restored(books):
        books.fill(3)
    assert accept(books) == [f"{ORIGIN}: it had 3 entries, the database has 0"]
    books.fill(1)
    with books.database.read() as connection:
        found = [(shard.origin, shard.frontier.size) for shard in shards_of(connection, SITE)]
    assert found == [(ORIGIN, 0), (f"{ORIGIN}.2", 2)]
    assert lost(books) == ()


def test_what_another_process_remembers_meanwhile_stays(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that has noticed nothing yet takes a withdrawal between the commit and the anchor's turn."""
    lose_a_withdrawal(books)
    accept_heads = books.anchor.accept

    def and_then_a_withdrawal(heads: Sequence[Head], compared: Sequence[Head]) -> None:
        monkeypatch.undo()
        other = Books(books.database, books.folder, books.clock)
        other.add_one("withdrawn", after=other.add_one())
        accept_heads(heads, compared)

    monkeypatch.setattr(books.anchor, "accept", and_then_a_withdrawal)
    accept(books)
    assert (f"{ORIGIN}.2", 3) in [(head.origin, head.size) for head in books.anchor.remembered()]
    assert lost(books) == ()


def test_losing_again_in_the_same_quarter(books: Books) -> None:
    lose_a_withdrawal(books)
    accept(books)
    books.fill(1)
    with restored(books):
        books.fill(4)
    assert lost(books) == (f"{ORIGIN}.2: it had 6 entries, the database has 2",)
    books.clock.now_ms += 5_000
    accept(books)
    books.fill(1)
    with books.database.read() as connection:
        assert [shard.generation for shard in shards_of(connection, SITE)] == [1, 2, 3]
    assert (lost(books), refused_before(books, SITE)) == ((), books.clock.now_ms)


def test_a_crash_before_the_anchor_knows_does_no_harm(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    lose_a_withdrawal(books)
    with monkeypatch.context() as patched:
        patched.setattr(books.anchor, "accept", crash)
        with pytest.raises(ZeroDivisionError):
            accept(books)
    assert lost(books) != ()
    assert accept(books) != []
    assert lost(books) == ()


# --- a server that was renamed ---


def test_a_shard_of_a_former_name_can_be_accepted(books: Books) -> None:
    books.fill(1)
    books.anchor.remember([Head(f"old.example/{SITE}/2026Q4", 9, bytes(32))])
    assert lost(books) == (f"old.example/{SITE}/2026Q4: it had 9 entries, the database has 0",)
    accept(books)
    assert lost(books) == ()
    assert books.fill(1)[0].position == 1
