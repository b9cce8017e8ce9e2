"""What the server has promised, held against what its database has."""

import json
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from bench.server.load import Answer
from consentinel.server.storage.database import Database
from consentinel.server.storage.tables import payloads, records
from tests.support.server_process import run_command

CREATED, REPEATED = 201, 200


@dataclass(frozen=True)
class Promise:
    """A choice that was answered: its record's id and the receipt."""

    id: str
    receipt: str


def promises(answers: Iterable[Answer]) -> list[Promise]:
    """Return what these answers promise; those without a success promise nothing."""
    found = (json.loads(answer.body) for answer in answers if answer.status in (CREATED, REPEATED))
    return [Promise(answer["id"], answer["receipt"]) for answer in found]


def lost(database: str, promised: Iterable[Promise]) -> set[str]:
    """Return the ids of promised records that the database does not have, with their event."""
    joined = sa.select(records.c.id).join(payloads, payloads.c.record_id == records.c.id)
    with closing(Database(database)) as opened, opened.read() as connection:
        kept = {bytes(row.id).hex() for row in connection.execute(joined)}
    return {promise.id for promise in promised} - kept


def events_recorded(database: str) -> int:
    """Return how many choices the database has."""
    query = sa.select(sa.func.count()).where(records.c.kind == "consent")
    with closing(Database(database)) as opened, opened.read() as connection:
        return connection.execute(query).scalar_one()


def assert_ledger_is_whole(folder: Path, database: str) -> None:
    """Let `consentinel ledger verify` recompute every tree."""
    verified = run_command(folder, database, "ledger", "verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr
