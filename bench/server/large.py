"""A ledger of many consents: how large it is, how fast a server starts with it, proves and answers."""

import asyncio
import json
import threading
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import sqlalchemy as sa

from bench.measures import Measure
from bench.server.choices import CONSENTS, SITE, choice, post
from bench.server.load import Outcome, closed_loop, open_loop, request
from bench.server.speed import STATE, ServerBenchError, asked, bench_server, proof_cookie
from consentinel.server.clock import now_ms
from consentinel.server.ledger.events import WRITERS_OWN, CountKey, NewEvent, new_id
from consentinel.server.ledger.writer import Ledger
from consentinel.server.storage.database import Database
from consentinel.server.storage.tables import payloads, records
from tests.support.server_process import run_command

RATE = 300
MOST_MS = 100
_BATCH = 1_000
_YEAR_MS = 365 * 86_400_000
_CONNECTIONS = 64


@dataclass(frozen=True)
class Ledgers:
    """A folder with a server's data, and one record that its server has made."""

    folder: Path
    record: Mapping[str, Any]

    @property
    def file(self) -> Path:
        """The SQLite file."""
        return self.folder / "data" / "consentinel.db"


def measure_large(number: int, seconds: float, requests: int) -> Iterator[Measure]:
    """Yield the figures of a ledger with `number` consents.

    seconds: how long the rate of writes is kept up. requests: how many states it asks for; proofs a tenth.
    """
    with TemporaryDirectory(prefix="consentinel-bench-") as folder:
        ledger = _begin(Path(folder))
        fill(ledger, number)
        yield _size(ledger, number)
        began_s = time.perf_counter()
        with bench_server(folder=ledger.folder, mounted=False) as server:
            yield _measure(
                f"server: start with {number:,} consents", time.perf_counter() - began_s, "s", "process, too"
            )
            port = server.port
            yield _latency(
                f"server: proof among {number:,}, p99",
                _proofs(port, ledger.record, requests // 10),
                "of one record",
            )
            cookie = {"Cookie": proof_cookie(server)}
            states = asked(server, iter([request("GET", STATE, headers=cookie)] * requests), 200)
            yield _latency(
                f"server: state beside {number:,} consents, p99", states, f"{_CONNECTIONS} connections"
            )
            yield from _at_rate(port, ledger, seconds)


def _at_rate(port: int, ledger: Ledgers, seconds: float) -> Iterator[Measure]:
    how = (
        f"{RATE} writes a second for {seconds:g} s whatever the server does, each timed from when it was due"
    )
    name = f"server: write at {RATE}/s on SQLite"
    yield _latency(f"{name}, p99", _write_at_rate(port, seconds), how, budget=MOST_MS)
    with _exporting(ledger) as exports:
        outcome = _write_at_rate(port, seconds)
    how = f"{how}; {len(exports)} exports meanwhile"
    yield _latency(f"{name} during exports, p99", outcome, how, budget=MOST_MS)


def _write_at_rate(port: int, seconds: float) -> Outcome:
    outcome = asyncio.run(
        open_loop(
            port,
            lambda _: post(choice(str(uuid.uuid4()))),
            rate=RATE,
            seconds=seconds,
            connections=_CONNECTIONS,
        )
    )
    if set(outcome.statuses) != {201}:
        raise ServerBenchError(f"writes at {RATE}/s were answered {dict(outcome.statuses)}")
    return outcome


@contextmanager
def _exporting(ledger: Ledgers) -> Iterator[list[int]]:
    """Export the site again and again, by processes of their own; yield their exit statuses so far."""
    statuses: list[int] = []
    enough = threading.Event()

    def export() -> None:
        while not enough.is_set():
            done = run_command(ledger.folder, "", "ledger", "export", SITE, "-o", "export.ndjson")
            statuses.append(done.returncode)

    exporter = threading.Thread(target=export, name="exporter")
    exporter.start()
    try:
        yield statuses
    finally:
        enough.set()
        exporter.join()
    if any(statuses):
        raise ServerBenchError(f"an export ended with {max(statuses)}")


def _begin(folder: Path) -> Ledgers:
    """Let a server make its database and one record."""
    with bench_server(folder=folder, mounted=False) as server:
        outcome = asyncio.run(closed_loop(server.port, [post(choice(str(uuid.uuid4())))], connections=1))
    return Ledgers(folder, json.loads(outcome.answers[0].body))


def fill(ledger: Ledgers, number: int) -> None:
    """Record so many consents that say what the one there says, each by a visitor of its own."""
    with closing(Database(f"sqlite:///{ledger.file}")) as database:
        with database.read() as connection:
            kept = connection.execute(sa.select(payloads.c.event).limit(1)).scalar_one()
            name = (
                connection.execute(sa.text("SELECT origin FROM shards LIMIT 1"))
                .scalar_one()
                .partition("/")[0]
            )
        body = {
            key: value for key, value in json.loads(kept).items() if key not in WRITERS_OWN | {"subject_ref"}
        }
        writer = Ledger(database, name=name, clock=now_ms)
        for begin in range(0, number, _BATCH):
            with database.write() as connection:
                writer.append(connection, [_event(body) for _ in range(min(_BATCH, number - begin))])
        with database.read() as connection:
            found = connection.execute(sa.select(sa.func.count()).select_from(records)).scalar_one()
    if found < number:
        raise ServerBenchError(f"there are {found} records where {number} were written")


def _event(body: Mapping[str, Any]) -> NewEvent:
    own = new_id()
    return NewEvent(
        id=own,
        site=SITE,
        kind="consent",
        type="given",
        event_id=str(uuid.uuid4()),
        body=body,
        subject=own,
        expires_ms=now_ms() + _YEAR_MS,
        count=CountKey("", "", "save", True, False, False),
    )


def _size(ledger: Ledgers, number: int) -> Measure:
    size = sum(file.stat().st_size for file in ledger.file.parent.glob("consentinel.db*"))
    return _measure(
        f"server: disk for {number:,} consents", size / 2**20, "MiB", f"{size / number:,.0f} bytes each"
    )


def _proofs(port: int, record: Mapping[str, Any], number: int) -> Outcome:
    headers = {"Authorization": f"Bearer {record['receipt']}"}
    asked_for = request("GET", f"{CONSENTS}/{record['id']}/proof", headers=headers)
    outcome = asyncio.run(closed_loop(port, [asked_for] * number, connections=4))
    if set(outcome.statuses) != {200}:
        raise ServerBenchError(f"proofs were answered {dict(outcome.statuses)}")
    return outcome


def _latency(name: str, outcome: Outcome, how: str, budget: float | None = None) -> Measure:
    half, slowest = outcome.percentile_ms(50), outcome.percentile_ms(100)
    typical = f"; half of them within {half:.1f} ms, the slowest {slowest:.0f}"
    return Measure(
        name=name,
        value=outcome.percentile_ms(99),
        unit="ms",
        how=how + typical,
        bound="none" if budget is None else "at most",
        budget=budget,
    )


def _measure(name: str, value: float, unit: str, how: str) -> Measure:
    return Measure(name=name, value=value, unit=unit, how=how)
