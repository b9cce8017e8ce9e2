"""A full disk, a locked database, a stop under load: a clear 503, nothing promised is lost, it recovers."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import httpx2
import psycopg
import pytest

from bench.server.choices import posts
from bench.server.load import Outcome, closed_loop
from consentinel.server.storage.database import Database
from tests.server.faults.acknowledged import assert_ledger_is_whole, lost, promises
from tests.server.faults.disks import Disk, FileLimit, SmallFileSystem, may_mount, mounted
from tests.server.postgres import TemporaryCluster
from tests.support.server_process import ServerProcess

UNAVAILABLE = 503
DISKS = [FileLimit, *([SmallFileSystem] if may_mount() else [])]


def load(server: ServerProcess, number: int, *, connections: int = 4) -> Outcome:
    return asyncio.run(closed_loop(server.port, posts(number), connections=connections))


def assert_asked_to_wait(outcome: Outcome) -> None:
    """Each answer is either a promise or says when to come again, and never what is behind it."""
    assert set(outcome.statuses) <= {201, UNAVAILABLE}
    for answer in outcome.of(UNAVAILABLE):
        head = answer.head.lower()
        assert b"\r\nretry-after: " in head
        assert b"application/problem+json" in head
        assert b"sqlite" not in answer.body.lower()
        assert b"Traceback" not in answer.body


def status(server: ServerProcess, path: str) -> int:
    return httpx2.get(server.url + path, trust_env=False, timeout=20).status_code


@pytest.mark.parametrize("kind", DISKS, ids=lambda kind: kind.__name__)
def test_a_full_disk(folder: Path, kind: Callable[[Path], Disk]) -> None:
    data = folder / "data"
    data.mkdir()
    database = f"sqlite:///{data}/consentinel.db"
    with ExitStack() as stack:
        if kind is SmallFileSystem:
            stack.enter_context(mounted(data, "6m"))
        disk = kind(data)
        server = stack.enter_context(ServerProcess(folder, database=database, rate_limit=False))
        before = load(server, 40)
        assert before.statuses == {201: 40}
        disk.fill(server)
        during = load(server, 400)
        assert during.statuses[UNAVAILABLE] > 0
        assert_asked_to_wait(during)
        assert load(server, 1).statuses == {UNAVAILABLE: 1}
        assert status(server, "/v1/state?site=127.0.0.1") == 200
        disk.free(server)
        after = load(server, 40)
        assert after.statuses == {201: 40}
        assert server.stop() == 0
        promised = promises([*before.answers, *during.answers, *after.answers])
        assert lost(database, promised) == set()
        assert_ledger_is_whole(folder, database)


def lock_sqlite(path: str) -> Callable[[], None]:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    return connection.close


def lock_postgresql(url: str) -> Callable[[], None]:
    connection = psycopg.connect(url)
    connection.execute("LOCK TABLE shards, records IN ACCESS EXCLUSIVE MODE")
    return connection.close


@pytest.mark.slow
def test_a_locked_database(folder: Path, database_url: str) -> None:
    with ServerProcess(folder, database=database_url, rate_limit=False) as server:
        assert load(server, 4).statuses == {201: 4}
        sqlite = database_url.startswith("sqlite:///")
        release = (
            lock_sqlite(database_url.removeprefix("sqlite:///")) if sqlite else lock_postgresql(database_url)
        )
        try:
            during = load(server, 4)
            assert during.statuses == {UNAVAILABLE: 4}
            assert_asked_to_wait(during)
            assert status(server, "/v1/state?site=127.0.0.1") == 200
            assert status(server, "/healthz") == 200
        finally:
            release()
        after = load(server, 20)
        assert after.statuses == {201: 20}
        assert lost(database_url, promises(after.answers)) == set()


@pytest.mark.slow
@pytest.mark.parametrize("how", ["stop", "kill"])
def test_postgresql_restarted_under_load(folder: Path, temporary_cluster: TemporaryCluster, how: str) -> None:
    cluster = temporary_cluster

    def restarting() -> Iterator[bytes]:
        for number, request in enumerate(posts(400)):
            if number == 150:
                (cluster.stop if how == "stop" else cluster.kill)()
            if number == 200:
                cluster.start()
            yield request

    with ServerProcess(folder, database=cluster.url(), rate_limit=False) as server:
        outcome = asyncio.run(closed_loop(server.port, restarting(), connections=8))
        assert_asked_to_wait(outcome)
        assert outcome.statuses[UNAVAILABLE] > 0
        after = load(server, 50)
        assert after.statuses == {201: 50}
        assert server.stop() == 0
    assert lost(cluster.url(), promises([*outcome.answers, *after.answers])) == set()
    assert_ledger_is_whole(folder, cluster.url())


def test_sigterm_under_load_loses_nothing(folder: Path, database_url: str) -> None:
    with ServerProcess(folder, database=database_url, rate_limit=False) as server:

        def ended() -> Iterator[bytes]:
            for number, request in enumerate(posts(400)):
                if number == 120:
                    server.process.terminate()
                yield request

        outcome = asyncio.run(closed_loop(server.port, ended(), connections=16))
        assert server.process.wait(30) == 0
    assert outcome.statuses[201] >= 100
    assert set(outcome.statuses) <= {201, UNAVAILABLE, 0}
    assert lost(database_url, promises(outcome.answers)) == set()
    assert "Traceback" not in "".join(server.log)
    assert_ledger_is_whole(folder, database_url)


def test_a_database_that_is_locked_at_start_is_one_clear_line(folder: Path, sqlite_url: str) -> None:
    with closing(Database(sqlite_url)):
        release = lock_sqlite(sqlite_url.removeprefix("sqlite:///"))
        try:
            with pytest.raises(RuntimeError) as told, ServerProcess(folder, database=sqlite_url):
                pass
        finally:
            release()
    assert "Traceback" not in str(told.value)
    assert "consentinel: error: " in str(told.value)
