"""Items per second of `Catalogue.decide`, on one core: names and URLs as scans of many sites bring them."""

import random
import time

from bench.measures import Measure, middle
from consentinel.scanner.catalogue.loading import load_catalogue
from consentinel.scanner.catalogue.matching import Catalogue
from consentinel.scanner.catalogue.subject import Subject

_COUNT = 20_000
_ROUNDS = 5
_SITE = "https://www.bench.example/"
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
        how=f"{_COUNT:,} cookies, storage items and requests, half of them unknown, {_ROUNDS} rounds",
        bound="at least",
        budget=20_000,
        values=speeds,
    )


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


def _cookie(chance: random.Random) -> Subject:
    known = chance.random() < 0.5
    name = chance.choice((*_KNOWN_COOKIES, f"_ga_{_token(chance)}")) if known else _token(chance)
    return Subject(
        kind="cookie", name=name, host="bench.example", site=_SITE, party="first", value=_token(chance, 32),
        max_age_s=chance.choice((None, 3600, 63_072_000)), writer_url=f"https://cdn-{_token(chance)}.example/t.js",
    )  # fmt: skip


def _storage(chance: random.Random) -> Subject:
    name = (
        chance.choice(("_hjid", "amplitude_id", "ph_x_posthog", "cart"))
        if chance.random() < 0.5
        else _token(chance)
    )
    return Subject(kind="storage", name=name, host="www.bench.example", site=_SITE, party="first")


def _request(chance: random.Random) -> Subject:
    known = chance.random() < 0.5
    place = (
        chance.choice(_KNOWN_HOSTS)
        if known
        else f"{_token(chance)}.example/{_token(chance)}/{_token(chance)}.js"
    )
    joint = "&" if "?" in place else "?"
    return Subject(
        kind="request", host=place.partition("/")[0], url=f"https://{place}{joint}r={_token(chance)}",
        resource_type="script", site=_SITE, party="third",
    )  # fmt: skip


def _token(chance: random.Random, length: int = 10) -> str:
    return "".join(chance.choices("abcdefghijklmnopqrstuvwxyz0123456789", k=length))
