"""Several servers on one database, and nobody in charge of them."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from consentinel.server.ledger.shards import shards_of
from consentinel.server.storage import tables
from consentinel.server.storage.database import Database
from tests.server.ledger.histories import SITE
from tests.server.ledger.trees import root

RANGES = ((0, 200), (100, 300))


@contextmanager
def process(url: str, first: int, last: int) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.server.ledger.writing_process", url, str(first), str(last)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        yield child


def test_two_servers_give_each_event_one_place_in_one_tree(database: Database, database_url: str) -> None:
    with process(database_url, *RANGES[0]) as one, process(database_url, *RANGES[1]) as two:
        both = (one, two)
        assert [child.stdout and child.stdout.readline() for child in both] == ["ready\n"] * 2
        told = _go(*both)
    assert [child.returncode for child in both] == [0, 0]
    answers = [tuple(map(int, line.split())) for text in told for line in text.splitlines()]
    assert len(answers) == 400
    places = {(number, position) for number, position, _ in answers}
    assert sorted(number for number, _ in places) == list(range(300))
    assert sorted(position for _, position in places) == list(range(300))
    assert sum(repeated for *_, repeated in answers) == 100
    with database.read() as connection:
        (shard,) = shards_of(connection, SITE)
        leaves = connection.execute(sa.select(tables.leaves.c.hash).order_by(tables.leaves.c.position))
        assert shard.head.root == root(list(leaves.scalars()))


def _go(*children: subprocess.Popen[str]) -> list[str]:
    """Let all begin at the same time; return what they said."""
    for child in children:
        if child.stdin is not None:
            child.stdin.write("go\n")
            child.stdin.flush()
    return [child.communicate()[0] for child in children]
