"""`Catalogue.decide` on one core: items per second, whether its size matters, and its memory.

Subjects are names and URLs as scans of many sites bring them: each has a site of its own, hosts repeat only
where they are known ones, and who is first party has to be told from both.
"""

import gc
import multiprocessing
import random
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor

import psutil

from bench.measures import Measure, middle
from consentinel.scanner.catalogue.loading import catalogue_from, load_catalogue, read_core
from consentinel.scanner.catalogue.matching import Catalogue
from consentinel.scanner.catalogue.parsing import Document
from consentinel.scanner.catalogue.subject import Subject

_COUNT = 20_000
_ROUNDS = 5
_MORE = 1_000
# Endings of one label and of two, since registrable domains are told by them.
_ENDINGS = ("example", "test", "co.uk", "com.au")
_KNOWN_COOKIES = (
    "_ga",
    "_gid",
    "_fbp",
    "_gcl_au",
    "hubspotutk",
    "__hstc",
    "PHPSESSID",
    "ajs_anonymous_id",
    "IDE",
)
_KNOWN_HOSTS = (
    "www.googletagmanager.com/gtm.js?id=GTM-1", "www.google-analytics.com/g/collect?v=2",
    "connect.facebook.net/en_US/fbevents.js", "www.facebook.com/tr/?id=1", "js.hs-scripts.com/1.js",
    "www.youtube.com/embed/x", "static.hotjar.com/c/hotjar-1.js", "www.google.com/recaptcha/api.js",
)  # fmt: skip


def measure_classify() -> Measure:
    """Return the median speed of several rounds, by processor time; all subjects differ."""
    catalogue = load_catalogue()
    speeds = tuple(_speed(catalogue, make_subjects(_COUNT, seed=number)) for number in range(_ROUNDS))
    return Measure(
        name="classify",
        value=middle(speeds),
        unit="items/s",
        how=f"{_COUNT:,} cookies, storage items and requests of as many sites, half of them unknown, "
        f"{_ROUNDS} rounds",
        bound="at least",
        budget=20_000,
        values=speeds,
    )


def measure_growth() -> Measure:
    """Return the speed with 1,000 made entries more, as a share of that without."""
    usual, grown = load_catalogue(), catalogue_from([*read_core(), made_entries(_MORE)])
    ratios = tuple(_ratio(grown, usual, number) for number in range(_ROUNDS))
    return Measure(
        name=f"classify with {_MORE:,} entries more",
        value=middle(ratios),
        unit="x",
        how=f"speed as a share of that without them, {_ROUNDS} rounds of both by turns",
        bound="at least",
        budget=0.9,
        values=ratios,
    )


def _ratio(grown: Catalogue, usual: Catalogue, number: int) -> float:
    """Ask each twice, in mirrored order and always for other subjects: what was asked before is faster."""
    order = (usual, grown, grown, usual)
    speeds = [_speed(each, make_subjects(_COUNT, seed=4 * number + turn)) for turn, each in enumerate(order)]
    return (speeds[1] + speeds[2]) / (speeds[0] + speeds[3])


def measure_memory() -> Measure:
    """Return what loading the catalogue adds to a process of its own."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        added_mb = pool.submit(_load_mb).result()
    return Measure(
        name="memory of the catalogue",
        value=added_mb,
        unit="MB",
        how="resident set after loading it in a fresh process, less that before",
        bound="at most",
        budget=60,
        values=(added_mb,),
    )


def made_entries(count: int) -> Document:
    """Return a catalogue file of entries that nobody has, as varied as those of the core."""
    chance = random.Random(count)
    lines = (line for number in range(count) for line in _made_entry(number, chance))
    return Document("made.yaml", "\n".join(("vendors:", *lines, "")).encode())


def _made_entry(number: int, chance: random.Random) -> Iterator[str]:
    name = _token(chance)
    yield f"  - {{id: made-{number}, vendor: Made {number}, category: performance, purpose: Counts.,"
    yield f"     check: 'https://{name}.example/', hosts: [{name}.example, {name}.test/{_token(chance)}],"
    yield f"     cookies: [_{name}, {_varying(number, chance)}]}}"


def _varying(number: int, chance: random.Random) -> str:
    """Return a regex for one of thirty, a prefix for each fourth of the others, a further name otherwise."""
    if number % 30 == 0:
        return f"{{regex: '{_token(chance, 4)}_[0-9a-f]+_{_token(chance, 4)}'}}"
    return f"{_token(chance, 5)}_*" if number % 4 == 0 else _token(chance)


def _load_mb() -> float:
    process = psutil.Process()
    gc.collect()
    before = process.memory_info().rss
    catalogue = load_catalogue()
    gc.collect()
    after = process.memory_info().rss
    return float(after - before) / 1e6 if catalogue.sheets else 0.0


def make_subjects(count: int, *, seed: int) -> list[Subject]:
    """Return subjects in a random but repeatable mix of kinds, known and unknown."""
    chance = random.Random(seed)
    makers = (_cookie, _storage, _request)
    return [chance.choice(makers)(chance) for _ in range(count)]


def _speed(catalogue: Catalogue, subjects: list[Subject]) -> float:
    started = time.process_time()
    for subject in subjects:
        catalogue.decide(subject)
    return len(subjects) / (time.process_time() - started)


def _site(chance: random.Random) -> str:
    return f"{_token(chance)}.{chance.choice(_ENDINGS)}"


def _cookie(chance: random.Random) -> Subject:
    site = _site(chance)
    host = chance.choice((site, f"www.{site}", f"{_token(chance)}.{_site(chance)}"))
    known = chance.random() < 0.5
    name = chance.choice((*_KNOWN_COOKIES, f"_ga_{_token(chance)}")) if known else _token(chance)
    return Subject(
        kind="cookie", name=name, host=host, site=f"https://www.{site}/", value=_token(chance, 32),
        max_age_s=chance.choice((None, 3600, 63_072_000)), writer_url=f"https://cdn-{_token(chance)}.example/t.js",
    )  # fmt: skip


def _storage(chance: random.Random) -> Subject:
    name = (
        chance.choice(("_hjid", "amplitude_id", "ph_x_posthog", "cart"))
        if chance.random() < 0.5
        else _token(chance)
    )
    host = f"www.{_site(chance)}"
    return Subject(kind="storage", name=name, host=host, site=f"https://{host}/")


def _request(chance: random.Random) -> Subject:
    known = chance.random() < 0.5
    place = (
        chance.choice(_KNOWN_HOSTS)
        if known
        else f"{_token(chance)}.{_site(chance)}/{_token(chance)}/{_token(chance)}.js"
    )
    joint = "&" if "?" in place else "?"
    return Subject(
        kind="request", host=place.partition("/")[0], url=f"https://{place}{joint}r={_token(chance)}",
        resource_type="script", site=f"https://www.{_site(chance)}/",
    )  # fmt: skip


def _token(chance: random.Random, length: int = 10) -> str:
    return "".join(chance.choices("abcdefghijklmnopqrstuvwxyz0123456789", k=length))
