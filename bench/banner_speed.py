"""`python -m bench.banner_speed`: what the banner costs a page and its visitor; see docs/benchmarks.md.

Exit code 0 whatever the figures are: this is a measurement, not a test. 2 where it could not measure.
"""

import argparse
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from bench.banner_site import SIGNALS, TAG_MS, TAGS, built, served
from bench.banner_visits import Click, Start, accept, press, start
from bench.measures import Bound, Measure, Run, as_json, middle, show
from bench.patches import measure_patches
from bench.scan_speed import BenchError
from consentinel.banner.bundles import packaged_bundles
from consentinel.banner.compile import SCRIPT
from consentinel.scanner.errors import ConsentinelError
from tests.banner.test_sizes import compressed
from tests.support.banner import fresh_bundles
from tests.support.browsers import find_chromium, launch_flags
from tests.support.typical_rules import AMOUNT, typical_rules

ROUNDS = 9
SLOW = 4
START_MS, CLICK_MS, BYTES = 50, 200, 10_240
_CPU = "ms of processor time"


def main() -> int:
    """Measure, print the table, and return the exit code."""
    arguments = _parser().parse_args()
    try:
        bundles = fresh_bundles() if arguments.fresh else packaged_bundles()
        measures = [*measure_banner(arguments.rounds, bundles)]
        measures += [] if arguments.no_calls else measure_patches()
        if arguments.json:
            arguments.json.write_bytes(as_json(Run(machine=_machine(), measures=tuple(measures))))
    except (BenchError, ConsentinelError, OSError, PlaywrightError) as error:
        print(f"bench.banner_speed: {error}", file=sys.stderr)
        return 2
    show(Run(machine=_machine(), measures=tuple(measures)))
    return 0


def measure_banner(rounds: int = ROUNDS, bundles: Mapping[str, str] | None = None) -> Iterator[Measure]:
    """Yield what it costs to start, to accept and to load; raises BenchError where it cannot be measured.

    bundles: of the script, those that ship with the package where none are given.
    """
    executable = find_chromium()
    if executable is None:
        raise BenchError("no Chromium: set CONSENTINEL_BROWSER or run `consentinel install`")
    bundles = bundles or packaged_bundles()
    try:
        with served(bundles) as origin, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=str(executable), args=launch_flags())
            starts = _starts(browser, origin, rounds)
            yield from _start_measures(starts)
            yield from _click_measures(browser, origin, rounds)
            browser.close()
    except PlaywrightError as error:
        raise BenchError(f"the browser gave up: {error.message}") from error
    yield from _byte_measures(starts["banner"][0].loaded, bundles)


def _starts(browser: Browser, origin: str, rounds: int) -> dict[str, list[Start]]:
    """Load every page by turns, so that a busy moment of the machine falls on all of them."""
    visits = {
        "banner": ("/banner", SLOW),
        "banner, not slowed": ("/banner", 1),
        "empty": ("/empty", SLOW),
        "empty, not slowed": ("/empty", 1),
        "work": ("/work", SLOW),
        "work, not slowed": ("/work", 1),
    }
    found: dict[str, list[Start]] = {name: [] for name in visits}
    for _ in range(rounds):
        for name, (path, rate) in visits.items():
            found[name].append(start(browser, origin + path, rate=rate, layer=path == "/banner"))
    return found


