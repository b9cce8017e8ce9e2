"""`python -m bench server`: all figures of the server; see docs/benchmarks.md."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.measures import Measure
from bench.server.choices import CONFIG
from bench.server.kills import Kills, kill_in_rounds
from bench.server.large import measure_large
from bench.server.speed import ServerBenchError, measure_postgresql, measure_ratios
from tests.server.postgres import TemporaryCluster, find_binaries


@dataclass(frozen=True)
class Extent:
    """How much is measured. requests: of a round. consents: of the large ledger. seconds: at 300/s."""

    rounds: int
    requests: int
    consents: int
    seconds: float
    kills: int


FULL = Extent(rounds=7, requests=3_000, consents=100_000, seconds=20, kills=200)
QUICK = Extent(rounds=3, requests=1_000, consents=10_000, seconds=5, kills=10)


def measure_server(extent: Extent) -> Iterator[Measure]:
    """Yield all figures; raises ServerBenchError where the server does not answer as it must."""
    yield from measure_ratios(extent.rounds, extent.requests)
    if binaries := find_binaries():
        with TemporaryCluster(binaries) as cluster:
            yield from measure_postgresql(extent.rounds, extent.requests, cluster.url())
    yield from measure_large(extent.consents, extent.seconds, extent.requests)
    yield _killed(extent.kills)


def _killed(rounds: int) -> Measure:
    with TemporaryDirectory(prefix="consentinel-bench-") as name:
        folder = Path(name)
        (folder / "consentinel.yaml").write_text(CONFIG)
        (folder / "data").mkdir()
        kills = kill_in_rounds(folder, f"sqlite:///{folder}/data/consentinel.db", rounds)
    _check(kills)
    return Measure(
        name=f"server: acknowledged consents lost in {rounds} rounds of kill -9",
        value=len(kills.lost),
        unit=f"of {len(kills.acknowledged):,}",
        how=f"{kills.cut_off:,} requests were cut off; sent again, {kills.repeated:,} of them were there",
        bound="at most",
        budget=0,
    )


def _check(kills: Kills) -> None:
    if kills.refused or not kills.acknowledged or not kills.cut_off:
        raise ServerBenchError(f"the kills show nothing: {kills.rounds} rounds, refused {kills.refused}")
