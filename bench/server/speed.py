"""How fast the server writes and reads, as ratios to handlers of the same application that do less.

In turns, in one run: the two handlers of a pair are asked by the same number of connections, one after the
other.
"""

import asyncio
import json
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.measures import Measure, middle
from bench.server.choices import CONFIG, CONSENTS, SITE, choice, post, posts
from bench.server.load import Outcome, closed_loop, request
from tests.support.server_process import ServerProcess

ROOT = Path(__file__).parents[2]
STATE = f"/v1/state?site={SITE}"
# Of bench/server/mounted.py, which is not imported: it would load the server into this process.
STORES_NOTHING = "/v1/bench/consents"
EMPTY = "/v1/bench/state"
CONNECTIONS = 64
_WARM = 200


class ServerBenchError(Exception):
    """The server did not answer as it must: what it does then is not counted as fast."""


@dataclass(frozen=True)
class Pair:
    """What is measured and what it is compared with, each as the requests of one round."""

    name: str
    other: str
    budget: float
    measured: Callable[[int], Iterator[bytes]]
    compared: Callable[[int], Iterator[bytes]]
    status: int


@contextmanager
def bench_server(
    database: str = "", *, folder: Path | None = None, mounted: bool = True
) -> Iterator[ServerProcess]:
    """Run a server without rate limits. database: '' for SQLite of its own. folder: '' for a fresh one."""
    with TemporaryDirectory(prefix="consentinel-bench-") as fresh:
        home = folder or Path(fresh)
        (home / "consentinel.yaml").write_text(CONFIG)
        module = "bench.server.mounted" if mounted else "consentinel.server"
        env = {"PYTHONPATH": str(ROOT)}
        with ServerProcess(home, database=database, env=env, module=module, rate_limit=False) as server:
            yield server


def measure_ratios(rounds: int, number: int) -> Iterator[Measure]:
    """Yield the ratio of each pair on SQLite, with the rates behind it."""
    with bench_server() as server:
        for pair in (_writes("SQLite"), _reads(proof_cookie(server))):
            yield from _ratio(server, pair, rounds, number)


def measure_postgresql(rounds: int, number: int, database: str) -> Iterator[Measure]:
    """Yield the same of writes to another database; reads ask none."""
    with bench_server(database) as server:
        yield from _ratio(server, _writes("PostgreSQL"), rounds, number)


def _writes(kind: str) -> Pair:
    return Pair(
        name=f"server: durable writes on {kind}",
        other="the same that stores nothing",
        budget=0.6,
        measured=posts,
        compared=lambda number: posts(number, STORES_NOTHING),
        status=201,
    )


def _reads(cookie: str) -> Pair:
    proof = {"Cookie": cookie}
    return Pair(
        name="server: state by cookie",
        other="an empty handler",
        budget=0.8,
        measured=lambda number: iter([request("GET", STATE, headers=proof)] * number),
        compared=lambda number: iter([request("GET", EMPTY, headers=proof)] * number),
        status=200,
    )


def _ratio(server: ServerProcess, pair: Pair, rounds: int, number: int) -> Iterator[Measure]:
    for make in (pair.measured, pair.compared):
        asked(server, make(_WARM), pair.status)
    rates = [
        (
            asked(server, pair.measured(number), pair.status).rate,
            asked(server, pair.compared(number), pair.status).rate,
        )
        for _ in range(rounds)
    ]
    ratios = tuple(measured / compared for measured, compared in rates)
    yield Measure(
        name=f"{pair.name} / {pair.other}",
        value=middle(ratios),
        unit="",
        how=f"median of {rounds} rounds of {number} requests by {CONNECTIONS} connections, in turns",
        bound="at least",
        budget=pair.budget,
        values=ratios,
    )
    for name, place in ((pair.name, 0), (f"{pair.name}: {pair.other}", 1)):
        values = tuple(rate[place] for rate in rates)
        how = "requests a second, in the rounds above"
        yield Measure(name=name, value=middle(values), unit="/s", how=how, values=values)


def asked(server: ServerProcess, requests: Iterator[bytes], status: int) -> Outcome:
    """Return the answers to these requests; raises ServerBenchError where one has another status."""
    outcome = asyncio.run(closed_loop(server.port, requests, connections=CONNECTIONS))
    if set(outcome.statuses) != {status}:
        answers = outcome.answers[-1].body[:200]
        raise ServerBenchError(f"the server answered {dict(outcome.statuses)}: {answers!r}")
    return outcome


def proof_cookie(server: ServerProcess) -> str:
    """Return the cookie that a visitor of the site itself gets with a choice."""
    body = post(choice(str(uuid.uuid4())), CONSENTS)
    (answer,) = asked(server, iter([body]), 201).answers
    fields = answer.head.decode().splitlines()
    found = [field.partition(": ")[2] for field in fields if field.lower().startswith("set-cookie: ")]
    if not found:
        raise ServerBenchError(f"no proof cookie came with {json.loads(answer.body)['id']}")
    return found[0].partition(";")[0]