def _start_measures(starts: Mapping[str, Sequence[Start]]) -> Iterator[Measure]:
    script = {name: [one.script_ms for one in runs] for name, runs in starts.items()}
    wall = middle(one.wall_ms for one in starts["banner"])
    yield _median(
        "script until the first layer",
        script["banner"],
        f"{_CPU}, {SLOW}x slowed down: compile, run, callbacks; {wall:.0f} ms by the clock",
        START_MS,
    )
    yield _median("the same, not slowed down", script["banner, not slowed"], _CPU)
    yield _median("an empty script, not slowed down", script["empty, not slowed"], _CPU)
    rendering = [
        banner.all_ms - banner.script_ms - empty.all_ms + empty.script_ms
        for banner, empty in zip(starts["banner"], starts["empty"], strict=True)
    ]
    yield _median("rendering, more than without it", rendering, f"{_CPU}, {SLOW}x: style, layout, paint")
    slowed = middle(script["work"]) / middle(script["work, not slowed"])
    how = f"the same loop slowed down and not: {SLOW} on a machine at rest, more on a busy one"
    yield Measure(name="what the slowing down did", value=slowed, unit="x", how=how)


def _click_measures(browser: Browser, origin: str, rounds: int) -> Iterator[Measure]:
    clicks, bare = [], []
    for _ in range(rounds):
        clicks.append(accept(browser, f"{origin}/tags", rate=SLOW))
        bare.append(press(browser, f"{origin}/button", rate=1))
    durations = [click.duration_ms for click in clicks]
    how = (
        f"{SLOW}x slowed down, {TAGS} gated tags that take {TAG_MS} ms each; to the next paint, in steps of 8"
    )
    yield _median("accept click", durations, how, CLICK_MS)
    yield _worst("accept click, worst", durations, "of the same rounds", "ms", CLICK_MS)
    yield _median("click on a bare button, not slowed down", _durations(bare), "16 where it took less")
    shifts = [click.shifts for click in clicks]
    yield _worst(
        "layout shift", shifts, "first layer, accept, corner; all shifts, also those after a click", "", 0
    )


def _durations(clicks: Sequence[Click]) -> list[float]:
    return [click.duration_ms for click in clicks]


def _byte_measures(loaded: Sequence[str], bundles: Mapping[str, str]) -> Iterator[Measure]:
    """Weigh the script and whatever else of ours the pages above loaded before a choice."""
    more = [name for name in loaded if name.startswith("consentinel") and name != SCRIPT]
    for name, signals, budget in (("", {}, BYTES), (", with Google's and Meta's signals", SIGNALS, None)):
        files = built(typical_rules(), signals, bundles)
        kinds = {file.split(".")[0]: file for file in files}
        names = [SCRIPT, *(kinds[one.split(".")[0]] for one in more)]
        weights = [compressed(files[file].decode()) for file in names]
        plain = sum(len(files[file]) for file in names)
        how = f"{len(names)} file(s), {AMOUNT} rules, Brotli; {plain:,} uncompressed"
        yield _worst(f"loaded before the choice{name}", [sum(weights)], how, "bytes", budget)


def _median(name: str, values: Sequence[float], how: str, budget: float | None = None) -> Measure:
    return _measure(name, middle(values), values, f"median of {len(values)}; {how}", "ms", budget)


def _worst(name: str, values: Sequence[float], how: str, unit: str, budget: float | None) -> Measure:
    return _measure(name, max(values), values, how, unit, budget)


def _measure(
    name: str, value: float, values: Sequence[float], how: str, unit: str, budget: float | None
) -> Measure:
    bound: Bound = "none" if budget is None else "at most"
    return Measure(
        name=f"banner: {name}",
        value=value,
        values=tuple(values),
        unit=unit,
        how=how,
        bound=bound,
        budget=budget,
    )


def _machine() -> dict[str, str]:
    return {"cores": str(os.cpu_count()), "load": " ".join(f"{load:.1f}" for load in os.getloadavg())}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bench.banner_speed", description="What the banner costs."
    )
    parser.add_argument("--rounds", type=int, default=ROUNDS, metavar="N", help=f"{ROUNDS} by default")
    parser.add_argument("--fresh", action="store_true", help="bundle banner/src instead of using banner/dist")
    parser.add_argument("--no-calls", action="store_true", help="without what single calls cost")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures as JSON, too")
    return parser


if __name__ == "__main__":
    sys.exit(main())
