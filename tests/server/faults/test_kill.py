"""`kill -9` during writes; `make bench` does 200 rounds of the same."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bench.server.choices import posts
from bench.server.kills import kill_in_rounds
from bench.server.load import Answer, closed_loop
from tests.server.faults.acknowledged import assert_ledger_is_whole, lost, promises
from tests.support.server_process import ServerProcess

ROUNDS = 3


@pytest.mark.slow
def test_no_acknowledged_consent_is_lost(folder: Path, database_url: str) -> None:
    kills = kill_in_rounds(folder, database_url, ROUNDS)
    assert kills.rounds == ROUNDS
    assert kills.lost == set()
    assert kills.refused == []
    # else the kills came too late, or too early, to show anything
    assert kills.acknowledged
    assert kills.cut_off
    assert_ledger_is_whole(folder, database_url)


def test_a_process_that_looks_at_the_database_takes_nothing_away(folder: Path, sqlite_url: str) -> None:
    """A server that had lost its locks would go on writing into a log that the other process has deleted.

    https://sqlite.org/howtocorrupt.html, section 2.2
    """
    with ServerProcess(folder, database=sqlite_url, rate_limit=False) as server:
        answers: list[Answer] = []
        for _ in range(3):
            outcome = asyncio.run(closed_loop(server.port, posts(20), connections=4))
            assert outcome.statuses == {201: 20}
            answers += outcome.answers
            with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as other:
                assert other.execute("SELECT count(*) FROM records").fetchone() == (len(answers),)
        server.kill()
    assert lost(sqlite_url, promises(answers)) == set()
