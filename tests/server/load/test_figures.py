"""The bench of the server: every figure is there, and what it holds against its budget is what it says."""

import pytest

from bench.__main__ import PARTS, _parser
from bench.server.kills import Kills
from bench.server.large import measure_large
from bench.server.run import _check
from bench.server.speed import ServerBenchError, measure_ratios


@pytest.mark.slow
def test_ratios_come_with_the_rates_behind_them() -> None:
    measures = {measure.name: measure for measure in measure_ratios(rounds=1, number=50)}
    budgets = {name: measure.budget for name, measure in measures.items() if measure.budget is not None}
    assert budgets == {
        "server: durable writes on SQLite / the same that stores nothing": 0.6,
        "server: state by cookie / an empty handler": 0.8,
    }
    written, nothing, ratio = (
        measures[name].value
        for name in (
            "server: durable writes on SQLite",
            "server: durable writes on SQLite: the same that stores nothing",
            "server: durable writes on SQLite / the same that stores nothing",
        )
    )
    assert ratio == pytest.approx(written / nothing)


@pytest.mark.slow
def test_a_large_ledger_has_its_figures() -> None:
    measures = {measure.name: measure for measure in measure_large(number=300, seconds=0.5, requests=50)}
    assert list(measures) == [
        "server: disk for 300 consents",
        "server: start with 300 consents",
        "server: proof among 300, p99",
        "server: state beside 300 consents, p99",
        "server: write at 300/s on SQLite, p99",
        "server: write at 300/s on SQLite during exports, p99",
    ]
    assert all(measure.value > 0 for measure in measures.values())
    assert "1 exports meanwhile" in measures["server: write at 300/s on SQLite during exports, p99"].how


@pytest.mark.parametrize("kills", [Kills(rounds=1), Kills(rounds=1, refused=[503], cut_off=1)])
def test_kills_that_show_nothing_are_no_figure(kills: Kills) -> None:
    with pytest.raises(ServerBenchError, match="show nothing"):
        _check(kills)


def test_parts_can_be_measured_alone() -> None:
    assert _parser().parse_args([]).parts == []
    assert _parser().parse_args(["server", "banner"]).parts == ["server", "banner"]
    assert set(PARTS) == {"scanner", "banner", "server"}
    with pytest.raises(SystemExit):
        _parser().parse_args(["sever"])
