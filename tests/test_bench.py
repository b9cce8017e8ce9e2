"""The parts of the benchmarks that can be wrong without anybody noticing."""

import os
import subprocess
import sys

import httpx2
import psutil
import pytest
from playwright.sync_api import Browser

from bench.banner_site import AT_REST, RELEASED
from bench.banner_speed import measure_banner
from bench.banner_visits import SHORTEST_MS, press, start
from bench.classify_speed import make_subjects
from bench.measures import Bound, Measure, Run, as_json, middle
from bench.memory import memory_of_tree
from bench.sites import START, banner_pages, page_urls, small_pages
from consentinel.scanner.demo.loopback import LoopbackServer
from tests.conftest import Serve
from tests.support.sites import Site


@pytest.mark.parametrize(("values", "expected"), [([3.0, 1.0, 2.0], 2.0), ([4.0, 1.0], 2.5)])
def test_middle_is_the_median(values: list[float], expected: float) -> None:
    assert middle(values) == expected


def test_middle_of_nothing_is_an_error() -> None:
    with pytest.raises(ValueError, match="no values"):
        middle([])


@pytest.mark.parametrize(
    ("bound", "value", "met"),
    [("at least", 0.6, True), ("at least", 0.5, False), ("at most", 0.6, True), ("at most", 0.7, False)],
)
def test_budgets_bind_in_their_direction(bound: Bound, value: float, met: bool) -> None:
    assert Measure(name="x", value=value, unit="x", how="", bound=bound, budget=0.6).met is met


def test_figures_without_budget_are_not_judged() -> None:
    assert Measure(name="x", value=1, unit="s", how="").met is None


def test_json_holds_every_measure() -> None:
    measure = Measure(name="a measure", value=1, unit="s", how="", values=(1.0,))
    assert b'"a measure"' in as_json(Run(machine={"cores": "2"}, measures=(measure,)))


def test_every_page_of_the_site_is_there() -> None:
    urls = page_urls(30)
    assert len(set(urls)) == 30
    assert urls[0] == START
    for site in (small_pages(30), banner_pages(30)):
        with LoopbackServer(site) as server:
            for url in urls:
                path = url.removeprefix(START)
                assert _status(server.address, path) == 200, url


def test_memory_counts_children_by_kind() -> None:
    code = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'input()'], check=True)"
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE) as child:
        try:
            alone = memory_of_tree(psutil.Process(child.pid))["python"]
            whole = memory_of_tree(psutil.Process(os.getpid()))["python"]
        finally:
            child.communicate(b"\n")
    assert 0 < alone < whole


def test_subjects_repeat_with_their_seed() -> None:
    assert make_subjects(50, seed=1) == make_subjects(50, seed=1)
    assert make_subjects(50, seed=1) != make_subjects(50, seed=2)


# A page that a bench has to find slow: 60 ms in its script, 60 ms in its click, and a shift in between.
SLOW_PAGE = f"""<script src="/slow.js"></script><button id=bare onclick="slow(); say('{RELEASED}')">x</button>
<script>
const seen = {{ clicks: [], shifts: [] }};
const watch = (type, take) => new PerformanceObserver((list) => list.getEntries().forEach(take))
  .observe({{ type, durationThreshold: 16, buffered: true }});
watch('layout-shift', (entry) => seen.shifts.push(entry.value));
watch('event', (entry) => entry.interactionId && seen.clicks.push(entry.duration));
const say = (line) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => {{
  document.body.style.paddingTop = '100px';
  requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => console.log(line))));
}})));
addEventListener('load', () => say('{AT_REST}'));
</script>"""
SLOW_SCRIPT = (
    "const slow = () => { for (const end = performance.now() + 60; performance.now() < end;); }; slow();"
)


@pytest.mark.browser
def test_what_is_slow_or_shifts_is_seen(browser: Browser, serve: Serve) -> None:
    site = Site("http://127.0.0.1/").page("/slow", SLOW_PAGE).script("/slow.js", SLOW_SCRIPT)
    url = f"http://127.0.0.1:{serve(site).port}/slow"
    loaded = start(browser, url, rate=1)
    assert loaded.wall_ms >= 60
    assert 0 < loaded.script_ms <= loaded.all_ms
    assert loaded.loaded == ("slow", "slow.js")
    click = press(browser, url, rate=1)
    assert click.duration_ms >= 60 > SHORTEST_MS
    assert click.shifts > 0


@pytest.mark.browser
@pytest.mark.slow
def test_every_figure_of_the_banner_is_there() -> None:
    measures = {measure.name.removeprefix("banner: "): measure for measure in measure_banner(rounds=1)}
    budgets = {name: measure.budget for name, measure in measures.items() if measure.budget is not None}
    assert budgets == {
        "script until the first layer": 50,
        "accept click": 200,
        "accept click, worst": 200,
        "layout shift": 0,
        "loaded before the choice": 10_240,
    }
    assert len(measures) == 11
    assert all(len(measure.values) == 1 for name, measure in measures.items() if name in budgets)


def _status(address: str, path: str) -> int:
    headers = {"Host": "www.bench.example"}
    return httpx2.get(f"http://{address}/{path}", headers=headers, trust_env=False).status_code
