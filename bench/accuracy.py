"""`python bench/accuracy.py --labels FILE…`: how well the catalogue names what labels name.

Tables on stdout, JSON with `--json FILE`; figures and columns: docs/benchmarks.md. Exit code 0 whatever the
figures are, 2 where labels could not be read.
"""

import argparse
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

if __package__ in (None, ""):  # run as a file: its imports start at the folder above
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

import msgspec

from bench.labels import Label, LabelError, read_labels, words_of
from bench.scores import Judged, Score, score
from bench.scores_shown import show_accuracy
from consentinel.scanner.catalogue.entries import CaptchaProduct
from consentinel.scanner.catalogue.matching import Catalogue
from consentinel.scanner.errors import ConsentinelError
from consentinel.scanner.knowledge import load_knowledge
from consentinel.scanner.settings import ScanSettings

TOP = 500
_GENERIC = frozenset(("captcha", "bot", "manager", "management", "protection", "challenge"))
_VERSIONS = frozenset(("v1", "v2", "v3", "v4", "enterprise", "invisible"))


class Alarms(msgspec.Struct, frozen=True, kw_only=True):
    """Harmless things: how many there are, and those called performance or targeting."""

    file: str
    count: int
    alarms: tuple[str, ...]
    named_harmless: int


class Products(msgspec.Struct, frozen=True, kw_only=True):
    """CAPTCHA products: how many there are, and those that no sign named, or only in another version."""

    file: str
    count: int
    named: int
    missed: tuple[str, ...]
    wrong: tuple[str, ...]


class Popular(msgspec.Struct, frozen=True, kw_only=True):
    """The most popular of the labels that have a popularity: the share that any category was named for."""

    file: str
    count: int
    coverage: float
    missed: tuple[str, ...]


class Accuracy(msgspec.Struct, frozen=True, kw_only=True):
    """Everything measured in one run. catalogue: the version asked. packs: what answered beside it."""

    catalogue: str
    packs: tuple[str, ...] = ()
    scores: tuple[Score, ...]
    alarms: tuple[Alarms, ...]
    products: tuple[Products, ...]
    popular: tuple[Popular, ...]


def measure_accuracy(files: Iterable[Path], packs: Path | None = None) -> Accuracy:
    """Return how well the core answers the labels in some files, with the packs of a data directory or none.

    Raises LabelError, and CatalogueError where the core is broken.
    """
    knowledge = load_knowledge(ScanSettings(ignore_packs=packs is None, data=packs))
    return msgspec.structs.replace(measure(knowledge.catalogue, files), packs=knowledge.lists)


def measure(catalogue: Catalogue, files: Iterable[Path]) -> Accuracy:
    """Return how well a catalogue answers the labels in some files; raises LabelError."""
    sets = [read_labels(file) for file in files]
    return Accuracy(
        catalogue=catalogue.version,
        scores=tuple(
            score(labels[0].file, _judged(catalogue, labels)) for labels in sets if _asks(labels, "category")
        ),
        alarms=tuple(_alarms(catalogue, labels) for labels in sets if _asks(labels, "alarm")),
        products=tuple(_products(catalogue, labels) for labels in sets if _asks(labels, "product")),
        popular=tuple(
            _popular(catalogue, labels) for labels in sets if any(label.rank is not None for label in labels)
        ),
    )


def _judged(catalogue: Catalogue, labels: Sequence[Label]) -> list[Judged]:
    return [Judged(label, catalogue.decide(label.subjects[0])) for label in labels]


def _asks(labels: Sequence[Label], task: str) -> bool:
    return labels[0].task == task


def _alarms(catalogue: Catalogue, labels: Sequence[Label]) -> Alarms:
    judged = _judged(catalogue, labels)
    return Alarms(
        file=labels[0].file,
        count=len(judged),
        alarms=tuple(
            f"{one.label.what}: {one.decision.category}"
            for one in judged
            if one.decision.category in ("performance", "targeting")
        ),
        named_harmless=sum(one.decision.category in ("strictly-necessary", "functional") for one in judged),
    )


def _popular(catalogue: Catalogue, labels: Sequence[Label]) -> Popular:
    ranked = sorted((label for label in labels if label.rank is not None), key=lambda label: label.rank or 0)
    judged = _judged(catalogue, ranked[:TOP])
    return Popular(
        file=labels[0].file,
        count=len(judged),
        coverage=sum(one.covered for one in judged) / len(judged),
        missed=tuple(one.label.what for one in judged if not one.covered),
    )


def _products(catalogue: Catalogue, labels: Sequence[Label]) -> Products:
    known = {product.id: product for product in catalogue.captchas}
    named = [(label, sorted(_product_ids(catalogue, label))) for label in labels]
    others = [
        (label.what, ids)
        for label, ids in named
        if not any(is_same_product(label, known[product_id]) for product_id in ids)
    ]
    return Products(
        file=labels[0].file,
        count=len(labels),
        named=len(labels) - len(others),
        missed=tuple(sorted(what for what, ids in others if not ids)),
        wrong=tuple(sorted(f"{what}: {', '.join(ids)}" for what, ids in others if ids)),
    )


def _product_ids(catalogue: Catalogue, label: Label) -> set[str]:
    """Return the products that any sign of a label names."""
    rules = (catalogue.decide(subject).rule or "" for subject in label.subjects)
    by_signs = {rule.partition(":captcha/")[2] for rule in rules if ":captcha/" in rule}
    return by_signs | {
        product.id
        for product in catalogue.captchas
        for field in label.fields
        if any(f'"{field}"' in selector for selector in product.dom_selectors)
    }


def is_same_product(label: Label, product: CaptchaProduct) -> bool:
    """Say whether a product is the one a label names: a word in common, and the same version."""
    words = words_of(f"{product.id} {product.vendor} {product.product}")
    versions = label.words & _VERSIONS
    return versions == words & _VERSIONS and bool((label.words & words) - _VERSIONS - _GENERIC)


def main() -> int:
    """Measure, print, and return the exit code."""
    arguments = _parser().parse_args()
    try:
        accuracy = measure_accuracy(arguments.labels, arguments.packs)
        if arguments.json:
            content = msgspec.json.format(msgspec.json.encode(accuracy), indent=2) + b"\n"
            arguments.json.write_bytes(content)
    except (ConsentinelError, LabelError, OSError) as error:
        print(f"accuracy: {error}", file=sys.stderr)
        return 2
    show_accuracy(accuracy)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="accuracy", description="Accuracy of the catalogue against labels.")
    parser.add_argument("--labels", type=Path, nargs="+", required=True, metavar="FILE", help="label files")
    parser.add_argument("--packs", type=Path, metavar="DIR", help="ask the packs in this data directory, too")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures as JSON, too")
    return parser


if __name__ == "__main__":
    sys.exit(main())
