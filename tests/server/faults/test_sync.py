"""A choice is on the disk before it is answered: `kill -9` cannot show that, the system's calls can."""

import asyncio
import shutil
from pathlib import Path

import psycopg
import pytest

from bench.server.choices import posts
from bench.server.load import closed_loop
from tests.server.faults.syncs import STRACE, Trace
from tests.support.server_process import ServerProcess

CHOICES = 60

IN_ORDER = """\
1 recvfrom(7<socket:[1]>, "POST /v1/consents HTTP/1.1\\r\\nHost"..., 262144, 0, NULL, NULL) = 400
2 fdatasync(5</data/x.db-wal>) = 0
1 sendto(7<socket:[1]>, "HTTP/1.1 201 Created\\r\\n"..., 300, 0, NULL, 0) = 300
"""


def test_the_order_of_a_trace_is_seen() -> None:
    trace = Trace().read(IN_ORDER.splitlines())
    assert (trace.syncs, trace.answers, trace.early) == (1, 1, [])


def test_an_answer_before_its_sync_is_seen() -> None:
    request, sync, answer = IN_ORDER.splitlines()
    unfinished = "2 fdatasync(5</data/x.db-wal> <unfinished ...>"
    resumed = "2 <... fdatasync resumed>) = 0"
    failed = "2 fdatasync(5</data/x.db-wal>) = -1 EIO (Input/output error)"
    for lines in (
        [sync, request, answer],
        [request, answer, sync],
        [request, failed, answer],
        [request, unfinished, answer, resumed],
        [unfinished, request, resumed, answer],
    ):
        assert Trace().read(lines).early == ["7<socket:[1]>"], lines
    assert Trace().read([request, unfinished, resumed, answer]).early == []


@pytest.mark.slow
@pytest.mark.parametrize("connections", [1, 8])
def test_sqlite_is_synced_before_each_answer(folder: Path, sqlite_url: str, connections: int) -> None:
    assert shutil.which("strace"), "no strace: apt-get install strace"
    output = folder / "trace"
    wrapper = [*STRACE, "-o", str(output)]
    with ServerProcess(folder, database=sqlite_url, wrapper=wrapper, rate_limit=False) as server:
        outcome = asyncio.run(closed_loop(server.port, posts(CHOICES), connections=connections))
        assert server.stop() == 0
    assert outcome.statuses == {201: CHOICES}
    trace = Trace().read(output.read_text().splitlines())
    assert trace.answers == CHOICES
    assert trace.early == []
    if connections == 1:
        assert trace.syncs >= CHOICES


def test_postgresql_is_asked_to_sync(postgresql_url: str) -> None:
    """It syncs in a process of its own, by default: nothing of ours may turn that off."""
    with psycopg.connect(postgresql_url) as connection:
        told = connection.execute("SHOW synchronous_commit").fetchone()
    assert told == ("on",)
