"""`python -m bench.blocking`: what the banner keeps back, in each engine and set-up; see docs/blocking.md.

Five numbers: vectors requested before a choice, names written, constructs of ordinary sites broken, vectors
released once (and in order) by accepting, vectors requested again after withdrawal. It compiles 150 rules in.
Exit code 0 where every promise was kept, 1 where one was not, 2 where it could not measure.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import sync_playwright

from tests.banner.matrix.benign.corpus import CONSTRUCTS
from tests.banner.matrix.benign.running import CHOICES, differences, visit
from tests.banner.matrix.expected import to_release
from tests.banner.matrix.measuring import Outcome, measure
from tests.banner.matrix.modes import MODES, Mode
from tests.banner.matrix.promises import broken_promises
from tests.banner.matrix.rows import Row, released, row, twice
from tests.banner.matrix.table import write
from tests.banner.matrix.vector import ENGINES
from tests.banner.matrix.vectors import REQUESTS, VECTORS, WRITES
from tests.support.browsers import find_chromium
from tests.support.engines.installed import installed
from tests.support.engines.webdriver import EngineError


def main() -> int:
    """Measure, print, and return the exit code."""
    arguments = _parser().parse_args()
    modes = [mode for mode in MODES if mode.name in (arguments.mode or [mode.name])]
    print(f"{len(REQUESTS)} ways to reach a tracker, {len(WRITES)} to write, {len(CONSTRUCTS)} constructs")
    try:
        engines = () if arguments.no_vectors else arguments.engine or ENGINES
        rows, kept = _measured(engines, modes, details=arguments.details)
        broken = {} if arguments.no_constructs else dict(_broken(modes))
    except EngineError as error:
        print(f"bench.blocking: {error}", file=sys.stderr)
        return 2
    for state, lines in broken.items():
        print(f"constructs, {state}: {len(lines)} broken", *lines, sep="\n  ")
    if arguments.write:
        write(rows)
    return 0 if kept and not any(broken.values()) else 1


def _measured(engines: Sequence[str], modes: Sequence[Mode], *, details: bool) -> tuple[list[Row], bool]:
    rows, kept = [], True
    for name in engines:
        with installed(name) as engine:
            for mode in modes:
                outcome = measure(engine, mode)
                rows.append(row(name, mode, outcome))
                _show(rows[-1])
                problems = broken_promises(name, mode, outcome)
                kept = kept and not problems
                print(
                    *(f"  NOT KEPT: {problem}" for problem in problems),
                    sep="\n",
                    end="\n" if problems else "",
                )
                if details:
                    print(*_details(name, mode, outcome), sep="\n")
    return rows, kept


def _show(row: Row) -> None:
    requested = row.parser + row.imports + row.others + row.outside
    print(
        f"{row.engine}, {row.mode}: {requested} requested ({row.parser} tags of the HTML, {row.imports}"
        f" import(), {row.outside} outside, {row.others} others), {row.ran} ran, {row.written} written,"
        f" {row.broken} of the site's own broken{_afterwards(row)}",
        flush=True,
    )


def _afterwards(row: Row) -> str:
    if not row.expected:
        return ""
    order = "in order" if row.in_order else "NOT in order"
    once = row.released - row.twice
    return f", {once} of {row.expected} released once, {order}, {row.again} again after withdrawal"


def _details(engine: str, mode: Mode, outcome: Outcome) -> Iterator[str]:
    for mechanism in dict.fromkeys(vector.mechanism for vector in VECTORS):
        names = [v.id for v in VECTORS if v.mechanism == mechanism and v.id in outcome.requested]
        yield f"  requested, {mechanism}: {' '.join(names)}"
    yield f"  ran: {' '.join(sorted(outcome.ran))}"
    yield f"  calls threw: {outcome.failed}"
    if mode.asks:
        yield f"  not released: {' '.join(sorted(to_release(engine, mode) - released(outcome)))}"
        yield f"  more than once: {' '.join(sorted(twice(outcome)))}"
        yield f"  order: {' '.join(outcome.order)}"
        yield f"  again: {' '.join(sorted(outcome.again))}"


def _broken(modes: Sequence[Mode]) -> Iterator[tuple[str, list[str]]]:
    """Yield what differs, by script and choice, from the ordinary pages without the banner; in Chromium."""
    executable = find_chromium()
    if executable is None:
        raise EngineError("no Chromium: set CONSENTINEL_BROWSER or run `consentinel install`")
    with sync_playwright() as playwright, TemporaryDirectory() as folder:
        bare = visit(playwright, executable, Path(folder), "")
        for script in sorted({mode.script for mode in modes if mode.asks}):
            for choice in CHOICES:
                seen = visit(playwright, executable, Path(folder), script, choice)
                yield f"{script}, {choice}", differences(bare, seen)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bench.blocking", description="What the banner keeps back."
    )
    names = [mode.name for mode in MODES]
    parser.add_argument("--engine", action="append", choices=ENGINES, help="only this one; repeats")
    parser.add_argument("--mode", action="append", choices=names, help="only this one; repeats")
    parser.add_argument("--details", action="store_true", help="name the vectors")
    parser.add_argument("--no-vectors", action="store_true", help="only the ordinary constructs")
    parser.add_argument("--no-constructs", action="store_true", help="leave the ordinary constructs out")
    parser.add_argument("--write", action="store_true", help="write the leak table into docs/blocking.md")
    return parser


if __name__ == "__main__":
    sys.exit(main())
