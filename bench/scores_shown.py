"""The tables of `bench.accuracy`."""

from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from bench.scores import Score, Shares
from consentinel.scanner.catalogue.taxonomy import CATEGORIES
from consentinel.scanner.rendering.escaping import visible

if TYPE_CHECKING:
    from bench.accuracy import Accuracy, Alarms, Popular, Products

_WIDTH = 150
_COLUMNS = (
    "coverage",
    "four_class",
    "three_class",
    "overall",
    "consent_needed",
    "wrongly_necessary",
    "abstention",
)


def show_accuracy(accuracy: "Accuracy") -> None:
    """Print everything measured on stdout."""
    # Names of cookies are full of brackets and colons.
    console = Console(width=_WIDTH, highlight=False, markup=False, emoji=False)
    for score in accuracy.scores:
        _show_score(console, score)
    for popular in accuracy.popular:
        _show_popular(console, popular)
    for alarms in accuracy.alarms:
        _show_alarms(console, alarms)
    for products in accuracy.products:
        _show_products(console, products)


def _show_score(console: Console, score: Score) -> None:
    table = Table(title=f"{score.file}, % of rows", title_justify="left")
    for heading in ("", "rows", *(column.replace("_", " ") for column in _COLUMNS)):
        table.add_column(heading, justify="right" if heading else "left")
    _add_row(table, "all", score.plain)
    _add_row(table, "all, weighted by popularity", score.weighted)
    table.add_section()
    for name, found in score.by_category.items():
        _add_row(table, name, found)
    table.add_section()
    for name, found in score.by_source.items():
        _add_row(table, name or "(no source)", found)
    console.print(table)
    _show_confusion(console, score)
    _show_worst(console, score)


def _add_row(table: Table, name: str, shares: Shares) -> None:
    figures = (getattr(shares, column) for column in _COLUMNS)
    table.add_row(name, f"{shares.count:,}", *("–" if share is None else f"{share:.1%}" for share in figures))


def _show_confusion(console: Console, score: Score) -> None:
    answers = (*CATEGORIES, "unclassified")
    table = Table("label \\ answer", *answers, title="confusion", title_justify="left")
    for label, row in score.confusion.items():
        table.add_row(label, *(str(row[answer]) for answer in answers))
    console.print(table)


def _show_worst(console: Console, score: Score) -> None:
    table = Table(
        "what", "label", "answer", "rule", "rows", "weight", title="worst misses", title_justify="left"
    )
    for miss in score.worst:
        table.add_row(
            visible(miss.what),
            miss.label,
            miss.answer or "–",
            miss.rule or "",
            str(miss.count),
            f"{miss.weight:g}",
        )
    console.print(table)


def _show_popular(console: Console, popular: "Popular") -> None:
    console.print(f"{popular.file}: of the {popular.count} most popular {popular.coverage:.1%} are covered")
    console.print(f"  not: {visible(', '.join(popular.missed)) or 'none'}")


def _show_alarms(console: Console, alarms: "Alarms") -> None:
    console.print(
        f"{alarms.file}: {len(alarms.alarms)} of {alarms.count} harmless ones called performance or "
        f"targeting, {alarms.named_harmless} named as harmless"
    )
    for alarm in alarms.alarms:
        console.print(f"  {visible(alarm)}")


def _show_products(console: Console, products: "Products") -> None:
    console.print(
        f"{products.file}: {products.named} of {products.count} products named in the right version"
    )
    console.print(f"  not named: {', '.join(products.missed) or 'none'}")
    console.print(f"  named otherwise: {'; '.join(products.wrong) or 'none'}")
