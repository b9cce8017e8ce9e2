"""How well the core answers labels: an own small sample always, the development labels where they are.

The development labels are in no checkout (docs/benchmarks.md). CONSENTINEL_LABELS names their directory; by
default it is `shared/data` beside the checkout.
"""

import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

from bench.accuracy import Accuracy, measure
from bench.labels import LABEL_FILES, LABELS_VARIABLE
from consentinel.scanner.catalogue.loading import load_catalogue
from consentinel.scanner.catalogue.matching import Catalogue

ROOT = Path(__file__).parent.parent
SAMPLE = ROOT / "tests" / "data" / "labels"
DEVELOPMENT = Path(os.environ.get(LABELS_VARIABLE) or ROOT.parent / "shared" / "data")

# Measure -> the least it has to be; of those in MOST, the most it may be.
MOST = {"wrongly_necessary", "alarms"}
DEVELOPMENT_BOUNDS: Mapping[str, Mapping[str, float]] = {
    "cookies_observed.jsonl": {
        "coverage": 0.94,
        "four_class": 0.855,
        "overall": 0.805,
        "wrongly_necessary": 0.02,
    },
    # What is missing is mostly shared hosting, where anybody may live: never an entry (docs/catalogue.md).
    "trackers.csv": {"popular": 0.91},
    # One is called hosting there and is a site builder's own audience measurement.
    "benign_hosts.csv": {"alarms": 1},
    "benign_urls.csv": {"alarms": 0},
    "captcha.csv": {"products": 1.0},
}
SAMPLE_BOUNDS: Mapping[str, Mapping[str, float]] = {
    "cookies_observed.jsonl": {
        "coverage": 0.97,
        "four_class": 0.97,
        "overall": 0.97,
        "consent_needed": 1.0,
        "wrongly_necessary": 0.0,
    },
    "trackers.csv": {"coverage": 1.0, "four_class": 1.0, "popular": 1.0},
    "benign_hosts.csv": {"alarms": 0},
    "benign_urls.csv": {"alarms": 0},
    "captcha.csv": {"products": 1.0},
}


def cases(directory: Path, bounds: Mapping[str, Mapping[str, float]]) -> list[tuple[Path, str, float]]:
    """Return file, measure and bound for the label files that are there."""
    return [
        (directory / name, measured, bound)
        for name, of_file in bounds.items()
        if (directory / name).is_file()
        for measured, bound in of_file.items()
    ]


@cache
def core() -> Catalogue:
    return load_catalogue()


@cache
def figures(file: Path) -> dict[str, float]:
    """Return everything measured on a file that there can be a bound for, by name."""
    accuracy = measure(core(), [file])
    return {**_shares(accuracy), **_counts(accuracy)}


def _shares(accuracy: Accuracy) -> dict[str, float]:
    found = [score.plain for score in accuracy.scores]
    names = ("coverage", "four_class", "overall", "consent_needed", "wrongly_necessary")
    return {name: share for shares in found for name in names if (share := getattr(shares, name)) is not None}


def _counts(accuracy: Accuracy) -> dict[str, float]:
    return dict(
        [
            *(("popular", popular.coverage) for popular in accuracy.popular),
            *(("alarms", len(alarms.alarms)) for alarms in accuracy.alarms),
            *(("products", products.named / products.count) for products in accuracy.products),
        ]
    )


@pytest.mark.parametrize(
    ("file", "measured", "bound"),
    [*cases(SAMPLE, SAMPLE_BOUNDS), *cases(DEVELOPMENT, DEVELOPMENT_BOUNDS)],
    ids=lambda value: value.parent.name + "/" + value.name if isinstance(value, Path) else str(value),
)
def test_the_core_is_as_good_as_it_was(file: Path, measured: str, bound: float) -> None:
    found = figures(file)[measured]
    assert found <= bound if measured in MOST else found >= bound, f"{measured} is {found:.4f}"


def test_every_file_of_the_sample_has_bounds() -> None:
    assert {path.name for path in SAMPLE.iterdir()} == set(SAMPLE_BOUNDS)
    assert set(DEVELOPMENT_BOUNDS) <= set(LABEL_FILES)


def test_labels_that_are_not_there_make_no_cases(tmp_path: Path) -> None:
    assert cases(tmp_path, DEVELOPMENT_BOUNDS) == []
    (tmp_path / "benign_urls.csv").touch()
    assert cases(tmp_path, DEVELOPMENT_BOUNDS) == [(tmp_path / "benign_urls.csv", "alarms", 0)]
