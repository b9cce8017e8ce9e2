"""What an outcome comes to: one row of the table, and what may be wrong with it."""

from collections.abc import Iterable
from dataclasses import dataclass

from tests.banner.matrix.expected import IN_ORDER, known, to_release
from tests.banner.matrix.measuring import Outcome
from tests.banner.matrix.modes import Mode
from tests.banner.matrix.vectors import BY_ID

# What standard may not keep from being requested: the preload scanner and import() ask no script.
MAY_BE_REQUESTED = frozenset({"parser", "import", "outside"})


@dataclass(frozen=True)
class Row:
    """One mode in one engine, in counts of vectors; accepting has to release `expected` of them."""

    engine: str
    mode: str
    parser: int
    imports: int
    others: int
    outside: int
    ran: int
    written: int
    broken: int
    released: int
    expected: int
    twice: int
    in_order: bool
    again: int


def row(engine: str, mode: Mode, outcome: Outcome) -> Row:
    """Return the row of `outcome`."""
    wanted = to_release(engine, mode)
    # where nothing is held, what an engine may or may not come to says nothing
    sure = {vector.id for vector in known(engine)}
    requested = {name for name in outcome.requested if mode.asks or name in sure}
    return Row(
        engine=engine,
        mode=mode.name,
        parser=_count(requested, "parser"),
        imports=_count(requested, "import"),
        others=len(others(requested)),
        outside=_count(requested, "outside"),
        ran=len(tags_run(outcome)),
        written=len(outcome.written),
        broken=len(outcome.broken),
        released=len(wanted & released(outcome)),
        expected=len(wanted),
        twice=len(twice(outcome)),
        in_order=in_order(outcome),
        again=len(others(outcome.again)),
    )


def others(requested: Iterable[str]) -> set[str]:
    """Return those of `requested` that standard promises to hold back."""
    return {name for name in requested if BY_ID[name].mechanism not in MAY_BE_REQUESTED}


def tags(requested: Iterable[str]) -> set[str]:
    """Return those of `requested` that are tags of the HTML."""
    return {name for name in requested if BY_ID[name].mechanism == "parser"}


def tags_run(outcome: Outcome) -> set[str]:
    """Return the gated tags whose code ran before any choice; an import() is no tag."""
    return {name for name in outcome.ran if BY_ID[name].mechanism not in ("import", "outside")}


def released(outcome: Outcome) -> set[str]:
    """Return what arrived or ran after accepting; a parser's tag may have been fetched, unused, before."""
    fetched = {name for name in outcome.fetched if BY_ID[name].mechanism == "parser"}
    return set(outcome.arrived) | set(outcome.started) | fetched


def twice(outcome: Outcome) -> set[str]:
    """Return what was requested or ran more than once."""
    counted = (outcome.arrived, outcome.started)
    return {name for counts in counted for name, times in counts.items() if times > 1}


def in_order(outcome: Outcome) -> bool:
    """Return whether the scripts of the HTML ran as they stand there."""
    ran = [name for name in outcome.order if name in IN_ORDER]
    return ran == list(IN_ORDER)


def _count(requested: Iterable[str], mechanism: str) -> int:
    return sum(BY_ID[name].mechanism == mechanism for name in requested)
