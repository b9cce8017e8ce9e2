"""`python -m bench.lists_speed --list FILE…`: URLs per second through real filter lists, on one core.

Give EasyList and EasyPrivacy as downloaded; a file's stem is the list's id. Exit code 0 whatever the figures
are, 2 where a file cannot be read.
"""

import argparse
import gc
import multiprocessing
import os
import platform
import random
import string
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import psutil

from bench.measures import Measure, Run, middle, show
from consentinel.scanner.catalogue.filter_engine import AdblockLists
from consentinel.scanner.catalogue.filter_hosts import HostSuffixLists
from consentinel.scanner.catalogue.filter_lists import FilterListText, Lists, looks_like_filter_list
from consentinel.scanner.catalogue.filter_rules import network_rules, plain_rule

_COUNT = 20_000
_SITES = 200
_ROUNDS = 5
_BUDGET = 10_000
_ENGINES: dict[str, Callable[[Sequence[FilterListText]], Lists]] = {
    "adblock": AdblockLists,
    "host-suffix": HostSuffixLists,
}
_TYPES = (("script", "js"), ("image", "gif"), ("stylesheet", "css"), ("xhr", "json"), ("document", "html"))
_FOLDERS = ("static", "api/v2", "assets/img", "banner", "collect", "wp-content/uploads")


def main() -> int:
    """Measure, print the table, and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bench.lists_speed", description="Speed of filter lists.")
    parser.add_argument("--list", dest="files", nargs="+", type=Path, required=True, metavar="FILE")
    try:
        files = parser.parse_args().files
        measures = [measure for engine in _ENGINES for measure in _apart(engine, files)]
    except (OSError, ValueError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    machine = {"cores": str(os.cpu_count()), "python": platform.python_version()}
    show(Run(machine=machine, measures=tuple(measures)))
    return 0


def _apart(engine: str, files: Sequence[Path]) -> list[Measure]:
    """Measure in a process of its own: memory that others gave back would hide what an engine takes."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(_measure, engine, files).result()


def _read(file: Path) -> FilterListText:
    text = file.read_text(encoding="utf-8", errors="replace")
    problem = looks_like_filter_list(text)
    if problem:
        raise ValueError(f"{file} {problem}")
    return FilterListText(id=file.stem, title=file.stem, text=text)


def _measure(engine: str, files: Sequence[Path]) -> list[Measure]:
    sources = [_read(file) for file in files]
    gc.collect()
    before_mib, started = _memory_mib(), time.process_time()
    lists = _ENGINES[engine](sources)
    build_s, memory_mib = time.process_time() - started, _memory_mib() - before_mib
    how = f"of {len(sources)} lists"
    return [
        Measure(name=f"{engine} build", value=build_s, unit="s", how=how),
        Measure(name=f"{engine} memory", value=memory_mib, unit="MiB", how=how),
        *_speed(engine, lists, [list(_requests(sources, seed=number)) for number in range(_ROUNDS)]),
    ]


def _speed(name: str, lists: Lists, rounds: Sequence[Sequence[tuple[str, str, str]]]) -> Iterator[Measure]:
    speeds, shares = zip(*(_round(lists, requests) for requests in rounds), strict=True)
    yield Measure(
        name=name,
        value=middle(speeds),
        unit="URLs/s",
        how=f"{_COUNT:,} different URLs of {_SITES} sites, a third on listed hosts, {_ROUNDS} rounds",
        bound="at least",
        budget=_BUDGET,
        values=speeds,
    )
    yield Measure(
        name=f"{name} hits", value=100 * middle(shares), unit="%", how="of these URLs", values=shares
    )


def _round(lists: Lists, requests: Sequence[tuple[str, str, str]]) -> tuple[float, float]:
    started = time.process_time()
    hits = sum(lists.match(url, site, kind, None) is not None for url, site, kind in requests)
    return len(requests) / (time.process_time() - started), hits / len(requests)


def _requests(sources: Sequence[FilterListText], *, seed: int) -> Iterator[tuple[str, str, str]]:
    """Yield URL, site and resource type."""
    chance = random.Random(seed)
    plain = [plain_rule(rule) for source in sources for rule in network_rules(source.text)]
    listed = [rule.host for rule in plain if rule]
    sites = [f"https://www.{_token(chance, 6)}.example/" for _ in range(_SITES)]
    for number in range(_COUNT):
        host = chance.choice(listed) if number % 3 == 0 else f"cdn.{_token(chance, 9)}.com"
        kind, ending = chance.choice(_TYPES)
        path = f"{chance.choice(_FOLDERS)}/{_token(chance, 8)}.{ending}?v=3&id={_token(chance, 16)}"
        yield f"https://{host}/{path}", chance.choice(sites), kind


def _token(chance: random.Random, length: int) -> str:
    return "".join(chance.choices(string.ascii_lowercase + string.digits, k=length))


def _memory_mib() -> float:
    return float(psutil.Process().memory_info().rss) / 2**20


if __name__ == "__main__":
    sys.exit(main())
